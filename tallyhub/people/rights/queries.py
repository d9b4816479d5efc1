"""Who holds a role that reaches a workspace, an agreement or an entitlement, and over which mapping."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import PAGE_ROWS, Place, SortKind
from tallyhub.people.models import DirectoryGroup

SORTS: dict[str, SortKind] = {"name": str}


@dataclass(frozen=True, slots=True)
class Thing:
    """What is looked at. ``mapped``: the names of the packages that bring it into each workspace."""

    title: str
    mapped: dict[int, list[str]]


_MAPPED = """
SELECT {title}, m.workspace_id, k.name FROM agreements_agreement a
JOIN agreements_package k ON k.agreement_id = a.id {entitlement}
LEFT JOIN agreements_mapping m ON m.package_id = k.id
WHERE a.customer_id = %(customer)s AND {one}.id = %(id)s
  AND (%(in_whole)s OR m.workspace_id = ANY (%(workspaces)s::bigint[]))
ORDER BY k.name, k.id
"""
_OF_ENTITLEMENT = """
JOIN agreements_entitlement e ON e.package_id = k.id JOIN agreements_service s ON s.id = e.service_id
"""


def get_agreement(access: Access, agreement_id: int) -> Thing:
    """With the workspaces that one may read. Raises DoesNotExist for one that reaches none of them."""
    return _get_thing(access, _MAPPED.format(title="a.number", entitlement="", one="a"), {"id": agreement_id})


def get_entitlement(access: Access, entitlement_id: int, language: str) -> Thing:
    """The same; its title in the language, else in English."""
    title = "coalesce(s.names ->> %(language)s, s.names ->> 'en')"
    statement = _MAPPED.format(title=title, entitlement=_OF_ENTITLEMENT, one="e")
    return _get_thing(access, statement, {"id": entitlement_id, "language": language})


def _get_thing(access: Access, statement: str, parameters: dict[str, Any]) -> Thing:
    mine: dict[str, Any] = {
        "customer": access.customer_id or 0,
        "in_whole": access.in_whole,
        "workspaces": list(access.workspaces),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, mine | parameters)
        rows = cursor.fetchall()
    if not rows:
        raise ObjectDoesNotExist
    mapped: defaultdict[int, list[str]] = defaultdict(list)
    for _title, workspace_id, package in rows:
        if workspace_id is not None:
            mapped[workspace_id].append(package)
    return Thing(rows[0][0], dict(mapped))


_HOLDERS = """
SELECT p.id, organizations_folded(p.name) COLLATE "C" AS key FROM accounts_person p
WHERE p.is_active AND p.id IN (
    SELECT g.person_id FROM organizations_accessgrant g
    WHERE g.customer_id = %(customer)s AND (g.workspace_id = ANY (%(workspaces)s::bigint[]) OR g.workspace_id IS NULL)
      AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s))
  AND {after} ORDER BY 2 {order}, 1 {order} LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody on a page by name; whether a role of theirs counts is asked later."""

    id: int
    sort_value: str


def list_holders(access: Access, workspaces: Sequence[int], place: Place) -> list[Holder]:
    """Up to a page of those who hold any role that counts there now and one more, by name."""
    found = {"customer": access.customer_id or 0, "workspaces": list(workspaces), "now": clock.now()}
    return page_by_name(_HOLDERS, found, place)


def page_by_name(statement: str, parameters: Mapping[str, Any], place: Place) -> list[Holder]:
    """The people that a statement finds: id and folded name, from ``accounts_person p``.

    It leaves room for ``{after}``, ``{order}`` and ``%(limit)s``.
    """
    order, comparison = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    named: dict[str, Any] = {**parameters, "limit": PAGE_ROWS + 1}
    after = "true"
    if place.key:
        after = f'(organizations_folded(p.name) COLLATE "C", p.id) {comparison} (%(value)s::text, %(id)s::bigint)'
        named |= {"value": place.key.value, "id": place.key.id}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(after=after, order=order), named)
        return [Holder(*row) for row in cursor.fetchall()]


def directory_names(access: Access, groups: Collection[int]) -> dict[int, str]:
    """Of the groups of the customer's directory, for whoever has the customer in whole; to others they are unnamed."""
    found = DirectoryGroup.objects.visible_to(access).filter(pk__in=groups)
    return dict(found.values_list("pk", "name"))
