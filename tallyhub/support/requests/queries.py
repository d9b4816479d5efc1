"""The list of requests, drafts, and with whom a request is shared.

A page merges walks of indexes (ADR 0010): one for each workspace that one oversees, and in the others one over what was
given to oneself and one for each group that one is in. So it costs the same among a million requests as among a
thousand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import Bought, get_bought, list_covered_products
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import PAGE_ROWS, Key, Place, SortKind, instant_of, moment
from tallyhub.organizations.queries import list_held, list_members
from tallyhub.organizations.rules import RIGHTS_OF, STAFF, Role
from tallyhub.people.groups import queries as groups
from tallyhub.people.rights.queries import Holder, page_by_name
from tallyhub.support.models import DefaultGroup, Draft, DraftFile, Request, RequestViewer
from tallyhub.support.queries import find_ids
from tallyhub.support.requests.rules import HeldThroughPartner, Offered, Typed
from tallyhub.support.rules import Kind, Severity, Status, Why

SORTS: dict[str, SortKind] = {"opened": int}  # microseconds since 1970, in UTC
STREAM_ROWS = 1_000  # per statement of an export
FOUND_MAX = 500  # requests that one search finds, the newest


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests. ``workspaces``: those looked at; no statuses: all; ``is_mine``: opened by or for oneself."""

    workspaces: tuple[int, ...]
    statuses: tuple[Status, ...] = ()
    severity: Severity | None = None
    kind: Kind | None = None
    product: int | None = None
    is_mine: bool = False
    found: tuple[int, ...] | None = None  # ids that a search found; None: nothing was searched for


def search(access: Access, text: str, workspaces: Sequence[int], statuses: Sequence[Status] = ()) -> tuple[int, ...]:
    """Ids of what holds these words there, as far as one may see it: the newest."""
    return tuple(find_ids(access, text, workspaces, statuses, FOUND_MAX))


_OVERSEEN = """
SELECT w.id, w.opened_at FROM unnest(%(overseen)s::bigint[]) place {each_status} CROSS JOIN LATERAL (
    SELECT r.id, r.opened_at FROM support_request r WHERE r.workspace_id = place AND {conditions} AND {after}
    ORDER BY r.opened_at {order}, r.id {order} LIMIT %(limit)s) w
"""
_TO_PERSON = """
SELECT w.request_id, w.opened_at FROM unnest(%(given)s::bigint[]) place CROSS JOIN LATERAL (
    SELECT v.request_id, v.opened_at FROM support_requestviewer v JOIN support_request r ON r.id = v.request_id
    WHERE v.person_id = %(person)s AND v.workspace_id = place AND {conditions} AND {after_given}
    ORDER BY v.opened_at {order}, v.request_id {order} LIMIT %(limit)s) w
"""
_TO_GROUPS = """
SELECT w.request_id, w.opened_at FROM people_groupmember m CROSS JOIN LATERAL (
    SELECT v.request_id, v.opened_at FROM support_requestviewer v JOIN support_request r ON r.id = v.request_id
    WHERE v.group_id = m.group_id AND v.workspace_id = m.workspace_id AND {conditions} AND {after_given}
    ORDER BY v.opened_at {order}, v.request_id {order} LIMIT %(limit)s) w
WHERE m.person_id = %(person)s AND m.workspace_id = ANY (%(given)s::bigint[])
"""
_FOUND = """
SELECT r.id, r.opened_at FROM support_request r
WHERE r.id = ANY (%(found)s::bigint[]) AND r.workspace_id = ANY (%(workspaces)s::bigint[]) AND {conditions} AND {after}
"""
_PAGE = "SELECT id FROM ({walks}) walks (id, opened_at) ORDER BY opened_at {order}, id {order} LIMIT %(limit)s"


def list_page(access: Access, wanted: RequestFilter, place: Place, *, limit: int = PAGE_ROWS + 1) -> list[Request]:
    """Up to a page of requests and one more, in the place's reading order, with product and workspace."""
    ids = _ids(access, wanted, place, limit)
    found = (
        Request.objects.visible_to(access).select_related("product", "workspace", "partner").defer("words").in_bulk(ids)
    )
    return [found[one] for one in ids if one in found]


def stream(access: Access, wanted: RequestFilter) -> Iterator[list[Request]]:
    """Every request, newest first, in batches. Runs in the caller's scope."""
    place = Place("opened")
    while batch := list_page(access, wanted, place, limit=STREAM_ROWS):
        yield batch
        place = Place("opened", key=Key(str(moment(batch[-1].opened_at)), batch[-1].pk))


