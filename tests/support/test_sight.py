"""Who sees which request: page, list, file, search, API, mail and raw SQL, against a model (R1.5, R3.3, R3.8).

Random roles, groups, openings, shares and removals; after each round everything is compared in full.
"""

import os
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import AccessGrant, Membership
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.models import GroupMember
from tallyhub.support.conversation import incoming
from tallyhub.support.conversation.addresses import reply_address
from tallyhub.support.conversation.incoming import Verdict
from tallyhub.support.models import RequestViewer
from tallyhub.support.requests import commands
from tests.integrations.api.program import Program, make_token
from tests.make import grant, make_organization, make_person, make_workspace
from tests.notifications.conftest import mail_settings
from tests.people.people import make_group
from tests.support.requests.asking import numbers
from tests.support.sight import Asked, Books

SEEDS = range(int(os.environ.get("TALLYHUB_SIGHT_SEEDS", "1")))  # `make soak` lives more lives
ROUNDS, ACTS_PER_ROUND = 4, 12
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACES = {"a1": "alder", "a2": "alder", "b1": "beech"}
PEOPLE = ("ann", "ben", "cleo", "dan", "eva", "finn")
IN_WORKSPACE = (
    "workspace_administrator",
    "view_all_support_requests",
    "support_contact",
    "member",
    "customer_activity",
)
IN_WHOLE = ("customer_administrator", "csam", "engineer")


