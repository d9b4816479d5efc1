"""Whose learning one sees: pages, file, API and raw SQL, against a model (R2.2, R3.3, R3.8).

Random roles, records, assignments and removals; after each round everything is compared in full.
"""

import os
import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from tallyhub.accounts.tokens import TokenScope
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.learning.models import Assignment, Fact, Record
from tallyhub.learning.report import queries
from tallyhub.organizations.models import AccessGrant, Membership
from tallyhub.organizations.sign_on import act_for
from tests.integrations.api.program import Program, make_token
from tests.learning.people import ask, learn
from tests.make import grant, make_activity, make_organization, make_person, make_workspace

SEEDS = range(int(os.environ.get("TALLYHUB_SIGHT_SEEDS", "3")))
ROUNDS, ACTS_PER_ROUND = 4, 12
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACES = {"a1": "alder", "a2": "alder", "b1": "beech"}
PEOPLE = ("ann", "ben", "cleo", "dan", "eva")
IN_WORKSPACE = ("learning_manager", "learning_manager", "workspace_administrator", "customer_activity", "member")
IN_WHOLE = ("customer_administrator", "csam", "engineer")


class Life:
    """The same acts in the hub and in the books."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.customers = {name: make_organization(name) for name in ("alder", "beech")}
        self.places = {place: make_workspace(self.customers[name], place) for place, name in PLACES.items()}
        self.people = {name: make_person(name) for name in PEOPLE}
        self.activities = [make_activity(f"x{n}") for n in range(3)]
        self.held: set[tuple[str, str, str | None, str]] = set()  # person, customer, place, role
        self.learnt: dict[int, tuple[str, str]] = {}  # whose, where
        self.asked: dict[int, tuple[str, str]] = {}

    def step(self) -> None:
        self.chance.choice([self.give, self.give, self.leave, self.learn, self.learn, self.ask])()

    def give(self) -> None:
        person, place = self.chance.choice(PEOPLE), self.chance.choice([*PLACES])
        if self.chance.random() < 0.2:
            held = (person, PLACES[place], None, self.chance.choice(IN_WHOLE))
        else:
            held = (person, PLACES[place], place, self.chance.choice(IN_WORKSPACE))
        if held not in self.held:
            self.held.add(held)
            grant(self.people[person], held[3], self.places[place] if held[2] else self.customers[held[1]])

    def leave(self) -> None:
        person, place = self.chance.choice(PEOPLE), self.chance.choice([*PLACES])
        self.held = {one for one in self.held if (one[0], one[2]) != (person, place)}
        where = {"person_id": self.people[person].pk, "workspace": self.places[place]}
        for model in (AccessGrant, Membership):
            model.objects.using("owner").filter(**where).delete()

    def learn(self) -> None:
        person, place = self.chance.choice(PEOPLE), self.chance.choice([*PLACES])
        activity = self.chance.choice(self.activities)
        made = learn(self.places[place], self.people[person], activity, date(2026, 3, self.chance.randint(1, 28)))
        self.learnt[made.pk] = person, place

    def ask(self) -> None:
        person, place = self.chance.choice(PEOPLE), self.chance.choice([*PLACES])
        activity = self.chance.choice(self.activities)
        where = {"workspace": self.places[place], "person": self.people[person], "activity": activity}
        if not Assignment.objects.using("owner").filter(**where).exists():
            due = date(2026, 12, 1)
            made = ask(self.places[place], self.people[person], activity, self.people["ann"], due, date(2026, 11, 2))
            self.asked[made.pk] = person, place

    def access(self, person: str, customer: str) -> Access:
        return act_for(self.people[person].pk, self.customers[customer].pk).access

    # The model

    def belongs(self, person: str, customer: str) -> bool:
        return any(one[:2] == (person, customer) for one in self.held)

    def follows(self, person: str, place: str) -> bool:
        return (person, PLACES[place], place, "learning_manager") in self.held

    def sees(self, person: str, customer: str, rows: dict[int, tuple[str, str]]) -> set[int]:
        if not self.belongs(person, customer):
            return set()
        inside = {row: told for row, told in rows.items() if PLACES[told[1]] == customer}
        return {row for row, (whose, place) in inside.items() if whose == person or self.follows(person, place)}


def by_orm(access: Access, model: Any) -> set[int]:
    with scope(access):
        return set(model.objects.visible_to(access).values_list("pk", flat=True))


def by_sql(access: Access, table: str) -> set[int]:
    with scope(access), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table}")
        return {row for (row,) in cursor.fetchall()}


def by_first_wall_alone(access: Access, model: Any) -> set[int]:
    """As the owner, whom no policy stops."""
    return set(model.objects.using("owner").visible_to(access).values_list("pk", flat=True))


def by_api(life: Life, person: str, customer: str) -> set[int]:
    secret = make_token(life.people[person], life.customers[customer], TokenScope.READ_LEARNING)
    return {one["id"] for one in Program(secret).get("/learning-records").json()["items"]}


def by_report(access: Access) -> set[int]:
    """The records of the education report; empty where it is refused."""
    if not access.has_anywhere(Right.VIEW_LEARNING):
        return set()
    with scope(access):
        wanted = queries.ReportFilter(queries.read_workspaces(access))
        return {row.id for batch in queries.stream(wanted) for row in batch if row.id > 0}


def compare(life: Life) -> None:
    for customer in ("alder", "beech"):
        for person in PEOPLE:
            who = (person, customer)
            access = life.access(*who)
            learnt, asked = life.sees(*who, life.learnt), life.sees(*who, life.asked)
            for model, expected in ((Record, learnt), (Assignment, asked)):
                assert by_orm(access, model) == expected, who
                assert by_sql(access, model._meta.db_table) == expected, who
                assert by_first_wall_alone(access, model) == expected, who
            facts = set(Fact.objects.using("owner").filter(record_id__in=learnt).values_list("pk", flat=True))
            assert by_sql(access, "learning_fact") == facts, who
            if life.belongs(*who):
                assert by_api(life, *who) == learnt, who
            followed = {row for row in learnt if life.follows(person, life.learnt[row][1])}
            assert by_report(access) == followed, who


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_sees_their_own_and_what_they_follow_and_nothing_else(empty: None, seed: int) -> None:
    with clock.frozen(START):
        life = Life(seed)
        for _round in range(ROUNDS):
            for _act in range(ACTS_PER_ROUND):
                life.step()
            compare(life)
    assert life.learnt
    assert life.asked