def _ids(access: Access, wanted: RequestFilter, place: Place, limit: int) -> list[int]:
    overseen = [] if wanted.is_mine else _overseen(access, wanted)
    order, comparison = ("DESC", "<") if place.reads_descending else ("ASC", ">")
    parameters: dict[str, Any] = {
        "workspaces": list(wanted.workspaces),
        "overseen": overseen,
        "given": [one for one in wanted.workspaces if one not in overseen],
        "person": access.person_id or 0,
        "statuses": list(wanted.statuses),
        "severity": wanted.severity,
        "kind": wanted.kind,
        "product": wanted.product,
        "found": list(wanted.found or ()),
        "limit": limit,
    }
    after = after_given = "true"
    if place.key:
        after = f"(r.opened_at, r.id) {comparison} (%(at)s, %(id)s)"
        after_given = f"(v.opened_at, v.request_id) {comparison} (%(at)s, %(id)s)"
        parameters |= {"at": instant_of(place.key.value), "id": place.key.id}
    walks = " UNION ".join(_walks(wanted, parameters)).format(
        conditions=_conditions(wanted),
        each_status="CROSS JOIN unnest(%(statuses)s::text[]) state" if wanted.statuses else "",
        after=after,
        after_given=after_given,
        order=order,
    )
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(walks=walks, order=order), parameters)
        return [one for (one,) in cursor.fetchall()]


def _overseen(access: Access, wanted: RequestFilter) -> list[int]:
    everywhere = set(access.workspaces_with(Right.VIEW_ALL_REQUESTS))
    return [one for one in wanted.workspaces if one in everywhere]


def _walks(wanted: RequestFilter, parameters: dict[str, Any]) -> list[str]:
    if wanted.found is not None:
        return [_FOUND]
    if wanted.is_mine:
        return [_TO_PERSON]
    given = [_TO_PERSON, _TO_GROUPS] if parameters["given"] else []
    # Walked by status where statuses are chosen: the few that are open lie among very many that are not.
    overseen = _OVERSEEN.replace("{conditions}", "r.status = state AND {conditions}") if wanted.statuses else _OVERSEEN
    return [overseen, *given] if parameters["overseen"] or not given else given


def _conditions(wanted: RequestFilter) -> str:
    mine = "(r.opened_by_id = %(person)s OR r.primary_contact_id = %(person)s)"
    asked = [
        (bool(wanted.statuses), "r.status = ANY (%(statuses)s::text[])"),
        (wanted.severity is not None, "r.severity = %(severity)s"),
        (wanted.kind is not None, "r.kind = %(kind)s"),
        (wanted.product is not None, "r.product_id = %(product)s"),
        (wanted.is_mine, mine),
    ]
    return " AND ".join(["true", *(condition for is_asked, condition in asked if is_asked)])


# With whom it is shared


@dataclass(frozen=True, slots=True)
class Reader:
    """A person or a group that a request was given to. Exactly one of both."""

    id: int
    person_id: int | None
    group_id: int | None
    group_name: str
    why: Why
    given_by_id: int | None
    given_at: datetime


def list_readers(access: Access, request: Request) -> list[Reader]:
    """In the order in which it was given to them."""
    given = RequestViewer.objects.visible_to(access).current().filter(request=request).select_related("group")
    return [_reader(one) for one in given.order_by("given_at", "pk")]


def _reader(one: RequestViewer) -> Reader:
    name = one.group.name if one.group else ""  # none, too, for a group of a workspace that is not the reader's
    return Reader(one.pk, one.person_id, one.group_id, name, Why(one.why), one.given_by_id, one.given_at)


def is_visible(access: Access, number: str) -> bool:
    return Request.objects.visible_to(access).filter(number=number).exists()


# Who can see one

_IN_FORCE = """(g.workspace_id = %(workspace)s OR g.workspace_id IS NULL)
    AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)"""
_CANDIDATES = f"""
SELECT p.id, organizations_folded(p.name) COLLATE "C" FROM accounts_person p
WHERE p.is_active AND p.id IN (
    SELECT g.person_id FROM organizations_accessgrant g
    WHERE g.customer_id = %(customer)s AND g.role = ANY (%(roles)s) AND {_IN_FORCE}
    UNION SELECT v.person_id FROM support_requestviewer v WHERE v.request_id = %(request)s AND v.person_id IS NOT NULL
    UNION SELECT b.person_id FROM support_requestviewer v JOIN people_groupmember b ON b.group_id = v.group_id
    WHERE v.request_id = %(request)s)
  AND EXISTS (SELECT FROM organizations_accessgrant g
      WHERE g.person_id = p.id AND g.customer_id = %(customer)s AND {_IN_FORCE})
  AND {{after}} ORDER BY 2 {{order}}, 1 {{order}} LIMIT %(limit)s
"""
_OVERSEERS = tuple(role for role in Role if Right.VIEW_ALL_REQUESTS in RIGHTS_OF[role])


