"""Erasing whoever ordered, delivered, judged and cancelled: no name is left, and every figure stays (R10.4)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import EngagementDelivery
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Plan, Wish
from tallyhub.ledger import doctor
from tallyhub.organizations.sign_on import act_for
from tallyhub.privacy import commands
from tallyhub.privacy.registry import HOLDINGS
from tests.activity.test_drilldown import of, rows_of
from tests.activity.test_exports import ask, take
from tests.engagements.making import finish, get, log, make_offering, planned, proactive, request, schedule
from tests.integrations.api.program import Program, make_token
from tests.make import grant
from tests.privacy.world import NAME, PERSONAL, make_zoe, with_traces
from tests.working import run_jobs

TABLES = {"engagement", "engagementchange", "slot", "engagementdelivery"}


@pytest.fixture
def zoe(world: Any) -> SimpleNamespace:
    """Requested, cancelled, accepted and disputed in cedar's north; of another order she is the engineer."""
    person = make_zoe(world)
    grant(person, "workspace_administrator", world.north)
    world.zoe = person
    pays = proactive(world)
    hers = planning.request_service(
        act_for(person.pk, world.cedar.pk).access, world.north.pk, make_offering().code, Wish(text="Soon")
    )
    planning.plan(act_for(world.csam.pk, world.cedar.pk).access, hers, Plan(960, pays.pk), version=1)
    for hours in (4, 3):
        log(world, hers, hours)
    finish(world, hers)
    first, second = EngagementDelivery.objects.using("owner").order_by("pk")
    access = act_for(person.pk, world.cedar.pk).access
    deliveries.accept_delivery(access, first.pk, version=1)
    deliveries.dispute_delivery(access, second.pk, "It was two", version=1)
    cancelled = planned(world)
    planning.cancel(access, cancelled, "No", version=get(cancelled).version, charge=0)
    grant(person, "engineer", world.cedar)
    scheduled = request(world)
    planning.plan(act_for(world.csam.pk, world.cedar.pk).access, scheduled, Plan(600, pays.pk), version=1)
    schedule(world, scheduled, engineer_id=person.pk)
    deliveries.log_delivery(act_for(person.pk, world.cedar.pk).access, scheduled, Worked(first.day, 60))
    run_jobs()
    return SimpleNamespace(person=person, pays=pays, numbers=(hers, cancelled, scheduled))


def told(world: Any, client: Client, zoe: SimpleNamespace) -> str:
    """What pages, files and programs say of it to those who may see the most."""
    found = []
    for who in (world.admin, world.csam):
        client.force_login(who)
        pages = [f"/services/engagements/{number}/" for number in zoe.numbers]
        pages += ["/services/engagements/", "/services/upcoming/", of(zoe.pays), "/", "/audit/"]
        found += [client.get(page).content.decode() for page in pages]
        calls = Program(make_token(who, world.cedar, TokenScope.READ_SERVICES))
        found += [calls.get(f"/{path}").content.decode() for path in ("engagements", "deliveries", "booked-days")]
    found.append(str(rows_of(client, world.admin, f"{of(zoe.pays)}entries.csv?header=keys")))
    export = ask(client, world.admin, of(zoe.pays))
    run_jobs()
    return str([*found, take(client, export)])


def figures(owner: Any) -> list[Any]:
    tables = ("ledger_entry", "ledger_hold", "ledger_entitlementtotal", "engagements_engagementbooking")
    ids = [owner.execute(f"SELECT to_jsonb(t) - 'person_id' FROM {one} t ORDER BY 1").fetchall() for one in tables]
    minutes = owner.execute("SELECT id, minutes, acceptance, unbooked FROM engagements_engagementdelivery ORDER BY id")
    return [*ids, minutes.fetchall()]


def test_no_page_file_program_table_or_mail_names_them_and_every_figure_stays(
    world: Any, zoe: SimpleNamespace, client: Client, owner: Any
) -> None:
    owner.execute("DELETE FROM ledger_entrydetail WHERE title LIKE '%%another word'")
    assert told(world, client, zoe).count(NAME) > 10
    client.logout()
    before = figures(owner)
    owner.execute("DELETE FROM organizations_accessgrant WHERE role = 'engineer' AND person_id = %s", [zoe.person.pk])
    assert commands.end_part(act_for(world.admin.pk, world.cedar.pk).access, zoe.person.pk, confirmation=NAME)
    after = told(world, client, zoe)
    for one in PERSONAL:
        assert one not in after, one
    assert "Erased person" in after
    assert figures(owner) == before
    assert with_traces(owner) == set()
    assert list(doctor.find_differences()) == []


def test_what_points_at_a_person_is_told_to_privacy() -> None:
    """Else a person's export would not name their orders, and where they had to do with one would not be found."""
    known = {one.table.removeprefix("engagements_") for one in HOLDINGS if one.table.startswith("engagements_")}
    assert known == TABLES
