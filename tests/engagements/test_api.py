"""Services by the API: read as on the pages, requested, planned, delivered and judged, once (R2.1, R8.2)."""

from datetime import timedelta
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope, offered_scopes
from tests.engagements.making import (
    HOURS,
    as_,
    get,
    hours_of,
    log,
    make_offering,
    planned,
    proactive,
    request,
    schedule,
)
from tests.integrations.api.program import Program, make_token
from tests.world import TODAY

BOTH = (TokenScope.READ_SERVICES, TokenScope.WRITE_SERVICES)


def program(world: Any, who: str, **over: Any) -> Program:
    customer = world.birch if who == "stranger" else world.cedar
    return Program(make_token(getattr(world, who), customer, *BOTH, **over))


@pytest.fixture
def pays(world):
    return proactive(world)


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("#")[2]


def test_the_catalogue_is_for_every_program(world):
    make_offering(code="health", names={"en": "Health check", "de": "Prüfung"})
    make_offering(code="gone", is_offered=False)
    (one,) = items(program(world, "reader").get("/offerings", is_offered="true"))
    assert (one["code"], one["name"], one["credit_rate"], one["planned_minutes"]) == (
        "health",
        "Health check",
        400,
        960,
    )
    assert len(items(program(world, "reader").get("/offerings"))) == 2


def test_from_the_request_to_the_acceptance(world, pays):
    make_offering(code="health")
    member, csam, engineer = (program(world, who) for who in ("member", "csam", "engineer"))
    made = done(member.post("/engagements", {"workspace": "north", "offering": "health", "wish": "Soon"}))
    place = f"/engagements/{made['id']}"
    said = done(csam.post(f"{place}/plan", {"version": made["version"], "minutes": 960}))
    assert (said["state"], hours_of(pays)) == ("planned", (0, 16))
    hours = {"starts_at": "2026-12-21T09:00+01:00", "ends_at": "2026-12-21T17:00+01:00"}
    body = {"version": said["version"], "engineer_id": world.engineer.pk, **hours}
    assert done(csam.post(f"{place}/schedule", body))["state"] == "scheduled"
    (day,) = items(engineer.get("/booked-days"))
    assert (day["engagement"], day["engineer_id"]) == (made["number"], world.engineer.pk)
    delivery = done(engineer.post(f"{place}/deliveries", {"delivered_on": TODAY.isoformat(), "minutes": 720}))
    assert hours_of(pays) == (12, 4)
    one = done(member.get(place))
    assert (one["state"], one["used"], one["held"], one["unit"]) == ("in_delivery", 720, 240, "minutes")
    done(engineer.post(f"{place}/finish", {"version": one["version"]}))
    assert hours_of(pays) == (12, 0)
    (seen,) = items(member.get("/deliveries", acceptance="open"))
    judged = done(member.post(f"/deliveries/{delivery['id']}/acceptance", {"version": seen["version"]}))
    assert (judged["acceptance"], get(made["number"]).state) == ("accepted", "accepted")
    assert [one["amount"] for one in items(csam.get("/holds"))] == [960, -720, -240]


def test_a_dispute_says_what_is_not_right(world, pays):
    number = planned(world)
    delivery = log(world, number, 4)
    member = program(world, "member")
    assert refused(member.post(f"/deliveries/{delivery.pk}/dispute", {"version": 1, "text": " "})) == (
        422, "dispute_missing",
    )  # fmt: skip
    assert done(member.post(f"/deliveries/{delivery.pk}/dispute", {"version": 1, "text": "It was three"})) == {
        "id": delivery.pk, "acceptance": "disputed", "version": 2,
    }  # fmt: skip
    assert refused(member.post(f"/deliveries/{delivery.pk}/acceptance", {"version": 1})) == (409, "delivery_changed")
    (one,) = items(member.get("/deliveries"))
    assert (one["acceptance"], one["dispute"]) == ("disputed", "It was three")