def overseers_of(request: Request) -> tuple[Role, ...]:
    """The roles in its workspace that show it: of what is asked of a partner, the customer's own alone."""
    return tuple(one for one in _OVERSEERS if request.partner_id is None or one not in STAFF)


def list_candidates(access: Access, request: Request, place: Place) -> list[Holder]:
    """Up to a page of those whom a rule of R1.5 names, with any role in the workspace, and one more, by name."""
    named = {
        "customer": request.customer_id,
        "workspace": request.workspace_id,
        "request": request.pk,
        "roles": list(overseers_of(request)),
        "now": clock.now(),
    }
    return page_by_name(_CANDIDATES, named, place)


def list_left_out(access: Access, request: Request, other: Request) -> tuple[list[int], list[int]]:
    """(people, groups) to whom a request was given, and who do not see another one of its workspace by any rule.

    Whoever sees nothing there any more is left out of it. Four statements.
    """
    given, there = list_readers(access, request), list_readers(access, other)
    to_groups = {one.group_id for one in there if one.group_id}
    people = [one.person_id for one in given if one.person_id]
    held = list_held(access, [request.workspace_id], people)
    seeing = {one.person_id for one in there} | {one.person_id for one in held if one.role in overseers_of(other)}
    seeing |= {person for _group, person in groups.list_memberships(access, list(to_groups), people)}
    left = {one.person_id for one in held} - seeing
    return (
        [one for one in people if one in left],
        [one.group_id for one in given if one.group_id and one.group_id not in to_groups],
    )


# Drafts, what they may choose, and the default group


def list_direct_products(access: Access, workspace_id: int) -> list[Product]:
    """What the provider is asked about there: the products that are covered, without those that a partner supports.

    Raises HeldThroughPartner where nothing but a partner's is left, what is not named included.
    """
    bought = get_bought(access.customers[0])
    covered = list_covered_products(access, workspace_id)
    found = [one for one in covered if not bought.is_partners(one.pk)]
    if not found:
        _require_direct(bought, None)
    return found


def may_ask_provider(access: Access) -> bool:
    """Whether there is any request for the provider that this person may open."""
    if not access.has_anywhere(Right.OPEN_REQUESTS):
        return False
    bought = get_bought(access.customers[0])
    return bool(bought.direct) or not bought.is_partners(None)


def has_partner(access: Access) -> bool:
    """Whether a partner supports anything of what the customer holds. Two statements."""
    return bool(get_bought(access.customers[0]).partners)


def require_direct(access: Access, product_id: int | None) -> None:
    """Raises HeldThroughPartner for what a partner supports."""
    _require_direct(get_bought(access.customers[0]), product_id)


def _require_direct(bought: Bought, product_id: int | None) -> None:
    if bought.is_partners(product_id):
        raise HeldThroughPartner(product_id)


def offered(access: Access, workspace_id: int, typed: Typed) -> Offered:
    """What may be chosen there now. Of the people, those of the chosen ones who belong to the workspace.

    Raises HeldThroughPartner as ``list_direct_products`` does.
    """
    chosen = {*typed.people, *([typed.primary_contact] if typed.primary_contact else [])}
    return Offered(
        products={one.pk for one in list_direct_products(access, workspace_id)},
        people=list_members(access, workspace_id, chosen),
        groups={group for group, _name in groups.list_in_workspace(access, workspace_id)},
    )


def list_drafts(access: Access) -> list[Draft]:
    """One's own that were not sent, the one that was changed last first."""
    mine = Draft.objects.visible_to(access).filter(workspace_id__in=access.workspaces_with(Right.OPEN_REQUESTS))
    return list(mine.filter(~Q(typed__has_key="sent") | Q(typed__sent="")).order_by("-changed_at", "-pk"))


def get_draft(access: Access, draft_id: int) -> Draft:
    found: Draft = Draft.objects.visible_to(access).get(pk=draft_id)
    return found


def list_draft_files(access: Access, draft: Draft) -> list[DraftFile]:
    return list(DraftFile.objects.visible_to(access).filter(draft=draft).order_by("pk"))


def lock_draft(access: Access, draft_id: int) -> Draft:
    found: Draft = Draft.objects.visible_to(access).select_for_update().get(pk=draft_id)
    return found


def default_groups(access: Access) -> dict[int, int]:
    """One's default group by workspace."""
    return dict(DefaultGroup.objects.visible_to(access).values_list("workspace_id", "group_id"))
