"""Additional cases on Customer activity (R2.6), what they say to whom, and how they are mended (R4.5)."""

import csv
import io
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.journal.models import Event
from tallyhub.ledger import doctor
from tallyhub.support.models import Request, Work
from tests.activity.test_customer_activity import text
from tests.make import give_request, make_product, make_request
from tests.people.people import make_group
from tests.support.working import booked, log

PAGE = "/customer-activity/"
CASES = "/customer-activity/additional-cases/"


def read(client: Client, who: Any, address: str, status: int = 200) -> str:
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == status
    return text(answer.content.decode())


def rows_of(client: Client, who: Any, query: str = "") -> list[dict[str, str]]:
    client.force_login(who)
    answer = client.get(f"{CASES}cases.csv?header=keys{query}")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body, newline="")))


def test_services_are_listed_with_the_number_of_requests(world: SimpleNamespace, client: Client) -> None:  # R2.6
    assert "Additional cases" not in read(client, world.admin, PAGE)
    make_request(world.north, request_class="X85")
    make_request(world.north, agreement=world.old_agreement, kind="advice")
    make_request(world.north, kind="advice", request_class="SU")
    make_request(world.north)
    page = read(client, world.reader, PAGE)  # totals are for whoever may open the page
    assert "Reactive support 1 request Class: 1" in page
    assert "Advisory support 2 requests Class: 1, Expired: 1" in page


