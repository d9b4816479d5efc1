"""Random agreements, written and amended as people do: the ledger's doctor finds nothing, and the import of the same
facts into another customer gives the same balances."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.agreements.models import Agreement, Entitlement
from tallyhub.agreements.rules import Days
from tallyhub.integrations.importing import import_records
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.scope import scope
from tallyhub.ledger.doctor import find_differences
from tallyhub.ledger.engine import Balance
from tallyhub.ledger.models import Allotment
from tallyhub.ledger.queries import balances
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.agreements import commands
from tallyhub.office.agreements.amounts import write_amount
from tallyhub.office.agreements.content import ContactPart, EntitlementPart, PackagePart, Purchase, Terms
from tallyhub.office.amendments import commands as amendments
from tallyhub.organizations.sign_on import act_for
from tests.make import make_organization

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
EXAMPLES = 15
EXACT = ("used", "over", "left", "expired", "bought", "upcoming", "quantity", "next_end", "ends_next_amount")
nonces = count(1)
amounts = st.integers(1, 5_000)
inside = st.integers(0, (LAST - FIRST).days).map(lambda n: FIRST + timedelta(days=n))
terms = st.tuples(inside, inside).map(lambda pair: Days(min(pair), max(pair)))


@dataclass
class Story:
    """One agreement: what was done to it, as far as it was not refused."""

    access: Access
    agreement: Agreement
    serial: int
    refused: list[str] = field(default_factory=list)

    def entitlements(self) -> list[Entitlement]:
        found = Entitlement.objects.using("owner").filter(package__agreement=self.agreement)
        return list(found.select_related("service", "package").order_by("pk"))

    def attempt(self, act: Any, *arguments: Any, **more: Any) -> None:
        try:
            act(self.access, *arguments, **more)
        except HubError as error:
            self.refused.append(error.code)


def write(world: SimpleNamespace, draw: Any, serial: int) -> Story:
    access = act_for(world.csam.pk, world.cedar.pk).access
    draft = commands.make_draft(access)
    said = Terms(
        number=f"RANDOM-{serial}", name="Random", plan="other", seller="northgate", zone="Europe/Berlin",
        starts_on=FIRST.isoformat(), ends_on=LAST.isoformat(),
    )  # fmt: skip
    commands.save_terms(access, draft.pk, 1, said)
    ada = ContactPart(name="Ada", email="ada@cedar.test", kind="services_administrator")
    commands.save_contacts(access, draft.pk, 2, [ada])
    version = 3
    for place in range(draw(st.integers(1, 2))):
        key = commands.add_package(access, draft.pk)
        lines = [_line(world, draw, n) for n in range(draw(st.integers(1, 3)))]
        package = PackagePart(key=key, code=f"P{place}", name="P", entitlements=lines)
        commands.save_package(access, draft.pk, version + 1, package)
        version += 2
    return Story(access, commands.approve(access, draft.pk, version), serial)


def _line(world: SimpleNamespace, draw: Any, place: int) -> EntitlementPart:
    service = draw(st.sampled_from([world.advisory, world.credits, world.reactive]))
    if draw(st.booleans()) and place:
        return EntitlementPart(service=service.code, code=f"E{place}", is_as_needed=True)
    bought = [_purchase(draw, Unit(service.unit)) for _ in range(draw(st.integers(1, 2)))]
    return EntitlementPart(service=service.code, code=f"E{place}", purchases=bought)


def _purchase(draw: Any, unit: Unit) -> Purchase:
    days = draw(st.none() | terms)
    own = {} if days is None else {"starts_on": days.starts_on.isoformat(), "ends_on": days.ends_on.isoformat()}
    return Purchase(amount=write_amount(draw(amounts), unit), **own)


def amend(story: Story, draw: Any) -> None:
    one = draw(st.sampled_from(story.entitlements()))
    match draw(st.sampled_from(["top_up", "carry_over", "adjustment", "extend", "end", "end package"])):
        case "extend":
            days = draw(inside) + timedelta(days=400)
            bought = {} if one.is_as_needed else {one.pk: draw(amounts)}
            packages = [one.package_id]
            story.attempt(amendments.extend, story.agreement.pk, ends_on=days, packages=packages, amounts=bought)
        case "end":
            story.attempt(amendments.end_early, story.agreement.pk, last_day=draw(inside))
        case "end package":
            last_day = draw(inside)
            story.attempt(amendments.end_early, story.agreement.pk, last_day=last_day, package_id=one.package_id)
        case kind:
            amount = draw(amounts) * (draw(st.sampled_from([1, -1])) if kind == "adjustment" else 1)
            story.attempt(
                amendments.allot, one.pk, kind=AllotmentKind(kind), amount=amount, days=draw(terms),
                nonce=f"{next(nonces):032x}", reason=amendments.Reason.MISTAKE,
            )  # fmt: skip


def records(story: Story, customer: str) -> list[tuple[str, list[dict[str, str]]]]:
    """The same facts as files of an import, for another customer."""
    agreement = Agreement.objects.using("owner").get(pk=story.agreement.pk)
    number = f"COPY-{story.serial}"
    whole = {"agreement": number}
    lines = story.entitlements()
    packages = {one.package_id: one.package for one in lines}
    return [
        (
            "agreements",
            [{"customer": customer, "number": number, "name": "x", "plan": "other", "seller": "northgate",
              "zone": agreement.zone, **_term(agreement)}],
        ),
        ("packages", [whole | {"code": one.code, "name": "x", "scope": one.scope, **_term(one)}
                      for one in packages.values()]),
        ("entitlements", [whole | _place(one) | {"code": one.code, "service": one.service.code,
                          "is_as_needed": "yes" if one.is_as_needed else "no"} for one in lines]),
        ("allotments", [whole | _place(one.entitlement) | _allotment(one) for one in _bought(lines)]),
    ]  # fmt: skip


def _term(one: Any) -> dict[str, str]:
    said = {"starts_on": one.days.starts_on.isoformat(), "ends_on": one.days.ends_on.isoformat()}
    return said | ({"terminated_on": one.terminated_on.isoformat()} if one.terminated_on else {})


def _place(one: Entitlement) -> dict[str, str]:
    return {"package": one.package.code}


def _bought(lines: list[Entitlement]) -> list[Allotment]:
    found = Allotment.objects.using("owner").filter(entitlement__in=[one.pk for one in lines]).order_by("pk")
    return list(found.select_related("entitlement__package", "entitlement__service"))


def _allotment(one: Allotment) -> dict[str, str]:
    unit = Unit(one.entitlement.service.unit)
    return {
        "entitlement": one.entitlement.code, "external_id": f"A-{one.pk}", "kind": one.kind,
        "amount": write_amount(one.amount, unit), "unit": "hours" if unit is Unit.MINUTES else unit.value,
        "starts_on": one.starts_on.isoformat(), "ends_on": one.ends_on.isoformat(),
    }  # fmt: skip


def figures(agreement: Agreement, day: date) -> dict[tuple[str, str], Balance]:
    lines = Entitlement.objects.using("owner").filter(package__agreement=agreement).select_related("package")
    with scope(Access.of_system([agreement.customer_id])):
        found = balances({one.pk: day for one in lines})
    return {(one.package.code, one.code): found[one.pk] for one in lines}


@pytest.fixture
def copied(world: SimpleNamespace) -> str:
    return str(make_organization("copied").code)


def test_what_is_written_here_and_what_is_imported_agree_and_the_doctor_is_silent(
    world: SimpleNamespace, copied: str
) -> None:
    serial, refusals = count(1), set()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def live(data: st.DataObject) -> None:
        story = write(world, data.draw, next(serial))
        for _ in range(data.draw(st.integers(0, 6))):
            amend(story, data.draw)
        refusals.update(story.refused)
        for kind, rows in records(story, copied):
            report = import_records([(kind, rows)])
            assert not report.is_refused, [str(one) for one in report.problems]
        assert list(find_differences()) == []
        copy = Agreement.objects.using("owner").get(number=f"COPY-{story.serial}")
        for day in [data.draw(inside) for _ in range(3)]:
            ours, theirs = figures(story.agreement, day), figures(copy, day)
            assert ours.keys() == theirs.keys()
            for key, one in ours.items():
                assert [getattr(one, name) for name in EXACT] == [getattr(theirs[key], name) for name in EXACT], key

    live()
    assert refusals <= {
        "adjustment_too_large", "allotment_as_needed", "ended_early", "ends_before_start", "ends_no_earlier",
        "ends_no_later", "ends_too_late", "starts_too_early", "terminated_outside",
    }  # fmt: skip
