"""The drill-down of reactive and advisory support: requests with what they drew (R2.1)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.agreements.models import Entitlement
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_for
from tallyhub.support.models import Request
from tallyhub.support.placement.rules import Wanted
from tallyhub.support.rules import Kind
from tallyhub.support.time import listing
from tallyhub.support.time.listing import RowFilter
from tests.activity.test_drilldown import GROUP, of, read, rows_of
from tests.make import book, give_request, make_entitlement, make_package, make_product, make_request
from tests.people.people import make_group
from tests.support.working import log, make_rule, remove

CSV = "entries.csv?header=keys&workspace=all"


@pytest.fixture
def twelve(world: SimpleNamespace) -> list[Request]:
    """Questions of north, each with an hour, which a package of their own pays; it is ``world.paying``."""
    package = make_package(world.agreement, world.north)
    world.paying = make_entitlement(package, world.advisory, bought=6000)
    of = {"kind": "advice", "package": package, "agreement": world.agreement}
    made = [make_request(world.north, title=f"Secret question {n}", **of) for n in range(12)]
    for one in made:
        log(world, one, minutes=60)
    return made


def test_without_rights_to_requests_one_sees_totals_and_no_row(
    world: SimpleNamespace, client: Client, twelve: list[Request]
) -> None:  # R1.5, scenario 3
    page = read(client, world.reader, of(world.paying))
    assert "0 of 12 shown. The others are not shared with you." in page
    assert "No entries that you may see" in page
    assert "12 h" in page  # used in the agreement
    assert "Secret question" not in page
    assert rows_of(client, world.reader, of(world.paying) + CSV) == []


def test_exactly_the_request_that_is_shared_appears(
    world: SimpleNamespace, client: Client, twelve: list[Request]
) -> None:  # R1.5, scenario 4
    give_request(twelve[3], make_group(world.north, "Night shift", world.reader))
    page = read(client, world.reader, of(world.paying))
    assert "1 of 12 shown" in page
    assert "Secret question 3 " in page
    assert [row["title"] for row in rows_of(client, world.reader, of(world.paying) + CSV)] == ["Secret question 3"]


def test_rows_say_what_the_request_is_and_what_it_drew(world: SimpleNamespace, client: Client) -> None:  # R2.1
    make_rule(world.agreement, 2)
    request = make_request(
        world.south, kind="advice", title="=How?", severity="B", status="closed", primary_contact_id=world.member.pk,
        product_id=make_product("engine").pk, closed_at="2026-11-20T12:00Z", opened_at="2026-11-18T23:30Z",
    )  # fmt: skip
    log(world, request, "2026-11-20T18:00", 30)
    log(world, request, "2026-11-20T10:00", 15)
    remove(world, log(world, request, minutes=5))
    (row,) = [one for one in rows_of(client, world.admin, of(world.cedar_advisory) + CSV) if one["severity"]]
    assert row == row | {
        "reference": request.number, "title": "'=How?", "product": "Engine", "severity": "B", "type": "Advisory",
        "occurred_on": "2026-11-18", "closed": "2026-11-20", "status": "Closed", "person": "member",
        "workspace": "South", "agreement": "CED-2026", "package": "BASE", "charged": "1:15", "charged_minutes": "75",
        "unit": "minutes",
    }  # fmt: skip
    page = read(client, world.admin, of(world.cedar_advisory) + "?workspace=all")
    for words in ("1:15 h", "Closed", "member", "Hours", "Primary contact"):
        assert words in page


def test_rows_add_up_to_the_total_whatever_was_corrected(world: SimpleNamespace, client: Client) -> None:  # R8.3
    """Requests with their time, and entries that are no request's."""
    one = make_request(world.north, kind="advice")
    log(world, one, minutes=40)
    remove(world, log(world, one, minutes=50))
    log(world, make_request(world.south, kind="advice"), minutes=20)
    book(world.cedar_advisory, world.north, 10, date(2026, 7, 1))
    rows = rows_of(client, world.admin, of(world.cedar_advisory) + CSV)
    assert sum(int(row["charged_minutes"]) for row in rows) == 450 + 40 + 20 + 10
    assert len(rows) == 5