class Life:
    """The same acts in the hub and in the books."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.books = Books(dict(PLACES))
        self.customers: dict[str, Any] = {name: make_organization(name) for name in ("alder", "beech")}
        self.places: dict[str, Any] = {
            place: make_workspace(self.customers[customer], place) for place, customer in PLACES.items()
        }
        self.people: dict[str, Any] = {name: make_person(name) for name in PEOPLE}
        self.groups: dict[str, Any] = {}
        for place in PLACES:
            for n in (1, 2):
                self.groups[f"{place}-{n}"] = make_group(self.places[place], f"{place}-{n}")
                self.books.groups[f"{place}-{n}"] = place, set()
        for person in PEOPLE[:3]:
            self._grant(person, self.chance.choice([*PLACES]), "support_contact")

    def step(self) -> None:
        acts = [self.open, self.open, self.give_role, self.give_role, self.leave, self.join, self.part, self.share]
        self.chance.choice([*acts, self.share, self.take_away, self.take_away])()

    def give_role(self) -> None:
        person, place = self.chance.choice(PEOPLE), self.chance.choice([*PLACES])
        if self.chance.random() < 0.15:
            self._grant(person, None, self.chance.choice(IN_WHOLE), PLACES[place])
        else:
            self._grant(person, place, self.chance.choice(IN_WORKSPACE))

    def _grant(self, person: str, place: str | None, role: str, customer: str = "") -> None:
        held = (person, customer or PLACES[place or ""], place, role)
        if held not in self.books.held:
            self.books.held.add(held)
            grant(self.people[person], role, self.places[place] if place else self.customers[customer])

    def leave(self) -> None:
        """Somebody loses every role in a workspace, but stays in its groups and among those it was shared with."""
        person, place = self.chance.choice(PEOPLE), self.chance.choice([*PLACES])
        self.books.held = {one for one in self.books.held if (one[0], one[2]) != (person, place)}
        where = {"person_id": self.people[person].pk, "workspace": self.places[place]}
        for model in (AccessGrant, Membership):
            model.objects.using("owner").filter(**where).delete()

    def join(self) -> None:
        name, person = self.chance.choice([*self.groups]), self.chance.choice(PEOPLE)
        place, inside = self.books.groups[name]
        if person not in inside:
            inside.add(person)
            where = {"customer": self.customers[PLACES[place]], "workspace": self.places[place]}
            GroupMember.objects.using("owner").create(
                customer_id=where["customer"].pk, workspace_id=where["workspace"].pk,
                group_id=self.groups[name].pk, person_id=self.people[person].pk,
            )  # fmt: skip

    def part(self) -> None:
        name, person = self.chance.choice([*self.groups]), self.chance.choice(PEOPLE)
        self.books.groups[name][1].discard(person)
        of = {"group_id": self.groups[name].pk, "person_id": self.people[person].pk}
        GroupMember.objects.using("owner").filter(**of).delete()

    def _members(self, place: str) -> list[str]:
        """As the hub counts them: those with any role in it alone."""
        return sorted({person for person, _of, where, _role in self.books.held if where == place})

    def open(self) -> None:
        contacts = [(one[0], one[2]) for one in self.books.held if one[3] == "support_contact" and one[2]]
        if not contacts:
            return
        opener, place = self.chance.choice(sorted(contacts))
        members, groups = self._members(place), [one for one in self.groups if self.books.groups[one][0] == place]
        primary = self.chance.choice(members)
        people = self.chance.sample(members, self.chance.randint(0, min(2, len(members))))
        shared = self.chance.sample(groups, self.chance.randint(0, 2))
        access = self._access(opener, PLACES[place])
        draft = commands.begin_draft(access, self.places[place].pk)
        commands.save_draft(
            access, draft.pk, kind="problem", title=f"Zebra {opener}", description="Stripes.", severity="C",
            primary_contact=self.people[primary].pk, people=tuple(self.people[one].pk for one in people),
            groups=tuple(self.groups[one].pk for one in shared),
        )  # fmt: skip
        number = commands.send_draft(access, draft.pk)
        self.books.requests[number] = Asked(place, opener, primary, {*people, opener}, {*shared})

    def share(self) -> None:
        """By anybody, seen or not."""
        if not self.books.requests:
            return
        number, person = self.chance.choice(sorted(self.books.requests)), self.chance.choice(PEOPLE)
        asked = self.books.requests[number]
        groups = [one for one in self.groups if self.books.groups[one][0] == asked.place]
        people, shared = self.chance.sample(PEOPLE, 1), self.chance.sample(groups, self.chance.randint(0, 1))
        is_fine = self.books.sees(person, number) and people[0] in self._members(asked.place)
        done = False
        with suppress(HubError, ObjectDoesNotExist):
            commands.share_request(
                self._access(person, PLACES[asked.place]), number,
                people=[self.people[one].pk for one in people], groups=[self.groups[one].pk for one in shared],
            )  # fmt: skip
            done = True
        assert done is is_fine
        if done:
            asked.people |= {*people}
            asked.groups |= {*shared}

    def take_away(self) -> None:
        """By anybody, from anybody."""
        rows = list(RequestViewer.objects.using("owner").order_by("pk"))
        if not rows:
            return
        row, person = self.chance.choice(rows), self.chance.choice(PEOPLE)
        number = next(one for one in self.books.requests if int(one[:-1]) == row.request_id)
        asked = self.books.requests[number]
        administers = self.books.roles_at(person, asked.place) & {"customer_administrator", "workspace_administrator"}
        may = self.books.sees(person, number) and (person in (asked.opener, asked.primary) or administers)
        is_primary = row.person_id == self.people[asked.primary].pk
        done = False
        with suppress(HubError, ObjectDoesNotExist):
            commands.unshare_request(self._access(person, PLACES[asked.place]), number, row.pk)
            done = True
        assert done is (bool(may) and not is_primary)
        if done:
            asked.people = {one for one in asked.people if self.people[one].pk != row.person_id}
            asked.groups = {one for one in asked.groups if self.groups[one].pk != row.group_id}

    def _access(self, person: str, customer: str) -> Access:
        return act_for(self.people[person].pk, self.customers[customer].pk).access

    # What each sees

    def compare(self) -> None:
        for person in PEOPLE:
            for customer in self.customers:
                self._compare(person, customer)

    def _compare(self, person: str, customer: str) -> None:
        seen = self.books.seen(person, customer)
        access = self._access(person, customer)
        with scope(access):  # with the Python wall off
            assert _column("SELECT number FROM support_request", customer, self.customers) == seen, (person, customer)
            assert _found(customer, self.customers) == {int(one[:-1]) for one in seen}, (person, customer)
        if not any(one[:2] == (person, customer) for one in self.books.held):
            return
        browser = Client()
        browser.force_login(self.people[person])
        assert browser.post("/switch/customer/", {"customer": self.customers[customer].pk}).status_code == 302
        everything = "/support/{}?workspace=all&status=all"
        assert set(numbers(browser.get(everything.format("")))) == seen, (person, customer)
        assert set(numbers(browser.get(everything.format("") + "&text=zebra"))) == seen, (person, customer)
        file = b"".join(browser.get(everything.format("requests.csv")).streaming_content).decode()  # type: ignore[attr-defined]
        assert set(re.findall(r"^(\d+),", file, re.MULTILINE)) == seen, (person, customer)
        for number in self.books.requests:
            for page in ("", "conversation/", "time/"):
                answer = browser.get(f"/support/requests/{number}/{page}")
                assert answer.status_code == (200 if number in seen else 404), (person, customer, number, page)
        self._compare_program(person, customer, seen)
        self._compare_mail(person, customer, seen)

    def _compare_program(self, person: str, customer: str, seen: set[str]) -> None:
        """With a token of the person's own."""
        program = Program(make_token(self.people[person], self.customers[customer], TokenScope.READ_REQUESTS))
        assert {one["number"] for one in program.get("/requests").json()["items"]} == seen, (person, customer)
        for number in self.books.requests:
            for part in ("", "/messages", "/changes"):
                answer = program.get(f"/requests/{number[:-1]}{part}")
                assert answer.status_code == (200 if number in seen else 404), (person, customer, number, part)

    def _compare_mail(self, person: str, customer: str, seen: set[str]) -> None:
        """What they do not see they do not write in either, though the address is theirs and signed."""
        for number, asked in self.books.requests.items():
            if number in seen or PLACES[asked.place] != customer:
                continue
            mail = EmailMessage()
            mail["From"], mail["Message-ID"] = self.people[person].email, f"<{self.chance.random()}@example.test>"
            mail["To"] = reply_address(int(number[:-1]), self.people[person].pk)
            mail.set_content("Let me in.")
            assert incoming.take(mail.as_bytes()) is Verdict.NOT_THERE, (person, customer, number)


def _column(statement: str, customer: str, customers: dict[str, Any]) -> set[Any]:
    """Of one customer: staff may read the requests of all theirs at once."""
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE customer_id = %s", [customers[customer].pk])
        return {one for (one,) in cursor.fetchall()}


def _found(customer: str, customers: dict[str, Any]) -> set[int]:
    with connection.cursor() as cursor:
        everywhere = "ARRAY(SELECT generate_series(1, 1000))::bigint[]"
        cursor.execute(
            f"SELECT support_find('zebra', %s::bigint[], {everywhere}, '{{}}', 1000)", [[customers[customer].pk]]
        )
        return {one for (one,) in cursor.fetchall()}


@pytest.fixture
def life(empty: None, request: pytest.FixtureRequest) -> Iterator[Life]:
    with clock.frozen(START), mail_settings(1, reply_address="support@northgate.test"):
        yield Life(request.param)


@pytest.mark.parametrize("life", SEEDS, indirect=True)
def test_everybody_sees_the_requests_that_r1_5_names_and_no_other(life: Life) -> None:  # R1.5, R3.3, R3.8
    for _ in range(ROUNDS):
        for _ in range(ACTS_PER_ROUND):
            life.step()
        life.compare()
    assert len(life.books.requests) > 3
