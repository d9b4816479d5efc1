"""A tile: remaining first, in words. Every sentence about a balance is made here, for page, home and drill-down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallyhub.activity.queries import Line
from tallyhub.activity.rules import Group, add_up
from tallyhub.agreements.rules import State
from tallyhub.agreements.words import kind_name
from tallyhub.kernel import formatting as fmt
from tallyhub.ledger.figures import Balance, Tone
from tallyhub.ledger.words import counts_people, headline, over_text

_KEPT = 20_000  # balances in words; some MB at most


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Bar:
    value: int
    max: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One balance of a tile. No bar where no quantity was agreed: a percentage of nothing says nothing."""

    label: str | None
    headline: str
    used_here: str | None
    used_agreement: str | None
    bar: Bar | None
    tone: Tone
    ends: str
    next_end: date | None
    planned: str | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    href: str | None
    title: str
    kind: str
    figures: tuple[Figure, ...] = ()
    badges: tuple[Badge, ...] = ()
    description: str = ""
    package: str = ""  # where the title alone would not tell it from another one


def group_name(group: Group) -> str:
    names = {
        Group.PROACTIVE: _("Built-in proactive services"),
        Group.AS_NEEDED: _("As-needed support"),
        Group.EDUCATION: _("On-demand education"),
        Group.CONTACTS: _("Support contacts"),
        Group.ASSESSMENTS: _("On-demand assessments"),
        Group.CREDITS: _("Proactive credits"),
    }
    return names[group]


@dataclass(frozen=True, slots=True)
class Words:
    """All that is said about a balance."""

    headline: str
    used_here: str | None
    used: str | None
    badge: Badge | None
    ends: str
    planned: str | None


def words(one: Balance) -> Words:
    return _words(one, get_language() or "en")


@lru_cache(_KEPT)
def _words(one: Balance, language: str) -> Words:
    """Kept by value, as numbers and days are: one balance is looked at many times before it changes."""
    return Words(headline(one), _used_here(one), _used(one), _badge(one), _ends(one), planned_text(one))


def figure(one: Balance, *, label: str | None = None) -> Figure:
    said = words(one)
    bar = Bar(min(one.quantity - one.left, one.quantity), one.quantity) if one.quantity else None
    return Figure(label, said.headline, said.used_here, said.used, bar, one.tone, said.ends, one.next_end, said.planned)


def planned_text(one: Balance) -> str | None:
    """What is held for what was planned, beside what is left: it is no use until it is delivered."""
    if not one.held:
        return None
    planned = fmt.amount(one.held, one.unit)
    if one.has_ended:
        return _("%(amount)s was planned, expired") % {"amount": planned}
    if one.is_as_needed:
        return _("%(amount)s planned") % {"amount": planned}
    if one.held > one.left:
        beyond = fmt.amount(one.held - one.left, one.unit)
        return _("%(amount)s planned, %(beyond)s more than is left") % {"amount": planned, "beyond": beyond}
    free = fmt.amount(one.free, one.unit)
    return _("%(amount)s of it planned, %(free)s free to plan") % {"amount": planned, "free": free}


def _used_here(one: Balance) -> str | None:
    """Told apart from what the agreement used where the two differ."""
    if one.used_here == one.used:
        return None
    here = {"amount": fmt.amount(one.used_here, one.unit)}
    return _("%(amount)s named here") % here if counts_people(one) else _("%(amount)s used here") % here


def _used(one: Balance) -> str | None:
    """What the agreement used. In a later year that is more than what is missing from the quantity in force."""
    amount = {"amount": fmt.amount(one.used, one.unit)}
    if one.is_as_needed:
        return None  # the headline says it
    if counts_people(one):
        return _("%(amount)s named in the agreement") % amount
    if one.quantity and one.used - one.over != one.quantity - one.left:
        return _("%(amount)s used over the whole term") % amount
    if one.used_here != one.used:
        return _("%(amount)s used in the agreement") % amount
    return _("%(amount)s used") % amount


def tile_of_line(line: Line, href: str | None) -> Tile:
    if line.balance is None:
        return Tile(href, line.title, line.kind, description=line.description)
    return Tile(
        href,
        line.title,
        line.kind,
        figures=(figure(line.balance),),
        badges=_badges([line.balance]),
    )


def tile_of_group(group: Group, lines: Iterable[Line], href: str) -> Tile:
    """The aggregate of one kind over the chosen agreements: a figure per unit, never one over units."""
    balances = add_up(line.balance for line in lines if line.balance)
    several = len(balances) > 1
    return Tile(
        href,
        group_name(group),
        group,
        figures=tuple(figure(one, label=kind_name(one.kind) if several else None) for one in balances),
        badges=_badges(balances),
    )


def _badges(balances: Iterable[Balance]) -> tuple[Badge, ...]:
    return tuple(said.badge for said in map(words, balances) if said.badge)


def _badge(one: Balance) -> Badge | None:
    """Only what the headline does not say already."""
    people = counts_people(one)
    if one.over:
        most = _("More named than allowed") if people else _("More used than bought")
        return Badge(over_text(one) if one.left else most, Tone.OVER)
    if one.quantity and not one.left:
        return Badge(_("All named") if people else _("Used up"), Tone.CRITICAL)
    if people:
        return None  # who is named is no use: nothing runs out
    return Badge(_("Nearly used up"), Tone.CRITICAL) if one.tone is Tone.CRITICAL else None


def _ends(one: Balance) -> str:
    if not one.next_end or not one.ends_next or counts_people(one):
        return ""
    return _("Use %(amount)s by %(day)s") % {
        "amount": fmt.amount(one.ends_next, one.unit),
        "day": fmt.day(one.next_end),
    }


def end_text(state: State, starts_on: date, ends_on: date, today: date) -> str:
    """When an agreement or package ends, ended or begins, as seen from today."""
    if state is State.FUTURE:
        return _("begins on %(day)s") % {"day": fmt.day(starts_on)}
    if state is State.TERMINATED:
        return _("terminated on %(day)s") % {"day": fmt.day(ends_on)}
    if state is State.EXPIRED:
        return _("expired on %(day)s") % {"day": fmt.day(ends_on)}
    return fmt.days_left((ends_on - today).days)
