"""From a tile to the rows behind its number, page by page and as CSV."""

import csv
import io
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.activity.test_customer_activity import strip_tokens, text
from tests.make import allot, book, grant, make_entitlement, make_package, make_service

GROUP = "/customer-activity/enterprise/as_needed/"


def of(entitlement: Any) -> str:
    return f"/customer-activity/entitlements/{entitlement.pk}/"


def read(client: Client, who: Any, address: str) -> str:
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return text(answer.content.decode())


def rows_of(client: Client, who: Any, address: str) -> list[dict[str, str]]:
    """The CSV's rows by their stable keys."""
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body, newline="")))


def test_a_tile_opens_its_drill_down(world: SimpleNamespace, client: Client) -> None:  # R1.13
    client.force_login(world.admin)
    page = client.get("/customer-activity/").content.decode()
    assert f'href="{of(world.cedar_credits)}"' in page
    drill = read(client, world.admin, of(world.cedar_credits))
    for words in ("Proactive credits", "7.5 credits", "2.5", "Consumption history", "May 2026"):
        assert words in drill


@pytest.mark.parametrize(
    "kind", ["reactive", "advisory", "proactive", "credits", "education", "contacts", "assessments"]
)
def test_every_kind_of_service_has_one(world: SimpleNamespace, client: Client, kind: str) -> None:
    """R2.1, R2.2, R2.3, R2.4, R2.5: as a drill-down over the ledger."""
    units = {
        "advisory": "minutes",
        "proactive": "minutes",
        "credits": "credits",
        "education": "activities",
        "contacts": "people",
        "assessments": "setups",
    }
    entitlement = make_entitlement(world.base, make_service(kind, units.get(kind, "cases")), bought=600)
    book(entitlement, world.north, 120, date(2026, 8, 1), external_id=f"{kind}-1")
    page = read(client, world.admin, of(entitlement))
    if kind not in ("education", "contacts"):  # of people who are named there are no rows (test_people.py)
        assert f"{kind}-1" in page
    assert ("Named 1 person" if kind == "contacts" else "Used in the agreement") in page


def test_proactive_services_show_what_was_delivered(world: SimpleNamespace, client: Client) -> None:  # R1.14
    """The ledger holds delivered hours only: nothing planned can be booked, because a day to come is refused."""
    entitlement = make_entitlement(world.base, make_service("proactive", "minutes"), bought=960)
    book(entitlement, world.north, 720, date(2026, 11, 20))
    assert "4 h left of 16 h" in read(client, world.admin, "/customer-activity/")


def test_bought_is_what_has_begun_as_in_statements_and_the_api(world: SimpleNamespace, client: Client) -> None:
    """R1.1, R8.1: what is to come is a figure of its own."""
    allot(world.cedar_advisory, 600, date(2026, 12, 1), date(2026, 12, 31))
    page = read(client, world.admin, of(world.cedar_advisory))
    assert "Bought 20 h To come 10 h" in page


def test_a_benefit_has_no_grid(world: SimpleNamespace, client: Client) -> None:  # R1.12
    assert "Consumption history" not in read(client, world.admin, of(world.cedar_benefit))
    assert client.get(of(world.cedar_benefit) + "entries.csv").status_code == 404


def test_the_grid_shows_every_row_behind_the_number(world: SimpleNamespace, client: Client) -> None:  # R1.13
    page = read(client, world.admin, of(world.cedar_reactive) + "?workspace=all")
    assert "11 entries" in page
    for month in range(1, 11):
        assert f"North case {month}" in page
    assert "South case" in page


def test_what_is_recorded_of_support_without_a_request_is_for_administrators(
    world: SimpleNamespace, client: Client
) -> None:  # R1.5
    for who in (world.reader, world.csam, world.learning):
        page = read(client, who, of(world.cedar_reactive))
        assert "0 of 10 shown" in page
        assert "North case" not in page
        assert rows_of(client, who, of(world.cedar_reactive) + "entries.csv") == []
    assert "North case" in read(client, world.north_admin, of(world.cedar_reactive))


def test_rows_one_may_not_see_are_counted(world: SimpleNamespace, client: Client) -> None:  # R1.5
    grant(world.north_admin, "customer_activity", world.south)
    page = read(client, world.north_admin, of(world.cedar_reactive) + "?workspace=all")
    assert "10 of 11 shown" in page
    assert "South case" not in page


