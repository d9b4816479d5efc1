"""Every kind of event and what it says. One table, so that the page, its filter and its export agree.

A kind that code records and that is missing here fails a test. ``%(name)s`` is a detail of the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class About(StrEnum):
    """What the subject's id is an id of, so that a page can look up its name when it is read."""

    NOTHING = "nothing"
    PERSON = "person"
    WORKSPACE = "workspace"
    STATEMENT = "statement"
    ENTITLEMENT = "entitlement"
    OTHER = "other"  # shown by its number


@dataclass(frozen=True, slots=True)
class Kind:
    title: Any  # in the filter
    sentence: Any
    about: About = About.NOTHING


KINDS: dict[str, Kind] = {
    "accounts.password_set": Kind(_("Password set"), _("An operator set the password"), About.PERSON),
    "accounts.profile_changed": Kind(_("Profile changed"), _("Changed their own profile"), About.PERSON),
    "accounts.password_changed": Kind(_("Password changed"), _("Changed their own password"), About.PERSON),
    "accounts.reset_asked": Kind(_("Password reset"), _("Asked for a link to set a new password"), About.PERSON),
    "accounts.token_made": Kind(_("Access token made"), _("Made an access token"), About.OTHER),
    "accounts.token_revoked": Kind(_("Access token revoked"), _("Revoked an access token"), About.OTHER),
    "activity.export_asked": Kind(
        _("Spreadsheet asked for"),
        ngettext_lazy("Asked for a spreadsheet of %(rows)s row", "Asked for a spreadsheet of %(rows)s rows", "rows"),
        About.OTHER,
    ),
    "activity.export_downloaded": Kind(_("Spreadsheet downloaded"), _("Downloaded a spreadsheet"), About.OTHER),
    "activity.exported": Kind(_("Export"), _("Downloaded a list: %(what)s"), About.ENTITLEMENT),
    "activity.looked": Kind(_("Look by staff"), _("Opened a page for the first time that day: %(page)s")),
    "activity.statement_downloaded": Kind(
        _("Statement downloaded"), _("Downloaded a statement: %(form)s"), About.STATEMENT
    ),
    "activity.statement_made": Kind(_("Statement made"), _("Made a statement"), About.STATEMENT),
    "activity.view_deleted": Kind(_("View deleted"), _("Deleted a saved view"), About.OTHER),
    "activity.view_renamed": Kind(_("View renamed"), _("Renamed a saved view"), About.OTHER),
    "activity.view_saved": Kind(_("View saved"), _("Saved a view"), About.OTHER),
    "integrations.endpoint_added": Kind(_("Endpoint added"), _("Added an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_deleted": Kind(_("Endpoint deleted"), _("Deleted an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_paused": Kind(_("Endpoint paused"), _("Paused an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_replayed": Kind(
        _("Messages sent again"),
        ngettext_lazy("Sent %(messages)s message again", "Sent %(messages)s messages again", "messages"),
        About.OTHER,
    ),
    "integrations.endpoint_resumed": Kind(_("Endpoint resumed"), _("Resumed an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_secret_changed": Kind(
        _("Endpoint secret changed"), _("Changed the secret of an endpoint for webhooks"), About.OTHER
    ),
    "integrations.entries_posted": Kind(
        _("Entries posted"),
        ngettext_lazy("Posted %(rows)s entry through the API", "Posted %(rows)s entries through the API", "rows"),
    ),
    "integrations.entry_reversed": Kind(_("Entry reversed"), _("Took an entry back through the API"), About.OTHER),
    "integrations.imported": Kind(
        _("Import"),
        ngettext_lazy("Imported %(rows)s row: %(what)s", "Imported %(rows)s rows: %(what)s", "rows"),
    ),
    "integrations.mapping_deleted": Kind(_("Mapping deleted"), _("Deleted a saved mapping"), About.OTHER),
    "integrations.mapping_saved": Kind(_("Mapping saved"), _("Saved a mapping for imports"), About.OTHER),
    "journal.cleared": Kind(
        _("Audit cleared"), _("Cleared events from before %(before)s, %(count)s in number: %(kind)s")
    ),
    "notifications.address_stopped": Kind(
        _("Mail stopped"), _("Mail to the address was stopped: %(reason)s"), About.PERSON
    ),
    "notifications.allowed_again": Kind(_("Mail allowed again"), _("Allowed mail to the address again"), About.PERSON),
    "notifications.mail_bounced": Kind(_("Mail came back"), _("A mail came back"), About.PERSON),
    "notifications.unsubscribed": Kind(_("Digests ended"), _("Wants no more digests"), About.PERSON),
    "organizations.member_removed": Kind(_("Member removed"), _("Removed from the workspace"), About.PERSON),
    "organizations.role_given": Kind(_("Role given"), _("Gave the role: %(role)s"), About.PERSON),
    "organizations.role_taken": Kind(_("Role taken away"), _("Took the role away: %(role)s"), About.PERSON),
    "people.invited": Kind(_("Invitation sent"), _("Invited somebody into the workspace"), About.OTHER),
    "privacy.cleared": Kind(_("Clearing"), _("Cleared what is from before %(before)s, %(count)s in number: %(what)s")),
    "privacy.part_ended": Kind(_("Part ended"), _("Ended the person’s part in the customer for good"), About.PERSON),
    "privacy.person_erased": Kind(_("Person erased"), _("Erased the person"), About.PERSON),
    "privacy.person_exported": Kind(_("My data"), _("Downloaded what the hub holds about them"), About.PERSON),
}


def title(kind: str) -> str:
    """A kind without an entry shows itself."""
    return str(KINDS[kind].title) if kind in KINDS else kind


def sentence(kind: str, details: Mapping[str, Any]) -> str:
    """What was done, in the reader's language. Details that an older release did not write yet leave the code bare."""
    try:
        return str(KINDS[kind].sentence % details)
    except KeyError:
        return title(kind)


def about(kind: str) -> About:
    return KINDS[kind].about if kind in KINDS else About.OTHER
