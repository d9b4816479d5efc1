"""The Customer activity page, ready to be placed: filters, agreement cards, two sections, what is not mapped."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity import tiles
from tallyhub.activity.filters import Choice, Status
from tallyhub.activity.queries import AgreementLines, Line, PackageLines
from tallyhub.activity.rules import GROUP_OF, Group
from tallyhub.activity.tiles import Badge, Tile
from tallyhub.agreements.rules import ACTIVE_STATES, Scope, ServiceKind
from tallyhub.agreements.words import STATE_TONES, state_name
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.http import url
from tallyhub.ledger.figures import Tone
from tallyhub.office.enquiries.queries import Unmapped


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    id: int | str
    label: str
    is_chosen: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing to see, and where to look instead."""

    title: str
    sentence: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    number: str
    plan: str
    term: str
    state: Badge
    ends: str
    seller: str
    id: int


@dataclass(frozen=True, slots=True)
class PackageCard:
    name: str
    code: str
    state: Badge
    term: str
    ends: str
    consumables: list[Tile]
    benefits: list[Tile]


def filters(choice: Choice, places: Sequence[Any], agreements: Iterable[AgreementLines]) -> dict[str, Any]:
    """``places``: the workspaces by id and name, in the order they are listed."""
    names = {place.id: place.name for place in places}
    offered = [Option(one, names[one], one in choice.workspaces, names[one]) for one in choice.offered]
    return {
        "workspaces": offered,
        "is_all": choice.is_all,
        "is_default": choice.is_default,
        "choice": _chosen_workspaces(choice, names),
        "agreements": [
            Option("", _("All active agreements"), choice.agreement_id is None),
            *(Option(one.id, _label(one), one.id == choice.agreement_id) for one in agreements if one.mapped),
        ],
    }


def _chosen_workspaces(choice: Choice, names: dict[int, str]) -> str:
    if len(choice.workspaces) == 1:
        return names[choice.workspaces[0]]
    if choice.is_all:
        return _("All workspaces")
    n = len(choice.workspaces)
    return ngettext("%(n)s workspace", "%(n)s workspaces", n) % {"n": fmt.number(n)}


def _label(agreement: AgreementLines) -> str:
    if agreement.state in ACTIVE_STATES:
        return agreement.name
    return _("%(name)s (%(state)s)") % {"name": agreement.name, "state": state_name(agreement.state).lower()}


def cards(agreements: Iterable[AgreementLines], choice: Choice) -> tuple[list[Card], list[Card]]:
    """Those in force and the one that is named (R1.8); and the others, which the page keeps folded."""
    tied = [one for one in agreements if one.mapped]
    shown = [one for one in tied if one.state in ACTIVE_STATES or one.id == choice.agreement_id]
    return [card(one) for one in shown], [card(one) for one in tied if one not in shown]


def card(one: AgreementLines) -> Card:
    plans = {"premier": "Premier", "unified": "Unified", "other": ""}
    return Card(
        title=one.name,
        number=one.number,
        plan=plans[one.plan],
        term=fmt.term(one.starts_on, one.ends_on),
        state=Badge(state_name(one.state), Tone(STATE_TONES.get(one.state, Tone.PLAIN))),
        ends=tiles.end_text(one.state, one.starts_on, one.ends_on, one.today),
        seller=one.seller,
        id=one.id,
    )


def chosen_agreements(agreements: Sequence[AgreementLines], choice: Choice) -> list[AgreementLines]:
    """Those that the enterprise-wide section adds up: the one that is named, else all active ones.

    One that is named but does not reach the chosen workspaces, or is not there at all, gives none: the same answer.
    """
    tied = [one for one in agreements if one.mapped]
    if choice.agreement_id is None:
        return [one for one in tied if one.state in ACTIVE_STATES]
    return [one for one in tied if one.id == choice.agreement_id]