def test_a_workspace_sees_its_own_rows_only(world: SimpleNamespace, client: Client) -> None:  # R3.3, R3.4
    page = read(client, world.north_admin, of(world.cedar_reactive) + "?workspace=all")
    assert "South case" not in page
    page = read(client, world.admin, of(world.cedar_reactive) + f"?workspace={world.south.pk}")
    assert "South case" in page
    assert "North case" not in page


def test_learning_rows_are_for_learning_managers(world: SimpleNamespace, client: Client) -> None:  # R2.2
    address = of(world.cedar_education)
    for who in (world.admin, world.north_admin, world.reader, world.csam):
        page = read(client, who, address)
        assert "0 of 1 shown" in page
        assert "Network basics" not in page
        assert "entries.csv" not in client.get(address).content.decode()
        assert client.get(address + "rows/").status_code == 403
        assert client.get(address + "entries.csv").status_code == 403
    assert "Network basics" in read(client, world.learning, address)
    assert rows_of(client, world.learning, address + "entries.csv?header=keys")[0]["person"] == "member"


def test_a_person_is_named_only_to_those_who_see_all(world: SimpleNamespace, client: Client) -> None:  # R1.5
    book(world.cedar_credits, world.north, 100, date(2026, 9, 9), person_id=world.member.pk)
    assert "person" in rows_of(client, world.admin, of(world.cedar_credits) + "entries.csv?header=keys")[0]
    assert "person" not in rows_of(client, world.reader, of(world.cedar_credits) + "entries.csv?header=keys")[0]


def test_an_erased_person_leaves_the_row(world: SimpleNamespace, client: Client, owner: Any) -> None:  # R10.4
    book(world.cedar_credits, world.north, 100, date(2026, 9, 9), person_id=987_654)
    rows = rows_of(client, world.admin, of(world.cedar_credits) + "entries.csv?header=keys")
    assert [row["person"] for row in rows] == ["", "Erased person"]


def test_csv_is_exactly_what_the_filters_show(world: SimpleNamespace, client: Client) -> None:  # R8.3
    address = of(world.cedar_reactive) + "entries.csv?header=keys&workspace=all&from=2026-03-01&to=2026-04-30"
    rows = rows_of(client, world.admin, address)
    assert [row["occurred_on"] for row in rows] == ["2026-03-05", "2026-03-07", "2026-04-05"]
    assert [row["title"] for row in rows] == ["North case 3", "South case", "North case 4"]
    page = read(client, world.admin, address.replace("entries.csv", ""))
    assert "3 entries" in page


def test_csv_adds_up_to_the_total(world: SimpleNamespace, client: Client) -> None:  # R8.3
    rows = rows_of(client, world.admin, of(world.cedar_advisory) + "entries.csv?header=keys&workspace=all")
    assert sum(int(row["charged_minutes"]) for row in rows) == 450
    assert [row["charged"] for row in rows] == ["1:30", "6:00"]


def test_csv_has_no_cell_that_a_spreadsheet_runs(world: SimpleNamespace, client: Client) -> None:  # R8.3
    book(world.cedar_credits, world.north, 100, date(2026, 9, 9), title='=HYPERLINK("http://x")', external_id="+1-555")
    row = rows_of(client, world.admin, of(world.cedar_credits) + "entries.csv?header=keys")[-1]
    assert row["title"].startswith("'=")
    assert row["reference"].startswith("'+")


def test_csv_headers_are_in_the_readers_language(world: SimpleNamespace, client: Client) -> None:  # R6.1
    client.force_login(world.admin)
    address = of(world.cedar_credits) + "entries.csv"
    head = b"".join(client.get(address).streaming_content).decode("utf-8-sig").splitlines()[0]
    assert head.startswith("Date,Service exchanged,Delivery ref.")


def test_every_row_is_reached_by_paging(world: SimpleNamespace, client: Client) -> None:
    """Forwards from the first page and backwards from the last: the same rows, none twice."""
    for n in range(120):
        book(world.cedar_credits, world.north, 1, date(2026, 7, 1 + n % 3), external_id=f"row-{n:03}")
    client.force_login(world.admin)
    forwards = walk(client, of(world.cedar_credits) + "rows/", "Next page")
    backwards = walk(client, of(world.cedar_credits) + "rows/?page=last", "Previous page")
    assert len(forwards) == len(set(forwards)) == 121
    assert set(backwards) == set(forwards)
    by_charge = walk(client, of(world.cedar_credits) + "rows/?sort=charged", "Next page")
    assert set(by_charge) == set(forwards)


