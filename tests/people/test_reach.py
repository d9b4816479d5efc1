"""What each person reaches, through pages, API and raw SQL, against an independent model (R1.5, R3.3, R3.8).

Random organisations, and random roles that come, end and go while the clock moves; each step is compared in full.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tallyhub.accounts import commands as accounts
from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.models import Mapping
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations import steps
from tallyhub.organizations.models import ProvedDomain, Workspace
from tallyhub.organizations.rules import Role
from tallyhub.organizations.sign_on import act_for
from tests.make import (
    LONG_AGO,
    book,
    make_agreement,
    make_entitlement,
    make_organization,
    make_package,
    make_person,
    make_service,
    make_workspace,
)
from tests.people.reach import ACTIVITY, ALLOWS, AUDIT, USERS, Books, Held

SEEDS = range(int(os.environ.get("TALLYHUB_REACH_SEEDS", "4")))
ROUNDS = 8
ACTS_PER_ROUND = 5
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORKSPACES = {"alder": ["a1", "a2", "a3"], "beech": ["b1", "b2"]}
PEOPLE = {"ann": "alder.test", "ben": "alder.test", "cleo": "beech.test", "dan": "free.test", "eva": ""}
SOURCES = ["membership", "invitation", "group:1"]
RIGHTS = {ACTIVITY: Right.VIEW_ACTIVITY, AUDIT: Right.VIEW_AUDIT, USERS: Right.MANAGE_USERS}


class Life:
    """The same acts in the hub and in the books."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.books = Books(START, WORKSPACES, dict(PEOPLE))
        self.customers: dict[str, Any] = {name: make_organization(name) for name in WORKSPACES}
        self.places: dict[str, Any] = {
            place: make_workspace(self.customers[name], place)
            for name, places in WORKSPACES.items()
            for place in places
        }
        self.people: dict[str, Any] = {name: self._person(name, domain) for name, domain in PEOPLE.items()}
        self.entitlements: dict[str, Any] = {}
        self.used: set[tuple[str, str]] = set()  # package and workspace: what was booked stays where it is
        self._agreements()

    def _person(self, name: str, domain: str) -> Any:
        confirmed = LONG_AGO if domain else None
        return make_person(name, email=f"{name}@{domain or 'alder.test'}", confirmed_at=confirmed)

    def _agreements(self) -> None:
        """Some packages in each customer, each reaching some of its workspaces, with use in each of these."""
        service, provider = make_service("advisory", "minutes"), make_organization("hub", kind="provider")
        for name, places in WORKSPACES.items():
            agreement = make_agreement(self.customers[name], provider, plan="premier")
            for n in range(3):
                reached = self.chance.sample(places, self.chance.randint(0, len(places)))
                package = make_package(agreement, *(self.places[one] for one in reached), code=f"{name}-{n}")
                entitlement = make_entitlement(package, service, bought=600)
                for place in reached:
                    book(entitlement, self.places[place], 10, datetime(2026, 5, 5, tzinfo=UTC).date())
                    self.used.add((package.code, place))
                self.entitlements[package.code] = entitlement
                self.books.customer_of[package.code], self.books.reached[package.code] = name, {*reached}

    # What may happen

    def step(self) -> None:
        act = self.chance.choice(
            [self.give, self.give, self.give, self.take, self.leave, self.refuse, self.prove, self.map, self.wait]
        )
        with clock.frozen(self.books.now):
            act()

    def give(self) -> None:
        person, customer = self.chance.choice([*PEOPLE]), self.chance.choice([*WORKSPACES])
        role = self.chance.choice([*ALLOWS])
        is_whole = role == "customer_administrator" or self.chance.random() < 0.15
        place = None if is_whole else self.chance.choice(WORKSPACES[customer])
        until = self.books.now + timedelta(hours=self.chance.randint(1, 40)) if self.chance.random() < 0.3 else None
        held = Held(person, customer, place, role, self.chance.choice(SOURCES), self.books.now, until)
        self.books.give(held)
        self._as_hub(steps.give_roles, self._grant(held))

    def take(self) -> None:
        if self.books.held:
            one = self.chance.choice(self.books.held)
            if one.counts(self.books.now):
                self.books.take(one.person, one.workspace, one.role, one.source)
                self._as_hub(steps.take_roles, self._grant(one))

    def leave(self) -> None:
        person, customer = self.chance.choice([*PEOPLE]), self.chance.choice([*WORKSPACES])
        place = self.chance.choice(WORKSPACES[customer])
        self.books.leave(person, place)
        access = Access.of_system([self.customers[customer].pk])
        with scope(access, writing=True):
            steps.leave_workspace(access, self.places[place], [self.people[person].pk])

    def refuse(self) -> None:
        place = self.chance.choice([*self.places])
        self.books.refusing ^= {place}
        refuses = place in self.books.refusing
        Workspace.objects.using("owner").filter(pk=self.places[place].pk).update(refuses_personal=refuses)

    def prove(self) -> None:
        customer = self.chance.choice([*WORKSPACES])
        domain = f"{customer}.test"
        self.books.proved ^= {(customer, domain)}
        rows = ProvedDomain.objects.using("owner").filter(customer=self.customers[customer], domain=domain)
        if not rows.delete()[0]:
            ProvedDomain.objects.using("owner").create(
                customer=self.customers[customer], domain=domain, proved_by="dns", proved_at=self.books.now
            )

    def map(self) -> None:
        package = self.chance.choice([*self.entitlements])
        customer = self.books.customer_of[package]
        place = self.chance.choice(WORKSPACES[customer])
        self.books.reached[package] ^= {place}
        of = {"package_id": self.entitlements[package].package_id, "workspace_id": self.places[place].pk}
        if not Mapping.objects.using("owner").filter(**of).delete()[0]:
            Mapping.objects.using("owner").create(customer_id=self.customers[customer].pk, **of)

    def wait(self) -> None:
        self.books.now += timedelta(hours=self.chance.randint(1, 30))

    def _grant(self, held: Held) -> steps.NewGrant:
        return steps.NewGrant(
            self.customers[held.customer].pk,
            self.places[held.workspace].pk if held.workspace else None,
            self.people[held.person].pk,
            Role(held.role),
            held.source,
            held.until,
        )

    def _as_hub(self, step: Any, grant: steps.NewGrant) -> None:
        access = Access.of_system([grant.customer_id])
        with scope(access, writing=True):
            step(access, [grant])

    # What each reaches

    def compare(self) -> None:
        with clock.frozen(self.books.now):
            for person in PEOPLE:
                inside = [one for one in WORKSPACES if self.books.roles(person, one)]
                for customer in WORKSPACES:
                    access = act_for(self.people[person].pk, self.customers[customer].pk).access
                    self._compare_access(person, customer, access)
                    self._compare_sql(person, customer, access)
                for customer in inside:
                    self._compare_pages(person, customer)
                    self._compare_api(person, customer)

    def _ids(self, places: set[str]) -> set[int]:
        return {self.places[one].pk for one in places}

    def _compare_access(self, person: str, customer: str, access: Access) -> None:
        readable = self.books.readable(person, customer)
        assert set(access.workspaces) == self._ids(readable), (person, customer)
        assert access.in_whole == self.books.is_in_whole(person, customer), (person, customer)
        for what, right in RIGHTS.items():
            expected = self._ids(self.books.may(person, customer, what))
            assert set(access.workspaces_with(right)) == expected, (person, customer, what)

    def _compare_sql(self, person: str, customer: str, access: Access) -> None:
        """With the Python wall off."""
        readable = self._ids(self.books.readable(person, customer))
        packages = {self.entitlements[one].package_id for one in self.books.packages(person, customer)}
        used = {
            (self.entitlements[package].pk, self.places[place].pk)
            for package, place in self.used
            if self.places[place].pk in readable
        }
        with scope(access):
            assert _column("SELECT id FROM organizations_workspace") == readable
            assert _column("SELECT id FROM agreements_package") == packages
            assert _column("SELECT package_id FROM agreements_entitlement") == packages
            assert _rows("SELECT DISTINCT entitlement_id, workspace_id FROM ledger_entry") == used

    def _compare_pages(self, person: str, customer: str) -> None:
        browser = Client()
        browser.force_login(self.people[person])
        chosen = browser.post("/switch/customer/", {"customer": self.customers[customer].pk})
        assert chosen.status_code == 302, (person, customer)
        seen = self.books.may(person, customer, ACTIVITY)
        for place, workspace in self.places.items():
            answer = browser.get("/customer-activity/", {"workspace": workspace.pk})
            assert answer.status_code == (200 if place in seen else 404 if seen else 403), (person, customer, place)
        audited = self.books.may(person, customer, AUDIT)
        for place, workspace in self.places.items():
            answer = browser.get("/who/", {"workspace": workspace.pk})
            assert answer.status_code == (200 if place in audited else 404 if audited else 403), (person, place)
        for package, entitlement in self.entitlements.items():
            answer = browser.get(f"/customer-activity/entitlements/{entitlement.pk}/?workspace=all")
            is_seen = package in self._activity_packages(person, customer)
            assert answer.status_code == (200 if is_seen else 404 if seen else 403), (person, customer, package)

    def _activity_packages(self, person: str, customer: str) -> set[str]:
        """What reaches a workspace whose activity one may open."""
        seen = self.books.may(person, customer, ACTIVITY)
        own = {one for one, of in self.books.customer_of.items() if of == customer}
        return {one for one in own if self.books.reached[one] & seen}

    def _compare_api(self, person: str, customer: str) -> None:
        access = act_for(self.people[person].pk, self.customers[customer].pk).access
        if not self.books.may(person, customer, ACTIVITY):
            return
        secret = accounts.make_token(
            access, name="x", scopes=[TokenScope.READ_AGREEMENTS], lifetime_days=30, is_of_customer=False
        )
        program, headers = Client(), {"Authorization": f"Bearer {secret}"}
        found = program.get("/api/v1/workspaces", headers=headers).json()["items"]
        assert {one["code"] for one in found} == self.books.may(person, customer, ACTIVITY), (person, customer)
        found = program.get("/api/v1/packages?limit=100", headers=headers).json()["items"]
        mapped = {one["code"] for one in found if one["is_mapped"]}
        assert mapped == self._activity_packages(person, customer), (person, customer)


def _rows(statement: str) -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return set(cursor.fetchall())


def _column(statement: str) -> set[Any]:
    return {one for (one,) in _rows(statement)}


@pytest.fixture
def life(empty: None, request: pytest.FixtureRequest) -> Iterator[Life]:
    with clock.frozen(START):
        yield Life(request.param)


@pytest.mark.parametrize("life", SEEDS, indirect=True)
def test_everybody_reaches_what_the_rules_say_and_nothing_else(life: Life) -> None:  # R1.5, R3.3, R3.4, R3.6, R3.8
    for _ in range(ROUNDS):
        for _ in range(ACTS_PER_ROUND):
            life.step()
        life.compare()