def test_one_reads_what_the_pages_show(world, pays):
    number = planned(world)
    log(world, number, 4)
    schedule(world, number)
    for who in ("member", "admin", "north_admin", "reader", "csam", "engineer"):
        calls = program(world, who)
        assert [one["number"] for one in items(calls.get("/engagements"))] == [number], who
        assert [len(items(calls.get(f"/{each}"))) for each in ("deliveries", "booked-days", "holds")] == [1, 1, 2], who
    stranger = program(world, "stranger")
    for each in ("engagements", "deliveries", "booked-days", "holds"):
        assert items(stranger.get(f"/{each}")) == []
    hidden, absent = (stranger.get(f"/engagements/{one}") for one in (get(number).pk, 999_999_999))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) == (404, absent.content)


def test_who_may_not_write_is_refused(world, pays):
    make_offering(code="health")
    number = planned(world)
    delivery = log(world, number, 4)
    place, version = f"/engagements/{get(number).pk}", get(number).version
    plan, logged = {"version": version, "minutes": 60}, {"delivered_on": TODAY.isoformat(), "minutes": 60}
    for who in ("member", "admin"):
        calls = program(world, who)
        assert refused(calls.post(f"{place}/plan", plan)) == (403, "right_missing")
        assert refused(calls.post(f"{place}/deliveries", logged)) == (403, "right_missing")
        assert refused(calls.post(f"{place}/finish", {"version": version})) == (403, "right_missing")
    for who in ("csam", "engineer", "reader"):
        answer = program(world, who).post(f"/deliveries/{delivery.pk}/acceptance", {"version": 1})
        assert refused(answer) == (403, "right_missing"), who
    ordered = {"workspace": "north", "offering": "health"}
    assert refused(program(world, "engineer").post("/engagements", ordered)) == (403, "right_missing")
    assert refused(program(world, "stranger").post("/engagements", ordered)) == (422, "workspace_unknown")
    assert refused(program(world, "stranger").post(f"{place}/plan", plan)) == (404, "nothing_here")
    reading = Program(make_token(world.csam, world.cedar, TokenScope.READ_SERVICES))
    assert refused(reading.post(f"{place}/plan", plan)) == (403, "scope_missing")
    assert hours_of(pays) == (4, 12)


def test_the_same_comes_once(world, pays):
    make_offering(code="health")
    make_offering(code="other")
    admin, engineer = program(world, "admin"), program(world, "engineer")
    ordered = {"workspace": "north", "offering": "health", "external_id": "PO-1", "source": "erp"}
    first, again = (done(admin.post("/engagements", ordered)) for _ in range(2))
    assert (first["status"], again["status"], first["id"]) == ("new", "known", again["id"])
    assert refused(admin.post("/engagements", ordered | {"offering": "other"})) == (409, "content_differs")
    without = {"workspace": "north", "offering": "health"}
    one, other = (admin.post("/engagements", without, key="k-1") for _ in range(2))
    assert (one.content, other.headers["Idempotency-Replayed"]) == (other.content, "true")
    number = planned(world)
    place = f"/engagements/{get(number).pk}/deliveries"
    body = {"delivered_on": TODAY.isoformat(), "minutes": 120, "external_id": "D-1", "source": "erp"}
    assert [done(engineer.post(place, body))["status"] for _ in range(2)] == ["new", "known"]
    assert refused(engineer.post(place, body | {"minutes": 60})) == (409, "content_differs")
    assert hours_of(pays) == (2, 14)


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"delivered_on": (TODAY + timedelta(days=1)).isoformat()}, 422, "in_future"),
        ({"delivered_on": "tomorrow"}, 422, "day_malformed"),
        ({"minutes": 24 * HOURS + 1}, 422, "request_invalid"),
        ({"minutes": 0}, 422, "request_invalid"),
        ({"minutes": 17 * HOURS}, 409, "delivery_beyond_planned"),
        ({"external_id": "member@example.test"}, 422, "address_in_ledger"),
        ({"external_id": "1", "source": "engagements"}, 422, "source_reserved"),
    ],
)
def test_what_cannot_be_delivered_is_refused(world, pays, over, status, code):
    number = planned(world)
    body = {"delivered_on": TODAY.isoformat(), "minutes": 60} | over
    assert refused(program(world, "engineer").post(f"/engagements/{get(number).pk}/deliveries", body)) == (status, code)
    assert hours_of(pays) == (0, 16)


