"""What this package holds about a person: what was asked, said and done for support requests, by number."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_RECORD = _("It belongs to the record of a support request. It names nobody by itself.")


def _record(name: str, title: Any, table: str, condition: str, *columns: str) -> Holding:
    """What stays when its maker goes: others rely on it."""
    return Holding(
        name=name, title=title, table=table, condition=condition, columns=("customer_id", *columns),
        customer="customer_id", stays=_RECORD,
    )  # fmt: skip


def _own(name: str, title: Any, table: str, *columns: str) -> Holding:
    return Holding(
        name=name, title=title, table=table, condition="person_id = %(person)s", columns=("customer_id", *columns),
        customer="customer_id",
    )  # fmt: skip


_DRAFT_FILES = Holding(
    name="draft_files", title=_("Files of support requests begun"), table="support_draftfile",
    condition="added_by_id = %(person)s", columns=("customer_id", "name", "at"), customer="customer_id",
)  # fmt: skip
HOLDINGS = (
    _DRAFT_FILES,
    _own("request_drafts", _("Support requests begun"), "support_draft", "workspace_id", "typed", "changed_at"),
    _own("default_groups", _("Default groups"), "support_defaultgroup", "workspace_id", "group_id"),
    _own("requests_given", _("Support requests shared"), "support_requestviewer", "request_id", "why", "given_at"),
    _record(
        "requests", _("Support requests opened, or as primary contact, or assigned"), "support_request",
        "opened_by_id = %(person)s OR primary_contact_id = %(person)s OR assigned_to_id = %(person)s",
        "number", "title", "description", "impact", "opened_at", "called_for",
    ),
    _record("shares", _("Support requests shared with others"), "support_requestviewer",
            "given_by_id = %(person)s", "request_id", "given_at"),
    _record("request_changes", _("Changes of support requests"), "support_change",
            "actor_id = %(person)s", "request_id", "kind", "at"),
    _record("messages", _("Messages in support requests"), "support_message",
            "author_id = %(person)s", "request_id", "body", "at"),
    _record("notes", _("Internal notes"), "support_note", "author_id = %(person)s", "request_id", "body", "at"),
    _record("request_files", _("Files of support requests"), "support_file",
            "added_by_id = %(person)s", "request_id", "name", "at"),
    _record("note_files", _("Files of internal notes"), "support_notefile",
            "added_by_id = %(person)s", "request_id", "name", "at"),
    _record("work", _("Time worked on support requests"), "support_work",
            "engineer_id = %(person)s", "request_id", "starts_at", "minutes", "what", "note"),
)  # fmt: skip
