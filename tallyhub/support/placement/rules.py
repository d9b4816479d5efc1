"""Where a request is listed, and by which entitlement what it takes is paid. Pure: no tables, no clock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tallyhub.ledger import rules as ledger
from tallyhub.ledger.offers import Offer
from tallyhub.ledger.rules import Candidate, Choice, Loser, choose_entitlement
from tallyhub.support.rules import SERVICE_OF, Kind, RequestClass


class Reason(StrEnum):
    """Why a request is an additional case; the first that holds (R2.6)."""

    CLASS = "class"  # classified SU, DSA, X85 or REC
    MISSING = "missing"  # nothing that was agreed holds it
    EXPIRED = "expired"  # what held it has ended
    UNMAPPED = "unmapped"  # what would hold it reaches none of the workspaces


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a request decides: equal ones are placed alike, so that a million requests are a few of these."""

    workspace_id: int
    kind: Kind
    request_class: RequestClass = RequestClass.STANDARD
    agreement_id: int | None = None
    package_id: int | None = None
    product_id: int | None = None


def covers(offer: Offer, wanted: Wanted) -> bool:
    """A package that the request names holds it whatever it is about."""
    if offer.covers_every_product or wanted.package_id == offer.package_id:
        return True
    return wanted.product_id in offer.products


def is_named(offer: Offer, wanted: Wanted) -> bool:
    """Where the request names an agreement or a package, nothing else holds it."""
    in_agreement = wanted.agreement_id in (None, offer.agreement_id)
    return in_agreement and wanted.package_id in (None, offer.package_id)


@dataclass(frozen=True, slots=True)
class Placement:
    """Under an entitlement, or an additional case with its reason. Losers only where there is a winner."""

    entitlement_id: int | None
    why: ledger.Reason | None = None
    losers: tuple[Loser, ...] = ()
    reason: Reason | None = None


def place(wanted: Wanted, workspaces: Collection[int], offers: Iterable[Offer], at: datetime) -> Placement:
    """Where it is listed at an instant by whoever looks at these workspaces; for its time, at its own workspace.

    Of what would pay: the named one; else an add-on for the product; else the base package (ledger.rules).
    """
    if wanted.request_class is not RequestClass.STANDARD:
        return Placement(None, reason=Reason.CLASS)
    of_kind = [one for one in offers if one.kind is SERVICE_OF[wanted.kind]]
    fitting = [one for one in of_kind if is_named(one, wanted) and covers(one, wanted)]
    begun = [one for one in fitting if one.is_in_force(at)]
    if not begun:
        has_ended = any(one.has_ended(at) for one in fitting)
        return Placement(None, reason=Reason.EXPIRED if has_ended else Reason.MISSING)
    reaching = [one for one in begun if _reaches(one, workspaces)]
    if not reaching:
        return Placement(None, reason=Reason.UNMAPPED)
    choice = _choose(wanted, reaching)
    others = [one for one in of_kind if one not in fitting and one.is_in_force(at) and _reaches(one, workspaces)]
    losers = (*choice.losers, *(Loser(one.entitlement_id, _why_not(one, wanted)) for one in others))
    return Placement(choice.winner, choice.reason, tuple(sorted(losers, key=lambda one: one.entitlement_id)))


def _reaches(offer: Offer, workspaces: Collection[int]) -> bool:
    return not offer.workspaces.isdisjoint(workspaces)


def _choose(wanted: Wanted, fitting: list[Offer]) -> Choice:
    """Each of them covers the product; which is what an add-on must name to come before the base package."""
    product = wanted.product_id or 0
    candidates = [Candidate(one.entitlement_id, one.scope, one.ends_on, frozenset({product})) for one in fitting]
    named = None
    if wanted.package_id is not None:
        named = min(candidates, key=lambda one: (one.ends_on, one.entitlement_id)).entitlement_id
    return choose_entitlement(candidates, named, product)


def _why_not(offer: Offer, wanted: Wanted) -> ledger.Reason:
    return ledger.Reason.OTHER_PRODUCT if is_named(offer, wanted) else ledger.Reason.NOT_NAMED


@dataclass(frozen=True, slots=True)
class Mend:
    """What it takes to place requests under a package. Neither is needed where somebody else mended it meanwhile."""

    offer: Offer
    maps: bool  # the package to the workspace of the requests
    names: bool  # the package on each of them


def mends_of(wanted: Wanted, offers: Iterable[Offer], at: datetime) -> list[Mend]:
    """By what a sort of requests leaves the additional cases: one for each package in force. A class stays."""
    if wanted.request_class is not RequestClass.STANDARD:
        return []
    every = list(offers)
    found: dict[int, Mend] = {}
    for one in every:
        if one.kind is SERVICE_OF[wanted.kind] and one.is_in_force(at) and one.package_id not in found:
            found[one.package_id] = _mend(wanted, one, every, at)
    return list(found.values())


def _mend(wanted: Wanted, offer: Offer, offers: Iterable[Offer], at: datetime) -> Mend:
    """As little as will do: where mapping is enough, nothing is named."""
    here = wanted.workspace_id
    mapped = [
        replace(one, workspaces=one.workspaces | {here}) if one.package_id == offer.package_id else one
        for one in offers
    ]
    placed = place(wanted, {here}, mapped, at).entitlement_id
    is_there = any(one.entitlement_id == placed and one.package_id == offer.package_id for one in mapped)
    return Mend(offer, maps=here not in offer.workspaces, names=not is_there)
