"""What the address chooses. The state of the page is its URL, so Back and a shared link keep it (R1.7, R1.10)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.http import QueryDict

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.ids import read_id

ALL = "all"


class NoSuchChoice(ObjectDoesNotExist):
    """The address names something that is not there for this person: 404, hidden equals absent."""


class Status(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """One page's filters. ``agreement_id`` and ``package_id`` None: all of them."""

    workspaces: tuple[int, ...]
    offered: tuple[int, ...]  # every workspace whose Customer activity this person may open
    is_default: bool  # the address names no workspace
    agreement_id: int | None = None
    addon_agreement_id: int | None = None
    package_id: int | None = None
    status: Status = Status.ACTIVE

    @property
    def is_all(self) -> bool:
        return set(self.workspaces) == set(self.offered)

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """What the address says of this choice with something changed; what is default is left out."""
        changed = replace(self, **changes)
        pairs: list[tuple[str, str]] = []
        if not changed.is_default:
            pairs += [("workspace", ALL)] if changed.is_all else [("workspace", str(one)) for one in changed.workspaces]
        named = {
            "agreement": changed.agreement_id,
            "addon_agreement": changed.addon_agreement_id,
            "package": changed.package_id,
            "status": changed.status if changed.status is not Status.ACTIVE else None,
        }
        return pairs + [(name, str(value)) for name, value in named.items() if value]

    def query(self, **changes: Any) -> str:
        pairs = self.pairs(**changes)
        return f"?{urlencode(pairs)}" if pairs else ""


def read_choice(query: QueryDict, access: Access) -> Choice:
    """Raises Forbidden without the right anywhere, NoSuchChoice for an id that is not offered."""
    offered = access.workspaces_with(Right.VIEW_ACTIVITY)
    if not offered:
        access.require(Right.VIEW_ACTIVITY)
    wanted = query.getlist("workspace")
    return Choice(
        workspaces=_workspaces(wanted, offered, access.workspace_id),
        offered=offered,
        is_default=not wanted,
        agreement_id=_id(query, "agreement"),
        addon_agreement_id=_id(query, "addon_agreement"),
        package_id=_id(query, "package"),
        status=_status(query.get("status") or Status.ACTIVE),
    )


def _workspaces(wanted: list[str], offered: tuple[int, ...], current: int | None) -> tuple[int, ...]:
    if ALL in wanted:
        return offered
    if not wanted:
        return (current if current in offered else offered[0],) if offered else ()
    chosen = {read_id(one) for one in wanted}
    if not chosen <= set(offered):
        raise NoSuchChoice
    return tuple(one for one in offered if one in chosen)


def _id(query: QueryDict, name: str) -> int | None:
    value = query.get(name)
    return read_id(value) if value else None


def _status(value: str) -> Status:
    try:
        return Status(value)
    except ValueError:
        raise NoSuchChoice from None
