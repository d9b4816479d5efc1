"""Rules of services that nothing else watches: each was taken out once, and no test went red."""

from datetime import date, datetime

import pytest

from tallyhub.accounts.tokens import TokenScope, rights_of_customer
from tallyhub.agreements.models import ResponseGoal, WorkCalendar
from tallyhub.engagements import jobs
from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.models import EngagementChange
from tallyhub.integrations.importing.importer import import_for
from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.kernel import clock
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict
from tests.engagements.making import as_, log, planned, proactive, request
from tests.engagements.test_api import items, program
from tests.engagements.test_bad_input import row
from tests.engagements.test_imports import Bringing, delivered, ordered, standing
from tests.integrations.files import write
from tests.make import make_package
from tests.world import NOW


@pytest.fixture
def pays(world):
    return proactive(world)


@pytest.fixture
def bring(world, tmp_path):
    return Bringing(tmp_path)


def test_what_an_import_brings_is_due_by_the_calendar_of_the_agreement(world, bring, pays):
    calendar = WorkCalendar.objects.using("owner").create(
        customer=world.cedar, name="Plant", zone="Europe/Berlin", week=[[[480, 960]]] * 3 + [[]] * 4
    )
    ResponseGoal.objects.using("owner").create(
        customer=world.cedar, agreement=world.agreement, severity="A", minutes=60, calendar=calendar
    )
    bring.ok("engagements", ordered())
    bring.ok("engagement_deliveries", delivered())
    assert standing()[0].due_on == date(2026, 12, 14)  # Monday to Wednesday alone


def test_a_customers_own_token_never_plans_or_delivers_whatever_its_scopes():
    assert rights_of_customer(frozenset(TokenScope)).isdisjoint({Right.PLAN_SERVICES, Right.DELIVER_SERVICES})


def test_what_is_held_is_narrowed_by_entitlement_and_workspace(world, pays):
    other = proactive(world)
    first, second = planned(world, 4, entitlement_id=pays.pk), planned(world, 2, entitlement_id=other.pk)
    calls = program(world, "admin")

    def held(**query):
        return [(one["engagement"], one["amount"]) for one in items(calls.get("/holds", **query))]

    assert held() == [(first, 240), (second, 120)]
    assert held(entitlement_id=other.pk) == [(second, 120)]
    assert held(workspace_id=world.north.pk) == held()
    assert held(workspace_id=world.south.pk) == []


def test_what_is_far_is_not_reminded_of_with_what_is_near(world, owner, pays):
    number = planned(world)
    near, _far = log(world, number, 1), log(world, number, 2)
    owner.execute("UPDATE engagements_engagementdelivery SET due_on = '2026-12-02' WHERE id = %s", [near.pk])
    with clock.frozen(datetime(2026, 11, 30, 12, tzinfo=NOW.tzinfo)):
        jobs.settle(0)
    told = EngagementChange.objects.using("owner").filter(kind="delivery_reminded")
    assert [one.details["delivery"] for one in told] == [near.pk]


def test_who_saw_an_older_version_of_a_delivery_accepts_nothing(world, pays):
    delivery = log(world, planned(world), 4)
    member, csam = as_(world, "member"), as_(world, "csam")
    commands.dispute_delivery(member, delivery.pk, "It was two", version=1)
    commands.answer_dispute(csam, delivery.pk, "It was four", version=2)
    for version in (1, 2, 4):
        with pytest.raises(Conflict, match="delivery_changed"):
            commands.accept_delivery(member, delivery.pk, version=version)
    assert row(delivery).acceptance == "answered"
    commands.accept_delivery(member, delivery.pk, version=3)


def test_by_the_page_a_workspace_of_the_same_file_takes_no_engagement_yet(world, tmp_path):
    sections = [
        {"kind": "workspaces", "columns": {"customer": "customer", "code": "workspace", "name": "workspace"}},
        {"kind": "engagements", "columns": {name: name for name in ordered()}},
    ]
    mapping = Mapping.model_validate({"records": sections})
    path = write(tmp_path, "both.csv", [ordered(workspace="west")])
    report = import_for(as_(world, "csam"), path, mapping, dry_run=False)
    assert [(one.column, one.code) for one in report.problems] == [("workspace", "workspace_just_made")]


def test_what_is_requested_costs_nothing_until_it_is_planned(world, pays):
    make_package(world.agreement, world.north, scope="addon")
    number = request(world)
    assert items(program(world, "admin").get("/holds")) == []
    with pytest.raises(Conflict, match="engagement_over"):
        log(world, number, 1)
