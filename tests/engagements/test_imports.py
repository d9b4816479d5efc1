"""Offerings, engagements and deliveries of another system: once, updated, and joined to consumption (R8.1)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import Engagement, EngagementDelivery, Offering
from tallyhub.integrations.importing import import_file
from tallyhub.integrations.importing.importer import import_for
from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.ledger import doctor
from tallyhub.ledger.models import Entry
from tests.engagements.making import HOURS, as_, hours_of, plan, proactive, used_and_held
from tests.integrations.api.program import Program, make_token
from tests.integrations.files import entry, write
from tests.make import make_entitlement, make_service

ORDERED = "2026-09-01T09:00+02:00"


class Bringing:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, kind: str, *rows: dict[str, str], **over: Any) -> Any:
        return import_file(write(self._folder, f"{kind}.csv", list(rows)), kind=kind, **over)

    def ok(self, kind: str, *rows: dict[str, str]) -> tuple[int, int, int]:
        report = self(kind, *rows)
        assert [(one.line, one.column, one.code) for one in report.problems] == []
        tally = report.tallies[kind]
        return tally.new, tally.changed, tally.known

    def wrong(self, kind: str, *rows: dict[str, str]) -> list[tuple[int, str, str]]:
        return [(one.line, one.column, one.code) for one in self(kind, *rows).problems]


@pytest.fixture
def bring(world, tmp_path):
    return Bringing(tmp_path)


@pytest.fixture
def pays(world):
    return proactive(world)


def ordered(external_id: str = "E-1", **over: str) -> dict[str, str]:
    fields = {
        "customer": "cedar", "workspace": "north", "external_id": external_id, "source": "planner",
        "title": "Health check", "state": "planned", "requested_at": ORDERED, "planned_hours": "16",
    }  # fmt: skip
    return {name: text for name, text in (fields | over).items() if text or name in over}


def delivered(external_id: str = "D-1", **over: str) -> dict[str, str]:
    fields = {
        "customer": "cedar", "engagement": "E-1", "external_id": external_id, "source": "planner",
        "delivered_on": "2026-10-05", "hours": "4",
    }  # fmt: skip
    return {name: text for name, text in (fields | over).items() if text or name in over}


def one(external_id: str = "E-1") -> Engagement:
    return Engagement.objects.using("owner").get(external_id=external_id)


def standing(external_id: str = "E-1") -> list[EngagementDelivery]:
    rows = EngagementDelivery.objects.using("owner").filter(engagement__external_id=external_id, removed_at=None)
    return list(rows.order_by("day", "pk"))


def booked(entitlement: Any) -> list[tuple[str, int, str]]:
    rows = Entry.objects.using("owner").filter(entitlement=entitlement).exclude(source="test")
    return [(one.source, one.charged, one.reason) for one in rows.order_by("pk")]


def consumed(world: Any, entitlement: Any, external_id: str = "D-1", **over: str) -> dict[str, str]:
    return entry(world, **{"entitlement": entitlement.code, "amount": "240", "unit": "minutes", "source": "planner",
                 "external_id": external_id, "occurred_on": "2026-10-05"} | over)  # fmt: skip


# The catalogue


def offered(**over: str) -> dict[str, str]:
    fields = {"code": "health", "kind": "workshop", "category": "maintain", "name_en": "Health check"}
    return fields | {"planned_hours": "16", "credit_rate": "4"} | over


def test_offerings_are_added_and_follow_a_later_file(world, bring):
    assert bring.ok("offerings", offered(), offered(code="second")) == (2, 0, 0)
    assert bring.ok("offerings", offered(), offered(code="second")) == (0, 0, 2)
    assert bring.ok("offerings", offered(credit_rate="5.5", name_de="Prüfung"), offered(code="second")) == (0, 1, 1)
    health, second = Offering.objects.using("owner").filter(code__in=["health", "second"]).order_by("code")
    assert (health.credit_rate, health.rate_version, health.names) == (550, 2, {"en": "Health check", "de": "Prüfung"})
    assert (second.credit_rate, second.rate_version, second.planned_minutes) == (400, 1, 16 * HOURS)


def test_what_is_wrong_with_an_offering_is_a_problem_of_its_row(world, bring):
    rows = [
        offered(),
        offered(code="b", kind="party"),
        offered(code="c", name_en=""),
        offered(code="d", credit_rate="0"),
    ]
    assert sorted(bring.wrong("offerings", *rows, offered(code="e", product="none"))) == [
        (3, "kind", "word_unknown"), (4, "name_en", "value_missing"), (5, "credit_rate", "credit_rate"),
        (6, "product", "product_unknown"),
    ]  # fmt: skip
    assert not Offering.objects.using("owner").filter(code="health").exists()


# Engagements


def test_what_is_planned_elsewhere_is_held_and_what_is_delivered_counts(world, bring, pays):
    assert bring.ok("engagements", ordered()) == (1, 0, 0)
    assert (one().state, one().entitlement_id, hours_of(pays)) == ("planned", pays.pk, (0, 16))
    assert bring.ok("engagement_deliveries", delivered(), delivered("D-2", delivered_on="2026-10-06", hours="8")) == (
        2, 0, 0
    )  # fmt: skip
    assert (one().state, hours_of(pays)) == ("in_delivery", (12, 4))
    assert bring.ok("engagements", ordered(state="delivered")) == (0, 1, 0)
    assert (one().state, hours_of(pays)) == ("delivered", (12, 0))
    assert list(doctor.find_differences()) == []


def test_loading_twice_changes_nothing(world, bring, pays, owner):
    days = {"starts_at": "2026-10-05T09:00+02:00", "ends_at": "2026-10-06T17:00+02:00"}
    people = {"engineer": "engineer@example.test", "requested_by": "member@example.test"}
    files = [("engagements", ordered(state="delivered", **people, **days)),
             ("engagement_deliveries", delivered(acceptance="disputed", dispute="It was less"))]  # fmt: skip
    tables = ("engagement", "engagementchange", "slot", "engagementdelivery", "engagementbooking")

    def kept() -> list[Any]:
        said = [
            owner.execute(f"SELECT jsonb_agg(to_jsonb(t) ORDER BY id) FROM engagements_{t} t").fetchall()
            for t in tables
        ]
        return [*said, owner.execute("SELECT count(*) FROM ledger_entry").fetchall(),
                owner.execute("SELECT count(*) FROM ledger_hold").fetchall()]  # fmt: skip

    for kind, row in files:
        assert bring.ok(kind, row) == (1, 0, 0)
    before = kept()
    assert before[0][0][0] is not None
    for kind, row in files:
        assert bring.ok(kind, row) == (0, 0, 1)
    assert kept() == before


def test_a_later_file_changes_just_the_row_that_it_changes(world, bring, pays):
    bring.ok("engagements", ordered(), ordered("E-2", planned_hours="8"))
    bring.ok("engagement_deliveries", delivered(), delivered("D-2", delivered_on="2026-10-06", hours="2"))
    assert hours_of(pays) == (6, 18)
    assert bring.ok("engagements", ordered(), ordered("E-2", planned_hours="10")) == (0, 1, 1)
    rows = [delivered(), delivered("D-2", delivered_on="2026-10-06", hours="3")]
    assert bring.ok("engagement_deliveries", *rows) == (0, 1, 1)
    assert hours_of(pays) == (7, 19)
    assert [(each.minutes, each.corrects_id is not None) for each in standing()] == [(240, False), (180, True)]
    assert booked(pays) == [("engagements", 240, ""), ("engagements", 120, ""), ("engagements", -120, "corrected"),
                            ("engagements", 180, "")]  # fmt: skip
    assert bring.ok("engagement_deliveries", *rows) == (0, 0, 2)
    assert list(doctor.find_differences()) == []


def test_what_was_planned_anew_here_is_not_undone_by_the_same_file(world, bring, pays):
    bring.ok("engagements", ordered())
    plan(world, one().number, 20)
    assert bring.ok("engagements", ordered()) == (0, 0, 1)
    assert hours_of(pays) == (0, 20)
    assert bring.ok("engagements", ordered(planned_hours="12")) == (0, 1, 0)
    assert hours_of(pays) == (0, 12)


def test_what_was_corrected_here_is_not_undone_by_a_file(world, bring, pays):
    bring.ok("engagements", ordered())
    bring.ok("engagement_deliveries", delivered())
    (made,) = standing()
    deliveries.correct_delivery(as_(world, "csam"), made.pk, Worked(made.day, 180), "Three", version=made.version)
    assert bring.ok("engagement_deliveries", delivered()) == (0, 0, 1)
    assert bring.wrong("engagement_deliveries", delivered(hours="5")) == [(2, "hours", "delivery_corrected_here")]
    assert hours_of(pays) == (3, 13)


def test_what_the_customer_said_here_is_not_undone_by_a_file(world, bring, pays):
    bring.ok("engagements", ordered(requested_by="member@example.test"))
    bring.ok("engagement_deliveries", delivered(acceptance="disputed", dispute="Less"))
    (made,) = standing()
    assert (made.acceptance, made.dispute) == ("disputed", "Less")
    deliveries.answer_dispute(as_(world, "csam"), made.pk, "It was four", version=made.version)
    deliveries.accept_delivery(as_(world, "member"), made.pk, version=made.version + 1)
    assert bring.ok("engagement_deliveries", delivered(acceptance="disputed", dispute="Less")) == (0, 0, 1)
    assert standing()[0].acceptance == "accepted"


def test_of_what_its_system_calls_accepted_all_is(world, bring, pays):
    bring.ok("engagements", ordered(state="accepted"))
    bring.ok("engagement_deliveries", delivered())
    assert (one().state, standing()[0].acceptance) == ("accepted", "accepted")
    bring.ok("engagement_deliveries", delivered(hours="3"))  # a correction is looked at again
    assert (one().state, standing()[0].acceptance) == ("delivered", "open")
    bring.ok("engagement_deliveries", delivered(hours="3", acceptance="accepted"))
    assert (one().state, standing()[0].acceptance) == ("accepted", "accepted")


def test_until_when_the_customer_can_say_something(world, bring, pays):
    bring.ok("engagements", ordered())
    bring.ok("engagement_deliveries", delivered())
    assert standing()[0].due_on == date(2026, 12, 4)  # ten days of work from the day it came in


def test_credits_are_spent_when_its_system_says_that_all_is_delivered(world, bring):
    service = make_service("credits", "credits", names={"en": "Credits"})
    pays = make_entitlement(world.base, service, bought=1_000)
    bring.ok("engagements", ordered(planned_hours="", credit_rate="4.5"))
    assert used_and_held(pays) == (0, 450)
    bring.ok("engagement_deliveries", delivered())
    assert used_and_held(pays) == (0, 450)
    bring.ok("engagements", ordered(planned_hours="", credit_rate="4.5", state="delivered"))
    assert used_and_held(pays) == (450, 0)


def test_a_late_cancelling_costs_what_its_system_says(world, bring, pays):
    payer = {"agreement": "CED-2026", "package": "BASE", "entitlement": pays.code}
    late = {"state": "cancelled", "cancelled_on": "2026-10-01", "late_charge": "8"}
    rows = [ordered("E-2", **late), ordered("E-3", **late | {"state": "planned"} | payer)]
    assert bring.wrong("engagements", *rows, ordered("E-4", **late | payer | {"late_charge": "0"})) == [
        (2, "entitlement", "value_missing"), (3, "late_charge", "late_charge_of_going"),
        (4, "late_charge", "amount_malformed"),
    ]  # fmt: skip
    bring.ok("engagements", ordered(**late, **payer))
    assert (hours_of(pays), booked(pays)) == ((8, 0), [("engagements", 480, "late_cancel")])


@pytest.mark.parametrize(
    ("over", "column", "code"),
    [
        ({"workspace": "main"}, "workspace", "workspace_unknown"),  # birch's
        ({"workspace": "nowhere"}, "workspace", "workspace_unknown"),
        ({"customer": "nobody"}, "customer", "customer_unknown"),
        ({"offering": "none"}, "offering", "offering_unknown"),
        ({"state": "done"}, "state", "word_unknown"),
        ({"requested_at": "yesterday"}, "requested_at", "time_malformed"),
        ({"requested_at": "2026-09-31T09:00+02:00"}, "requested_at", "time_malformed"),
        ({"requested_at": "2027-09-01T09:00+02:00"}, "requested_at", "time_in_future"),
        ({"starts_at": "2026-10-06T09:00Z", "ends_at": "2026-10-05T09:00Z"}, "ends_at", "slot_reversed"),
        ({"starts_at": "2026-10-06T09:00Z"}, "ends_at", "value_missing"),
        ({"state": "scheduled"}, "starts_at", "value_missing"),
        ({"planned_hours": ""}, "planned_hours", "value_missing"),
        ({"planned_hours": "0"}, "planned_hours", "planned_minutes"),
        ({"planned_hours": "1.001"}, "planned_hours", "hours_not_whole_minutes"),
        ({"requested_by": "nobody@example.test"}, "requested_by", "person_unknown"),
        ({"requested_by": "stranger@birch.test"}, "requested_by", "person_unknown"),
        ({"engineer": "stranger@birch.test"}, "engineer", "person_unknown"),
        ({"source": "engagements"}, "source", "source_reserved"),
        ({"agreement": "CED-2026"}, "package", "payer_in_part"),
        ({"title": ""}, "title", "value_missing"),
    ],
)
def test_what_cannot_be_ordered_is_a_problem_of_its_row(world, bring, pays, over, column, code):
    found = bring.wrong("engagements", ordered(), ordered(**{"external_id": "E-2"} | over))
    assert (3, column, code) in found
    assert not Engagement.objects.using("owner").exists()


def test_an_entitlement_of_another_customer_or_kind_pays_nothing(world, bring, pays):
    theirs = {"agreement": world.birch_agreement.number, "package": "BASE", "entitlement": "x"}
    support = {"agreement": "CED-2026", "package": "BASE", "entitlement": world.cedar_advisory.code}
    found = bring.wrong("engagements", ordered(**theirs), ordered("E-2", **support))
    assert (2, "agreement", "agreement_unknown") in found
    assert (3, "entitlement", "entitlement_pays_no_engagement") in found


@pytest.mark.parametrize(
    ("over", "column", "code"),
    [
        ({"hours": "17"}, "hours", "delivery_beyond_planned"),
        ({"hours": "24:01"}, "hours", "delivery_minutes"),
        ({"hours": "0"}, "hours", "delivery_minutes"),
        ({"hours": "-4"}, "hours", "delivery_minutes"),
        ({"delivered_on": "2026-02-30"}, "delivered_on", "day_malformed"),
        ({"delivered_on": "tomorrow"}, "delivered_on", "day_malformed"),
        ({"delivered_on": "2026-11-22"}, "delivered_on", "in_future"),
        ({"engagement": "E-9"}, "engagement", "engagement_unknown"),
        ({"engagement": "B-1"}, "engagement", "engagement_unknown"),
        ({"customer": "birch"}, "engagement", "engagement_unknown"),
        ({"engagement": "E-2"}, "engagement", "delivery_of_undelivered"),
        ({"engineer": "stranger@birch.test"}, "engineer", "person_unknown"),
        ({"acceptance": "by_time"}, "acceptance", "word_unknown"),
        ({"acceptance": "disputed"}, "dispute", "dispute_missing"),
        ({"dispute": "No"}, "dispute", "dispute_without_state"),
        ({"external_id": "member@example.test"}, "external_id", "address_in_ledger"),
    ],
)
def test_what_cannot_be_delivered_is_a_problem_of_its_row(world, bring, pays, over, column, code):
    bring.ok("engagements", ordered(), ordered("E-2", state="declined"),
             ordered("B-1", customer="birch", workspace="main", state="requested"))  # fmt: skip
    found = bring.wrong("engagement_deliveries", delivered(), delivered(**{"external_id": "D-2"} | over))
    assert (3, column, code) in found
    assert (standing(), hours_of(pays)) == ([], (0, 16))


def test_more_than_bought_is_refused_until_somebody_vouches_for_it(world, bring):
    pays = proactive(world, bought=10 * HOURS)
    bring.ok("engagements", ordered(planned_hours="40", state="in_delivery"))
    rows = [delivered(hours="8"), delivered("D-2", hours="5", delivered_on="2026-10-06")]
    assert bring.wrong("engagement_deliveries", *rows) == [(3, "hours", "delivery_beyond_bought")]
    assert hours_of(pays)[0] == 0
    bring.ok("engagement_deliveries", *[row | {"confirmed": "yes"} for row in rows])
    assert hours_of(pays) == (13, 27)


def test_a_name_that_comes_twice_is_refused(world, bring, pays):
    assert bring.wrong("engagements", ordered(), ordered()) == [(3, "external_id", "repeated")]
    bring.ok("engagements", ordered(), ordered("E-2"))
    bring.ok("engagement_deliveries", delivered())
    assert bring.wrong("engagement_deliveries", delivered(engagement="E-2")) == [(2, "engagement", "row_differs")]
    assert bring.wrong("engagements", ordered(workspace="south")) == [(2, "workspace", "row_differs")]


def test_a_trial_leaves_nothing_behind(world, bring, pays):
    report = bring("engagements", ordered(), dry_run=True)
    assert (report.problems, report.tallies["engagements"].new) == ((), 1)
    assert not Engagement.objects.using("owner").exists()
    assert used_and_held(pays) == (0, 0)


# Entries of an import of consumption


def test_what_consumption_booked_before_is_joined_and_not_counted_twice(world, bring, pays):
    bring.ok("consumption", consumed(world, pays))
    bring.ok("engagements", ordered(state="in_delivery"))
    bring.ok("engagement_deliveries", delivered(), delivered("D-2", delivered_on="2026-10-06", hours="2"))
    assert booked(pays) == [("planner", 240, ""), ("engagements", 120, "")]
    assert hours_of(pays) == (6, 10)
    bring.ok("engagements", ordered(state="delivered"))
    assert hours_of(pays) == (6, 0)


def test_what_consumption_books_afterwards_takes_the_place_of_ours(world, bring, pays):
    bring.ok("engagements", ordered(state="in_delivery"))
    bring.ok("engagement_deliveries", delivered())
    bring.ok("consumption", consumed(world, pays))
    assert booked(pays) == [("engagements", 240, ""), ("planner", 240, ""), ("engagements", -240, "adopted")]
    assert hours_of(pays) == (4, 12)
    bring.ok("engagements", ordered(state="delivered"))
    assert (len(booked(pays)), hours_of(pays)) == (3, (4, 0))
    assert list(doctor.find_differences()) == []


def test_two_figures_for_one_delivery_are_a_problem_whichever_came_first(world, bring, pays):
    bring.ok("consumption", consumed(world, pays, amount="180"))
    bring.ok("engagements", ordered(state="in_delivery"))
    assert bring.wrong("engagement_deliveries", delivered()) == [(2, "external_id", "delivery_booked_otherwise")]
    bring.ok("engagement_deliveries", delivered("D-7"))
    assert bring.wrong("consumption", consumed(world, pays, "D-7", occurred_on="2026-10-06")) == [
        (2, "external_id", "delivery_booked_otherwise")
    ]
    assert hours_of(pays) == (7, 12)


def test_an_entry_under_the_engagements_own_name_stands_for_all_of_it(world, bring, pays):
    bring.ok("consumption", consumed(world, pays, "E-1"))
    bring.ok("engagements", ordered(state="delivered"))
    assert hours_of(pays) == (4, 0)
    bring.ok("engagement_deliveries", delivered())
    assert (hours_of(pays), booked(pays)) == ((4, 0), [("planner", 240, "")])


def test_a_delivery_of_the_same_name_in_another_system_is_another_one(world, bring, pays):
    bring.ok("consumption", consumed(world, pays, source="elsewhere"))
    bring.ok("engagements", ordered(state="in_delivery"))
    bring.ok("engagement_deliveries", delivered())
    assert hours_of(pays) == (8, 12)


# By the account team


def by_page(world, tmp_path, who, *sections):
    """As the page does it: a mapping, and who brings it in."""
    access = as_(world, who)
    found = []
    for kind, rows in sections:
        path = write(tmp_path, f"{kind}-page.csv", list(rows))
        columns = {name: name for row in rows for name in row}
        mapping = Mapping.model_validate({"records": [{"kind": kind, "columns": columns}]})
        found.append(import_for(access, path, mapping, dry_run=False))
    return found


def test_the_account_team_brings_them_in(world, bring, pays, tmp_path):
    sections = [("engagements", [ordered(engineer="engineer@example.test")]), ("engagement_deliveries", [delivered()])]
    assert [each.problems for each in by_page(world, tmp_path, "csam", *sections)] == [(), ()]
    assert hours_of(pays) == (4, 12)


def test_the_account_team_names_nothing_of_another_customer(world, bring, pays, tmp_path):
    bring.ok("engagements", ordered("B-1", customer="birch", workspace="main", state="requested"))
    (orders,) = by_page(world, tmp_path, "csam", ("engagements", [ordered("B-2", customer="birch", workspace="main")]))
    assert next(one.code for one in orders.problems) == "customer_unknown"
    (done,) = by_page(
        world, tmp_path, "csam", ("engagement_deliveries", [delivered(customer="birch", engagement="B-1")])
    )
    assert next(one.code for one in done.problems) == "customer_unknown"


# Packages


def test_the_terms_of_late_cancelling_come_with_the_package(world, bring):
    row = {"agreement": "CED-2026", "code": "LATE", "name": "Late", "scope": "addon"}
    assert bring.wrong("packages", row | {"late_cancel_days": "5"}) == [(2, "late_cancel_percent", "late_cancel_half")]
    assert bring.wrong("packages", row | {"late_cancel_days": "5", "late_cancel_percent": "101"}) == [
        (2, "late_cancel_percent", "number_out_of_bounds")
    ]
    bring.ok("packages", row | {"late_cancel_days": "5", "late_cancel_percent": "50"})
    from tallyhub.agreements.models import Package

    package = Package.objects.using("owner").get(code="LATE")
    assert (package.late_cancel_days, package.late_cancel_percent) == (5, 50)


def test_what_a_program_books_for_a_delivery_takes_the_place_of_ours(world, bring, pays):
    bring.ok("engagements", ordered(state="in_delivery"))
    bring.ok("engagement_deliveries", delivered())
    program = Program(make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES))

    def post(amount):
        return program.post("/entries", {"entries": [consumed(world, pays, amount=amount)]})

    answer = post("180")
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/docs#delivery_booked_otherwise")
    assert post("240").status_code == 200
    assert (hours_of(pays), [source for source, *_rest in booked(pays)]) == (
        (4, 12), ["engagements", "planner", "engagements"],
    )  # fmt: skip
