"""What the address and the forms of Manage users say. A value that is none of those on offer ends as 404."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import QueryDict

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.ids import read_id, read_ids
from tallyhub.organizations.rules import Role
from tallyhub.people.rules import GIVEN_ROLES
from tallyhub.people.users.queries import ASKED, UserFilter
from tallyhub.people.users.rules import Source, Status

ALL = "all"
TEXT_MAX = 120  # characters of what is searched for
Known = TypeVar("Known", bound=StrEnum)


def read_filter(query: QueryDict, access: Access) -> UserFilter:
    """Raises Forbidden for whoever manages nobody, and DoesNotExist for what is not on offer."""
    managed = managed_by(access)
    wanted = query.get("workspace") or ""
    is_all = wanted == ALL
    if is_all and not access.has(Right.MANAGE_USERS):
        raise ObjectDoesNotExist
    return UserFilter(
        workspaces=managed if is_all else (_workspace(wanted, access, managed),),
        is_all=is_all,
        text=(query.get("text") or "").replace("\x00", "").strip()[:TEXT_MAX],
        role=_known(Role, query.get("role"), GIVEN_ROLES),
        status=_known(Status, query.get("status"), Status),
        source=_known(Source, query.get("source"), Source),
        group_id=read_id(group) if (group := query.get("group")) else None,
        contacts_only=query.get("contacts") == "yes",
    )


def managed_by(access: Access) -> tuple[int, ...]:
    """The workspaces whose people one manages. Raises Forbidden where there are none."""
    managed = access.workspaces_with(Right.MANAGE_USERS)
    if not managed:
        raise Forbidden(Right.MANAGE_USERS)
    return managed


def _workspace(wanted: str, access: Access, managed: tuple[int, ...]) -> int:
    """The one that is named, else the one that one is signed in to, else the first."""
    if not wanted:
        return access.workspace_id if access.workspace_id in managed else managed[0]
    if wanted not in map(str, managed):
        raise ObjectDoesNotExist
    return int(wanted)


def _known(kind: type[Known], value: str | None, offered: Iterable[Known]) -> Known | None:
    if not value:
        return None
    if value not in set(offered):
        raise ObjectDoesNotExist
    return kind(value)


def read_ticked(values: Iterable[str]) -> tuple[list[int], list[int]]:
    """(people, invitations): whoever has not joined is named by the invitation."""
    ticked = set(values)
    asked = {value for value in ticked if value.startswith(ASKED)}
    return read_ids(ticked - asked), read_ids(value.removeprefix(ASKED) for value in asked)
