"""Random stories of customers, a reseller, its indirect provider, another partner and the provider's people.

Whoever does whatever through the pages, three things hold after each step: no request is the provider’s for what a
partner sold (R5.3); nothing was handed on without a health check and its evidence (R5.4, R5.5); and nobody reads what
is somebody else’s (R1.5, edge 13), by a plain model of who may.
"""

from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.helpdesk.escalations.evidence import Evidence, gaps
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import Escalation, HealthCheck
from tallyhub.kernel import clock
from tallyhub.support.models import Draft, Request
from tests.helpdesk.escalating import hired, newest, through, typed
from tests.helpdesk.intake.asking import form as asked
from tests.make import grant, make_agreement, make_package, make_person
from tests.partners.plans import PLAN, PROFILE, cover, published
from tests.partners.world import keep_signed_in

STEPS = 40
STATUSES = ("submitted", "accepted", "returned_incomplete", "in_progress", "needs_partner", "solution_provided",
            "closed", "withdrawn", "awaiting_indirect_provider")  # fmt: skip


@pytest.fixture
def cast(world: SimpleNamespace, as_: Any, owner: Any) -> SimpleNamespace:
    """Birch bought the database from lakeside, a reseller; cedar bought it there, too; harbour is lakeside's indirect
    provider, rivermouth another partner that sells nothing of it.
    """
    from tests.partners.plans import mixed
    from tests.partners.world import people

    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    firm = people(world)
    assert as_(firm.agent).post("/support-profile/", PROFILE).status_code == 302
    published(firm.agent, as_, **PLAN)
    mixed(firm)
    through(firm)
    resold = make_agreement(firm.cedar, firm.partner, number="CED-DB")
    cover(make_package(resold, firm.north, code="DB", scope="addon"), firm.database)
    firm.clerk = hired(firm.provider, "desk_clerk", "desk")
    firm.writer = make_person("writer", email="writer@cedar.test")
    grant(firm.writer, "support_contact", firm.north)
    return firm


