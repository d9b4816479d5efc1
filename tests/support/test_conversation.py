"""What customer and staff say to each other in a request (R4.3), and who may."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.kernel.scope import scope
from tallyhub.support.models import Change, Message, Note, Request
from tests.make import give_request, make_request
from tests.support.saying import address, bare, inside, say, text_of
from tests.world import NOW


@pytest.fixture
def north(world: SimpleNamespace) -> Request:
    return make_request(world.north)


def stored(request: Request) -> Request:
    return Request.objects.using("owner").get(pk=request.pk)


def set_to(request: Request, **columns: Any) -> None:
    Request.objects.using("owner").filter(pk=request.pk).update(**columns)


# Messages


def test_whoever_sees_a_request_writes_in_it_and_everybody_who_sees_it_reads_that(
    world: SimpleNamespace, north: Request, client: Any
) -> None:  # R4.3
    give_request(north, world.member)
    client.force_login(world.member)
    assert say(client, north, "It does not start").status_code == 302
    client.force_login(world.engineer)
    assert say(client, north, "Which version?").status_code == 302
    for who in (world.member, world.north_admin, world.engineer):
        client.force_login(who)
        text = text_of(client, north)
        assert "It does not start" in text
        assert "Which version?" in text
        assert text.index("It does not start") < text.index("Which version?")
    said = list(Message.objects.using("owner").order_by("pk").values_list("author_id", "is_by_staff"))
    assert said == [(world.member.pk, False), (world.engineer.pk, True)]
    assert stored(north).answered_at == NOW  # the first answer, which a goal waits for


@pytest.mark.parametrize("who", ["reader", "contact", "stranger", "newcomer"])
def test_whoever_does_not_see_it_gets_what_they_get_for_none(
    world: SimpleNamespace, north: Request, client: Any, who: str
) -> None:  # R1.5
    client.force_login(getattr(world, who))
    absent = Request(number="1")
    for name, more in (("conversation", []), ("file", [1]), ("note_file", [1])):
        hidden, missing = (client.get(address(name, one, *more)) for one in (north, absent))
        assert hidden.status_code == 404
        assert bare(hidden.content).replace(north.number.encode(), b"1") == bare(missing.content)
    assert say(client, north).status_code == 404
    assert Message.objects.using("owner").count() == 0


def test_an_empty_message_is_refused_in_words(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    for body in ("", "  \n\t ", "\x07"):
        answer = say(client, north, body)
        assert answer.status_code == 400
        assert "Write something, or choose a file." in answer.content.decode()
    assert Message.objects.using("owner").count() == 0


def test_what_is_too_long_is_refused_and_not_lost(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    answer = say(client, north, "long " * 10_001)
    assert answer.status_code == 400
    assert "longer than 50000 characters" in answer.content.decode()
    assert "long long" in answer.content.decode()


def test_a_message_is_searched_and_told(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    say(client, north, "The gearbox rattles")
    with connection.cursor() as cursor, scope(inside(world.admin, world.cedar)):
        cursor.execute("SELECT number FROM support_request WHERE words @@ to_tsquery('simple', 'gearbox')")
        assert cursor.fetchall() == [(north.number,)]
    event = Event.objects.using("owner").get(kind="support.message_added")
    assert (event.actor_id, event.workspace_id, event.details) == (
        world.admin.pk, world.north.pk, {"request": north.number},
    )  # fmt: skip


# What a message makes of the status


@pytest.mark.parametrize(
    ("status", "who", "becomes"),
    [
        ("waiting", "admin", "in_progress"),
        ("waiting", "engineer", "waiting"),
        ("resolved", "admin", "reopened"),
        ("resolved", "engineer", "resolved"),
        ("closed", "admin", "reopened"),
        ("closed", "engineer", "reopened"),
        ("in_progress", "admin", "in_progress"),
        ("submitted", "admin", "submitted"),
    ],
)
def test_the_status_follows_a_message(
    world: SimpleNamespace, north: Request, client: Any, status: str, who: str, becomes: str
) -> None:
    set_to(north, status=status, closed_at=NOW - timedelta(days=29), waiting_since=NOW)
    client.force_login(getattr(world, who))
    assert say(client, north).status_code == 302
    found = stored(north)
    assert found.status == becomes
    changes = list(Change.objects.using("owner").values_list("kind", "details", "actor_id"))
    if becomes != status:
        assert changes == [("status", {"was": status, "becomes": becomes}, getattr(world, who).pk)]
        assert found.closed_at is None
        assert (found.version > north.version, found.waiting_since) == (True, None)
    else:
        assert changes == []


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"status": "cancelled"}, "The request was cancelled"),
        ({"status": "closed", "closed_at": NOW - timedelta(days=31)}, "closed more than 30 days ago"),
        ({"status": "closed", "closed_at": None}, "closed more than 30 days ago"),
    ],
)
def test_where_nothing_more_is_said_a_sentence_says_why(
    world: SimpleNamespace, north: Request, client: Any, columns: dict[str, Any], text: str
) -> None:
    set_to(north, **columns)
    client.force_login(world.admin)
    page = text_of(client, north)
    assert text in page
    assert address("say", north) not in page
    answer = say(client, north, "Once more")
    assert answer.status_code == 409
    assert text in answer.content.decode()
    assert "Once more" in answer.content.decode()  # not lost
    assert Message.objects.using("owner").count() == 0


def test_nothing_is_said_in_what_was_merged_into_another(world: SimpleNamespace, north: Request, client: Any) -> None:
    set_to(north, merged_into=make_request(world.north), status="closed", closed_at=NOW)
    client.force_login(world.admin)
    answer = say(client, north)
    assert answer.status_code == 409
    assert "merged into another one" in answer.content.decode()


# Notes


@pytest.mark.parametrize("who", ["engineer", "csam", "coordinator"])
def test_staff_write_notes_to_each_other(world: SimpleNamespace, north: Request, client: Any, who: str) -> None:
    client.force_login(getattr(world, who))
    assert say(client, north, "Between us", to="note").status_code == 302
    assert Note.objects.using("owner").get().author_id == getattr(world, who).pk
    for reader in (world.engineer, world.csam):
        client.force_login(reader)
        assert "Between us" in text_of(client, north)


@pytest.mark.parametrize("who", ["admin", "north_admin", "viewer", "member", "contact", "stranger"])
def test_nobody_else_writes_or_reaches_a_note(world: SimpleNamespace, north: Request, client: Any, who: str) -> None:
    """R4.3: on the page, by search, in what the database shows, in the journal."""
    give_request(north, world.member)
    client.force_login(world.engineer)
    say(client, north, "Secretbetweenus", to="note")
    client.force_login(getattr(world, who))
    assert say(client, north, "x", to="note").status_code == 403
    if who in ("admin", "north_admin", "viewer", "member"):
        page = text_of(client, north)
        assert "Secretbetweenus" not in page
        assert address("note", north) not in page
    person = getattr(world, who)
    access = inside(person, world.birch if who == "stranger" else world.cedar)
    with scope(access), connection.cursor() as cursor:
        for table in ("support_note", "support_notefile"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM support_request WHERE words @@ to_tsquery('simple', 'secretbetweenus')")
        assert cursor.fetchone() == (0,)
    assert not Event.objects.using("owner").filter(kind__startswith="support.").exists()
    assert not Change.objects.using("owner").exists()
    assert stored(north).changed_at == north.changed_at  # nor does a list of the newest betray it
    assert Note.objects.using("owner").count() == 1


def test_a_note_is_written_whatever_the_status(world: SimpleNamespace, north: Request, client: Any) -> None:
    set_to(north, status="cancelled")
    client.force_login(world.engineer)
    assert say(client, north, "For the record", to="note").status_code == 302
    assert stored(north).status == "cancelled"


# Hostile texts


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/pixel.png)",
    "<https://evil.example/><b onclick=x>",
    '[x](https://a.example/"onmouseover="alert(1))',
    "```\n</code></pre><script>alert(1)</script>\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    "jAvAsCrIpT:alert(1) <jAvAsCrIpT:alert(1)>",
    "| <script> |\n|---|\n| <iframe src=x> |",
    "&lt;script&gt; &#60;script&#62;",
    "\u202egnp.exe\u2028<svg/onload=alert(1)>",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_what_people_write_does_nothing(world: SimpleNamespace, north: Request, client: Any, body: str) -> None:
    client.force_login(world.admin)
    before = text_of(client, north)
    say(client, north, body)
    client.force_login(world.engineer)
    say(client, north, body, to="note")
    page = text_of(client, north)
    said = page.partition('class="said-list"')[2].partition("</ol>")[0].lower()
    for tag in ("<script", "<img", "<iframe", "<svg", "<b ", 'href="javascript', 'href="data'):
        assert tag not in said, tag
    assert page.count("<script") == before.count("<script")
    assert 'onmouseover="' not in said


# Pages


def test_a_conversation_is_paged_in_the_order_of_time(world: SimpleNamespace, north: Request, client: Any) -> None:
    of = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": north}
    for number in range(120):
        at = NOW + timedelta(minutes=number // 4)  # several at the same instant
        Message.objects.using("owner").create(**of, is_by_staff=False, body=f"m{number:03}.", at=at)
        Note.objects.using("owner").create(**of, body=f"n{number:03}.", at=at)
        Change.objects.using("owner").create(**of, kind="status", details={"was": "x", "becomes": "y"}, at=at)
    client.force_login(world.engineer)
    seen: list[str] = []
    query = ""
    for _page in range(4):
        page = text_of(client, north, query)
        seen[:0] = ANCHOR.findall(page)
        query = _query(page, "before")
    assert query == ""
    assert len(seen) == len(set(seen)) == 360
    upwards: list[str] = []
    query = "?page=first"
    for _page in range(4):
        page = text_of(client, north, query)
        upwards += ANCHOR.findall(page)
        query = _query(page, "after")
    assert upwards == seen
    assert query == ""


ANCHOR = re.compile(r'<li[^>]* id="((?:message|note|change)-\d+)"')


def _query(page: str, side: str) -> str:
    found = re.search(rf'href="[^"?]*(\?{side}=[^"]*)"', page)
    return found[1] if found else ""


@pytest.mark.parametrize(
    "query", ["before=x", "after=1~2", "before=2026-11-21T12:00:00~1~1", "before=2026-11-21T12:00:00Z~9~1",
              f"after=2026-11-21T12:00:00Z~1~{2**63}", "page=first&after=2026-11-21T12:00:00Z~1~1"],
)  # fmt: skip
def test_a_page_that_there_is_not_is_refused(world: SimpleNamespace, north: Request, client: Any, query: str) -> None:
    client.force_login(world.admin)
    assert client.get(address("conversation", north) + "?" + query).status_code == 400


def test_500_messages_take_no_more_statements_than_one(
    world: SimpleNamespace, north: Request, client: Any, statements: Any
) -> None:
    of = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": north}
    counts: list[dict[str, int]] = []
    for many in (1, 499):
        Message.objects.using("owner").bulk_create(
            Message(**of, is_by_staff=False, body="x", at=NOW, author_id=world.member.pk) for _ in range(many)
        )
        Note.objects.using("owner").bulk_create(Note(**of, body="x", at=NOW) for _ in range(many))
        counts.append({})
        for who in ("admin", "engineer"):
            client.force_login(getattr(world, who))
            with statements() as made:
                assert client.get(f"/support/requests/{north.number}/").status_code == 200
            counts[-1][who] = len(made)
    assert counts[1] == counts[0]
    assert counts[0]["admin"] <= 10
    assert counts[0]["engineer"] <= 14  # two of them keep that staff looked, two read what is theirs alone


def test_the_empty_conversation_says_so(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    assert "Nobody has written yet" in text_of(client, north)


def test_times_are_the_readers_own(world: SimpleNamespace, north: Request, client: Any, owner: Any) -> None:
    client.force_login(world.admin)
    owner.execute("UPDATE accounts_person SET zone = 'Asia/Tokyo' WHERE id = %s", [world.admin.pk])
    with clock.frozen(NOW.replace(hour=18)):
        say(client, north)
    assert "22 Nov 2026, 03:00" in text_of(client, north)


def test_the_addresses_are_those_that_others_link_to() -> None:
    assert reverse("support:say", args=["1000017"]) == "/support/requests/1000017/say/"
    assert reverse("support:note", args=["1000017"]) == "/support/requests/1000017/note/"
