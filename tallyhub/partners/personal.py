"""What this package holds about a person: who of a partner or customer did what, as numbers that stay; and in which
security groups somebody is, which goes with their work for the partner.
"""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_THEIRS = _("It belongs to somebody else, who must know of it. It holds a number and no name.")
_STAYS = _("It says who agreed to what. It holds a number and no name.")


def _acts(table: str, title: object, *columns: str, customer: str = "") -> Holding:
    return Holding(
        name=f"partner_{table}s",
        title=title,
        table=f"partners_{table}",
        condition=" OR ".join(f"{column} = %(person)s" for column in columns),
        columns=("id", *(column.replace("_by_id", "_at") for column in columns)),
        customer=customer,
        stays=_STAYS,
    )


HOLDINGS = (
    Holding(
        name="security_groups",
        title=_("Security groups of a partner"),
        table="partners_securitygroupmember",
        condition="staff_id IN (SELECT id FROM organizations_staff WHERE person_id = %(person)s)",
        columns=("organization_id", "group_id"),
    ),
    Holding(
        name="staff_invitations",
        title=_("Invitations to work for an organisation"),
        table="partners_staffinvitation",
        condition="person_id = %(person)s",
        columns=("organization_id", "email", "roles", "invited_at", "answered_at", "is_accepted"),
    ),
    Holding(
        name="staff_invitations_made",
        title=_("Invitations of colleagues sent"),
        table="partners_staffinvitation",
        condition="invited_by_id = %(person)s",
        columns=("organization_id", "roles", "invited_at"),
        stays=_THEIRS,
    ),
    _acts(
        "delegation",
        _("Delegations"),
        "proposed_by_id",
        "consented_by_id",
        "requested_by_id",
        "answered_by_id",
        "ended_by_id",
        customer="customer_id",
    ),
    _acts(
        "resale", _("Relations with partners"), "asked_by_id", "accepted_by_id", "ended_by_id", customer="customer_id"
    ),
    _acts("partnership", _("Partnerships"), "invited_by_id", "authorised_by_id", "ended_by_id"),
    _acts("profilechange", _("Changes of a support profile"), "changed_by_id"),
    _acts(
        "planacceptance", _("Versions of support plans that were accepted"), "accepted_by_id", customer="customer_id"
    ),
    _acts("supportplan", _("Support plans that were published"), "published_by_id"),
    Holding(
        name="subscription_wishes",
        title=_("Wishes about subscriptions"),
        table="partners_subscriptionwish",
        condition="asked_by_id = %(person)s",
        columns=("id", "kind", "what", "amount", "unit", "wanted_from", "reason", "state", "asked_at"),
        customer="customer_id",
        stays=_STAYS,
    ),
    Holding(
        name="subscription_wishes_answered",
        title=_("Wishes about subscriptions that were answered, ended or looked after"),
        table="partners_subscriptionwish",
        condition="answered_by_id = %(person)s OR ended_by_id = %(person)s OR owner_id = %(person)s",
        columns=("id", "answered_at", "ended_at"),
        customer="customer_id",
        stays=_STAYS,
    ),
    Holding(
        name="follow_ups",
        title=_("Follow-ups of a partner"),
        table="partners_followup",
        condition="made_by_id = %(person)s"
        " OR owner_id IN (SELECT id FROM organizations_staff WHERE person_id = %(person)s)",
        columns=("id", "title", "state", "due_on", "made_at"),
        stays=_THEIRS,
    ),
    _acts("consent", _("Consents to one request"), "given_by_id", "ended_by_id", customer="customer_id"),
)