def enterprise(agreements: Sequence[AgreementLines], choice: Choice) -> tuple[list[Tile], Empty | None]:
    """The enterprise-wide section: the fixed list, each kind only where the agreement has it, then benefits."""
    chosen = chosen_agreements(agreements, choice)
    packages = enterprise_packages(chosen, named=choice.agreement_id is not None)
    lines = [line for package in packages for line in package.lines]
    grouped: dict[Group, list[Any]] = {group: [] for group in Group}
    for line in lines:
        if line.balance:
            grouped[GROUP_OF[line.kind]].append(line)
    query = choice.query()
    found = [
        tiles.tile_of_group(group, members, url("activity:group", group) + query)
        for group, members in grouped.items()
        if members
    ]
    benefits = {line.title: line for line in lines if not line.balance}  # of several agreements: once
    found += [_tile(line, query) for line in benefits.values()]
    return found, None if found else _nothing_enterprise(agreements, chosen, choice)


def urgent(agreement: AgreementLines, choice: Choice) -> list[Tile]:
    """What has figures, add-ons included: what is over, nearly used up or low before the rest; then by when it ends."""
    found, _nothing = enterprise([agreement], choice)
    query = choice.query()
    addons = [
        replace(_tile(line, query), package=package.name)
        for package in _addons(agreement)
        if package.is_active
        for line in package.lines
    ]
    with_figures = [tile for tile in (*found, *addons) if tile.figures]
    titles = Counter(tile.title for tile in with_figures)
    named = [tile if titles[tile.title] > 1 else replace(tile, package="") for tile in with_figures]
    return sorted(named, key=_urgency)


def _urgency(tile: Tile) -> tuple[int, date, str, str]:
    order = (Tone.OVER, Tone.CRITICAL, Tone.LOW, Tone.OK, Tone.PLAIN)
    worst = min(order.index(figure.tone) for figure in tile.figures)
    ends = [figure.next_end for figure in tile.figures if figure.next_end]
    return worst, min(ends, default=date.max), tile.title, tile.package


def enterprise_packages(agreements: Iterable[AgreementLines], *, named: bool) -> list[PackageLines]:
    """Of all active agreements the packages in force; of an agreement that was named all of them, ended ones too."""
    return [
        package
        for agreement in agreements
        for package in agreement.mapped
        if package.scope is Scope.ENTERPRISE and (named or package.is_active)
    ]


def _tile(line: Line, query: str) -> Tile:
    return tiles.tile_of_line(line, url("activity:entitlement", line.id) + query)


def _nothing_enterprise(
    agreements: Sequence[AgreementLines], chosen: Sequence[AgreementLines], choice: Choice
) -> Empty:
    tied = [one for one in agreements if one.mapped]
    if not tied:
        return Empty(
            _("No agreement reaches the chosen workspaces"),
            _("Your account team maps packages to workspaces. Choose other workspaces, or ask them."),
        )
    if choice.agreement_id is not None and not chosen:
        return Empty(
            _("This agreement does not reach the chosen workspaces"),
            _("Choose other workspaces, or another agreement."),
            url("activity:customer_activity") + choice.query(agreement_id=None),
            _("Show all active agreements"),
        )
    if not chosen:
        latest = tied[0]
        return Empty(
            _("No active agreement"),
            _("The agreements of the chosen workspaces are not in force today."),
            url("activity:customer_activity") + choice.query(agreement_id=latest.id),
            _("Show %(name)s (%(state)s)") % {"name": latest.name, "state": state_name(latest.state).lower()},
        )
    return Empty(
        _("No enterprise-wide package"),
        _("The chosen agreement has no enterprise-wide package in the chosen workspaces."),
    )


def addon_agreement(agreements: Sequence[AgreementLines], choice: Choice) -> AgreementLines | None:
    """Exactly one agreement at a time: the one that is named, else the first active one with add-ons (R1.10).

    The name of one that does not reach the chosen workspaces counts as none: the choice of workspaces came later.
    """
    tied = [one for one in agreements if one.mapped]
    named = [one for one in tied if one.id == choice.addon_agreement_id]
    if named:
        return named[0]
    with_addons = [one for one in tied if _addons(one)]
    active = [one for one in with_addons if one.state in ACTIVE_STATES]
    return next(iter(active or with_addons or tied), None)


def _addons(agreement: AgreementLines) -> list[PackageLines]:
    return [package for package in agreement.mapped if package.scope is Scope.ADDON]