def test_what_cannot_be_ordered_or_planned_is_refused(world, pays):
    make_offering(code="health")
    make_offering(code="gone", is_offered=False)
    member, csam = program(world, "member"), program(world, "csam")
    ordered = {"workspace": "north", "offering": "health"}
    assert refused(member.post("/engagements", ordered | {"offering": "gone"})) == (422, "offering_unknown")
    assert refused(member.post("/engagements", ordered | {"workspace": "main"})) == (422, "workspace_unknown")
    assert refused(member.post("/engagements", ordered | {"wanted_from": "2026-02-30"})) == (422, "day_malformed")
    assert refused(member.post("/engagements", ordered | {"wanted_from": "2026-01-30"})) == (422, "wanted_in_past")
    assert refused(member.post("/engagements", ordered | {"external_id": "1"})) == (403, "right_missing")
    number = request(world)
    place, plan = f"/engagements/{get(number).pk}", {"version": 1, "minutes": 60}
    support = plan | {"entitlement_id": world.cedar_advisory.pk}
    assert refused(csam.post(f"{place}/plan", support)) == (422, "engagement_without_payer")
    assert refused(csam.post(f"{place}/plan", plan | {"minutes": 41 * HOURS})) == (409, "plan_beyond_left")
    assert refused(csam.post(f"{place}/plan", plan | {"version": 2})) == (409, "engagement_changed")
    done(csam.post(f"{place}/plan", plan))
    hours = {"starts_at": "2026-12-21T09:00+01:00", "ends_at": "2026-12-21T17:00+01:00"}
    body = {"version": 2, "engineer_id": world.member.pk, **hours}
    assert refused(csam.post(f"{place}/schedule", body)) == (422, "engineer_unknown")
    assert refused(csam.post(f"{place}/schedule", body | {"ends_at": "2026-12-21"})) == (422, "time_without_zone")


def test_a_customers_own_token_reads_and_requests_and_judges_nothing(world, pays):
    make_offering(code="health")
    number = planned(world)
    delivery = log(world, number, 4)
    calls = Program(make_token(world.admin, world.cedar, *BOTH, is_of_customer=True))
    assert [one["number"] for one in items(calls.get("/engagements"))] == [number]
    made = done(calls.post("/engagements", {"workspace": "south", "offering": "health", "external_id": "PO-1"}))
    assert get(made["number"]).requested_by_id is None
    assert refused(calls.post(f"/deliveries/{delivery.pk}/acceptance", {"version": 1})) == (403, "right_missing")
    plan = {"version": 1, "minutes": 60}
    assert refused(calls.post(f"/engagements/{made['id']}/plan", plan)) == (403, "right_missing")
    scopes = offered_scopes(as_(world, "csam"), is_of_customer=True)
    assert {TokenScope.READ_SERVICES, TokenScope.WRITE_SERVICES} <= set(scopes)


def test_a_page_costs_the_same_however_long_it_is(world, pays, statements):
    calls = program(world, "admin")
    number = planned(world)
    log(world, number, 1)

    def cost() -> list[int]:
        found = []
        for each in ("engagements", "deliveries", "holds", "booked-days"):
            with statements() as made:
                items(calls.get(f"/{each}"))
            found.append(len(made))
        return found

    before = cost()
    for _ in range(3):
        log(world, planned(world, 2), 1)
    assert cost() == before