class Story:
    def __init__(self, cast: SimpleNamespace, as_: Any, random: Random) -> None:
        self.cast, self.random = cast, random
        names = ("asker", "stranger", "writer", "admin", "member", "engineer", "csam", "agent", "helper", "seller")
        names += ("upper", "rival_agent", "clerk")
        self.people = {name: getattr(cast, name) for name in names}
        self.browsers = {name: as_(person) for name, person in self.people.items()}
        self.sent = 0

    def step(self) -> str:
        """Often by somebody who may, or nothing would ever come of it."""
        desk, sides = ("agent", "helper"), ("agent", "upper", "clerk")
        apt = {
            self.contact: ("asker", "writer", "stranger", "admin"),
            self.open_with_provider: ("asker", "writer"),
            self.take_in: desk,
            self.check: desk,
            self.note: desk,
            self.escalate: desk,
            self.move: sides,
            self.say: ("asker", "helper"),
            self.share: ("asker", "admin"),
        }
        act = self.random.choice([*apt, self.escalate, self.move, self.move])
        who = self.random.choice(apt[act] if self.random.random() < 0.6 else list(self.people))
        return f"{act.__name__} by {who}: {act(who)}"

    def post(self, who: str, address: str, data: Any = None) -> int:
        keep_signed_in()
        status: int = self.browsers[who].post(address, data or {}).status_code
        assert status < 500, (who, address, data)
        return status

    def request(self) -> Request | None:
        found = list(Request.objects.using("owner").filter(partner__isnull=False).order_by("pk"))
        return self.random.choice(found) if found else None

    def contact(self, who: str, *products: Any) -> int:
        place = self.cast.birch_main if who in ("asker", "stranger") else self.cast.north
        product = self.random.choice(products or [self.cast.database.pk, self.cast.messaging.pk, "other"])
        data = asked(self.cast, workspace=place.pk, product=product)
        return self.post(who, f"/technical-support/contact/?partner={self.cast.partner.pk}", data)

    def open_with_provider(self, who: str) -> int:
        """All the way through the provider's own form, with whatever product."""
        place = self.cast.birch_main if who in ("asker", "stranger") else self.cast.north
        self.post(who, "/support/open/begin/", {"workspace": place.pk})
        draft = Draft.objects.using("owner").filter(person=self.people[who]).order_by("-pk").first()
        if draft is None:
            return 0
        product = self.random.choice([self.cast.database.pk, self.cast.messaging.pk, ""])
        self.post(who, f"/support/open/{draft.pk}/what/", {"kind": "problem", "product": product})
        if self.random.random() < 0.5:  # past the page: what a form of before may have kept
            Draft.objects.using("owner").filter(pk=draft.pk).update(
                typed={**draft.typed, "kind": "problem", "product": product or None, "title": "It fails",
                       "description": "Always.", "severity": "C"}
            )  # fmt: skip
        return self.post(who, f"/support/open/{draft.pk}/send/")

    def take_in(self, who: str) -> int:
        data = asked(self.cast, workspace=self.cast.birch_main.pk, channel="phone", contact="")
        return self.post(who, f"/helpdesk/new/?customer={self.cast.birch.pk}", data)

    def check(self, who: str) -> int:
        one = self.request()
        data = {"product": self.cast.database.pk, "event": "none", "then": ""}
        return self.post(who, f"/helpdesk/requests/{one.number}/health/", data) if one else 0

    def note(self, who: str) -> int:
        one = self.request()
        data = {"hypothesis": "A full disk", "step": "", "result": ""}
        return self.post(who, f"/helpdesk/requests/{one.number}/diagnosis/", data) if one else 0

    def say(self, who: str) -> int:
        one = self.request()
        return self.post(who, f"/support/requests/{one.number}/say/", {"body": "Well?"}) if one else 0

    def share(self, who: str) -> int:
        one = self.request()
        person = self.random.choice(list(self.people.values()))
        return self.post(who, f"/support/requests/{one.number}/share/", {"people": person.pk}) if one else 0

    def escalate(self, who: str) -> int:
        """With all that is asked for, or without some of it."""
        one = self.request()
        if one is None:
            return 0
        category = self.random.choice([Category.DEFECT, Category.DEVIATION, Category.REGIONAL])
        before = Escalation.objects.using("owner").filter(request=one).order_by("-pk").first()
        self.cast.agent, agent = self.people.get(who, self.cast.agent), self.cast.agent
        data = typed(self.cast, category, draft_version=str(before.version if before else 0))
        self.cast.agent = agent
        if self.random.random() < 0.3:
            data[self.random.choice(["steps", "started", "expected"])] = ""
        return self.post(who, f"/helpdesk/requests/{one.number}/escalate/", data)

    def move(self, who: str) -> int:
        found = list(Escalation.objects.using("owner").order_by("pk"))
        if not found:
            return 0
        one = self.random.choice(found)
        data = {"becomes": self.random.choice(STATUSES), "version": one.version, "text": "As we said.", "items": ""}
        return self.post(who, f"/escalations/{one.pk}/move/", data)

    # What holds after each step

    def wrongs(self) -> Iterator[str]:
        yield from self.opened_past_the_partner()
        yield from self.handed_on_in_part()
        who = self.random.choice(list(self.people))
        yield from self.seen_by(who)

    def opened_past_the_partner(self) -> Iterator[str]:
        for one in Request.objects.using("owner").filter(partner=None):
            if one.product_id in (self.cast.database.pk, None):
                yield f"{one.number} is the provider's, about {one.product_id}"

    def handed_on_in_part(self) -> Iterator[str]:
        sent = Escalation.objects.using("owner").exclude(forwarded_at=None, submitted_at=None)
        self.sent = len(sent)
        for one in sent.prefetch_related("files", "tenants"):
            if (
                not HealthCheck.objects.using("owner")
                .filter(request_id=one.request_id, at__lte=one.changed_at)
                .exists()
            ):
                yield f"{one.pk} without a health check"
            if one.status in ("draft", "returned_incomplete"):
                continue  # somebody may be writing in it
            files: dict[str, int] = {}
            for file in one.files.all():
                files[file.item] = files.get(file.item, 0) + 1
            there = Evidence(
                values=one.content,
                files=files,
                colleagues=[person.pk for person in self.people.values()],
                is_health_checked=one.health is not None,
                tenants=1 + one.tenants.count(),
            )
            missing = gaps(Category(one.category), there, clock.now())
            if missing:
                yield f"{one.pk} with gaps {missing}"

    def seen_by(self, who: str) -> Iterator[str]:
        client = self.browsers[who]
        keep_signed_in()
        for one in Request.objects.using("owner").all():
            got = client.get(f"/support/requests/{one.number}/", follow=True).status_code
            if (got == 200) != self.may_read(who, one):
                yield f"{who} reads request {one.number} of {one.customer_id} with {one.partner_id}: {got}"
        for each in Escalation.objects.using("owner").all():
            got = client.get(f"/escalations/{each.pk}/").status_code
            if (got == 200) != self.may_read_escalation(who, each):
                yield f"{who} reads escalation {each.pk}, {each.status}: {got}"

    def may_read(self, who: str, one: Request) -> bool:
        staff_of_desk = {"agent": self.cast.partner, "helper": self.cast.partner, "upper": self.cast.harbour,
                         "rival_agent": self.cast.rival}  # fmt: skip
        if who in staff_of_desk:
            return staff_of_desk[who].pk in (one.partner_id, one.desk_id)
        if who in ("engineer", "csam"):
            return one.partner_id is None and one.customer_id == self.cast.cedar.pk
        if who in ("admin", "stranger"):
            return one.customer_id == (self.cast.cedar if who == "admin" else self.cast.birch).pk
        given = one.viewers.using("owner").filter(person=self.people[who]).exists()
        return given and who in ("asker", "writer", "member")

    def may_read_escalation(self, who: str, one: Escalation) -> bool:
        if who in ("agent", "helper"):
            return True
        if who == "upper":
            return one.forwarded_at is not None
        return who == "clerk" and one.submitted_at is not None


