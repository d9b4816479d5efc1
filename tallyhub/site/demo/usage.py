"""Turns a line's uses into rows of consumption: seeded, so that the same day gives the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random

from tallyhub.kernel.amounts import Unit, charge
from tallyhub.organizations.rules import Role
from tallyhub.site.demo.cast import Member
from tallyhub.site.demo.catalogue import UNIT_OF
from tallyhub.site.demo.habits import HABITS, Habit
from tallyhub.site.demo.plan import Agreement, Line, Package, Use

QUIET_MONTHS = {7: 0.45, 8: 0.75, 12: 0.6}  # how much of the usual is done in them
NIGHT_RATE = Fraction(3, 2)
NIGHT_SHARE = 0.09
GOODWILL_SHARE = 0.01
REVERSED_SHARE = 0.025
REASONS = ("booked_twice", "wrong_workspace", "wrong_amount")
STEPS_PER_UNIT = {Unit.MINUTES: 60, Unit.CREDITS: 100}  # Use.amount is in hours and in whole credits


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a use happens."""

    agreement: Agreement
    package: Package
    line: Line
    members: tuple[Member, ...]

    @property
    def unit(self) -> Unit:
        return UNIT_OF[self.line.service]

    @property
    def habit(self) -> Habit:
        return HABITS[self.line.service]


@dataclass(slots=True)
class Fact:
    """One thing that happened, before it has a number."""

    spot: Spot
    occurred_on: date
    workspace: str
    amount: str
    title: str
    multiplier: Fraction = Fraction(1)
    person: str = ""
    reversed_for: str = ""  # a reason: the entry is taken back again


def facts(customer_code: str, spot: Spot, today: date) -> Iterator[Fact]:
    """All uses of a line. Each line has its own seed: a change of one leaves the others as they are."""
    dice = Random(f"{customer_code}/{spot.agreement.number}/{spot.package.code}/{spot.line.service}")
    contacts = iter(_contacts(spot))
    done: set[tuple[str, str, str]] = set()
    for use in spot.line.uses:
        days = _busy_days(dice, use, today)
        wanted, charged = use.amount * STEPS_PER_UNIT.get(spot.unit, 1), 0
        while days and charged < wanted:
            fact = _contact(dice, spot, days, next(contacts)) if spot.habit.once_each else _fact(dice, spot, days)
            if spot.habit.once_by_title:
                _do_once(dice, fact, done)
            charged += 0 if fact.reversed_for else _charged(fact)
            if charged > wanted:
                break
            yield fact


def _contacts(spot: Spot) -> list[Member]:
    """Who may open support requests in a workspace that the package reaches."""
    allowed = {(Role.SUPPORT_CONTACT.value, place) for place in spot.package.workspaces}
    return [one for one in spot.members if allowed & set(one.roles)]


def _busy_days(dice: Random, use: Use, today: date) -> list[date]:
    """The past days of the use, thinned out in quiet months and at weekends."""
    days = use.months.past_days(today)
    return [day for day in days if dice.random() < QUIET_MONTHS.get(day.month, 1) * (0.08 if day.weekday() >= 5 else 1)]


def _fact(dice: Random, spot: Spot, days: list[date]) -> Fact:
    habit, places = spot.habit, spot.package.workspaces
    workspace = dice.choices(places, weights=range(len(places), 0, -1))[0]
    day = dice.choice(days)
    fact = Fact(spot, day, workspace, _amount(dice, habit), dice.choice(habit.titles))
    fact.multiplier = _multiplier(dice, habit, day)
    if habit.names_person:
        fact.person = dice.choice([one.key for one in spot.members if workspace in one.workspaces])
    if dice.random() < REVERSED_SHARE:
        fact.reversed_for = dice.choice(REASONS)
    return fact


def _do_once(dice: Random, fact: Fact, done: set[tuple[str, str, str]]) -> None:
    """Somebody else, or another title, where this one has done it already; again only where everybody has done all."""
    spot = fact.spot
    if (fact.workspace, fact.person, fact.title) in done:
        every = (
            (place, one.key, title)
            for place in spot.package.workspaces
            for one in spot.members
            if place in one.workspaces
            for title in spot.habit.titles
        )
        if free := [one for one in every if one not in done]:
            fact.workspace, fact.person, fact.title = dice.choice(free)
    done.add((fact.workspace, fact.person, fact.title))


def _contact(dice: Random, spot: Spot, days: list[date], who: Member) -> Fact:
    workspace = next(home for home in who.workspaces if home in spot.package.workspaces)
    return Fact(spot, dice.choice(days), workspace, "1", spot.habit.titles[0], person=who.key)


def _amount(dice: Random, habit: Habit) -> str:
    size = dice.choice(habit.sizes)
    return str(int(size) + dice.randint(-9, 9)) if habit.has_odd_minutes else size


def _multiplier(dice: Random, habit: Habit, day: date) -> Fraction:
    """Work at night and at weekends costs more; a little is given as goodwill."""
    if not habit.works_at_night:
        return Fraction(1)
    if day.weekday() >= 5 or dice.random() < NIGHT_SHARE:
        return NIGHT_RATE
    return Fraction(0) if dice.random() < GOODWILL_SHARE else Fraction(1)


def _charged(fact: Fact) -> int:
    steps = Fraction(fact.amount) * (100 if fact.spot.unit is Unit.CREDITS else 1)
    return charge(int(steps), multiplier=fact.multiplier, rounding_step=fact.spot.line.step)
