"""What a configuration task may say. Pure."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.access import Right

TITLE_MAX, STEPS_MAX, CODE_MAX = 120, 4_000, 60  # characters
TASKS_MAX = 500  # of one provider


class HubPage(StrEnum):
    """Pages of the hub on which a task is done."""

    ADD_PERSON = "add_person"
    DEFAULT_GROUP = "default_group"
    NOTIFICATION_ADDRESSES = "notification_addresses"


PAGE_NAMES = {
    HubPage.ADD_PERSON: _("Invite people"),
    HubPage.DEFAULT_GROUP: _("Default group of one’s requests"),
    HubPage.NOTIFICATION_ADDRESSES: _("Addresses for news of the provider"),
}
ADDRESS_OF = {  # URL names
    HubPage.ADD_PERSON: "people:invite",
    HubPage.DEFAULT_GROUP: "support:settings",
    HubPage.NOTIFICATION_ADDRESSES: "notifications:addresses",
}
# What a task may need, with what a person reads of it.
RIGHT_NAMES = {
    Right.MANAGE_USERS: _("to manage users"),
    Right.OPEN_REQUESTS: _("to open support requests"),
    Right.ADMINISTER: _("to administer a workspace"),
    Right.MANAGE_SIGN_IN: _("to settle how people sign in"),
    Right.MANAGE_WEBHOOKS: _("to manage webhooks"),
    Right.SET_UP_ASSESSMENTS: _("to set up assessments"),
}
RIGHT_OF = {  # of what is done in the hub, whatever an editor says
    HubPage.ADD_PERSON: Right.MANAGE_USERS,
    HubPage.DEFAULT_GROUP: Right.OPEN_REQUESTS,
    HubPage.NOTIFICATION_ADDRESSES: Right.MANAGE_SIGN_IN,
}