def addon(agreements: Sequence[AgreementLines], choice: Choice) -> dict[str, Any]:
    agreement = addon_agreement(agreements, choice)
    packages = _addons(agreement) if agreement else []
    if choice.package_id not in [one.id for one in packages]:  # of the agreement that was chosen before
        choice = replace(choice, package_id=None)
    shown = [one for one in packages if _is_wanted(one, choice)]
    query = choice.query()
    return {
        "agreements": [Option(one.id, _label(one), one is agreement) for one in agreements if one.mapped],
        "packages": [
            Option("", _("All packages"), choice.package_id is None),
            *(Option(one.id, one.name, one.id == choice.package_id) for one in packages),
        ],
        "statuses": [
            Option(Status.ACTIVE, _("Active packages"), choice.status is Status.ACTIVE),
            Option(Status.INACTIVE, _("Inactive packages"), choice.status is Status.INACTIVE),
            Option(Status.ANY, _("All packages"), choice.status is Status.ANY),
        ],
        "groups": [_package_card(one, agreement, query) for one in shown if agreement],
        "empty": None if shown else _nothing_addon(agreement, packages, choice),
    }


def _is_wanted(package: PackageLines, choice: Choice) -> bool:
    if choice.package_id is not None and package.id != choice.package_id:
        return False
    return choice.status is Status.ANY or package.is_active is (choice.status is Status.ACTIVE)


def _package_card(package: PackageLines, agreement: AgreementLines, query: str) -> PackageCard:
    made = [(line.kind, _tile(line, query)) for line in package.lines]
    return PackageCard(
        name=package.name,
        code=package.code,
        state=Badge(state_name(package.state), Tone(STATE_TONES.get(package.state, Tone.PLAIN))),
        term=fmt.term(package.starts_on, package.ends_on),
        ends=tiles.end_text(package.state, package.starts_on, package.ends_on, agreement.today),
        consumables=[tile for kind, tile in made if kind is not ServiceKind.BENEFIT],
        benefits=[tile for kind, tile in made if kind is ServiceKind.BENEFIT],
    )


def _nothing_addon(agreement: AgreementLines | None, packages: Sequence[PackageLines], choice: Choice) -> Empty:
    if agreement is None:
        return Empty(_("No agreement"), _("No agreement reaches the chosen workspaces, so there is no add-on package."))
    if not packages:
        return Empty(_("No add-on package"), _("This agreement has no add-on package in the chosen workspaces."))
    href = url("activity:customer_activity") + choice.query(status=Status.ANY, package_id=None) + "#addons"
    return Empty(
        _("No package with this status"),
        _("This agreement has add-on packages, but none that fits the filters."),
        href,
        _("Show all packages"),
    )


def unmapped(
    packages: Sequence[Unmapped], asked: Collection[int], places: Sequence[Any], workspace_id: int | None
) -> dict[str, Any] | None:
    """What reaches no workspace at all, for administrators, each with a one-click enquiry (R3.7).

    ``asked``: packages that are asked for already. ``workspace_id``: for which one asks; ``places`` have its name.
    """
    if not packages:
        return None
    here = next((place.name for place in places if place.id == workspace_id), "")
    counted = ngettext("%(n)s package not mapped", "%(n)s packages not mapped", len(packages))
    return {
        "title": counted % {"n": fmt.number(len(packages))},
        "workspace_id": workspace_id,
        "ask": _("Ask for it in %(workspace)s") % {"workspace": here},
        "packages": [
            {"id": one.id, "name": one.name, "agreement": one.agreement, "is_asked": one.id in asked}
            for one in packages
        ],
    }


def as_of(changed_at: datetime | None) -> str:
    """Names the last change, not the clock, so that an unchanged page is the same page."""
    if changed_at is None:
        return _("Nothing has been recorded yet")
    local = timezone.localtime(changed_at)
    return _("As of %(day)s, %(time)s (%(zone)s)") % {
        "day": fmt.day(local.date()),
        "time": local.strftime("%H:%M"),
        "zone": timezone.get_current_timezone_name(),
    }
