"""Who reads and writes what was found out at a desk: by Python, and by the database with the Python wall off."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tallyhub.helpdesk.gates import queries
from tallyhub.helpdesk.models import Entry, HealthCheck, IncidentLink, Resolution, RightsNeed
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.support.models import Message, Request
from tests.helpdesk.gating import at_desk, fresh, incident
from tests.make import employ, grant, make_organization, make_person
from tests.world import NOW

DESKS = (Entry, HealthCheck, IncidentLink, RightsNeed)
Gated = SimpleNamespace


@pytest.fixture
def full(gated: Gated) -> Gated:
    """The request, with a row in each table."""
    there = {
        "customer_id": gated.cedar.pk, "workspace_id": gated.north.pk, "request": gated.asked, "by_id": gated.helper.pk,
    }  # fmt: skip
    gated.event = incident(gated)
    HealthCheck.objects.using("owner").create(**there, result="none", at=NOW)
    IncidentLink.objects.using("owner").create(**there, event_id=gated.event, since=NOW)
    Entry.objects.using("owner").create(**there, step="Looked at the log.", at=NOW)
    RightsNeed.objects.using("owner").create(**there, since=NOW)
    said = {name: there[name] for name in ("customer_id", "workspace_id", "request")}
    message = Message.objects.using("owner").create(**said, is_by_staff=True, body="Done.", at=NOW)
    Resolution.objects.using("owner").create(**there, item=gated.item, message=message, at=NOW)
    return gated


def inside(person: Any, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def by_python(access: Access) -> set[str]:
    """As the owner, whom the database lets read everything."""
    tables = (*DESKS, Resolution)
    return {one.__name__ for one in tables if one.objects.using("owner").visible_to(access).exists()}


def by_database(access: Access) -> set[str]:
    found = set()
    with scope(access), connection.cursor() as cursor:
        for one in (*DESKS, Resolution):
            cursor.execute(f"SELECT count(*) FROM {one._meta.db_table}")
            if cursor.fetchone()[0]:
                found.add(one.__name__)
    return found


@pytest.fixture(params=[by_python, by_database], ids=["python", "database"])
def reads(request: Any) -> Any:
    return request.param


ALL = {one.__name__ for one in (*DESKS, Resolution)}


@pytest.mark.parametrize("who", ["helper", "second", "agent"])
def test_the_desk_reads_all_of_it(full: Gated, reads: Any, who: str) -> None:
    assert reads(at_desk(full, getattr(full, who))) == ALL


@pytest.mark.parametrize("who", ["admin", "north_admin", "viewer"])
def test_the_customer_reads_how_it_was_resolved_and_nothing_else(full: Gated, reads: Any, who: str) -> None:
    assert reads(inside(getattr(full, who), full.cedar)) == {"Resolution"}


@pytest.mark.parametrize("who", ["engineer", "csam", "coordinator"])
def test_the_providers_staff_read_nothing(full: Gated, reads: Any, who: str) -> None:  # R5.3
    assert reads(inside(getattr(full, who), full.cedar)) == set()


def test_another_partner_reads_nothing_whatever_was_delegated_to_it(full: Gated, reads: Any) -> None:  # edge 13
    grant(full.rival_agent, "support_tier_1", full.cedar, source="delegation:1")
    assert reads(inside(full.rival_agent, full.cedar)) == set()
    assert reads(sign_on.act_at_work(full.rival_agent.pk)) == set()


def test_who_only_sells_for_the_partner_reads_nothing(full: Gated) -> None:  # S003-1
    assert by_python(sign_on.act_at_work(full.seller.pk)) == set()


def test_not_even_the_hub_reads_what_is_the_desks(full: Gated, reads: Any) -> None:
    """A token of the customer's own is inside it in whole, as the hub is."""
    assert reads(Access.of_system([full.cedar.pk])) == {"Resolution"}


def test_a_supplier_reads_it_as_long_as_the_request_is_at_its_desk(full: Gated, reads: Any) -> None:  # S003-39
    owls = make_organization("nightowl", kind="partner")
    owl = make_person("owl", email="owl@house.test")
    employ(owl, owls, "helpdesk_agent")
    Request.objects.using("owner").filter(pk=full.asked.pk).update(desk=owls)
    assert reads(at_desk(full, owl)) == ALL
    Request.objects.using("owner").filter(pk=full.asked.pk).update(desk=full.partner)
    assert reads(sign_on.act_at_work(owl.pk)) == set()