def walk(client: Client, address: str, label: str) -> list[str]:
    found: list[str] = []
    while address:
        html = client.get(address).content.decode()
        found += re.findall(r"<span>(row-\d+|entry-\d+)</span>", html)
        link = re.search(rf'href="([^"]+)"[^>]*aria-label="{label}"', html)
        address = link[1].replace("&amp;", "&") if link else ""
    return found


def test_the_grid_sorts_both_ways(world: SimpleNamespace, client: Client) -> None:
    book(world.cedar_credits, world.north, 900, date(2026, 4, 4), external_id="big")
    client.force_login(world.admin)
    up = client.get(of(world.cedar_credits) + "rows/?sort=charged").content.decode()
    down = client.get(of(world.cedar_credits) + "rows/?sort=-charged").content.decode()
    assert up.index("2.5") < up.index("big")
    assert down.index("big") < down.index("2.5")


def test_hostile_places_are_refused_in_words(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    address = of(world.cedar_credits)
    for query in (
        "sort=title",
        "after=x~1",
        "after=2026-01-01~x",
        "before=1~" + "9" * 40,
        "after=2026-02-31~1",
        "after=1;~1",
        "after=123~1",
        "after=2026-W01-1~1",
        "sort=charged&after=2026-01-01~1",
        "before=-5~1",
    ):
        assert client.get(f"{address}?{query}").status_code == 400, query
    for query in ("from=yesterday", "to=2026-02-31"):
        assert client.get(f"{address}?{query}").status_code == 404, query
    assert client.get(address + "?reference=%00%27;--").status_code == 200


def test_a_foreign_entitlement_and_an_absent_one_get_the_same_answer(
    world: SimpleNamespace, client: Client
) -> None:  # R3.8
    client.force_login(world.admin)
    client.get("/")  # the form cookie: its token is masked anew for each page
    for tail in ("", "rows/", "entries.csv"):
        hidden, absent = of(world.birch_advisory) + tail, f"/customer-activity/entitlements/999999/{tail}"
        answers = [client.get(hidden), client.get(absent)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert bare(answers[0], hidden) == bare(answers[1], absent)


def bare(answer: Any, address: str) -> str:
    """The page without the address, which the asker knows, and without the form's token."""
    return strip_tokens(answer.content.decode()).replace(address, "")


def test_the_drill_down_asks_a_fixed_number_of_statements(
    world: SimpleNamespace, client: Client, statements: Any
) -> None:
    client.force_login(world.admin)
    with statements() as few:
        client.get(of(world.cedar_credits))
    for n in range(60):
        book(world.cedar_credits, world.north, 1, date(2026, 7, 1), external_id=f"row-{n}")
    with statements() as many:
        client.get(of(world.cedar_credits))
    assert len(many) == len(few)


def test_the_export_of_each_person_holds_only_what_they_may_see(world: SimpleNamespace, client: Client) -> None:  # R3.8
    """Every export, as every person, against what the ledger itself says of their workspaces."""
    entitlements = [world.cedar_credits, world.cedar_advisory, world.cedar_reactive, world.cedar_education]
    seen = {"admin": {"north", "south"}, "north_admin": {"north"}, "reader": {"north"}, "csam": {"north", "south"}}
    for name, workspaces in seen.items():
        for entitlement in entitlements:
            client.force_login(getattr(world, name))
            answer = client.get(of(entitlement) + "entries.csv?workspace=all&header=keys")
            if answer.status_code == 403:
                assert entitlement is world.cedar_education
                continue
            body = b"".join(answer.streaming_content).decode("utf-8-sig")
            found = {row["workspace"].lower() for row in csv.DictReader(io.StringIO(body, newline=""))}
            assert found <= workspaces
            assert "Birch" not in body


def test_the_group_drills_into_all_agreements_of_the_section(world: SimpleNamespace, client: Client) -> None:  # R1.9
    page = read(client, world.admin, GROUP + "?workspace=all")
    assert "13 entries" in page
    assert "Reactive support: Used in the agreement" in page


def test_a_stray_group_is_not_there(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    assert client.get("/customer-activity/enterprise/nothing/").status_code == 404
    assert client.get("/customer-activity/enterprise/assessments/").status_code == 404


def test_a_mapped_package_brings_its_rows(world: SimpleNamespace, client: Client) -> None:  # R3.4
    package = make_package(world.agreement, world.south, scope="addon")
    entitlement = make_entitlement(package, world.credits, bought=100)
    client.force_login(world.admin)
    assert client.get(of(entitlement)).status_code == 404  # north is where one is signed in
    assert client.get(of(entitlement) + f"?workspace={world.south.pk}").status_code == 200
