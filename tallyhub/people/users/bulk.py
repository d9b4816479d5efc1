"""What is done with several people at once: first a page says what will happen, then one act does it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import url
from tallyhub.organizations.rules import ROLE_NAMES, STAFF, Role
from tallyhub.people.users.queries import User
from tallyhub.people.users.rules import WORKSPACE_ROLES, is_edited


class Act(StrEnum):
    GIVE = "give"
    TAKE = "take"
    GROUP = "group"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: ``subject`` is a role or the id of a group."""

    act: Act
    subject: str = ""


def read_wish(text: str, groups: Collection[int]) -> Wish:
    """``give:support_contact``, ``group:7``, ``remove``. Raises DoesNotExist for what is not on offer."""
    act, _colon, subject = text.partition(":")
    offered = {
        Act.GIVE: {role.value for role in WORKSPACE_ROLES},
        Act.TAKE: {role.value for role in WORKSPACE_ROLES},
        Act.GROUP: set(map(str, groups)),
        Act.REMOVE: {""},
    }
    if act not in set(Act) or subject not in offered[Act(act)]:
        raise ObjectDoesNotExist
    return Wish(Act(act), subject)


def options(groups: Sequence[tuple[int, str]], barred: Collection[Role] = ()) -> list[tuple[str, str]]:
    """On offer for the people ticked in one workspace. ``barred``: roles that the reader neither gives nor takes."""
    roles = [(role.value, str(ROLE_NAMES[role])) for role in WORKSPACE_ROLES if role not in barred]
    return [
        *((f"give:{role}", _("Give the role %(role)s") % {"role": name}) for role, name in roles),
        *((f"take:{role}", _("Take the role %(role)s away") % {"role": name}) for role, name in roles),
        *((f"group:{group}", _("Add to the group %(group)s") % {"group": name}) for group, name in groups),
        ("remove", _("Remove from the workspace")),
    ]


@dataclass(frozen=True, slots=True)
class Plan:
    """``people`` are changed; ``skipped`` are (sentence, names) of those who are not."""

    title: str
    href: str
    people: list[User]
    skipped: list[tuple[str, list[str]]]


def plan(
    wish: Wish,
    users: Sequence[User],
    workspace: str,
    groups: Sequence[tuple[int, str]],
    barred: Collection[Role] = (),
) -> Plan:
    """Sorts those who were ticked into those who are changed and those who are not, and why."""
    changed: list[User] = []
    skipped: dict[str, list[str]] = {}
    for user in users:
        reason = _why_not(wish, user, barred)
        if reason:
            skipped.setdefault(reason, []).append(user.name)
        else:
            changed.append(user)
    return Plan(
        _title(wish, len(changed), workspace, groups), url(f"people:users_{wish.act}"), changed, list(skipped.items())
    )


def _why_not(wish: Wish, user: User, barred: Collection[Role]) -> str:
    if wish.act is Act.REMOVE and any(one.role in barred and one.workspace_id is not None for one in user.roles):
        return _("They administer the workspace, and only the customer’s own administrators unmake that:")
    if user.is_staff and not _is_taken_from_staff(wish, user):
        return _("They work for the provider or a partner, who gives and takes their roles:")
    if wish.act is not Act.REMOVE and not user.workspaces:
        return _("They have not accepted their invitation yet:")
    if wish.act in (Act.GIVE, Act.TAKE):
        return _why_no_role(wish, user)
    return ""


def _is_taken_from_staff(wish: Wish, user: User) -> bool:
    """What the customer gave them; not where the provider put them into the workspace."""
    if wish.act is Act.REMOVE:
        return not any(one.role in STAFF and one.workspace_id is not None for one in user.roles)
    return wish.act is Act.TAKE


def _why_no_role(wish: Wish, user: User) -> str:
    sources = [one.source for one in user.roles if one.role == wish.subject]
    has_given = any(is_edited(source) for source in sources)
    if wish.act is Act.GIVE and has_given:
        return _("They hold the role already:")
    if wish.act is Act.TAKE and not has_given:
        return (
            _("They hold it through a group or the directory, and keep it:")
            if sources
            else _("They do not hold the role:")
        )
    return ""


def _title(wish: Wish, count: int, workspace: str, groups: Sequence[tuple[int, str]]) -> str:
    said = {"n": fmt.number(count), "workspace": workspace}
    if wish.act is Act.GIVE:
        text = ngettext("%(n)s person gets the role %(role)s in %(workspace)s",
                        "%(n)s people get the role %(role)s in %(workspace)s", count)  # fmt: skip
        return text % (said | {"role": ROLE_NAMES[Role(wish.subject)]})
    if wish.act is Act.TAKE:
        text = ngettext("%(n)s person loses the role %(role)s in %(workspace)s",
                        "%(n)s people lose the role %(role)s in %(workspace)s", count)  # fmt: skip
        return text % (said | {"role": ROLE_NAMES[Role(wish.subject)]})
    if wish.act is Act.GROUP:
        text = ngettext("%(n)s person is added to the group %(group)s",
                        "%(n)s people are added to the group %(group)s", count)  # fmt: skip
        return text % (said | {"group": dict(groups)[int(wish.subject)]})
    text = ngettext("%(n)s person is removed from %(workspace)s", "%(n)s people are removed from %(workspace)s", count)
    return text % said


def fields(wish: Wish) -> list[tuple[str, Any]]:
    """What the act's form says beside the people."""
    if wish.act in (Act.GIVE, Act.TAKE):
        return [("role", wish.subject)]
    return [("group", wish.subject)] if wish.act is Act.GROUP else []
