"""The list of users: its columns for page and CSV, its filters, its links."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import (
    Column,
    Line,
    Page,
    Place,
    cell,
    count_text,
    harmless,
    heading,
    link,
    page_links,
    select,
)
from tallyhub.kernel.http import url
from tallyhub.organizations.rules import ROLE_NAMES, Role
from tallyhub.people.rules import GIVEN_ROLES
from tallyhub.people.users.forms import ALL
from tallyhub.people.users.queries import User, UserFilter
from tallyhub.people.users.rules import SOURCE_NAMES, STATUS_NAMES, Status

BULK_FORM = "bulk"  # the id of the form that rows are ticked for


class Words:
    """What the list says of somebody. ``workspaces``: names of those one manages, by id; ``zone``: the reader's."""

    def __init__(self, workspaces: Mapping[int, str], zone: str, *, is_all: bool) -> None:
        self._workspaces = workspaces
        self._zone = ZoneInfo(zone)
        self._is_all = is_all

    def columns(self) -> list[Column[User]]:
        """The one declaration, for page and CSV."""
        seen = _("Last sign-in (%(zone)s)") % {"zone": str(self._zone).replace("_", " ")}
        return [
            Column("name", _("Name"), _name, lambda user: harmless(user.name), sort="name", sorts_upwards=True,
                   href=page_of, note=_address),
            Column("address", _("Email address"), plain=lambda user: harmless(user.email)),
            Column("person", _("Person ID"), plain=_known_id),
            Column("status", _("Status"), _status, _status),
            Column("roles", _("Roles"), self._said, lambda user: harmless(self._said(user)), lines=self.roles),
            Column("groups", _("Groups"), lambda user: _groups(user) or "–", lambda user: harmless(_groups(user))),
            Column("support_contact", _("Support contact"), _contact, _contact_key),
            Column("source", _("Came by"), _source, _source),
            Column("last_sign_in", seen, self.seen, self._iso, sort="seen"),
        ]  # fmt: skip

    def roles(self, user: User) -> list[Line]:
        """Each role once, with where it is held; what an open invitation will give is said as such."""
        held = [(one.role, one.workspace_id) for one in user.roles]
        lines = [Line(name, self._places(places)) for name, places in _by_role(held)]
        promised = [(role, one.workspace_id) for one in user.invitations for role in one.roles]
        for name, places in _by_role(sorted(set(promised) - set(held))):
            where = self._places(places)
            note = _("when they accept: %(places)s") % {"places": where} if where else _("when they accept")
            lines.append(Line(name, note))
        return lines or [Line("–")]

    def _places(self, places: Sequence[int | None]) -> str:
        if None in places:
            return _("whole customer")
        return ", ".join(self._workspaces.get(one or 0, "") for one in places) if self._is_all else ""

    def _said(self, user: User) -> str:
        return ", ".join(f"{one.text} ({one.note})" if one.note else one.text for one in self.roles(user))

    def seen(self, user: User) -> str:
        if user.is_staff:
            return "–"
        return fmt.instant(self._at(user), self._zone.key) if user.seen_seconds else _("never")

    def _iso(self, user: User) -> str:
        return self._at(user).astimezone(self._zone).isoformat(timespec="seconds") if user.seen_seconds else ""

    def _at(self, user: User) -> datetime:
        return datetime.fromtimestamp(user.seen_seconds, UTC)


def _by_role(held: Sequence[tuple[Role, int | None]]) -> list[tuple[str, list[int | None]]]:
    """Each role by its name with the places, in the order of the roles."""
    places: dict[Role, list[int | None]] = {}
    for role, place in held:
        if place not in places.setdefault(role, []):
            places[role].append(place)
    return [(str(ROLE_NAMES[role]), places[role]) for role in Role if role in places]


def page_of(user: User) -> str:
    if user.invitation_id is not None:
        return url("people:user_invited", user.invitation_id)
    return url("people:user", user.person_id)


def _known_id(user: User) -> int | str:
    """None of whoever has not joined: a low number would tell that somebody else knows the address."""
    return user.person_id if user.invitation_id is None else ""


def _row_id(user: User) -> int:
    """In the links between pages; below zero it is an invitation's."""
    return user.person_id if user.invitation_id is None else -user.invitation_id


def _name(user: User) -> str:
    return _("%(name)s (provider or partner)") % {"name": user.name} if user.is_staff else user.name


def _address(user: User) -> str:
    return user.email if user.email != user.name else ""


