"""Random stories of a partner and two customers, against a plain model of who may read what when (R1.5, R5.2).

The model knows nothing of grants: it says who may from what was asked, approved, assigned and ended. The hub is asked
through its pages. The database's own clock goes along, so that its policies say what they would say then.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from tallyhub.kernel import clock
from tallyhub.organizations.models import Staff
from tallyhub.partners import jobs
from tallyhub.partners.models import Delegation, SecurityGroup
from tests.make import make_request, make_resale
from tests.partners.world import keep_signed_in

STEPS = 30
NEEDED = {"read": {"support_read", "support_tier_1"}, "work": {"support_tier_1"}}
ROLES = ("support_read", "support_tier_1")
# The functions that ask the database for the time: with this, they ask a table of the test.
CLOCKS = """
SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosrc LIKE '%now()%'
"""


@pytest.fixture
def database_clock(firm: Any) -> Iterator[Any]:
    """Call it with an instant: the policies take that for now."""
    name = conninfo.conninfo_to_dict(os.environ["TALLYHUB_OWNER_URL"])["dbname"]
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], dbname=name, autocommit=True) as admin:
        admin.execute("CREATE TABLE told_time AS SELECT now() AS at")
        admin.execute("GRANT SELECT ON told_time TO PUBLIC")
        admin.execute(
            "CREATE FUNCTION told_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM told_time'"
        )
        for (oid,) in admin.execute(CLOCKS).fetchall():
            (source,) = admin.execute("SELECT pg_get_functiondef(%s)", [oid]).fetchone()
            admin.execute(source.replace("now()", "told_now()"))

        def tell(at: datetime) -> None:
            admin.execute("UPDATE told_time SET at = %s", [at])

        yield tell


@dataclass
class Wish:
    """A delegation, as the model remembers it."""

    id: int
    customer: str
    asked_at: datetime
    granted: set[str] = field(default_factory=set)
    ends_at: datetime | None = None
    extends: bool = False
    is_over: bool = False  # refused or terminated
    assigned: dict[int, set[str]] = field(default_factory=dict)

    def runs(self, at: datetime) -> bool:
        return self.ends_at is not None and not self.is_over and at < self.ends_at

    def waits(self, at: datetime) -> bool:
        return self.ends_at is None and not self.is_over and at < self.asked_at + timedelta(days=90)


@dataclass
class Model:
    """Who may what, said as simply as it can be."""

    wishes: list[Wish] = field(default_factory=list)
    groups: dict[int, set[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    serving: dict[str, bool] = field(default_factory=dict)
    is_suspended: bool = False

    def roles(self, person: str, customer: str, at: datetime) -> set[str]:
        if person in self.gone or not self.serving[person] or self.is_suspended:
            return set()
        running = [one for one in self.wishes if one.customer == customer and one.runs(at)]
        return {
            role
            for one in running
            for group, roles in one.assigned.items()
            if person in self.groups.get(group, set())
            for role in roles & one.granted
        }


class Story:
    """One run: what happens, in the hub and in the model at once."""

    def __init__(self, firm: SimpleNamespace, as_: Any, random: Random) -> None:
        self.firm, self.as_, self.random = firm, as_, random
        self.at = clock.now()
        self.model = Model()
        self.people = {name: getattr(firm, name) for name in ("agent", "helper", "second", "seller")}
        self.model.serving = {"agent": True, "helper": True, "second": True, "seller": False}
        self.customers = {"cedar": (firm.cedar, firm.admin), "birch": (firm.birch, firm.stranger)}
        self.requests = {"cedar": make_request(firm.north), "birch": make_request(firm.birch_main)}

    def step(self) -> str:
        acts = [
            self.ask,
            self.approve,
            self.approve,
            self.assign,
            self.assign,
            self.unassign,
            self.join,
            self.leave_group,
        ]
        acts += [self.ask, self.join, self.terminate, self.extend, self.reject, self.wait, self.wait, self.wait]
        if self.random.random() < 0.08:
            acts = [self.leave, self.lose_role, self.suspend, self.drop_group]
        act = self.random.choice(acts)
        act()
        return act.__name__

    def post(self, person: Any, address: str, data: Any = None, *, works: bool = True) -> None:
        answer = self.as_(person).post(address, data or {})
        assert (answer.status_code == 302) == works, (address, data, answer.status_code, self.at)

    def pick(self, wishes: list[Wish]) -> Wish | None:
        return self.random.choice(wishes) if wishes else None

    def ask(self) -> None:
        customer = self.random.choice(["cedar", "birch"])
        roles = self.random.choice([["support_read"], list(ROLES)])
        data = {"name": f"Wish {len(self.model.wishes)} {self.at}", "roles": roles, "days": "120", "act": "send"}
        is_possible = not self.model.is_suspended and "agent" not in self.model.gone
        if is_possible:
            self.post(self.firm.agent, f"/customers/{self.customers[customer][0].pk}/delegate/", data)
            made = Delegation.objects.using("owner").latest("pk")
            self.model.wishes.append(Wish(made.pk, customer, self.at))

    def approve(self) -> None:
        one = self.pick([one for one in self.model.wishes if one.ends_at is None and not one.is_over])
        if one is None:
            return
        asked = Delegation.objects.using("owner").get(pk=one.id).roles
        roles, days = self.random.choice([asked, asked, asked[:1]]), self.random.choice([5, 40, 120])
        works = one.waits(self.at)
        data = {"roles": roles, "days": str(days)}
        self.post(self.customers[one.customer][1], f"/partners/delegations/{one.id}/approve/", data, works=works)
        if works:
            one.granted, one.ends_at = set(roles), self.at + timedelta(days=days)

    def reject(self) -> None:
        one = self.pick([one for one in self.model.wishes if one.waits(self.at)])
        if one and self.random.random() < 0.3:
            self.post(self.customers[one.customer][1], f"/partners/delegations/{one.id}/reject/")
            one.is_over = True

    def terminate(self) -> None:
        one = self.pick([one for one in self.model.wishes if one.ends_at and not one.is_over])
        if one and self.random.random() < 0.4:
            works = one.runs(self.at)
            self.post(self.customers[one.customer][1], f"/partners/delegations/{one.id}/end/", works=works)
            one.is_over = one.is_over or works

    def extend(self) -> None:
        one = self.pick([one for one in self.model.wishes if one.runs(self.at)])
        if one:
            extends = self.random.random() < 0.5
            address = f"/partners/delegations/{one.id}/keep/"
            self.post(self.customers[one.customer][1], address, {"extends": "on" if extends else "off"})
            one.extends = extends

    def assign(self) -> None:
        one = self.pick([one for one in self.model.wishes if one.runs(self.at)])
        if one is None or "agent" in self.model.gone:
            return
        if not self.model.groups or self.random.random() < 0.3:
            self.post(self.firm.agent, "/security-groups/", {"name": f"Group {len(self.model.groups)} {self.at}"})
            self.model.groups[SecurityGroup.objects.using("owner").latest("pk").pk] = set()
        group = self.random.choice(list(self.model.groups))
        roles = set(self.random.choice([sorted(one.granted), sorted(one.granted)[:1]]))
        self.post(self.firm.agent, f"/customers/delegations/{one.id}/assign/", {"group": group, "roles": sorted(roles)})
        one.assigned[group] = roles

    def unassign(self) -> None:
        one = self.pick([one for one in self.model.wishes if one.assigned])
        if one and "agent" not in self.model.gone and self.random.random() < 0.4:
            group = self.random.choice(list(one.assigned))
            self.post(self.firm.agent, f"/customers/delegations/{one.id}/unassign/{group}/")
            del one.assigned[group]

    def join(self) -> None:
        if self.model.groups and "agent" not in self.model.gone:
            group, name = self.random.choice(list(self.model.groups)), self.random.choice(list(self.people))
            if name in self.model.gone:
                return
            staff = Staff.objects.using("owner").get(person_id=self.people[name].pk).pk
            self.post(self.firm.agent, f"/security-groups/{group}/members/", {"staff": staff})
            self.model.groups[group].add(name)

    def leave_group(self) -> None:
        full = [(group, name) for group, names in self.model.groups.items() for name in sorted(names)]
        if full and "agent" not in self.model.gone and self.random.random() < 0.5:
            group, name = self.random.choice(full)
            staff = Staff.objects.using("owner").get(person_id=self.people[name].pk).pk
            self.post(self.firm.agent, f"/security-groups/{group}/members/{staff}/")
            self.model.groups[group].discard(name)

    def drop_group(self) -> None:
        if self.model.groups and "agent" not in self.model.gone:
            group = self.random.choice(list(self.model.groups))
            self.post(self.firm.agent, f"/security-groups/{group}/remove/")
            del self.model.groups[group]
            for one in self.model.wishes:
                one.assigned.pop(group, None)

    def leave(self) -> None:
        name = self.random.choice(["helper", "second"])
        Staff.objects.using("owner").filter(person_id=self.people[name].pk).update(ends_at=self.at)
        self.model.gone.add(name)

    def lose_role(self) -> None:
        name = self.random.choice(["helper", "second"])
        Staff.objects.using("owner").filter(person_id=self.people[name].pk).update(roles=["sales_agent"])
        self.model.serving[name] = False

    def suspend(self) -> None:
        if not self.model.is_suspended and self.random.random() < 0.3:
            self.post(self.firm.warden, f"/partners/all/{self.firm.partner.pk}/suspend/")
            self.model.is_suspended = True
            for one in self.model.wishes:
                one.is_over = one.is_over or one.waits(self.at) or one.runs(self.at)

    def wait(self) -> None:
        """Some time goes by, an hour at a time where something extends, because the hub looks once an hour."""
        goal = self.at + timedelta(hours=self.random.choice([1, 7, 30, 24 * 4, 24 * 31]))
        due = [one.ends_at for one in self.model.wishes if one.extends and one.runs(self.at) and one.ends_at]
        for moment in sorted(one - timedelta(hours=2) for one in due if self.at < one - timedelta(hours=2) <= goal):
            with clock.frozen(moment):
                jobs.settle_time(0)
            for one in self.model.wishes:
                if one.extends and one.runs(moment) and one.ends_at and one.ends_at - moment <= timedelta(days=1):
                    one.ends_at += timedelta(days=180)
        self.at = goal

    def differences(self) -> Iterator[str]:
        """Where a page says otherwise than the model."""
        for name, person in self.people.items():
            client = self.as_(person)
            for code, (customer, _admin) in self.customers.items():
                roles = self.model.roles(name, code, self.at)
                said = client.post("/switch/customer/", {"customer": customer.pk}).status_code
                keep_signed_in()
                if (said == 302) != bool(roles):
                    yield f"{name} at {code}: {said}, but {roles}"
                for other, request in self.requests.items():
                    got = client.get(f"/support/requests/{request.number}/").status_code
                    expected = 200 if other == self.inside(name, code, roles) else 404
                    if got != expected:
                        yield f"{name} inside {code}, request of {other}: {got} instead of {expected} with {roles}"
                if roles:
                    got = client.post(
                        f"/support/requests/{self.requests[code].number}/note/", {"body": "x"}
                    ).status_code
                    if (got == 302) != bool(roles & NEEDED["work"]):
                        yield f"{name} notes at {code}: {got} with {roles}"

    def inside(self, name: str, wished: str, roles: set[str]) -> str:
        """Where somebody works after they chose: there, or where they were."""
        if roles:
            return wished
        others = [code for code in self.customers if self.model.roles(name, code, self.at)]
        return others[0] if others else ""


@pytest.mark.parametrize("seed", range(3))
def test_the_pages_say_what_a_plain_model_says(firm: Any, as_: Any, database_clock: Any, seed: int) -> None:
    make_resale(firm.partner, firm.birch)
    story = Story(firm, as_, Random(seed))
    done = []
    allowed = 0
    with clock.frozen(story.at):
        database_clock(story.at)
        for act in (story.ask, story.approve, story.assign, story.join, story.join, story.ask):
            act()  # so that most stories begin with somebody inside
    for _turn in range(STEPS):
        with clock.frozen(story.at):
            database_clock(story.at)
            done.append(story.step())
        with clock.frozen(story.at):
            database_clock(story.at)
            assert list(story.differences()) == [], done
            allowed += sum(
                bool(story.model.roles(name, code, story.at)) for name in story.people for code in story.customers
            )
    assert allowed or story.model.is_suspended, "the story opened nothing, so it proves nothing"
