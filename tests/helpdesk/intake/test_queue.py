"""The queue of a partner's desk: S003-34, S003-1, R5.4; edge cases 36, 41."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallyhub.helpdesk.models import Intake
from tallyhub.kernel import clock
from tallyhub.support.models import Request
from tests.helpdesk.intake.asking import ask
from tests.make import grant, make_organization, make_request, make_workspace

QUEUE = "/helpdesk/"


def shown(client: Any, **query: Any) -> str:
    answer = client.get(QUEUE, query)
    assert answer.status_code == 200, answer.content.decode()
    found: str = answer.content.decode()
    return found.split("<tbody", 1)[-1] if "<tbody" in found else found


def make_asked(sold: SimpleNamespace, title: str, **over: Any) -> Request:
    place = over.pop("workspace", sold.birch_main)
    request = make_request(place, title=title, **{"partner": sold.partner, "desk": sold.partner} | over)
    there = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    Intake.objects.using("owner").create(**there, channel="portal", mode="own")
    return request


def test_what_a_customer_sent_is_there(sold: Any, as_: Any) -> None:  # S003-34
    request = ask(as_(sold.asker), sold)
    page = shown(as_(sold.helper))
    for said in (request.number, request.title, "Birch", "Main", "Database", "Submitted", "C: important", "New"):
        assert said in page
    assert "outside the hours" in page


def test_all_customers_stand_in_one_list(sold: Any, as_: Any) -> None:
    make_asked(sold, "Of birch")
    make_asked(sold, "Of cedar", workspace=sold.north)
    page = shown(as_(sold.helper))
    assert "Of birch" in page
    assert "Of cedar" in page
    assert "Of birch" not in shown(as_(sold.helper), customer=sold.cedar.pk)


def test_nobody_elses_is_in_it(sold: Any, as_: Any) -> None:  # edge case 36
    make_asked(sold, "Of the rival", partner=sold.rival, desk=sold.rival)
    make_request(sold.birch_main, title="Of the provider")
    page = shown(as_(sold.helper))
    assert "Of the rival" not in page
    assert "Of the provider" not in page
    assert "Nothing is open" in page


def test_it_is_for_those_who_serve_customers(sold: Any, as_: Any) -> None:  # S003-1
    for person in (sold.seller, sold.clerk, sold.admin, sold.csam, sold.engineer, sold.warden):
        refused = as_(person).get(QUEUE)
        assert refused.status_code == 403
    assert "Helpdesk agent" in as_(sold.seller).get(QUEUE).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"b", "a", "mine"}),
        ({"severity": "A"}, {"a"}),
        ({"status": "closed"}, {"closed"}),
        ({"assigned": "nobody"}, {"a", "b"}),
        ({"assigned": "me"}, {"mine"}),
        ({"product": "database"}, {"b"}),
        ({"outside": "yes"}, {"a"}),
        ({"text": "Number a"}, {"a"}),
        ({"text": "%"}, set()),
    ],
)
def test_filters_stand_in_the_address(sold: Any, as_: Any, query: dict[str, str], found: set[str]) -> None:
    make_asked(sold, "Number a", severity="A")
    make_asked(sold, "Number b", product=sold.database)
    make_asked(sold, "Number mine", assigned_to_id=sold.helper.pk, status="assigned")
    make_asked(sold, "Number closed", status="closed")
    Intake.objects.using("owner").filter(request__severity="A").update(is_outside_hours=True)
    names = {"me": sold.helper.pk, "database": sold.database.pk}
    page = shown(as_(sold.helper), **{name: names.get(value, value) for name, value in query.items()})
    assert {one for one in ("a", "b", "mine", "closed") if f"Number {one}" in page} == found
    if not found:
        assert "No request fits the filters" in page


def test_a_stage_is_a_filter_though_it_is_stored_nowhere(sold: Any, as_: Any) -> None:
    make_asked(sold, "Begun", status="assigned")
    make_asked(sold, "Not begun")
    make_asked(sold, "Asked back", status="waiting")
    make_asked(sold, "Over", status="closed")
    client = as_(sold.helper)
    for stage, found in (
        ("new", "Not begun"),
        ("health_check", "Begun"),
        ("waiting_customer", "Asked back"),
        ("closed", "Over"),
    ):
        page = shown(client, stage=stage)
        seen = {one for one in ("Not begun", "Begun", "Asked back", "Over") if f"· {one}<" in page}
        assert seen == {found}, stage
    assert "No request fits the filters" in shown(client, stage="escalated")


def test_a_stage_is_looked_for_among_so_many(sold: Any, as_: Any, monkeypatch: Any) -> None:  # edge case 41
    monkeypatch.setattr("tallyhub.helpdesk.queue.queries.STAGED_MAX", 3)
    for n in range(4):
        make_asked(sold, f"No. {n}")
    page = as_(sold.helper).get(QUEUE, {"stage": "new"}).content.decode()
    assert "The first 3 were looked through." in page


def test_a_number_finds_its_request(sold: Any, as_: Any) -> None:
    one, other = make_asked(sold, "This"), make_asked(sold, "That")
    page = shown(as_(sold.helper), text=one.number)
    assert one.number in page
    assert other.number not in page


def test_an_address_that_nobody_makes_is_refused(sold: Any, as_: Any) -> None:
    client = as_(sold.helper)
    for query, status in (
        ({"customer": "x"}, 404),
        ({"severity": "D"}, 404),
        ({"assigned": "me"}, 404),
        ({"sort": "title"}, 400),
        ({"sort": "severity", "after": "Z1~1"}, 400),
        ({"sort": "severity", "after": "A~1"}, 400),
        ({"after": "1~x"}, 400),
    ):
        assert client.get(QUEUE, query).status_code == status, query
    assert client.get(QUEUE, {"stage": "lost"}).status_code == 404


@pytest.mark.parametrize("sort", ["-opened", "opened", "severity", "-severity"])
def test_pages_lead_from_the_first_to_the_last_and_back(sold: Any, as_: Any, sort: str) -> None:  # edge case 41
    now = clock.now()
    wanted = []
    for n in range(107):
        own = n % 3
        over = {} if own else {"partner": sold.rival}
        made = make_asked(sold, f"No. {n:03}", severity="ABC"[n % 3], opened_at=now - timedelta(minutes=n // 2), **over)
        wanted.append(made.number)
    client = as_(sold.helper)
    seen, address = [], f"{QUEUE}?sort={sort}"
    pages = 0
    while address:
        page = client.get(address).content.decode()
        rows = [one for one in page.split("<tbody")[1].split("/requests/")[1:] if one[:9].strip('/">').isdigit()]
        for row in rows:
            number = row.split("/")[0]
            if number not in seen:
                seen.append(number)
        following = [one for one in page.split('href="') if "Next page" in one]
        address = following[0].split('"')[0].replace("&amp;", "&") if following else ""
        pages += 1
    assert pages == 3
    assert sorted(seen) == sorted(wanted)
    by_number = {one.number: one for one in Request.objects.using("owner").all()}
    keys = [
        (by_number[one].severity, by_number[one].opened_at, by_number[one].pk)[1 if "opened" in sort else 0 :]
        for one in seen
    ]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    last = client.get(f"{QUEUE}?sort={sort}&page=last").content.decode()
    assert by_number[seen[-1]].title in last


def test_the_most_severe_come_first_where_one_asks_for_it(sold: Any, as_: Any) -> None:
    for title, severity in (("Mild", "C"), ("Grave", "A")):
        make_asked(sold, title, severity=severity)
    page = shown(as_(sold.helper), sort="severity")
    assert page.index("Grave") < page.index("Mild")


def test_it_counts_what_is_open(sold: Any, as_: Any) -> None:
    make_asked(sold, "One", severity="A", assigned_to_id=sold.helper.pk, status="assigned")
    make_asked(sold, "Two")
    make_asked(sold, "Over", status="closed")
    page = as_(sold.helper).get(QUEUE).content.decode()
    for said in ("Open: 2", "Severity A: 1", "Nobody’s yet: 1", "Mine: 1", "Outside the hours: 0"):
        assert said in page


def test_one_takes_it_from_the_list(sold: Any, as_: Any) -> None:
    request, client = make_asked(sold, "Take me"), as_(sold.helper)
    assert f"/support/requests/{request.number}/assign/" in shown(client)
    client.post(f"/support/requests/{request.number}/assign/", {"person": sold.helper.pk, "version": request.version})
    page = shown(client)
    assert f"/support/requests/{request.number}/assign/" not in page
    assert "helper" in page
    second = as_(sold.second).post(
        f"/support/requests/{request.number}/assign/", {"person": sold.rival_agent.pk, "version": request.version + 1}
    )
    assert second.status_code == 302  # nobody of another partner
    assert Request.objects.using("owner").get(pk=request.pk).assigned_to_id == sold.helper.pk


def statements(client: Any) -> int:
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as asked:
        client.get(QUEUE)
    return len(asked)


def test_a_page_costs_the_same_however_many_there_are(sold: Any, as_: Any) -> None:  # edge case 41
    client = as_(sold.helper)
    make_asked(sold, "The first one", product=sold.database, assigned_to_id=sold.helper.pk)
    few = statements(client)
    for n in range(60):
        place = (sold.north, sold.birch_main)[n % 2]
        make_asked(sold, f"No. {n}", workspace=place, product=sold.messaging, assigned_to_id=sold.second.pk)
    assert statements(client) == few


def test_the_ribbon_leads_there(sold: Any, as_: Any) -> None:
    assert 'href="/helpdesk/"' in as_(sold.helper).get("/").content.decode()
    assert 'href="/helpdesk/"' not in as_(sold.asker).get("/").content.decode()


def test_a_partners_own_trouble_is_no_matter_of_its_helpdesk(sold: Any, as_: Any) -> None:  # edge case 25
    """As a customer it asks whoever sold it, by its own entitlements; at its desk nobody finds it among the others'."""
    own = make_organization("lakeside-it", name="Lakeside IT")
    place = make_workspace(own, "office")
    grant(sold.helper, "customer_administrator", own)
    request = make_request(place, title="Our own mail")
    client = as_(sold.helper)
    assert "Our own mail" not in shown(client)
    client.post("/switch/customer/", {"customer": own.pk, "next": "/"})
    assert client.get(f"/support/requests/{request.number}/").status_code == 200
    assert "Our own mail" not in shown(client)
