"""Somebody's page in words: what they hold, where it comes from, and what can be changed here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.organizations.queries import Held, find_personal, list_given
from tallyhub.organizations.rules import ROLE_NAMES, STAFF, Role, barred_roles
from tallyhub.people.groups import queries as groups
from tallyhub.people.groups.queries import GroupLine
from tallyhub.people.invitations.queries import own_domains
from tallyhub.people.rights.sources import Sources
from tallyhub.people.rights.who import Reasons
from tallyhub.people.users.grid import page_of
from tallyhub.people.users.queries import OpenInvitation, User
from tallyhub.people.users.rules import SOURCE_NAMES, STATUS_NAMES, WORKSPACE_ROLES, Status, is_edited

_TONES = {Status.REGISTERED: "ok", Status.DIRECTORY: "ok", Status.INVITED: "low", Status.EXPIRED: "critical"}


def person(access: Access, user: User, workspaces: Mapping[int, str]) -> dict[str, Any]:
    """``workspaces``: names of those one manages, by id. Needs a scope."""
    held = list_given(access, list(workspaces), [user.person_id])  # what is ticked is what a change begins with
    lapse = _lapse(access, user) if not all(one.counts for one in held) else ""
    sources = Sources(access, (one.source for one in held))
    offered = groups.list_groups(access, user.workspaces)
    inside = groups.groups_of(access, user.person_id, user.workspaces)
    reasons = Reasons(sources, workspaces)
    return {
        "user": user,
        "facts": _facts(user),
        "badge": {"tone": _TONES.get(user.status, "quiet"), "text": STATUS_NAMES[user.status]},
        "is_unable": user.status is Status.KNOWN,
        "reasons": [replace(reasons.reason(one), lapse="" if one.counts else lapse) for one in held],
        "places": [
            _place(user, one, workspaces[one], held, sources, offered, inside, barred_roles(access))
            for one in user.workspaces
        ],
        "administration": _administration(access, user, held),
        "invitations": [_invitation(one, page_of(user), workspaces) for one in user.invitations],
        "is_oneself": user.person_id == access.person_id,
    }


def _lapse(access: Access, user: User) -> str:
    """Why a role of theirs does not count now (R3.6)."""
    if not find_personal(access.customer_id or 0, [user.person_id]):
        return _("Does not count: the workspace is archived.")
    return _why_refused(user.email, own_domains(access.customer_id or 0), user.status)


def _why_refused(address: str, domains: Collection[str], status: Status) -> str:
    domain = address.rpartition("@")[2].lower()
    if not domain:
        return _("Does not count: only work accounts are accepted, and there is no email address.")
    if domain not in domains:
        text = _("Does not count: only work accounts are accepted, and %(domain)s is none of the proved domains.")
        return text % {"domain": domain}
    if status in (Status.REGISTERED, Status.DIRECTORY):
        return _("Does not count: only work accounts are accepted, and the email address is not confirmed.")
    return _("Does not count yet: whoever accepts an invitation confirms their email address by it.")


def _facts(user: User) -> list[tuple[str, str]]:
    zone = get_current_timezone_name()
    seen = fmt.instant(datetime.fromtimestamp(user.seen_seconds, UTC), zone) if user.seen_seconds else _("never")
    return [
        (_("Email address"), user.email or "–"),
        (_("Last sign-in (%(zone)s)") % {"zone": zone.replace("_", " ")}, "–" if user.is_staff else seen),
        (_("Came by"), _("Provider or partner") if user.is_staff else str(SOURCE_NAMES[user.source])),
    ]


def _place(
    user: User,
    workspace_id: int,
    name: str,
    held: Sequence[Held],
    sources: Sources,
    offered: Sequence[GroupLine],
    inside: set[int],
    barred: frozenset[Role],
) -> dict[str, Any]:
    """What the person holds in one workspace, as forms. From staff things are taken only, so no more is on offer."""
    here = [one for one in held if one.workspace_id == workspace_id]
    mine = {one.role for one in here if is_edited(one.source)}
    return {
        "id": workspace_id,
        "name": name,
        "may_invite": user.status is Status.KNOWN and bool(user.email) and not user.is_staff,
        "roles": [
            _choice(role, here, sources, is_fixed=role in barred)
            for role in WORKSPACE_ROLES
            if role in mine or not (user.is_staff or role in barred)
        ],
        "is_contact": Role.SUPPORT_CONTACT in mine,
        "groups": [
            {"id": one.id, "name": one.name, "is_chosen": one.id in inside}
            for one in offered
            if one.workspace_id == workspace_id and (one.id in inside or not user.is_staff)
            if not barred & set(one.roles)
        ],
        "may_leave": not any(one.role in STAFF | barred for one in here),
    }


def _choice(role: Role, here: Sequence[Held], sources: Sources, *, is_fixed: bool) -> dict[str, Any]:
    """A box to tick; what a group or the directory gives is said beside it, and changed there. One that is fixed is
    held, and not the reader's to take.
    """
    mine = [one for one in here if one.role is role]
    elsewhere = [sources.text(one.source) for one in mine if not is_edited(one.source)]
    return {
        "value": role.value,
        "name": ROLE_NAMES[role],
        "is_chosen": any(is_edited(one.source) for one in mine),
        "is_fixed": is_fixed,
        "elsewhere": _("also: %(sources)s") % {"sources": ", ".join(elsewhere)} if elsewhere else "",
    }


def _administration(access: Access, user: User, held: Sequence[Held]) -> str:
    """``give``, ``take``, or nothing: those who administer the customer give that, to whoever has come in."""
    if not access.has(Right.MANAGE_USERS) or not (user.workspaces or user.roles) or barred_roles(access):
        return ""
    if any(one.role is Role.CUSTOMER_ADMINISTRATOR and is_edited(one.source) for one in held):
        return "take"
    return "" if user.is_staff else "give"


def _invitation(one: OpenInvitation, here: str, workspaces: Mapping[int, str]) -> dict[str, Any]:
    roles = ", ".join(str(ROLE_NAMES[role]) for role in one.roles) or str(ROLE_NAMES[Role.MEMBER])
    said = {"workspace": workspaces.get(one.workspace_id, ""), "roles": roles}
    text = _("%(workspace)s: %(roles)s") % said
    return {
        "id": one.id,
        "text": text,
        "state": _("open") if one.is_good else _("expired"),
        "buttons": _buttons(one, here),
    }


def _buttons(one: OpenInvitation, here: str) -> list[dict[str, str]]:
    """To send it again, back on the same page; and to take it back, after which the list is there still."""
    wanted = (
        ("people:invitation_resend", _("Send again"), here),
        ("people:invitation_revoke", _("Take back"), url("people:users")),
    )
    return [{"href": url(name, one.id), "label": label, "next": back} for name, label, back in wanted]
