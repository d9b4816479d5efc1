"""What the pages about invitations say, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.rules import ROLE_NAMES, Role, barred_roles
from tallyhub.people.invitations.preview import Fate, Planned
from tallyhub.people.rules import may_give
from tallyhub.people.users.queries import User

# What each role lets somebody do, in plain words.
ROLE_SENTENCES: dict[str, Any] = {
    Role.CUSTOMER_ADMINISTRATOR: gettext_lazy("You can manage the people and see everything in all workspaces."),
    Role.WORKSPACE_ADMINISTRATOR: gettext_lazy("You can manage the people of this workspace and see everything in it."),
    Role.CUSTOMER_ACTIVITY: gettext_lazy("You can see what was bought, used and is left."),
    Role.LEARNING_MANAGER: gettext_lazy("You can see who has learnt what."),
    Role.SUPPORT_CONTACT: gettext_lazy("You can open support requests."),
    Role.VIEW_ALL_SUPPORT_REQUESTS: gettext_lazy("You can see every support request."),
    Role.MEMBER: gettext_lazy("You become a member of the workspace."),
}

# The same, to whoever gives it.
_ROLE_HINTS: dict[str, Any] = {
    Role.CUSTOMER_ADMINISTRATOR: gettext_lazy("manages the people and sees everything in all workspaces"),
    Role.WORKSPACE_ADMINISTRATOR: gettext_lazy("manages the people of this workspace and sees everything in it"),
    Role.CUSTOMER_ACTIVITY: gettext_lazy("sees what was bought, used and is left"),
    Role.LEARNING_MANAGER: gettext_lazy("sees who has learnt what"),
    Role.SUPPORT_CONTACT: gettext_lazy("opens support requests"),
    Role.VIEW_ALL_SUPPORT_REQUESTS: gettext_lazy("sees every support request"),
}


def what_roles_do(roles: Sequence[str]) -> list[str]:
    known = [role for role in ROLE_SENTENCES if role in roles] or [Role.MEMBER]
    if Role.CUSTOMER_ADMINISTRATOR in known:  # says all that the workspace's one would
        known = [role for role in known if role is not Role.WORKSPACE_ADMINISTRATOR]
    return [str(ROLE_SENTENCES[role]) for role in known]


def offered_roles(chosen: Iterable[str], access: Access) -> list[dict[str, Any]]:
    """The boxes to tick: those that the inviter may give, each with what it does."""
    in_whole, barred = access.has(Right.MANAGE_USERS), barred_roles(access)
    taken = set(chosen)
    return [
        {"id": role, "name": ROLE_NAMES[role], "does": _ROLE_HINTS[role], "is_chosen": role in taken}
        for role in _ROLE_HINTS
        if may_give(role, in_whole=in_whole) and role not in barred
    ]


def asked_for(user: User, workspace_id: int) -> dict[str, Any]:
    """The form, filled in for one person with what they hold in the workspace."""
    name = user.name.replace('"', "")
    return {
        "workspace": workspace_id,
        "people": f'"{name}" <{user.email}>' if name != user.email else user.email,
        "roles": sorted({one.role for one in user.roles if one.workspace_id == workspace_id} & set(_ROLE_HINTS)),
    }


def until(instant: datetime, zone: str) -> str:
    """To the minute, with the zone: whoever is invited may be in another one."""
    local = instant.astimezone(ZoneInfo(zone))
    about = {"day": fmt.day(local.date()), "time": f"{local:%H:%M}", "zone": zone.replace("_", " ")}
    return _("%(day)s, %(time)s (%(zone)s)") % about


def counts(planned: Sequence[Planned]) -> list[str]:
    """One line for each kind of fate that there is, those that get a mail first."""
    found = Counter(one.fate for one in planned)
    lines = {
        Fate.NEW: ngettext("%(n)s person will be invited.", "%(n)s people will be invited.", found[Fate.NEW]),
        Fate.AGAIN: ngettext(
            "%(n)s person was invited before and gets a new mail; the old link ends.",
            "%(n)s people were invited before and get a new mail; the old links end.",
            found[Fate.AGAIN],
        ),
        Fate.MEMBER: ngettext(
            "%(n)s person is a member already and is left out.",
            "%(n)s people are members already and are left out.",
            found[Fate.MEMBER],
        ),
        Fate.TWICE: ngettext(
            "%(n)s row comes a second time and is left out.",
            "%(n)s rows come a second time and are left out.",
            found[Fate.TWICE],
        ),
        Fate.WRONG: ngettext(
            "%(n)s row is wrong and is left out.", "%(n)s rows are wrong and are left out.", found[Fate.WRONG]
        ),
    }
    return [text % {"n": fmt.number(found[fate])} for fate, text in lines.items() if found[fate]]


def rows(planned: Iterable[Planned]) -> list[dict[str, Any]]:
    badges, languages = _badges(), dict(LANGUAGES)
    return [
        {
            "line": fmt.number(one.row.line),
            "email": one.row.email,
            "name": one.row.name,
            "roles": ", ".join(str(ROLE_NAMES.get(role, role)) for role in one.row.roles) or _("Member"),
            "language": languages.get(one.row.language, one.row.language),
            "badge": badges[one.fate] | ({"tone": "low"} if one.has_warning else {}),
            "notes": _notes(one),
        }
        for one in planned
    ]


def _badges() -> dict[Fate, dict[str, str]]:
    return {
        Fate.WRONG: {"tone": "critical", "text": _("wrong")},
        Fate.TWICE: {"tone": "low", "text": _("twice in the list")},
        Fate.MEMBER: {"tone": "low", "text": _("member already")},
        Fate.AGAIN: {"tone": "ok", "text": _("invited again")},
        Fate.NEW: {"tone": "ok", "text": _("new")},
    }


def _notes(one: Planned) -> list[str]:
    if one.row.problem is not None:
        return [sentence(one.row.problem)]
    notes = []
    if one.is_known:
        notes.append(_("A member already, who cannot sign in yet."))
    if one.looks_like:
        notes.append(_("Looks like %(other)s, and is another one.") % {"other": one.looks_like})
    domain = {"domain": one.row.email.rpartition("@")[2]}
    if one.is_staff:
        notes.append(_("Works for the provider or a partner, and serves you already."))
    if one.is_foreign:
        notes.append(_("%(domain)s is no domain of your organisation.") % domain)
    if one.is_refused:
        notes.append(
            _(
                "The workspace accepts work accounts only: without your own sign-in nobody gets in with an address in "
                "%(domain)s."
            )
            % domain
        )
    return notes
