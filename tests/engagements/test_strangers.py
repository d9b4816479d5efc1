"""Ids of what one may not know of: each address and field answers as if there were nothing, and nothing changes."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements.models import Engagement, EngagementDelivery, Slot
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Plan, Wish
from tallyhub.organizations.sign_on import act_for
from tests.engagements.making import get, log, make_offering, planned, proactive, schedule
from tests.integrations.api.program import Program, make_token
from tests.make import grant, make_entitlement, make_person, make_service, make_workspace
from tests.strangers import ABSENT, everything, raise_ids, said

DAY = {"starts_on": "2026-12-01", "starts": "09:00", "ends": "17:00"}
LOGGED = {"day": "2026-11-20", "hours": "2", "note": "x", "confirmed": "on"}
OF_ENGAGEMENT: dict[str, dict[str, Any]] = {
    "plan": {"hours": "8", "confirmed": "on"},
    "schedule": DAY | {"engineer": "1", "confirmed": "on"},
    "free": {"slot": "1"},
    "decline": {"reason": "x"},
    "cancel": {"reason": "x", "charge": "0"},
    "log": LOGGED,
    "finish": {},
}
OF_DELIVERY: dict[str, dict[str, Any]] = {
    "accept": {},
    "dispute": {"text": "x"},
    "answer": {"text": "x"},
    "correct": LOGGED | {"text": "x"},
}
STRANGERS = ("stranger", "elsewhere", "newcomer", "in_south")


@pytest.fixture
def there(world: Any, owner: Any) -> SimpleNamespace:
    """An engagement of cedar's north under way, another one of birch's own, and people who do not belong to cedar."""
    raise_ids(owner)
    proactive(world)
    number = planned(world)
    schedule(world, number)
    delivery = log(world, number, 2)
    world.elsewhere, world.in_south = make_person("elsewhere"), make_person("south")
    for role in ("csam", "engineer"):
        grant(world.elsewhere, role, world.birch)
    for role in ("customer_activity", "workspace_administrator"):
        grant(world.in_south, role, world.south)
    service = make_service("proactive", "minutes")
    make_entitlement(world.birch_base, service, bought=6000)
    engineer = make_person("theirs")
    grant(engineer, "engineer", world.cedar)
    asked = act_for(world.stranger.pk, world.birch.pk).access
    birch = planning.request_service(asked, world.birch_main.pk, make_offering(code="health").code, Wish())
    planning.plan(
        act_for(world.elsewhere.pk, world.birch.pk).access, birch, Plan(60, confirmed=True), version=get(birch).version
    )
    return SimpleNamespace(
        number=number,
        id=get(number).pk,
        delivery=delivery.pk,
        slot=Slot.objects.using("owner").get().pk,
        engineer=engineer.pk,
        entitlement=make_entitlement(world.base, service, bought=6000).pk,
        workspace=make_workspace(world.cedar, "west"),
        birch=birch,
    )


def absent_like(number: str) -> str:
    """A number of as many digits that nothing has."""
    return next(
        n for k in range(10) if not Engagement.objects.using("owner").filter(number=(n := number[:-1] + str(k)))
    )


def pages(there: SimpleNamespace) -> list[tuple[str, str, dict[str, Any], Any, Any]]:
    """(method, address with a place for the id, form, id that is there, id that is not)."""
    version = {"version": get(there.number).version}
    absent = absent_like(there.number)
    one, each = "/services/engagements/{}/", "/services/deliveries/{}/"
    found = [("get", one + after, {}, there.number, absent) for after in ("", "cancelling/")]
    found += [("post", f"{one}{act}/", version | form, there.number, absent) for act, form in OF_ENGAGEMENT.items()]
    found += [
        ("post", f"{each}{act}/", {"version": 1} | form, there.delivery, ABSENT) for act, form in OF_DELIVERY.items()
    ]
    return found  # fmt: skip


@pytest.mark.parametrize("who", STRANGERS)
def test_an_id_of_somebody_else_is_as_good_as_none(
    world: Any, there: Any, owner: Any, client: Client, who: str
) -> None:
    client.force_login(getattr(world, who))
    client.get("/services/")
    before = everything(owner)
    for method, address, form, hidden, absent in pages(there):
        send = getattr(client, method)
        found, none = send(address.format(hidden), form), send(address.format(absent), form)
        assert said(found, hidden) == said(none, absent), address
        assert found.status_code == 404, address
    assert everything(owner) == before


@pytest.mark.parametrize("who", ["reader", "learning", "in_north"])
def test_a_reader_without_the_right_changes_nothing(
    world: Any, there: Any, owner: Any, client: Client, who: str
) -> None:
    world.in_north = make_person("north-member")
    grant(world.in_north, "member", world.north)
    client.force_login(getattr(world, who))
    client.get("/services/")
    before = everything(owner)
    for method, address, form, one, _absent in pages(there):
        status = getattr(client, method)(address.format(one), form).status_code
        reads = 200 if address.endswith("{}/") else 403
        assert status == (404 if who == "in_north" else reads), address
    assert everything(owner) == before


Field = tuple[str, str, str, dict[str, Any], Callable[[Any], Any]]
FIELDS: tuple[Field, ...] = (
    ("stranger", "/services/offer/health/request/", "workspace", {}, lambda on: on.workspace.pk),
    ("stranger", "/services/engagements/", "workspace", {}, lambda on: on.workspace.pk),
    ("elsewhere", "/services/engagements/{}/plan/", "entitlement", OF_ENGAGEMENT["plan"], lambda on: on.entitlement),
    ("elsewhere", "/services/engagements/{}/schedule/", "engineer", OF_ENGAGEMENT["schedule"], lambda on: on.engineer),
    ("elsewhere", "/services/engagements/{}/free/", "slot", {}, lambda on: on.slot),
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS, ids=[f"{one[1]} {one[2]}" for one in FIELDS])
def test_a_field_that_names_what_another_customer_has_names_nothing(
    world: Any, there: Any, owner: Any, client: Client, field: Field
) -> None:
    who, address, name, form, of = field
    client.force_login(getattr(world, who))
    client.get("/services/")
    send = client.get if address == "/services/engagements/" else client.post
    address, version = address.format(there.birch), {"version": get(there.birch).version}
    before = everything(owner)
    found, none = (send(address, form | version | {name: one}) for one in (of(there), ABSENT))
    assert said(found, of(there)) == said(none, ABSENT)
    assert found.status_code in ((200,) if send == client.get else (400, 404))
    assert everything(owner) == before


BOTH = (TokenScope.READ_SERVICES, TokenScope.WRITE_SERVICES)
HOURS = {"starts_at": "2026-12-21T09:00+01:00", "ends_at": "2026-12-21T17:00+01:00"}
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/engagements/{}/plan", {"minutes": 60, "confirmed": True}),
    ("/engagements/{}/schedule", {"engineer_id": 1, "confirmed": True} | HOURS),
    ("/engagements/{}/finish", {}),
    ("/engagements/{}/deliveries", {"delivered_on": "2026-11-20", "minutes": 60}),
    ("/deliveries/{}/acceptance", {}),
    ("/deliveries/{}/dispute", {"text": "x"}),
)


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "in_south"])
def test_a_program_of_somebody_else_finds_nothing(world: Any, there: Any, owner: Any, who: str) -> None:
    customer = world.cedar if who == "in_south" else world.birch
    program = Program(make_token(getattr(world, who), customer, *BOTH))
    program.get("/offerings")
    before = everything(owner)
    found, none = (program.get(f"/engagements/{one}") for one in (there.id, ABSENT))
    assert said(found, there.id) == said(none, ABSENT)
    assert found.status_code == 404
    for address, body in CALLS:
        one = there.id if "engagements" in address else there.delivery
        sent = body if address.endswith("/deliveries") else body | {"version": 1}
        found, none = (program.post(address.format(each), sent, key=f"k{address[-6:]}{each}") for each in (one, ABSENT))
        assert said(found, one) == said(none, ABSENT), address
        assert found.status_code == 404, address
    assert everything(owner) == before


@pytest.mark.parametrize(
    ("path", "name", "of"),
    [
        ("engagements", "workspace_id", lambda on: on.workspace.pk),
        ("engagements", "entitlement_id", lambda on: on.entitlement),
        ("engagements", "number", lambda on: on.number),
        ("deliveries", "engagement_id", lambda on: on.id),
        ("deliveries", "workspace_id", lambda on: on.workspace.pk),
        ("booked-days", "engagement_id", lambda on: on.id),
        ("holds", "entitlement_id", lambda on: on.entitlement),
        ("holds", "workspace_id", lambda on: on.workspace.pk),
    ],
)
def test_a_filter_that_names_what_another_customer_has_finds_nothing(
    world: Any, there: Any, path: str, name: str, of: Any
) -> None:
    for who in ("stranger", "elsewhere"):
        program = Program(make_token(getattr(world, who), world.birch, *BOTH))
        found, none = (program.get(f"/{path}", **{name: one}) for one in (of(there), ABSENT))
        assert said(found, of(there)) == said(none, ABSENT)
        assert (found.status_code, found.json()["items"]) == (200, [])


def test_a_body_that_names_what_another_customer_has_names_nothing(world: Any, there: Any, owner: Any) -> None:
    asks, plans = (Program(make_token(one, world.birch, *BOTH)) for one in (world.stranger, world.elsewhere))
    asks.get("/offerings")
    plans.get("/offerings")
    one, version = f"/engagements/{get(there.birch).pk}", get(there.birch).version
    before = everything(owner)
    for program, address, name, hidden, absent, body in (
        (asks, "/engagements", "workspace", "west", "none", {"offering": "health"}),
        (plans, f"{one}/plan", "entitlement_id", there.entitlement, ABSENT, {"minutes": 60, "version": version}),
        (plans, f"{one}/schedule", "engineer_id", there.engineer, ABSENT, HOURS | {"version": version}),
    ):
        found, none = (program.post(address, body | {name: each}) for each in (hidden, absent))
        assert said(found, hidden) == said(none, absent), address
        assert found.status_code == 422, address
    assert everything(owner) == before
    assert EngagementDelivery.objects.using("owner").count() == 1
