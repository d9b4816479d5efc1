"""An article is sent about a request, and what comes of it is read where it belongs (S003-50)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tallyhub.articles import page, queries
from tallyhub.articles.editing import commands as editing
from tallyhub.articles.models import Sent, SentTo
from tallyhub.articles.steps import send_article
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_for
from tests.articles.cast import send, written

Write = Callable[..., int]
REQUEST = 4711


def lines(access: Access, request_id: int = REQUEST) -> list[queries.SentLine]:
    with scope(access):
        return queries.list_sent(access, request_id)


def inside(desk: Any, person: Any) -> Access:
    return act_for(person.pk, desk.cedar.pk).access


def test_what_was_sent_is_read_and_its_outcome_is_counted(desk: Any, as_: Any, write: Write) -> None:  # S003-50
    article = write("Clean the printer", "Text.", desk.printer)  # which cedar does not hold
    member = as_(desk.member)
    assert member.get(f"/resources/{article}/").status_code == 404
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    [line] = lines(desk.helping)
    assert (line.title, line.people, line.opened, line.solved) == ("Clean the printer", 1, 0, 0)
    assert "Sent to you" in member.get("/resources/").content.decode()
    assert "Text." in member.get(f"/resources/{article}/").content.decode()
    assert lines(desk.helping)[0].opened == 1
    member.post(f"/resources/{article}/answer/", {"number": 1, "solved": "yes"})
    [line] = lines(desk.helping)
    assert (line.opened, line.solved, line.unsolved) == (1, 1, 0)
    assert "Sent to you" not in member.get("/resources/").content.decode()
    with scope(desk.editing):
        assert queries.count_outcomes([article])[article, None] == queries.Counts(readers=1, solved=1, sent=1)


def test_an_answer_of_whoever_was_not_asked_is_no_outcome_of_the_sending(desk: Any, as_: Any, write: Write) -> None:
    article = write("Restore a backup", "Text.", desk.database)
    send(desk.helping, article, desk.cedar, REQUEST, desk.member, desk.reader)
    as_(desk.contact).post(f"/resources/{article}/answer/", {"number": 1, "solved": "yes"})
    assert (lines(desk.helping)[0].people, lines(desk.helping)[0].solved) == (2, 0)
    as_(desk.reader).post(f"/resources/{article}/answer/", {"number": 1, "solved": "no"})
    assert (lines(desk.helping)[0].opened, lines(desk.helping)[0].unsolved) == (1, 1)


def test_the_customer_reads_its_own_the_sender_what_it_sent_and_nobody_else(desk: Any, write: Write) -> None:
    article = write()
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    assert len(lines(desk.helping)) == 1
    assert len(lines(inside(desk, desk.admin))) == 1
    assert lines(desk.competing) == []
    assert lines(desk.editing) == []
    assert lines(act_for(desk.stranger.pk, desk.birch.pk).access) == []
    assert lines(desk.helping, REQUEST + 1) == []


def test_the_database_keeps_what_was_sent_apart_as_well(desk: Any, write: Write) -> None:
    send(desk.helping, write(), desk.cedar, REQUEST, desk.member)
    rival_inside = Access(
        desk.rival.pk, desk.cedar.pk, workspaces=(desk.north.pk,), organization_id=desk.other.pk, in_whole=True
    )
    for access, sent, people in (
        (desk.helping, 1, 1),
        (desk.competing, 0, 0),
        (rival_inside, 0, 0),  # works inside the customer for another partner
        (inside(desk, desk.member), 1, 1),
        (inside(desk, desk.reader), 1, 0),  # a colleague who was not asked
        (inside(desk, desk.admin), 1, 1),
        (Access(), 0, 0),
    ):
        with scope(access), connection.cursor() as cursor:
            for table, expected in (("sent", sent), ("sentto", people)):
                cursor.execute(f"SELECT count(*) FROM articles_{table}")
                assert cursor.fetchone() == (expected,), (access, table)


def refused(access: Access, statement: str) -> bool:
    try:
        with scope(access, writing=True), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount == 0
    except DatabaseError:
        return True


def test_what_came_of_it_only_they_write_to_whom_it_was_sent(desk: Any, write: Write) -> None:
    send(desk.helping, write(), desk.cedar, REQUEST, desk.member)
    opened = "UPDATE articles_sentto SET opened_at = now()"
    for person in (desk.admin, desk.reader):
        assert refused(inside(desk, person), opened), person.name
    assert refused(desk.helping, opened)
    assert not refused(inside(desk, desk.member), opened)
    assert refused(inside(desk, desk.member), "UPDATE articles_sentto SET person_id = person_id")
    assert refused(desk.helping, "UPDATE articles_sent SET number = 2")
    assert refused(desk.helping, "DELETE FROM articles_sent")


def test_what_cannot_be_sent_is_refused(desk: Any, write: Write) -> None:
    article, draft = write(), write("Draft", "Text.", is_published=False)
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    with pytest.raises(Conflict):
        send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    with pytest.raises(Invalid):
        send(desk.helping, article, desk.cedar, REQUEST + 1)
    with pytest.raises(Forbidden):
        send(inside(desk, desk.admin), article, desk.cedar, REQUEST + 1, desk.member)
    with pytest.raises(Exception, match="does not exist"):
        send(desk.helping, draft, desk.cedar, REQUEST + 1, desk.member)
    with pytest.raises(RuntimeError):
        send_article(desk.helping, article, desk.cedar.pk, REQUEST, [desk.member.pk])
    assert Sent.objects.using("owner").count() == 1
    send(desk.helping, article, desk.cedar, REQUEST + 1, desk.member, desk.member)  # about another request, once each
    assert SentTo.objects.using("owner").count() == 2


def test_the_next_version_can_be_sent_again(desk: Any, write: Write) -> None:
    article = write()
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    editing.change(desk.editing, article, 1, written("Better"), is_published=True)
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    assert [(one.title, one.number) for one in lines(desk.helping)] == [("Better", 2), ("Better", 1)]


def test_an_article_that_was_withdrawn_since_has_no_title_and_no_link(desk: Any, write: Write) -> None:
    article = write()
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    editing.withdraw(desk.editing, article)
    shown = page.sent(lines(desk.helping)[0], "UTC")
    assert (shown["title"], shown["href"]) == ("An article that is withdrawn", "")


def test_the_customers_journal_says_what_was_sent_and_names_nobody(desk: Any, write: Write, owner: Any) -> None:
    article = write()
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    found = owner.execute("SELECT customer_id, subject_id, details FROM journal_event WHERE kind = 'articles.sent'")
    assert found.fetchall() == [(desk.cedar.pk, article, {"request": REQUEST, "asked_of": desk.partner.pk})]


def test_the_list_costs_one_statement(desk: Any, write: Write, statements: Any) -> None:
    for number in range(5):
        send(desk.helping, write(f"Article {number}"), desk.cedar, REQUEST, desk.member)
    with scope(desk.helping), statements() as made:
        assert len(queries.list_sent(desk.helping, REQUEST)) == 5
    assert len(made) == 1


def test_the_macros_place_what_was_sent_and_what_can_be(desk: Any, write: Write) -> None:
    article = write("<b>Bold</b>")
    send(desk.helping, article, desk.cedar, REQUEST, desk.member)
    shown = [page.sent(one, "UTC") for one in lines(desk.helping)]
    source = (
        '{% import "articles/_macros.html" as a %}{{ a.sent_list(items) }}'
        '{{ a.send_form("/send/", [{"id": 1, "label": "<i>x</i>", "is_chosen": false}], csrf_input) }}'
    )
    from django.template import engines

    made: Any = engines["jinja2"]
    html = made.env.from_string(source).render(items=shown, csrf_input="")
    assert f'href="/resources/{article}/"' in html
    assert "&lt;b&gt;Bold" in html
    assert "Not opened yet" in html
    assert 'action="/send/"' in html
    assert "<i>x" not in html