def test_a_request_without_time_is_listed_where_it_belongs_today(world: SimpleNamespace, client: Client) -> None:
    """R4.5: by its placement, and not once that says otherwise."""
    request = make_request(world.north, kind="advice", title="Nothing logged yet")
    assert "Nothing logged yet" in read(client, world.admin, of(world.cedar_advisory))
    assert "Nothing logged yet" in read(client, world.admin, GROUP)
    assert "Nothing logged yet" not in read(client, world.admin, of(world.cedar_reactive))
    Request.objects.using("owner").filter(pk=request.pk).update(request_class="SU")
    assert "Nothing logged yet" not in read(client, world.admin, of(world.cedar_advisory))


def test_an_additional_case_keeps_the_row_of_what_it_drew(world: SimpleNamespace, client: Client) -> None:  # R4.5
    request = make_request(world.north, kind="advice", title="Drawn before")
    log(world, request)
    Request.objects.using("owner").filter(pk=request.pk).update(request_class="SU")
    assert "Drawn before" in read(client, world.admin, of(world.cedar_advisory))


def test_cases_and_hours_are_never_added(world: SimpleNamespace, client: Client) -> None:  # R1.9
    log(world, make_request(world.north, title="A problem"))
    log(world, make_request(world.north, title="A question", kind="advice"), minutes=90)
    rows = {row["title"]: row["charged"] for row in rows_of(client, world.admin, f"{GROUP}{CSV}")}
    assert (rows["A problem"], rows["A question"]) == ("1", "1:30")


def test_an_entry_of_a_request_tells_nothing_of_it_to_others(world: SimpleNamespace, client: Client) -> None:  # R1.5
    request = make_request(world.north, kind="advice", title="Secret question")
    log(world, request)
    for who in (world.reader, world.learning):
        page = read(client, who, of(world.cedar_advisory) + "rows/")
        assert request.number not in page
        assert "0 of 2 shown" in page


def test_the_head_says_how_many_requests_are_open_and_closed_whoever_may_see_them(
    world: SimpleNamespace, client: Client, twelve: list[Request]
) -> None:  # R1.5, R2.1
    """Of what drew and of what is placed here; a total, so it is the same for all, whatever the grid's filters."""
    placed = {"kind": "advice", "package_id": twelve[0].package_id, "agreement_id": world.agreement.pk}
    make_request(world.north, status="resolved", **placed)
    make_request(world.north, status="cancelled", **placed)
    make_request(world.north, kind="advice")
    Request.objects.using("owner").filter(pk=twelve[0].pk).update(status="closed")
    for who in (world.reader, world.admin, world.csam):
        for query in ("", "?to=2026-01-01", "?reference=1"):
            page = read(client, who, of(world.paying) + query)
            assert figure(page, "Requests open") == "11"
            assert figure(page, "Requests closed") == "2"
    assert "Requests open" not in read(client, world.admin, of(world.cedar_credits))


def figure(page: str, label: str) -> str:
    """What stands behind a label of the head."""
    return page.split(label)[1].split()[0]


def test_the_head_counts_the_chosen_workspaces_alone(world: SimpleNamespace, client: Client) -> None:  # R1.7
    make_request(world.north, kind="advice")
    make_request(world.south, kind="advice", status="closed")
    for chosen, counts in ((world.north.pk, ("1", "0")), (world.south.pk, ("0", "1")), ("all", ("1", "1"))):
        page = read(client, world.admin, f"{of(world.cedar_advisory)}?workspace={chosen}")
        assert (figure(page, "Requests open"), figure(page, "Requests closed")) == counts


