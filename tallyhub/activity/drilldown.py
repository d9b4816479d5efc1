"""What a drill-down is about, its totals and months, and whose rows it may show (R1.13)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.activity import page, tiles
from tallyhub.activity.filters import Choice, NoSuchChoice
from tallyhub.activity.queries import AgreementLines, Line, PackageLines
from tallyhub.activity.rules import GROUP_OF, OF_REQUESTS, Group, add_up
from tallyhub.agreements.rules import ServiceKind
from tallyhub.agreements.words import kind_name
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger import entries
from tallyhub.ledger.figures import Balance, Tone

CHART_MONTHS_MAX = 24


@dataclass(frozen=True, slots=True)
class Subject:
    """What is drilled into: one entitlement, or all of one kind in the enterprise-wide section."""

    title: str
    description: str
    action_url: str
    members: tuple[tuple[AgreementLines, PackageLines, Line], ...]

    @property
    def lines(self) -> list[Line]:
        return [line for _agreement, _package, line in self.members]

    @property
    def kinds(self) -> set[ServiceKind]:
        return {line.kind for line in self.lines}

    @property
    def is_support(self) -> bool:
        """Its rows are requests."""
        return bool(self.kinds) and self.kinds <= OF_REQUESTS

    @property
    def is_education(self) -> bool:
        """Its rows are what people learnt."""
        return self.kinds == {ServiceKind.EDUCATION}

    @property
    def is_benefit(self) -> bool:
        return all(line.balance is None for line in self.lines)


def subject_of_entitlement(agreements: Iterable[AgreementLines], entitlement_id: int) -> Subject:
    """Raises NoSuchChoice where the entitlement reaches none of the chosen workspaces."""
    for agreement in agreements:
        for package in agreement.mapped:
            for line in package.lines:
                if line.id == entitlement_id:
                    return Subject(line.title, line.description, line.action_url, ((agreement, package, line),))
    raise NoSuchChoice


def subject_of_group(agreements: Sequence[AgreementLines], group: Group, choice: Choice) -> Subject:
    chosen = page.chosen_agreements(agreements, choice)
    members = tuple(
        (agreement, package, line)
        for agreement in chosen
        for package in page.enterprise_packages([agreement], named=choice.agreement_id is not None)
        for line in package.lines
        if line.balance and GROUP_OF[line.kind] is group
    )
    if not members:
        raise NoSuchChoice
    texts = list(dict.fromkeys(line.description for *_rest, line in members if line.description))
    actions = {line.action_url for *_rest, line in members if line.action_url}
    return Subject(tiles.group_name(group), " ".join(texts), actions.pop() if len(actions) == 1 else "", members)


def row_workspaces(access: Access, kinds: set[ServiceKind], chosen: Sequence[int]) -> tuple[int, ...]:
    """The chosen workspaces whose entries may be shown.

    Named people's learning is for learning managers (R2.2); what was recorded of support without a request that could
    say who may see it is for administrators (R1.5); everything else is for whoever may open the page.
    """
    needed = {Right.VIEW_ACTIVITY}
    if ServiceKind.EDUCATION in kinds:
        needed.add(Right.VIEW_LEARNING)
    if kinds & OF_REQUESTS:
        needed.add(Right.ADMINISTER)
    return tuple(one for one in chosen if all(access.has(right, workspace_id=one) for right in needed))


def totals(subject: Subject) -> list[dict[str, Any]]:
    balances = add_up(line.balance for line in subject.lines if line.balance)
    several = len(balances) > 1
    return [figure for one in balances for figure in _totals(one, several=several)]


def _totals(one: Balance, *, several: bool) -> Iterable[dict[str, Any]]:
    def figure(label: str, value: int, tone: Tone = Tone.PLAIN) -> dict[str, Any]:
        named = {"service": kind_name(one.kind), "figure": label}
        shown = _("%(service)s: %(figure)s") % named if several else label
        return {"label": shown, "value": fmt.amount(value, one.unit), "tone": tone}

    if one.kind is ServiceKind.CONTACTS and one.expired == 0:
        yield from _people(one, figure)
        return
    if one.over:
        yield figure(_("Over"), one.over, Tone.OVER)
    if one.quantity:
        yield figure(_("Left"), one.left, one.tone if not one.over else Tone.PLAIN)
    yield from _planned(one, figure)
    if one.used_here != one.used:
        yield figure(_("Used in the chosen workspaces"), one.used_here)
    yield figure(_("Used in the agreement"), one.used)
    if not one.is_as_needed:
        yield figure(_("Bought"), one.bought)
    if one.upcoming:
        yield figure(_("To come"), one.upcoming)
    if one.expired:
        yield figure(_("Expired unused"), one.expired)


def _planned(one: Balance, figure: Callable[..., dict[str, Any]]) -> Iterable[dict[str, Any]]:
    if not one.held:
        return
    yield figure(_("Planned, expired") if one.has_ended else _("Planned"), one.held)
    if not (one.has_ended or one.is_as_needed):
        yield figure(_("Free to plan"), one.free)


def _people(one: Balance, figure: Callable[..., dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """People are named, and nobody is used up."""
    if one.over:
        yield figure(_("Over"), one.over, Tone.OVER)
    if one.quantity:
        yield figure(_("Free"), one.left, Tone.PLAIN if one.over else one.tone)
    yield figure(_("Named"), one.used)
    if not one.is_as_needed:
        yield figure(_("Allowed"), one.quantity)
    if one.upcoming:
        yield figure(_("To come"), one.upcoming)


def charts(subject: Subject, workspaces: Sequence[int]) -> list[dict[str, Any]]:
    """What was used per month in the chosen workspaces, one chart per kind and unit; at most two years."""
    months = _months(subject)
    used = entries.monthly([line.id for line in subject.lines], list(workspaces), months[0]) if months else []
    found = []
    measures = list(dict.fromkeys((line.kind, line.unit) for line in subject.lines if line.balance))
    several = len(measures) > 1
    for kind, unit in measures:
        members = {line.id for line in subject.lines if (line.kind, line.unit) == (kind, unit)}
        sums = dict.fromkeys(months, 0)
        for entitlement_id, month, charged in used:
            if entitlement_id in members and month in sums:
                sums[month] += charged
        if any(sums.values()):
            found.append(_chart(kind, unit, sums, is_one_of_several=several))
    return found


def _months(subject: Subject) -> list[date]:
    first = min((package.starts_on for _agreement, package, _line in subject.members), default=None)
    last = max((min(package.ends_on, agreement.today) for agreement, package, _line in subject.members), default=None)
    if first is None or last is None or first > last:
        return []
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    begin = max(count - CHART_MONTHS_MAX, 0) + first.year * 12 + first.month - 1
    return [date(index // 12, index % 12 + 1, 1) for index in range(begin, last.year * 12 + last.month)]


def _chart(kind: ServiceKind, unit: Unit, sums: dict[date, int], *, is_one_of_several: bool) -> dict[str, Any]:
    highest = max(max(sums.values()), 1)
    title = _("Used per month")
    if is_one_of_several:
        names = {"service": kind_name(kind), "unit": fmt.unit_name(unit)}
        title = _("%(service)s (%(unit)s): used per month") % names
    return {
        "title": title,
        "unit": fmt.unit_name(unit),
        "highest": fmt.amount(highest, unit),
        "bars": [
            {
                "label": fmt.month(month),
                "short": fmt.short_month(month),
                "year": str(month.year),
                "value_text": fmt.amount(charged, unit),
                "height": max(round(100 * charged / highest), 0),
            }
            for month, charged in sums.items()
        ],
    }