def refused(access: Access, statement: str) -> bool:
    try:
        with scope(access, writing=True), connection.cursor() as cursor:
            cursor.execute(statement)
            return bool(cursor.rowcount == 0)
    except DatabaseError:
        return True


@pytest.mark.parametrize("table", ["healthcheck", "entry", "resolution"])
def test_what_was_found_out_is_never_changed(full: Gated, owner: Any, table: str) -> None:
    """By a policy, and because the app was never given the right."""
    for statement in (f"UPDATE helpdesk_{table} SET at = now()", f"DELETE FROM helpdesk_{table}"):
        assert refused(at_desk(full), statement)
    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        may = owner.execute("SELECT has_table_privilege('tallyhub_app', %s, %s)", [f"helpdesk_{table}", right])
        assert may.fetchone() == (False,), right


@pytest.mark.parametrize("table", ["healthcheck", "entry", "incidentlink", "rightsneed", "resolution"])
def test_the_customer_writes_none_of_it(full: Gated, table: str) -> None:
    """Of its own request, with the Python wall off."""
    copied = f"""INSERT INTO helpdesk_{table} SELECT (jsonb_populate_record(NULL::helpdesk_{table},
        to_jsonb(t) || '{{"id": 999999}}')).* FROM helpdesk_{table} t"""
    made = f"INSERT INTO helpdesk_{table} (customer_id, workspace_id, request_id, by_id)"
    made += f" VALUES ({full.cedar.pk}, {full.north.pk}, {full.asked.pk}, 1)"
    access = inside(full.admin, full.cedar)
    assert refused(access, copied)
    assert refused(access, made)


def test_a_row_never_points_at_a_request_of_another_customer(full: Gated, owner: Any) -> None:
    with pytest.raises(Exception, match="same_workspace"):
        owner.execute(
            "INSERT INTO helpdesk_entry (customer_id, workspace_id, request_id, hypothesis, step, result, acted_as, at)"
            " VALUES (%s, %s, %s, 'x', '', '', '', now())",
            [full.birch.pk, full.birch_main.pk, full.asked.pk],
        )


@pytest.mark.parametrize("who", ["admin", "viewer", "helper"])
def test_whoever_sees_the_request_knows_where_it_stands(full: Gated, who: str) -> None:
    access = at_desk(full) if who == "helper" else inside(getattr(full, who), full.cedar)
    with scope(access):
        assert set(queries.read_facts([fresh(full)])) == {full.asked.pk}


@pytest.mark.parametrize("who", ["engineer", "member", "rival_agent", "stranger"])
def test_whoever_does_not_learns_nothing_of_that(full: Gated, who: str) -> None:  # edge 36
    person = getattr(full, who)
    access = sign_on.act_at_work(person.pk) if who == "rival_agent" else inside(person, full.cedar)
    with scope(access):
        assert queries.read_facts([fresh(full)]) == {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM helpdesk_following(%s)", [full.asked.pk])
            assert cursor.fetchall() == []


@pytest.mark.parametrize("call", ["followers(%(event)s)", "left_behind(%(person)s, now())"])
def test_what_the_hub_asks_over_all_customers_answers_nobody_else(full: Gated, call: str) -> None:
    Request.objects.using("owner").filter(pk=full.asked.pk).update(assigned_to=full.seller)
    asked = "SELECT * FROM helpdesk_" + call % {"event": full.event, "person": full.seller.pk}
    for access, found in ((Access(), 1), (at_desk(full), 0), (inside(full.admin, full.cedar), 0)):
        with scope(access), connection.cursor() as cursor:
            cursor.execute(asked)
            assert len(cursor.fetchall()) == found


def test_the_page_costs_the_same_however_much_was_noted(full: Gated, as_: Any) -> None:
    helper = as_(full.helper)
    here = f"/helpdesk/requests/{full.asked.number}/"
    helper.get(here)
    before = _statements(helper, here)
    there = {"customer_id": full.cedar.pk, "workspace_id": full.north.pk, "request": full.asked}
    Entry.objects.using("owner").bulk_create(
        Entry(**there, by_id=full.helper.pk, step="Again.", at=NOW) for _one in range(60)
    )
    assert _statements(helper, here) == before


def _statements(client: Any, address: str) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)
