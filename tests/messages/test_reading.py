"""The list of a reader, what they do with its lines, and what another one never sees (S003-45)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.queries import list_buyers, list_channels
from tallyhub.health.editing import commands as health
from tallyhub.health.rules import EventKind, EventStatus, Reach, Visibility
from tallyhub.health.rules import Said as SaidOfHealth
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.messages import queries
from tallyhub.messages.rules import MessageCategory, MessageSeverity, Tag
from tests.integrations.api.program import Program, make_token
from tests.make import make_component, make_party, make_request, make_resale
from tests.world import NOW

Publish = Callable[..., int]


@pytest.fixture
def event(centre: Any) -> Callable[..., int]:
    """An incident of a product."""
    editing = Access(
        person_id=centre.editor.pk,
        organization_id=centre.provider.pk,
        organization_rights=frozenset({Right.EDIT_HEALTH}),
    )

    def make(product: Any, title: str = "Queries fail", **over: Any) -> int:
        part = make_component(product, centre.provider, f"part-{title.lower().replace(' ', '-')}")
        fields: dict[str, Any] = {
            "kind": EventKind.INCIDENT, "title": title, "status": EventStatus.INVESTIGATING,
            "visibility": Visibility.PUBLIC,
            "reach": Reach.EVERYBODY, "components": {part.pk: "major_outage"}, "occurred_at": clock.now(),
        }  # fmt: skip
        return health.publish(editing, SaidOfHealth(**fields | over), "We look into it.")

    return make


def page(client: Client, query: str = "") -> str:
    return str(client.get(f"/messages/{query}").content.decode())


def mark(client: Client, act: str, *what: str) -> int:
    return int(client.post(f"/messages/mark/{act}/", {"what": what}).status_code)


def test_messages_and_health_of_ones_own_products_stand_in_one_list(  # S003-45
    centre: Any, publish: Publish, event: Any, client: Client
) -> None:
    publish("operational", centre.database, titles={"en": "The console changes"})
    publish("operational", centre.search, titles={"en": "The index moves"})
    mine = event(centre.database, "Queries fail")
    event(centre.search, "The index is slow")
    client.force_login(centre.admin)
    listed = page(client)
    assert [one in listed for one in ("The console changes", "Queries fail")] == [True, True]
    assert [one in listed for one in ("The index moves", "The index is slow")] == [False, False]
    assert "2 unread" in listed
    answer = client.get(f"/messages/health/{mine}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/health/events/{mine}/")
    assert "1 unread" in page(client)
    assert mark(client, "archive", f"health-{mine}") == 302
    assert "Queries fail" not in page(client)
    assert "Queries fail" in page(client, "?show=archived")


def test_each_reader_has_marks_of_their_own(centre: Any, publish: Publish, client: Client) -> None:
    post = publish("operational", centre.database)
    client.force_login(centre.admin)
    for act in ("read", "like", "archive"):
        assert mark(client, act, f"message-{post}") == 302
    assert "The console changes" in page(client, "?show=favourites")
    assert "The console changes" not in page(client)
    client.force_login(centre.member)
    assert "1 unread" in page(client)
    assert "The console changes" not in page(client, "?show=favourites")
    client.force_login(centre.admin)
    for act in ("unread", "unlike", "restore"):
        assert mark(client, act, f"message-{post}") == 302
    assert "1 unread" in page(client)
    assert "The console changes" not in page(client, "?show=favourites")


def test_what_is_not_ones_own_is_not_there_to_be_marked(  # 36
    centre: Any, publish: Publish, event: Any, client: Client, owner: Any
) -> None:
    post, other = publish("operational", centre.search), event(centre.search)
    client.force_login(centre.admin)
    for what in (f"message-{post}", f"health-{other}", "message-999999", "message-x", "nonsense-1", "message"):
        assert mark(client, "read", what) == 404, what
    assert mark(client, "nonsense", f"message-{post}") == 404
    assert client.get(f"/messages/{post}/").status_code == 404
    assert client.get(f"/messages/health/{other}/").status_code == 404
    assert owner.execute("SELECT count(*) FROM messages_reading").fetchone() == (0,)


def test_a_mark_leads_back_to_where_one_was_and_nowhere_else(centre: Any, publish: Publish, client: Client) -> None:
    post = publish("operational", centre.database)
    client.force_login(centre.admin)
    for wanted, expected in (("/messages/?show=over", "/messages/?show=over"), ("https://evil.test/", "/messages/")):
        said = {"what": f"message-{post}", "next": wanted}
        assert client.post("/messages/mark/read/", said)["Location"] == expected


@pytest.fixture
def various(centre: Any, publish: Publish, event: Any) -> dict[str, int]:
    return {
        "plain": publish("operational", centre.database, titles={"en": "Plain"}),
        "plan": publish("operational", centre.database, titles={"en": "Planned"}, category=MessageCategory.PLAN),
        "high": publish("security", centre.database, titles={"en": "Important"}, severity=MessageSeverity.HIGH),
        "tagged": publish("operational", titles={"en": "Tagged"}, tags=(Tag.NEW, Tag.DATA)),
        "event": event(centre.database, "Fails"),
    }


TITLES = ("Plain", "Planned", "Important", "Tagged", "Fails")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", set(TITLES)),
        ("?category=plan", {"Planned"}),
        ("?severity=high", {"Important"}),
        ("?tag=data", {"Tagged"}),
        ("?kind=message", set(TITLES) - {"Fails"}),
        ("?kind=health", {"Fails"}),
        ("?text=plan", {"Planned"}),
        ("?text=different", {"Plain", "Planned", "Important", "Tagged"}),  # of the text
        ("?text=nothing+like+it", set()),
        ("?text=%25", set()),
        ("?category=nonsense&kind=nonsense&severity=nonsense&show=nonsense", set(TITLES)),
    ],
)
def test_filters_are_in_the_address(  # R5.8, 41
    centre: Any, various: dict[str, int], client: Client, query: str, found: set[str]
) -> None:
    client.force_login(centre.admin)
    listed = page(client, query)
    assert {one for one in TITLES if f">{one}</a>" in listed} == found
    if not found:
        assert "Nothing of this kind" in listed


def test_home_says_how_much_is_unread(  # S003-45
    centre: Any, publish: Publish, event: Any, client: Client
) -> None:
    client.force_login(centre.admin)
    assert "in the message centre" not in client.get("/").content.decode()
    post = publish("operational", centre.database, customers=(centre.cedar, centre.maple))
    event(centre.database)
    event(centre.search)  # not held
    assert "2 unread in the message centre" in client.get("/").content.decode()
    client.get(f"/messages/{post}/")
    assert "1 unread in the message centre" in client.get("/").content.decode()
    client.force_login(centre.csam)  # reads along, for nobody
    assert "in the message centre" not in client.get("/").content.decode()


def test_home_takes_a_message_of_the_provider_for_none_in_a_request(
    centre: Any, publish: Publish, client: Client
) -> None:
    publish("operational", centre.database, customers=(centre.cedar, centre.maple), severity=MessageSeverity.CRITICAL)
    client.force_login(centre.admin)
    page = client.get("/").content.decode()
    assert "You have not read a critical message: The console changes" in page
    assert "There is a new message in" not in page


def test_a_product_and_what_is_unread_can_be_chosen(centre: Any, publish: Publish, client: Client) -> None:
    publish("operational", centre.database, titles={"en": "Of the database"})
    read = publish("operational", centre.search, titles={"en": "Of the search"})
    client.force_login(centre.maple_admin)
    client.get(f"/messages/{read}/")
    assert "Of the search" not in page(client, f"?product={centre.database.pk}")
    assert "Of the search" not in page(client, "?unread=1")
    assert "Of the database" in page(client, "?unread=1")
    assert "Nothing of this kind" in page(client, "?product=999999")
    assert client.get("/messages/?product=x").status_code == 404


def test_the_list_goes_on_from_page_to_page(  # 41
    centre: Any, publish: Publish, event: Any, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(queries, "LIST_PAGE", 2)
    monkeypatch.setattr("tallyhub.messages.reading.web.LIST_PAGE", 2)
    for n in range(4):
        with clock.frozen(NOW - timedelta(hours=n // 2)):  # two and two at one instant
            publish("operational", centre.database, titles={"en": f"Message {n}"})
            event(centre.database, f"Event {n}")
    client.force_login(centre.admin)
    seen: list[str] = []
    path = "?severity="
    while path:
        listed = page(client, path)
        seen += [one for kind in ("Message", "Event") for n in range(4) if f">{(one := f'{kind} {n}')}</a>" in listed]
        rest = listed.rpartition("after=")[2].partition('"')[0] if "Older" in listed else ""
        path = f"?after={rest}" if rest else ""
    assert len(seen) == len(set(seen)) == 8
    for bad in ("nonsense", "2026-11-21T12:00:00+00:00_message", "2026-11-21T12:00:00_message_1", "x_y_z"):
        assert client.get("/messages/", {"after": bad}).status_code == 404, bad


def test_what_is_over_goes_out_of_the_list_and_a_link_still_opens_it(
    centre: Any, publish: Publish, client: Client
) -> None:
    post = publish("operational", centre.database, ends_at=NOW + timedelta(days=2))
    client.force_login(centre.admin)
    with clock.frozen(NOW + timedelta(days=3)):
        assert "The console changes" not in page(client)
        assert "The console changes" in page(client, "?show=over")
        assert client.get(f"/messages/{post}/").status_code == 200


def test_a_reader_without_their_language_is_told_so(centre: Any, publish: Publish, client: Client, owner: Any) -> None:
    # 34
    both = {"en": "The console changes", "de": "Die Konsole wird anders"}
    german = publish("operational", centre.database, titles=both, bodies={"en": "x", "de": "Sie sieht anders aus."})
    english = publish("operational", centre.database, titles={"en": "English alone"})
    owner.execute("UPDATE accounts_person SET language = 'de' WHERE id = %s", [centre.admin.pk])
    client.force_login(centre.admin)
    assert "Sie sieht anders aus." in client.get(f"/messages/{german}/").content.decode()
    assert 'lang="en"' in client.get(f"/messages/{english}/").content.decode()
    listed = page(client)
    assert "Die Konsole wird anders" in listed
    assert "English alone" in listed
    assert "Die Konsole" in page(client, "?text=konsole")


# Who reads what


READERS = ("admin", "member", "csam", "stranger", "maple_admin", "agent", "rival", "newcomer", "editor")


@pytest.fixture
def posts(centre: Any, publish: Publish) -> dict[str, int]:
    return {
        "database": publish("operational", centre.database),
        "search": publish("operational", centre.search),
        "maple": publish("direct_product", centre.database, customers=(centre.maple,)),
        "privacy": publish("privacy", centre.search, customers=(centre.birch, centre.maple)),
        "cedar_privacy": publish("privacy", centre.database, customers=(centre.cedar,)),
        "renewal": publish("subscription", centre.database),  # refused for birch, which bought it through the partner
    }


SEES = {
    "admin": {"database", "cedar_privacy", "renewal"},
    "member": {"database", "renewal"},
    "csam": {"database", "renewal"},  # of the provider, but no administrator of the customer
    "stranger": {"database", "search", "privacy"},
    "maple_admin": {"database", "search", "maple", "privacy", "renewal"},
    "agent": {"database", "search"},  # birch bought both through them; maple's database is none of theirs
    "rival": set(),
    "newcomer": set(),
    "editor": {"database", "search", "maple", "privacy", "cedar_privacy", "renewal"},
}


@pytest.mark.parametrize("who", READERS)
def test_each_reads_what_was_sent_to_them_and_nothing_is_there_else(  # 36, S003-30
    centre: Any, posts: dict[str, int], client: Client, who: str
) -> None:
    client.force_login(getattr(centre, who))
    answers = {name: client.get(f"/messages/{post}/").status_code for name, post in posts.items()}
    assert answers == {name: 200 if name in SEES[who] else 404 for name in posts}
    listed = page(client)
    assert {name for name, post in posts.items() if f'href="/messages/{post}/"' in listed} == SEES[who]


def scopes(centre: Any) -> dict[str, Access]:
    return {
        "member": Access(person_id=centre.member.pk, customer_id=centre.cedar.pk, workspaces=(centre.north.pk,)),
        "stranger": Access(person_id=centre.stranger.pk, customer_id=centre.birch.pk, in_whole=True),
        "agent": Access(person_id=centre.agent.pk, organization_id=centre.partner.pk),
        "rival": Access(person_id=centre.rival.pk, organization_id=centre.other.pk),
        "newcomer": Access(person_id=centre.newcomer.pk),
        "editor": centre.editing,
    }


@pytest.mark.parametrize("who", ["member", "stranger", "agent", "rival", "newcomer", "editor"])
def test_the_database_says_the_same_by_itself(centre: Any, posts: dict[str, int], who: str) -> None:  # 36
    with scope(scopes(centre)[who]), connection.cursor() as cursor:
        found = {}
        for table, column in (("post", "id"), ("postversion", "post_id"), ("postproduct", "post_id")):
            cursor.execute(f"SELECT {column} FROM messages_{table}")
            found[table] = {one for (one,) in cursor.fetchall()}
    expected = {posts[name] for name in SEES[who]}
    assert found == dict.fromkeys(found, expected)


def test_who_bought_what_through_whom_is_told_to_those_whom_it_concerns(centre: Any) -> None:  # R5.6
    cedar = {(centre.cedar.pk, centre.database.pk, False)}
    birch = {(centre.birch.pk, one.pk, True) for one in (centre.database, centre.search)}
    maple = {(centre.maple.pk, centre.database.pk, False), (centre.maple.pk, centre.search.pk, True)}
    expected = {
        "member": cedar, "stranger": birch, "agent": birch | {one for one in maple if one[2]},  # what it sold itself
        "rival": set(), "newcomer": set(),
        "editor": cedar | birch | maple,
    }  # fmt: skip
    for who, channels in expected.items():
        with scope(scopes(centre)[who]):
            found = {(one.customer_id, one.product_id, one.is_partner) for one in list_channels()}
            buyers = {one.customer_id for one in list_buyers()}
        assert (found, buyers) == (channels, {customer for customer, *_ in channels}), who


def test_nobody_but_the_provider_writes_past_the_python_wall(centre: Any, posts: dict[str, int]) -> None:
    for who in ("member", "stranger", "agent", "newcomer"):
        with scope(scopes(centre)[who], writing=True), connection.cursor() as cursor:
            cursor.execute("UPDATE messages_post SET severity = 'critical'")
            assert cursor.rowcount == 0, who


def test_a_partner_that_sells_to_a_customer_no_more_reads_no_more(
    centre: Any, posts: dict[str, int], client: Client, owner: Any
) -> None:
    owner.execute(
        "UPDATE agreements_agreement SET terminated_on = '2026-11-20' WHERE seller_id = %s", [centre.partner.pk]
    )
    client.force_login(centre.agent)
    assert "/messages/" + str(posts["search"]) not in page(client)
    assert client.get(f"/messages/{posts['search']}/").status_code == 404


def test_a_program_reads_what_was_sent_to_its_customer(centre: Any, posts: dict[str, int]) -> None:
    def read(person: Any, customer: Any, **query: Any) -> list[int]:
        program = Program(make_token(person, customer, TokenScope.READ_MESSAGES))
        return [one["id"] for one in program.get("/messages", **query).json()["items"]]

    assert read(centre.admin, centre.cedar) == [posts["database"], posts["renewal"]]
    assert read(centre.stranger, centre.birch) == [posts["database"], posts["search"]]
    assert read(centre.stranger, centre.birch, product="search") == [posts["search"]]
    assert read(centre.stranger, centre.birch, category="plan") == []
    program = Program(make_token(centre.admin, centre.cedar, TokenScope.READ_MESSAGES))
    one, *_rest = program.get("/messages").json()["items"]
    assert (one["products"], one["titles"], one["version"]) == (["database"], {"en": "The console changes"}, 1)
    other = Program(make_token(centre.admin, centre.cedar, TokenScope.READ_HEALTH))
    assert other.get("/messages").status_code == 403


EVERYBODYS = ["/messages/", "/messages/log/", "message"]


@pytest.mark.parametrize(
    ("who", "path"),
    [
        *((who, path) for who in ("admin", "agent", "editor") for path in EVERYBODYS),
        ("editor", "/messages/edit/"),
        ("editor", "edit_message"),
    ],
)
def test_a_page_costs_the_same_however_much_there_is(  # 41
    centre: Any, publish: Publish, event: Any, client: Client, statements: Any, path: str, who: str
) -> None:
    def add(times: int, first: int) -> int:
        for n in range(first, first + times):
            last = publish("operational", centre.database, titles={"en": f"Message {n}"})
            event(centre.database, f"Event {n}")
        return last

    def count(post: int) -> int:
        named = {"message": f"/messages/{post}/", "edit_message": f"/messages/edit/{post}/"}
        with statements() as made:
            assert client.get(named.get(path, path)).status_code == 200
        return len(made)

    client.force_login(getattr(centre, who))
    few = count(add(2, 0))
    assert count(add(6, 2)) == few


def test_home_says_what_one_has_to_act_on_until_one_has_read_it(centre: Any, publish: Publish, client: Client) -> None:
    due = publish("operational", centre.database, titles={"en": "Move over"}, act_by_on=NOW.date() + timedelta(days=9))
    publish("security", centre.database, titles={"en": "Renew now"}, severity=MessageSeverity.CRITICAL)
    publish("operational", centre.database, titles={"en": "Only to know"})
    publish("operational", centre.search, titles={"en": "Not of cedar"}, severity=MessageSeverity.CRITICAL)
    client.force_login(centre.admin)
    home = client.get("/").content.decode()
    assert "A message wants you to act: Move over" in home
    assert "There is a new message in" not in home  # which is said of a support request
    assert "You have not read a critical message: Renew now" in home
    assert [one in home for one in ("Only to know", "Not of cedar")] == [False, False]
    client.get(f"/messages/{due}/")
    assert "Move over" not in client.get("/").content.decode()


def test_whoever_was_let_into_one_request_reads_no_message_of_the_customer(
    centre: Any, publish: Publish, client: Client
) -> None:  # spec of partners 2.6
    make_party(centre.partner)
    make_resale(centre.partner, centre.cedar)
    asks = make_request(centre.north)
    post = publish("operational", centre.database, titles={"en": "Cedar alone"}, customers=(centre.cedar,))
    client.force_login(centre.admin)
    given = {"partner": centre.partner.pk, "template": "work"}
    assert client.post(f"/partners/requests/{asks.number}/give/", given).status_code == 302
    client.force_login(centre.agent)
    there = {"customer": centre.cedar.pk, "next": "/support/"}
    assert client.post("/switch/customer/", there).status_code == 302
    assert client.get(f"/support/requests/{asks.number}/").status_code == 200
    assert client.get(f"/messages/{post}/").status_code == 404
    assert "Cedar alone" not in page(client)
    assert f"/messages/{post}/" not in client.get("/messages/log/").content.decode()