def test_the_database_tells_numbers_of_readable_workspaces_alone(world: SimpleNamespace) -> None:  # R3.3
    """With the first wall taken down: whatever is asked for."""
    make_request(world.birch_main, kind="advice")
    make_request(world.south, kind="advice")
    access = act_for(world.reader.pk, world.cedar.pk).access
    sorts = [Wanted(one.pk, Kind.ADVICE) for one in (world.birch_main, world.south, world.north)]
    asked = RowFilter(
        access, (world.cedar_advisory.pk, world.birch_advisory.pk), tuple(one.workspace_id for one in sorts), (),
        tuple((one, world.cedar_advisory.pk) for one in sorts),
    )  # fmt: skip
    with scope(access):
        assert listing.count_states(asked) == (0, 0)
    make_request(world.north, kind="advice")
    with scope(access):
        assert listing.count_states(asked) == (1, 0)


def test_a_cap_stands_beside_what_was_drawn(world: SimpleNamespace, client: Client) -> None:  # R2.1, R4.4
    request = make_request(world.north, kind="advice", title="A question")
    assert "Cap per request" not in read(client, world.admin, of(world.cedar_advisory))
    uncapped = rows_of(client, world.admin, of(world.cedar_advisory) + CSV)
    assert {row["cap"] for row in uncapped} == {""}
    Entitlement.objects.using("owner").filter(pk=world.cedar_advisory.pk).update(request_cap=360)
    log(world, request, minutes=30)
    rows = {row["reference"]: row for row in rows_of(client, world.admin, of(world.cedar_advisory) + CSV)}
    assert (rows[request.number]["charged"], rows[request.number]["cap"]) == ("0:30", "6:00")
    assert {row["cap"] for number, row in rows.items() if number != request.number} == {""}  # no request's
    assert "Cap per request" in read(client, world.admin, of(world.cedar_advisory))
    assert "6 h" in read(client, world.admin, of(world.cedar_advisory))
    assert "cap" not in rows_of(client, world.admin, of(world.cedar_reactive) + CSV)[0]


def test_the_filters_hold_for_requests(world: SimpleNamespace, client: Client, twelve: list[Request]) -> None:
    number = twelve[5].number
    rows = rows_of(client, world.admin, of(world.paying) + f"{CSV}&reference={number}")
    assert [row["reference"] for row in rows] == [number]
    page = read(client, world.reader, of(world.paying) + "?to=2026-11-01")
    assert "No entries fit the filters" in page


def test_a_number_that_is_hidden_and_one_that_is_not_there_look_alike(
    world: SimpleNamespace, client: Client, twelve: list[Request]
) -> None:  # R1.5: hidden rows are counted, but nobody finds out which
    hidden, absent = twelve[5].number, "99999999990"
    for query in ("?reference={}", "rows/?reference={}"):
        pages = [read(client, world.reader, of(world.paying) + query.format(one)) for one in (hidden, absent)]
        assert pages[0].replace(hidden, absent) == pages[1]
        assert "No entries fit the filters" in pages[0]


def test_what_could_be_unshared_meanwhile_goes_into_no_file_that_is_taken_later(
    world: SimpleNamespace, client: Client, twelve: list[Request]
) -> None:  # R8.3
    give_request(twelve[0], world.reader)
    address = of(world.paying)
    for who, status in ((world.reader, 409), (world.csam, 409), (world.admin, 302)):
        assert ("Make XLSX" in read(client, who, address)) is (status == 302)
        assert client.post("/exports/make/", {"address": address}).status_code == status


def test_the_drill_down_asks_a_fixed_number_of_statements(
    world: SimpleNamespace, client: Client, twelve: list[Request], statements: Any
) -> None:
    client.force_login(world.admin)
    with statements() as few:
        client.get(of(world.paying))
    for n in range(10):
        make_request(world.north, severity="A", title=f"More {n}", kind="advice", package_id=twelve[0].package_id)
    with statements() as many:
        client.get(of(world.paying))
    assert len(many) == len(few)