@pytest.mark.parametrize("seed", range(4))
def test_no_random_story_breaks_the_three_rules(cast: SimpleNamespace, as_: Any, seed: int) -> None:
    """R5.3, R5.4, R5.5, R1.5, edges 13, 15, 20, 36."""
    story = Story(cast, as_, Random(seed))
    done = []
    story.contact("asker", cast.database.pk)
    story.contact("writer", cast.database.pk)
    for one in Request.objects.using("owner").filter(partner__isnull=False):
        if seed % 2:
            data = {"product": cast.database.pk, "event": "none", "then": ""}
            assert story.post("helper", f"/helpdesk/requests/{one.number}/health/", data) == 302
    for _turn in range(STEPS):
        done.append(story.step())
        assert list(story.wrongs()) == [], done
    assert Request.objects.using("owner").filter(partner__isnull=False).count() >= 2, done


def test_a_story_of_those_who_may_hands_something_on(cast: SimpleNamespace, as_: Any) -> None:
    """The model is no proof where nothing happens: here the reseller's goes up to the provider."""
    story = Story(cast, as_, Random(0))
    story.contact("asker", cast.database.pk)
    one = story.request()
    assert one is not None
    story.check("helper")
    data = typed(cast, Category.DEFECT)
    assert story.post("agent", f"/helpdesk/requests/{one.number}/escalate/", data) == 302
    for who, becomes in (("upper", "submitted"), ("clerk", "accepted")):
        assert list(story.wrongs()) == []
        said = {"becomes": becomes, "version": newest().version, "text": ""}
        assert story.post(who, f"/escalations/{newest().pk}/move/", said) == 302
    for who in story.people:
        assert list(story.seen_by(who)) == []
    assert story.sent == 1
