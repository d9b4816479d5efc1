"""What an editor may write, and what another one does meanwhile (R5.8)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tallyhub.articles.editing import commands
from tallyhub.articles.models import Article, ArticleText, ArticleVersion
from tallyhub.articles.rules import EXCERPT, Written, excerpt
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tests.articles.cast import written
from tests.world import NOW

Write = Callable[..., int]
FORM = {"title_en": "Restore a backup", "body_en": "Open the **console**."}


def numbers(article: int) -> list[int]:
    return list(ArticleVersion.objects.using("owner").filter(article_id=article).order_by("number").values_list("number", flat=True))  # fmt: skip # noqa: E501


def test_each_publication_is_a_version_and_what_was_published_is_never_changed(desk: Any, write: Write) -> None:
    article = write("First", "One.")
    assert commands.change(desk.editing, article, 1, written("Second", "Two."), is_published=True)
    with clock.frozen(NOW + timedelta(days=1)):
        assert not commands.change(desk.editing, article, 2, written("Second", "Two."), is_published=True)
    assert numbers(article) == [1, 2]
    assert set(ArticleText.objects.using("owner").values_list("title", flat=True)) == {"First", "Second"}
    for table in ("articles_text", "articles_version"):
        for act in (f"UPDATE {table} SET organization_id = organization_id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), scope(desk.editing, writing=True), connection.cursor() as cursor:
                cursor.execute(act)


def test_a_draft_is_written_and_published_later(desk: Any, write: Write) -> None:
    article = write("First", "One.", is_published=False)
    assert Article.objects.using("owner").get(pk=article).state == "draft"
    assert commands.change(desk.editing, article, 1, written("First", "One."), is_published=True)
    found = Article.objects.using("owner").get(pk=article)
    assert (found.state, found.number) == ("published", 1)
    assert not commands.change(desk.editing, article, 2, written("First", "One."), is_published=False)


def test_of_two_editors_the_second_one_is_told_and_loses_nothing(desk: Any, as_: Any, write: Write) -> None:
    article = write("First", "One.")
    mine = {**FORM, "version": 1, "title_en": "Mine", "act": "publish"}
    assert commands.change(desk.editing, article, 1, written("Theirs", "Two."), is_published=False)
    answer = as_(desk.editor).post(f"/resources/edit/{article}/", mine)
    assert answer.status_code == 400
    said = answer.content.decode()
    assert "Somebody else has changed the article meanwhile." in said
    assert 'value="Mine"' in said
    with pytest.raises(Conflict):
        commands.change(desk.editing, article, 1, written("Mine"), is_published=True)
    assert numbers(article) == [1]


def test_what_is_withdrawn_can_be_published_again(desk: Any, as_: Any, write: Write) -> None:
    article = write("First", "One.")
    editor = as_(desk.editor)
    assert editor.post(f"/resources/edit/{article}/withdraw/").status_code == 302
    assert editor.post(f"/resources/edit/{article}/withdraw/").status_code == 409
    assert "Withdrawn" in editor.get("/resources/edit/?state=withdrawn").content.decode()
    assert "No article in this state" in editor.get("/resources/edit/?state=published").content.decode()
    assert commands.change(desk.editing, article, 1, written("First", "One."), is_published=True)
    assert numbers(article) == [1, 2]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Written({}, {}), "article_text_missing"),
        (Written({"de": "Titel"}, {"de": "Text"}), "article_text_missing"),
        (Written({"en": "x", "de": "Titel"}, {"en": "x"}), "article_text_half"),
        (Written({"en": "x"}, {"en": "x", "it": "Testo"}), "article_text_half"),
        (Written({"en": "x"}, {"en": "x"}, frozenset({999_999})), "product_unknown"),
    ],
)
def test_what_cannot_be_an_article_is_refused(desk: Any, said: Written, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        commands.write(desk.editing, said, is_published=True)
    assert refused.value.code == code
    assert not Article.objects.using("owner").exists()


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))![y](https://evil.test/y.png)"


def test_what_looks_like_html_does_nothing(desk: Any, as_: Any, write: Write) -> None:
    article = write('<b>Bold</b> & "quoted"', HOSTILE)
    reader, editor, edit = as_(desk.member), as_(desk.editor), "/resources/edit/"
    for client, path in (
        (reader, f"/resources/{article}/"),
        (reader, "/resources/"),
        (editor, f"{edit}{article}/"),
        (editor, edit),
    ):
        said = client.get(path).content.decode()
        assert "&lt;b&gt;Bold" in said
        assert not any(one in said for one in ("<script>alert", "<img src=x", 'href="javascript', "<b>Bold"))


@pytest.mark.parametrize(
    "over",
    [
        {"title_en": "a\u202egnp"},
        {"body_en": "x" * 200_000},
        {"title_en": "x" * 201},
        {"body_en": ""},
        {"title_de": "Nur ein Titel"},
        {"products": "999999"},
        {"products": "x"},
    ],
)
def test_nothing_typed_is_lost_in_a_form_that_is_refused(
    desk: Any, as_: Any, write: Write, over: dict[str, str]
) -> None:
    article = write("First", "One.")
    typed = {**FORM, "title_it": "Un titolo che resta", "body_it": "Testo.", **over}
    for path, more in (("new/", {}), (f"{article}/", {"version": 1})):
        answer = as_(desk.editor).post(f"/resources/edit/{path}", {**typed, **more, "act": "publish"})
        assert answer.status_code == 400
        assert "Un titolo che resta" in answer.content.decode()
    assert numbers(article) == [1]
    assert Article.objects.using("owner").count() == 1


def test_a_byte_that_no_text_has_is_refused(desk: Any, as_: Any) -> None:
    answer = as_(desk.editor).post("/resources/edit/new/", {**FORM, "body_en": "a\0b", "act": "publish"})
    assert answer.status_code == 400
    assert not Article.objects.using("owner").exists()


def test_a_preview_saves_nothing(desk: Any, as_: Any) -> None:
    answer = as_(desk.editor).post("/resources/edit/new/", {**FORM, "act": "preview"})
    assert "<strong>console</strong>" in answer.content.decode()
    assert not Article.objects.using("owner").exists()


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999", "0"])
def test_a_form_that_knows_no_version_changes_nothing(desk: Any, as_: Any, write: Write, version: str) -> None:
    article = write("First", "One.")
    answer = as_(desk.editor).post(f"/resources/edit/{article}/", {**FORM, "version": version, "act": "publish"})
    assert answer.status_code == 400
    assert numbers(article) == [1]


def test_only_the_providers_editors_write(desk: Any, as_: Any, write: Write) -> None:
    article = write()
    for person in (desk.admin, desk.csam, desk.agent, desk.warden):
        for path in ("", "new/", f"{article}/"):
            assert as_(person).get(f"/resources/edit/{path}").status_code == 403, (person.name, path)
        assert as_(person).post(f"/resources/edit/{article}/withdraw/").status_code == 403
    with pytest.raises(Forbidden):
        commands.write(desk.helping, written(), is_published=True)


def test_a_partner_publishes_nothing_even_past_the_python_wall(desk: Any) -> None:
    claims = Access(desk.agent.pk, organization_id=desk.partner.pk, organization_rights=frozenset({Right.EDIT_GUIDES}))
    with pytest.raises(DatabaseError, match="row-level security"):
        commands.write(claims, written(), is_published=True)


def test_the_journal_says_what_was_published_and_withdrawn(desk: Any, write: Write, owner: Any) -> None:
    article = write()
    commands.withdraw(desk.editing, article)
    ours = "WHERE kind LIKE 'articles.%' ORDER BY id"
    found = owner.execute(f"SELECT kind, subject_id, details FROM journal_event {ours}")
    assert found.fetchall() == [("articles.published", article, {"number": 1}), ("articles.withdrawn", article, {})]


@pytest.mark.parametrize(
    ("body", "begins"),
    [
        ("# Restore\n\n1. Open the **console**\n- and [look](https://a.test/x)", "Restore Open the console and look"),
        ("Look:\n\n| a | b |\n|---|---|\n| *c* | d |\n\n> It `works`.", "Look: It works."),
        ("word " * 99, " …"),
        ("x" * 400, " …"),
        ("", ""),
    ],
)
def test_a_list_shows_how_an_article_begins(body: str, begins: str) -> None:
    found = excerpt(body)
    assert found.endswith(begins)
    assert len(found) <= EXCERPT + 2


def test_a_draft_that_nobody_has_read_is_deleted(desk: Any, as_: Any, write: Write) -> None:
    article = write("First", "One.", is_published=False)
    editor, address = as_(desk.editor), f"/resources/edit/{article}/discard/"
    assert "Delete the draft" in editor.get(f"/resources/edit/{article}/").content.decode()
    assert editor.post(address, {"version": 7}).status_code == 302  # another editor has written meanwhile
    assert Article.objects.using("owner").filter(pk=article).exists()
    assert editor.post(address, {"version": 1})["Location"] == "/resources/edit/"
    assert not Article.objects.using("owner").filter(pk=article).exists()
    assert editor.get(f"/resources/edit/{article}/").status_code == 404


def test_changes_are_thrown_away_and_what_was_published_stays(desk: Any, as_: Any, write: Write) -> None:
    article = write("First", "One.", desk.search, de=("Erstes", "Eins."))
    commands.change(desk.editing, article, 1, written("Second", "Two."), is_published=False)
    assert not commands.discard(desk.editing, article, 2)
    page = as_(desk.editor).get(f"/resources/edit/{article}/").content.decode()
    assert 'value="First"' in page
    assert 'value="Erstes"' in page
    assert "Throw the changes away" not in page
    assert numbers(article) == [1]
    with pytest.raises(Conflict):
        commands.discard(desk.editing, article, 3)  # there is nothing to throw away


def test_what_was_published_cannot_be_deleted(desk: Any, write: Write) -> None:
    article = write("First", "One.")
    commands.withdraw(desk.editing, article)
    for table, column in (("articles_draft", "article_id"), ("articles_article", "id")):
        with scope(desk.editing, writing=True), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [article])
            assert cursor.rowcount == 0
    for stranger in (desk.helping, Access(person_id=desk.editor.pk)):
        with pytest.raises(Forbidden):
            commands.discard(stranger, article, 1)


def test_the_list_as_a_file_says_what_the_filter_shows(desk: Any, as_: Any, write: Write) -> None:  # R8.3
    write("=cmd()", "One.", desk.search)
    write("Later", "Two.", is_published=False)
    editor = as_(desk.editor)
    assert "/resources/edit/csv/" in editor.get("/resources/edit/").content.decode()

    def lines(query: str) -> list[str]:
        return b"".join(editor.get(f"/resources/edit/csv/{query}").streaming_content).decode().splitlines()

    heads, *rows = lines("?header=keys")
    assert heads.removeprefix("\ufeff").startswith("article,title,state,products,languages,version,")
    assert {row.split(",")[1] for row in rows} == {"'=cmd()", "Later"}
    assert [row.split(",")[1:3] for row in lines("?state=draft")[1:]] == [["Later", "Draft"]]
    assert as_(desk.agent).get("/resources/edit/csv/").status_code == 403
