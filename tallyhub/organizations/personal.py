"""What this package holds about a person."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_NAMES = _("They are the organisation's.")
_OF_PERSON = "person_id = %(person)s"

HOLDINGS = (
    Holding(
        name="organisations",
        title=_("Names of the organisations"),
        table="organizations_organization",
        condition="id IN (SELECT organizations_customers_of(%(person)s))",
        columns=("id", "name", "zone"),
        customer="id",
        stays=_NAMES,
        is_context=True,
    ),
    Holding(
        name="workspaces",
        title=_("Names of the workspaces"),
        table="organizations_workspace",
        condition="id IN (SELECT workspace_id FROM organizations_membership WHERE person_id = %(person)s)",
        columns=("id", "customer_id", "name"),
        customer="customer_id",
        stays=_NAMES,
        is_context=True,
    ),
    Holding(
        name="memberships",
        title=_("Memberships of workspaces"),
        table="organizations_membership",
        condition=_OF_PERSON,
        columns=("customer_id", "workspace_id"),
        customer="customer_id",
    ),
    Holding(
        name="grants",
        title=_("Roles"),
        table="organizations_accessgrant",
        condition=_OF_PERSON,
        columns=("customer_id", "workspace_id", "role", "source", "starts_at", "ends_at"),
        customer="customer_id",
    ),
    Holding(
        name="staff",
        title=_("Work for the provider or a partner"),
        table="organizations_staff",
        condition=_OF_PERSON,
        columns=("organization_id", "roles", "starts_at", "ends_at"),
    ),
    Holding(
        name="keys",
        title=_("Names in other systems"),
        table="organizations_personkey",
        condition=_OF_PERSON,
        columns=("customer_id", "key"),
        customer="customer_id",
    ),
    Holding(
        name="work_accounts",
        title=_("Use of a customer’s own sign-in"),
        table="organizations_workaccount",
        condition=_OF_PERSON,
        columns=("customer_id", "vouched_at"),
        customer="customer_id",
    ),
)