def _status(user: User) -> str:
    return str(STATUS_NAMES[user.status])


def _groups(user: User) -> str:
    return ", ".join(user.groups)


def _contact(user: User) -> str:
    if user.is_contact:
        return _("Yes")
    return str(STATUS_NAMES[Status.INVITED]) if user.is_asked_as_contact else _("No")


def _contact_key(user: User) -> str:
    if user.is_contact:
        return "yes"
    return "invited" if user.is_asked_as_contact else "no"


def _source(user: User) -> str:
    return _("Provider or partner") if user.is_staff else str(SOURCE_NAMES[user.source])


def grid(
    base: str,
    words: Words,
    found: Page[User],
    place: Place,
    wanted: UserFilter,
    *,
    count: int,
    workspaces: Mapping[int, str],
    may_see_all: bool,
    groups: Sequence[tuple[int, str]],
) -> dict[str, Any]:
    """The list, ready to be placed. Several can be ticked where one workspace is looked at."""
    carried = carried_by(wanted)
    on_page = [column for column in words.columns() if column.text]
    return {
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [
            {"cells": [cell(column, user) for column in on_page], "tick": _tick(user, wanted)} for user in found.rows
        ],
        "ticks": None if wanted.is_all else BULK_FORM,
        "filters": _filters(wanted, workspaces, groups, may_see_all=may_see_all),
        "action": base,
        "label": _("People"),
        "search_label": _("Filter the people"),
        "hidden": [],
        "count": ngettext("%(n)s person", "%(n)s people", count) % {"n": count_text(count, fmt.number)},
        "shown": None,
        **page_links(base, carried, found, place, lambda user: f"{user.sort_value}~{_row_id(user)}"),
        "csv_href": f"{base}users.csv{link(carried)}",
        "address": None,
        "empty": None if found.rows else _nothing(wanted),
    }


def _tick(user: User, wanted: UserFilter) -> str | None:
    """Whoever is a member there, or was asked in; the others are not changed here."""
    is_there = bool(user.workspaces or user.invitations)
    return user.handle if is_there and not user.is_staff and not wanted.is_all else None


def _nothing(wanted: UserFilter) -> dict[str, str]:
    if set(dict(carried_by(wanted))) - {"workspace"}:
        return {
            "title": _("Nobody fits the filters"),
            "sentence": _("Search for a part of the name, or clear a filter."),
        }
    return {"title": _("Nobody is here yet"), "sentence": _("Invite somebody into the workspace.")}


def carried_by(wanted: UserFilter) -> list[tuple[str, str]]:
    """What the address says of the filters."""
    named = {
        "workspace": ALL if wanted.is_all else str(wanted.workspaces[0]),
        "text": wanted.text,
        "role": wanted.role,
        "status": wanted.status,
        "source": wanted.source,
        "group": str(wanted.group_id or ""),
        "contacts": "yes" if wanted.contacts_only else "",
    }
    return [(name, str(value)) for name, value in named.items() if value]


def _filters(
    wanted: UserFilter, workspaces: Mapping[int, str], groups: Sequence[tuple[int, str]], *, may_see_all: bool
) -> list[dict[str, Any]]:
    places = [(str(one), name) for one, name in workspaces.items()]
    everywhere = [(ALL, _("All workspaces"))] if may_see_all and len(places) > 1 else []
    here = ALL if wanted.is_all else str(wanted.workspaces[0])
    roles = [(role.value, str(ROLE_NAMES[role])) for role in GIVEN_ROLES]
    offered = [(str(one), name) for one, name in groups]
    found = [
        select("workspace", _("Workspace"), [*everywhere, *places], here),
        {"name": "text", "label": _("Name or email address"), "type": "search", "value": wanted.text, "options": []},
        select("role", _("Role"), [("", _("Any role")), *roles], wanted.role or ""),
        select("status", _("Status"), [("", _("Any status")), *_named(STATUS_NAMES)], wanted.status or ""),
        select("source", _("Came by"), [("", _("Any way")), *_named(SOURCE_NAMES)], wanted.source or ""),
        select("contacts", _("Support contacts"), [("", _("Everybody")), ("yes", _("Support contacts only"))],
                "yes" if wanted.contacts_only else ""),
    ]  # fmt: skip
    if offered:
        found.append(select("group", _("Group"), [("", _("Any group")), *offered], str(wanted.group_id or "")))
    return found if len(places) > 1 else found[1:]


def _named(names: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(value), str(name)) for value, name in names.items()]
