"""What this package holds about a person."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_OF_PERSON = "person_id = %(person)s"
_THEIRS = _("It belongs to somebody else, who must know of it. It holds a number and no name.")
_COUNTED = _("How many support contacts there were on a day must still add up. It holds a number and no name.")

HOLDINGS = (
    Holding(
        name="invitations",
        title=_("Invitations"),
        table="people_invitation",
        condition=_OF_PERSON,
        columns=("customer_id", "workspace_id", "name", "email", "roles", "language", "sent_at", "accepted_at"),
        customer="customer_id",
    ),
    Holding(
        name="invitations_made",
        title=_("Invitations sent"),
        table="people_invitation",
        condition="made_by_id = %(person)s",
        columns=("customer_id", "workspace_id", "roles", "sent_at"),
        customer="customer_id",
        stays=_THEIRS,
    ),
    Holding(
        name="sign_in_accounts",
        title=_("Accounts at organisations’ own sign-ins"),
        table="socialaccount_socialaccount",
        condition="user_id = %(person)s",
        columns=("provider", "date_joined", "last_login"),
    ),
    Holding(
        name="groups",
        title=_("Groups"),
        table="people_groupmember",
        condition=_OF_PERSON,
        columns=("customer_id", "workspace_id", "group_id"),
        customer="customer_id",
    ),
    Holding(
        name="namings",
        title=_("Times as a support contact"),
        table="people_naming",
        condition=_OF_PERSON,
        columns=("customer_id", "workspace_id", "named_at", "registered_at", "ended_at"),
        customer="customer_id",
        stays=_COUNTED,
    ),
    Holding(
        name="namings_made",
        title=_("Support contacts named, or named no more, by this account"),
        table="people_naming",
        condition="named_by_id = %(person)s OR ended_by_id = %(person)s",
        columns=("customer_id", "workspace_id", "named_at", "ended_at"),
        customer="customer_id",
        stays=_THEIRS,
    ),
)
