"""The list of requests: who finds what in it, its filters, its pages, its file, and its search (R1.5, R3.3)."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from tallyhub.journal.models import Event
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.support import steps
from tallyhub.support.models import Message, Note, Request
from tallyhub.support.requests import grid, queries
from tests.make import give_request, grant, make_product, make_request
from tests.people.people import acting, make_group
from tests.support.requests.asking import numbers
from tests.world import NOW


def index(*requests: Request) -> None:
    """As a command does that changed what they say."""
    for request in requests:
        access = Access.of_system([request.customer_id])
        with scope(access, writing=True):
            steps.index_words(request)


def listed(client: Client, query: str = "") -> set[str]:
    answer = client.get(f"/support/?{query}")
    assert answer.status_code == 200, answer.content.decode()
    return set(numbers(answer))


def in_file(client: Client, query: str = "") -> set[str]:
    answer = client.get(f"/support/requests.csv?header=keys&{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return {row["number"] for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture
def some(world: SimpleNamespace) -> SimpleNamespace:
    """Three in north, of which the member was given one and a group of theirs another; one in south, one elsewhere."""
    made = SimpleNamespace(
        given=make_request(world.north, title="Printer of the warehouse"),
        grouped=make_request(world.north, title="Ledger closes late"),
        hidden=make_request(world.north, title="Secret merger database"),
        south=make_request(world.south, title="Southern crane"),
        birch=make_request(world.birch_main, title="Birch secret"),
    )
    give_request(made.given, world.member)
    give_request(made.grouped, make_group(world.north, "Night shift", world.member))
    index(*vars(made).values())
    return made


def expected(some: SimpleNamespace, who: str) -> set[str]:
    """What each of the cast sees in all of their workspaces."""
    north = {"given", "grouped", "hidden"}
    whole = north | {"south"}
    sees = {
        **dict.fromkeys(("admin", "csam", "coordinator", "engineer"), whole),
        **dict.fromkeys(("north_admin", "viewer"), north),
        **{one: set() for one in ("reader", "learning", "contact", "newcomer")},
        "member": {"given", "grouped"},
        "stranger": {"birch"},
    }
    return {getattr(some, one).number for one in sees[who]}


@pytest.mark.parametrize("who", [
    "admin", "north_admin", "reader", "learning", "contact", "viewer", "member", "csam", "coordinator", "engineer",
    "stranger", "newcomer",
])  # fmt: skip
def test_everybody_finds_what_r1_5_lets_them_see_in_list_file_and_search(
    world: SimpleNamespace, some: SimpleNamespace, client: Client, who: str
) -> None:  # R1.5
    client.force_login(getattr(world, who))
    everything = "workspace=all&status=all"
    assert listed(client, everything) == expected(some, who)
    assert in_file(client, everything) == expected(some, who)
    found = set()
    for word in ("printer", "ledger", "secret", "southern"):
        found |= listed(client, f"{everything}&text={word}")
        assert in_file(client, f"{everything}&text={word}") == listed(client, f"{everything}&text={word}")
    assert found == expected(some, who)


def test_the_list_is_of_the_workspace_one_is_signed_in_to(
    world: SimpleNamespace, some: SimpleNamespace, client: Client
) -> None:  # R1.7, R3.3
    client.force_login(world.admin)
    client.post("/switch/workspace/", {"workspace": world.south.pk})
    assert listed(client) == {some.south.number}
    assert some.south.number not in listed(client, f"workspace={world.north.pk}")
    assert listed(client, "workspace=all") == {
        one.number for one in (some.given, some.grouped, some.hidden, some.south)
    }


@pytest.mark.parametrize("query", [
    "workspace={south}", "workspace={birch}", "workspace=999999", "workspace=x", "status=x", "severity=x", "kind=x",
    "product=x",
])  # fmt: skip
def test_a_filter_that_is_not_on_offer_is_not_there(world: SimpleNamespace, client: Client, query: str) -> None:  # R3.3
    client.force_login(world.member)
    filled = query.format(south=world.south.pk, birch=world.birch_main.pk)
    for path in ("/support/", "/support/rows/", "/support/requests.csv"):
        assert client.get(f"{path}?{filled}").status_code == 404, path


@pytest.mark.parametrize("query", ["sort=title", "after=x", "after=1~x", "before=99999999999999999~1", "after=~"])
def test_a_page_that_no_list_of_ours_made_is_refused(world: SimpleNamespace, client: Client, query: str) -> None:
    client.force_login(world.admin)
    assert client.get(f"/support/?{query}").status_code in (200, 400)


def test_it_is_filtered_by_status_severity_kind_product_and_whose(world: SimpleNamespace, client: Client) -> None:
    product = make_product("press")
    opened = make_request(world.north, severity="A", kind="advice", product=product, opened_by_id=world.admin.pk)
    closed = make_request(world.north, status="closed")
    waiting = make_request(world.north, status="waiting", primary_contact_id=world.admin.pk)
    for request in (opened, waiting):
        give_request(request, world.admin, "primary")
    client.force_login(world.admin)
    for query, found in {
        "": {opened, waiting},
        "status=open": {opened, waiting},
        "status=closed": {closed},
        "status=all": {opened, waiting, closed},
        "status=waiting": {waiting},
        "severity=A": {opened},
        "severity=C": {waiting},
        "kind=advice": {opened},
        f"product={product.pk}": {opened},
        "product=999999": set(),
        "mine=yes": {opened, waiting},
        "mine=yes&status=closed": set(),
    }.items():
        assert listed(client, query) == {one.number for one in found}, query
        assert in_file(client, query) == {one.number for one in found}, query


def test_mine_are_those_one_opened_or_is_the_primary_contact_of(
    world: SimpleNamespace, some: SimpleNamespace, client: Client
) -> None:
    own = make_request(world.north, primary_contact_id=world.member.pk)
    give_request(own, world.member, "primary")
    client.force_login(world.member)
    assert listed(client, "mine=yes") == {own.number}


def walk(client: Client, query: str) -> Iterator[list[str]]:
    """From page to page."""
    address: str | None = f"/support/?{query}"
    while address:
        answer = client.get(address)
        yield numbers(answer)
        parts = answer.content.decode().split('id="page-next"')
        address = parts[1].split('href="', 1)[1].split('"', 1)[0].replace("&amp;", "&") if len(parts) > 1 else None


@pytest.mark.parametrize("sort", ["-opened", "opened"])
def test_every_page_is_reached_in_both_orders_and_each_request_once(
    world: SimpleNamespace, client: Client, sort: str
) -> None:
    """For somebody who sees some by their role, some by a group and some by name, and one of them by all three."""
    grant(world.member, "view_all_support_requests", world.south)
    group = make_group(world.north, "Night shift", world.member)
    made = []
    for n in range(120):
        at = NOW - timedelta(hours=n // 3)  # three at the same instant
        made.append(make_request(world.south if n % 3 == 0 else world.north, opened_at=at))
        if n % 3 == 1:
            give_request(made[-1], group)
        if n % 5 == 1:
            give_request(made[-1], world.member)
    seen = [one for n, one in enumerate(made) if n % 3 == 0 or n % 3 == 1 or n % 5 == 1]
    order = sorted(seen, key=lambda one: (one.opened_at, one.pk), reverse=sort.startswith("-"))
    client.force_login(world.member)
    pages = list(walk(client, f"workspace=all&sort={sort}"))
    assert [len(page) for page in pages] == [50, len(seen) - 50]
    assert [number for page in pages for number in page] == [one.number for one in order]
    assert in_file(client, "workspace=all") == {one.number for one in seen}


def test_the_list_takes_the_same_number_of_statements_whatever_there_is(
    world: SimpleNamespace, client: Client, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client.force_login(world.admin)
    give_request(
        make_request(world.north, primary_contact_id=world.member.pk, opened_by_id=world.contact.pk), world.member
    )

    def cost() -> int:
        with statements() as made:
            assert client.get("/support/?workspace=all&text=request").status_code == 200
        return len(made)

    client.get("/support/")
    few = cost()
    for n in range(60):
        make_request(
            (world.north, world.south)[n % 2], primary_contact_id=world.contact.pk, opened_by_id=world.member.pk
        )
    assert cost() <= few


def test_the_count_is_exact_where_one_page_holds_all(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    for _ in range(50):
        make_request(world.north)
    assert "<p>50 requests</p>" in client.get("/support/").content.decode()
    make_request(world.north)
    assert "<p>More than 50 requests</p>" in client.get("/support/").content.decode()


def test_a_file_streams_in_batches(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(queries, "STREAM_ROWS", 2)
    made = {make_request(world.north).number for _ in range(5)}
    client.force_login(world.admin)
    assert in_file(client) == made


def test_a_cell_that_a_spreadsheet_would_run_is_harmless(world: SimpleNamespace, client: Client) -> None:
    make_request(world.north, title="=HYPERLINK(1)")
    client.force_login(world.admin)
    text = b"".join(client.get("/support/requests.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=HYPERLINK(1)" in text


def test_that_a_list_was_downloaded_is_told(world: SimpleNamespace, client: Client) -> None:  # R7.3
    client.force_login(world.admin)
    in_file(client)
    assert Event.objects.using("owner").filter(kind="support.exported", actor_id=world.admin.pk).count() == 1


@pytest.mark.parametrize(
    ("who", "query", "sentence"),
    [
        ("newcomer", "", "You are not assigned to a customer yet."),
        ("admin", "status=all", "Nobody has opened a request here."),
        ("contact", "status=all", "You see what you open, and what others share with you"),
        ("member", "status=all", "You see a request when it is shared with you"),
        ("member", "", "Those with another status are not shown."),
        ("member", "severity=A", "No requests fit the filters"),
    ],
)
def test_an_empty_list_says_why(world: SimpleNamespace, client: Client, who: str, query: str, sentence: str) -> None:
    client.force_login(getattr(world, who))
    assert sentence in client.get(f"/support/?{query}").content.decode()


def test_only_support_contacts_are_offered_to_open_one(world: SimpleNamespace, client: Client) -> None:  # R4.1
    for who, is_offered in (("contact", True), ("admin", False), ("member", False), ("engineer", False)):
        client.force_login(getattr(world, who))
        assert ('href="/support/open/"' in client.get("/support/").content.decode()) is is_offered, who


# Search


def test_words_of_number_title_description_and_messages_are_found_and_those_of_notes_are_not(
    world: SimpleNamespace, client: Client
) -> None:  # R4.3
    request = make_request(world.north, title="Crane stops", description="The error is ERR-4711 at 12.5 bar.")
    where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": request, "at": NOW}
    Message.objects.using("owner").create(**where, is_by_staff=True, body="Please send the firmware version.")
    Note.objects.using("owner").create(**where, body="They never patch anything.")
    index(request)
    client.force_login(world.admin)
    found = [request.number, request.number[:4], "crane", "CRAN", "stops crane", "err-4711", "4711", "12.5", "firmware"]
    for text in found:
        assert listed(client, f"text={text}") == {request.number}, text
    for text in ("patch", "rane", "crane printer", "!!!", "'", "' | '", ":*", "q:z & !", "\\", "%", "x" * 5_000):
        assert listed(client, f"text={text}".replace("%", "%25").replace("&", "%26")) == set(), text


def test_a_long_conversation_can_be_indexed(world: SimpleNamespace, client: Client) -> None:
    """A tsvector holds a megabyte; what is too long must not hinder a message."""
    request = make_request(world.north, description=" ".join(f"д{n:05}" for n in range(7_000)))
    where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": request, "is_by_staff": False}
    for n in range(60):
        body = " ".join(f"слово{n}{m}" for m in range(4_000))
        Message.objects.using("owner").create(**where, body=body, at=NOW + timedelta(minutes=n))
    index(request)
    client.force_login(world.admin)
    assert listed(client, "text=слово590") == {request.number}  # the newest are searched


def test_the_search_itself_gives_no_id_that_is_not_visible(world: SimpleNamespace, some: SimpleNamespace) -> None:
    """R1.5, R3.3: the function passes the wall, so it asks by itself. With the Python wall off."""
    for who in ("admin", "north_admin", "viewer", "member", "contact", "engineer", "stranger"):
        for customer in (world.cedar, world.birch):
            access = acting(getattr(world, who), customer)
            with scope(access):
                visible = set(Request.objects.values_list("pk", flat=True))
                found = {one for word in ("printer", "ledger", "secret", "southern") for one in find(access, word)}
                everybody = {world.cedar.pk, world.birch.pk}
                assert found == visible & set(
                    Request.objects.filter(customer_id__in=everybody).values_list("pk", flat=True)
                )
    with scope(Access()):
        assert find(Access(), "secret") == []


def find(access: Access, text: str, at_most: int = 100) -> list[int]:
    """At every customer and in every workspace that there may be."""
    with connection.cursor() as cursor:
        ids = "ARRAY(SELECT generate_series(1, 1000))::bigint[]"
        cursor.execute(f"SELECT support_find(%s, {ids}, {ids}, '{{}}', %s)", [text, at_most])
        return [one for (one,) in cursor.fetchall()]


@pytest.mark.parametrize("at_most", [1, 7, 29, 30, 31, 500, 10_000])
def test_a_search_finds_the_newest_that_one_sees_however_many_it_looks_for(
    world: SimpleNamespace, at_most: int
) -> None:
    ages = [(n * 37) % 60 for n in range(60)]
    made = {age: make_request(world.north, title="Same", opened_at=NOW - timedelta(hours=age)) for age in ages}
    index(*made.values())
    for age in ages[::2]:
        give_request(made[age], world.member)
    access = acting(world.member, world.cedar)
    with scope(access):
        assert find(access, "same", at_most) == [made[age].pk for age in sorted(ages[::2])][:at_most]


def test_what_the_filters_leave_out_takes_no_place_of_what_is_found(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FOUND_MAX", 2)
    wanted = make_request(world.north, title="Same", opened_at=NOW - timedelta(days=9))
    others = [
        make_request(place, title="Same", status=status, opened_at=NOW - timedelta(days=n))
        for n in range(3)
        for place, status in ((world.north, "closed"), (world.south, "submitted"))
    ]
    index(wanted, *others)
    client.force_login(world.admin)
    assert listed(client, f"text=same&workspace={world.north.pk}") == {wanted.number}


def test_more_than_a_search_looks_through_is_said(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FOUND_MAX", 2)
    monkeypatch.setattr(grid, "FOUND_MAX", 2)
    made = [make_request(world.north, title="Same words", opened_at=NOW - timedelta(days=n)) for n in range(3)]
    index(*made)
    client.force_login(world.admin)
    answer = client.get("/support/?text=same")
    assert "Only the newest 2 of them" in answer.content.decode()
    assert numbers(answer) == [made[0].number, made[1].number]