def test_an_unchanged_page_is_told_apart_from_one_with_another_case(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    client.get(PAGE)  # the form cookie
    tag = client.get(PAGE)["ETag"]
    make_request(world.north)
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304
    make_request(world.north, request_class="X85")
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 200


def test_each_row_says_why_it_is_here(world: SimpleNamespace, client: Client) -> None:  # R2.6
    product = make_product("engine", names={"en": "=Engine"})
    made = {
        "class": make_request(world.north, request_class="DSA", title="=1+1", product=product),
        "expired": make_request(world.north, agreement=world.old_agreement, kind="advice", status="closed"),
        "missing": make_request(world.north, package=world.addon),
        "unmapped": make_request(world.north, package=world.unmapped, kind="advice"),
    }
    make_request(world.north, agreement=world.old_agreement, status="cancelled")
    make_request(world.north, agreement=world.old_agreement, merged_into=made["class"])
    rows = {row["number"]: row for row in rows_of(client, world.admin)}
    assert set(rows) == {one.number for one in made.values()}
    words = {name: rows[one.number]["reason"] for name, one in made.items()}
    assert words == {
        "class": "Its class is no part of reactive or advisory support.",
        "expired": "The agreement or package that held it has ended.",
        "missing": "No agreement, package or service holds it.",
        "unmapped": "The package that would hold it is not mapped to the workspace.",
    }
    first = rows[made["class"].number]
    assert (first["title"], first["product"]) == ("'=1+1", "'=Engine")
    assert (first["case_class"], first["service"]) == ("DSA: development support assistance", "Reactive support")
    assert rows[made["expired"].number]["agreement"] == "CED-2025"
    page = read(client, world.admin, CASES)
    assert "4 requests" in page
    for one in made.values():
        assert one.number in page


def test_the_filters_are_in_the_address(world: SimpleNamespace, client: Client) -> None:
    one, other = (
        make_request(world.north, request_class="X85"),
        make_request(world.north, agreement=world.old_agreement, kind="advice"),
    )
    assert [row["number"] for row in rows_of(client, world.admin, "&reason=expired")] == [other.number]
    assert rows_of(client, world.admin, "&service=reactive&reason=expired") == []
    page = read(client, world.admin, f"{CASES}?reason=class&service=reactive")
    assert one.number in page
    assert other.number not in page
    assert "No additional case fits the filters" in read(client, world.admin, f"{CASES}?reason=unmapped")
    for query in ("reason=magic", "service=credits", "workspace=999999"):
        read(client, world.admin, f"{CASES}?{query}", 404)
    for query in ("sort=title", "after=x~1", "after=2026-01-01~x"):
        read(client, world.admin, f"{CASES}?{query}", 400)


def test_rows_one_may_not_see_are_counted(world: SimpleNamespace, client: Client) -> None:  # R1.5
    mine, other = (make_request(world.north, request_class="X85", title=f"Secret {n}") for n in range(2))
    page = read(client, world.reader, CASES)
    assert "0 of 2 shown" in page
    assert "Secret" not in page
    assert rows_of(client, world.reader) == []
    give_request(mine, make_group(world.north, "Night shift", world.reader))
    page = read(client, world.reader, CASES)
    assert "1 of 2 shown" in page
    assert mine.number in page
    assert other.number not in page


def test_a_workspaces_cases_are_its_own(world: SimpleNamespace, client: Client) -> None:  # R3.3
    make_request(world.south, request_class="X85", title="South secret")
    make_request(world.birch_main, request_class="X85", title="Birch secret")
    assert "No additional cases" in read(client, world.north_admin, CASES)
    assert "South secret" in read(client, world.admin, f"{CASES}?workspace={world.south.pk}")
    assert "Birch secret" not in read(client, world.admin, f"{CASES}?workspace=all")
    read(client, world.member, CASES, 403)


def test_the_filter_of_workspaces_decides_what_is_unmapped(
    world: SimpleNamespace, client: Client, owner: Any
) -> None:  # scenario 6
    owner.execute("DELETE FROM agreements_mapping WHERE workspace_id = %s", [world.north.pk])
    one = make_request(world.north)
    assert one.number in read(client, world.admin, f"{CASES}?workspace={world.north.pk}")
    assert "No additional cases" in read(client, world.admin, f"{CASES}?workspace=all")


def test_every_row_is_reached_by_paging(world: SimpleNamespace, client: Client) -> None:
    made = {make_request(world.north, request_class="X85").number for _ in range(55)}
    client.force_login(world.admin)
    found: list[str] = []
    address = CASES
    while address:
        html = client.get(address).content.decode()
        found += re.findall(r'href="/support/requests/(\d+)/"', html)
        link = re.search(r'href="([^"]+)"[^>]*aria-label="Next page"', html)
        address = link[1].replace("&amp;", "&") if link else ""
    assert len(found) == 55
    assert set(found) == made
    assert client.get(f"{CASES}rows/?page=last").status_code == 200


def test_pages_ask_a_fixed_number_of_statements(world: SimpleNamespace, client: Client, statements: Any) -> None:
    make_request(world.north, request_class="X85")
    client.force_login(world.csam)
    client.get(CASES)  # the look is told once
    with statements() as few:
        client.get(CASES)
    for n in range(20):
        make_request(world.north, request_class=["X85", "SU"][n % 2], kind=["problem", "advice"][n % 3 % 2])
    with statements() as many:
        client.get(CASES)
    assert len(few) == len(many)


# Mending


@pytest.fixture
def waiting(world: SimpleNamespace, owner: Any) -> Request:
    """A question of north, which nothing reaches any more, with half an hour that nobody pays."""
    owner.execute("DELETE FROM agreements_mapping WHERE workspace_id = %s", [world.north.pk])
    request = make_request(world.north, kind="advice")
    log(world, request)
    assert Work.objects.using("owner").get().unbooked == "unmapped"
    return request


def mend_link(client: Client, who: Any) -> str:
    client.force_login(who)
    found = re.search(r'href="(/support/additional-cases/[^"]+/mend/)"', client.get(CASES).content.decode())
    assert found
    return found[1]


def test_mending_maps_the_package_and_books_what_waited(
    world: SimpleNamespace, client: Client, waiting: Request
) -> None:  # R4.5
    link = mend_link(client, world.coordinator)
    page = read(client, world.coordinator, link)
    for words in ("1 request", "not mapped to the workspace", "Base", "is mapped to North", "0:30 h of real time"):
        assert words in page
    answer = client.post(link, {"package": world.base.pk})
    assert (answer.status_code, answer.headers["Location"]) == (302, CASES)
    assert [charged for *_, charged in booked(world.cedar_advisory)] == [30]
    assert Work.objects.using("owner").get().unbooked == ""
    assert "No additional cases" in read(client, world.coordinator, CASES)
    kinds = set(Event.objects.using("owner").values_list("kind", flat=True))
    assert {"support.additional_mended", "office.mapping_added"} <= kinds
    assert list(doctor.find_differences()) == []
    assert "listed under their entitlement already" in read(client, world.coordinator, link)
    assert client.post(link, {"package": world.base.pk}).status_code == 409


def test_mending_names_another_package_on_all_of_a_sort(world: SimpleNamespace, client: Client) -> None:  # R4.5
    made = [make_request(world.north, agreement=world.old_agreement, kind="advice") for _ in range(3)]
    log(world, made[0])
    link = mend_link(client, world.csam)
    page = read(client, world.csam, link)
    assert "The 3 requests name this package from then on." in page
    assert client.post(link, {"package": world.base.pk}).status_code == 302
    for one in made:
        now = Request.objects.using("owner").get(pk=one.pk)
        assert (now.package_id, now.agreement_id, now.version) == (world.base.pk, world.agreement.pk, 2)
    assert [charged for *_, charged in booked(world.cedar_advisory)] == [30]


def test_mending_never_moves_what_is_booked(world: SimpleNamespace, client: Client, owner: Any) -> None:  # R4.5
    request = make_request(world.north, kind="advice")
    log(world, request)
    before = booked(world.cedar_advisory)
    owner.execute("DELETE FROM agreements_mapping WHERE workspace_id = %s", [world.north.pk])
    link = mend_link(client, world.csam)
    assert client.post(link, {"package": world.unmapped.pk}).status_code == 302
    assert booked(world.cedar_advisory) == before


def test_mending_is_for_the_account_team(world: SimpleNamespace, client: Client, waiting: Request) -> None:
    link = mend_link(client, world.csam)
    for who, status in ((world.admin, 403), (world.engineer, 403), (world.reader, 403), (world.stranger, 403)):
        client.force_login(who)
        assert client.get(link).status_code == client.post(link, {"package": world.base.pk}).status_code == status
    assert "Mend" not in read(client, world.admin, CASES)
    assert booked(world.cedar_advisory) == []


@pytest.mark.parametrize(
    "key", ["1", "x-problem-0-0-0", "0-problem-0-0-0", "{birch}-problem-0-0-0", "{south}-advice-0-0-0"]
)
def test_what_is_not_there_is_not_mended(
    world: SimpleNamespace, client: Client, waiting: Request, key: str
) -> None:  # R3.8
    named = key.format(birch=world.birch_main.pk, south=world.south.pk)
    make_request(world.birch_main)
    client.force_login(world.csam)
    address = f"/support/additional-cases/{named}/mend/"
    assert client.get(address).status_code == client.post(address, {"package": world.base.pk}).status_code == 404


@pytest.mark.parametrize("package", ["", "x", "999999", "{birch}"])
def test_another_customers_package_and_an_absent_one_change_nothing(
    world: SimpleNamespace, client: Client, waiting: Request, package: str
) -> None:  # R3.8
    link = mend_link(client, world.csam)
    answer = client.post(link, {"package": package.format(birch=world.birch_base.pk)})
    assert answer.status_code == (400 if package in ("", "x") else 404)
    assert booked(world.cedar_advisory) == []
