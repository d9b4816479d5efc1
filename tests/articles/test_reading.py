"""Who reads which article, by both walls; the search; and what comes of it (R5.8, S003-49)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from tallyhub.articles import queries
from tallyhub.articles.editing import commands as editing
from tallyhub.articles.models import ArticleReading
from tallyhub.articles.reading import commands
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_for
from tests.articles.cast import written
from tests.world import NOW

Write = Callable[..., int]


def page(client: Any, query: str = "", status: int = 200) -> str:
    answer = client.get(f"/resources/{query}")
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def titles(client: Any, query: str = "") -> list[str]:
    return re.findall(r'health-title"><a [^>]*>([^<]*)</a>', page(client, query))


@pytest.fixture
def three(desk: Any, write: Write) -> dict[str, int]:
    return {
        "database": write("Restore a backup", "Text.", desk.database),
        "search": write("Build the index anew", "Text.", desk.search),
        "everything": write("Sign in with two factors", "Text."),
    }


# Who reads what


def test_a_customer_reads_about_what_it_holds_and_about_everything(desk: Any, as_: Any, three: Any) -> None:
    assert titles(as_(desk.member)) == ["Sign in with two factors", "Restore a backup"]
    assert titles(as_(desk.stranger)) == ["Sign in with two factors", "Build the index anew"]
    for person, there, hidden in ((desk.member, "database", "search"), (desk.stranger, "search", "database")):
        assert "Text." in page(as_(person), f"{three[there]}/")
        page(as_(person), f"{three[hidden]}/", 404)
        assert "Text." in page(as_(person), f"{three['everything']}/")


def test_whoever_works_for_the_provider_or_a_partner_reads_everything(desk: Any, as_: Any, three: Any) -> None:
    for person in (desk.editor, desk.warden, desk.agent, desk.rival):
        assert len(titles(as_(person))) == 3, person.name
        assert "Text." in page(as_(person), f"{three['database']}/")


def test_who_is_inside_no_customer_is_told_so(desk: Any, as_: Any, three: Any) -> None:
    said = page(as_(desk.newcomer))
    assert "You work inside no customer" in said
    assert titles(as_(desk.newcomer)) == []
    page(as_(desk.newcomer), f"{three['everything']}/", 404)


def test_the_database_keeps_them_apart_as_well(desk: Any, three: Any) -> None:
    """With the Python wall off: each table of an article, for each who asks."""
    inside = {"customer_id": desk.cedar.pk, "workspaces": (desk.north.pk,)}
    seen = {
        "customer": (Access(desk.member.pk, **inside), {three["database"], three["everything"]}),
        "partner": (desk.helping, set(three.values())),
        "nobody": (Access(), set()),
        "newcomer": (Access(desk.newcomer.pk), set()),
    }
    for who, (access, expected) in seen.items():
        with scope(access), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM articles_article")
            assert {one for (one,) in cursor.fetchall()} == expected, who
            cursor.execute("SELECT DISTINCT v.article_id FROM articles_text t JOIN articles_version v "
                           "ON v.id = t.version_id")  # fmt: skip
            assert {one for (one,) in cursor.fetchall()} == expected, who
            cursor.execute("SELECT count(*) FROM articles_draft")
            assert cursor.fetchone() == (0,), who
            cursor.execute("SELECT article_id FROM articles_find('text', 'en', NULL, 9)")
            assert {one for (one,) in cursor.fetchall()} == expected, who


def test_a_draft_is_nobodys_but_the_editors(desk: Any, as_: Any, write: Write) -> None:
    draft = write("Not ready", "Text.", is_published=False)
    for person in (desk.member, desk.agent, desk.warden, desk.editor):
        assert titles(as_(person)) == []
        page(as_(person), f"{draft}/", 404)
    assert "Not ready" in as_(desk.editor).get("/resources/edit/").content.decode()
    assert as_(desk.agent).get("/resources/edit/").status_code == 403


def test_what_is_written_after_publishing_is_not_read_before_it_is_published(desk: Any, as_: Any, write: Write) -> None:
    article = write("Restore a backup", "The old way.")
    with clock.frozen(NOW + timedelta(days=2)):
        editing.change(desk.editing, article, 1, written("Restore it", "The new way."), is_published=False)
        assert "The old way." in page(as_(desk.member), f"{article}/")
        assert titles(as_(desk.member), "?text=new") == []
        editing.change(desk.editing, article, 2, written("Restore it", "The new way."), is_published=True)
        said = page(as_(desk.member), f"{article}/")
    assert "The new way." in said
    assert "The old way." not in said
    assert "23 Nov 2026" in said
    with scope(Access(desk.member.pk, desk.cedar.pk)), connection.cursor() as cursor:
        cursor.execute("SELECT body FROM articles_text")
        assert cursor.fetchall() == [("The new way.",)]


def test_what_is_withdrawn_is_gone_for_readers(desk: Any, as_: Any, write: Write) -> None:
    article = write()
    editing.withdraw(desk.editing, article)
    for person in (desk.member, desk.agent):
        assert titles(as_(person)) == []
        page(as_(person), f"{article}/", 404)
    assert titles(as_(desk.member), "?text=restore") == []


def test_each_reads_their_own_language_or_english_and_is_told_so(desk: Any, as_: Any, write: Write, owner: Any) -> None:
    article = write("Restore a backup", "In English.", de=("Eine Sicherung zurückholen", "Auf Deutsch."))
    for language, said, is_told in (("en", "In English.", False), ("de", "Auf Deutsch.", False), ("es", "In English.", True)):  # fmt: skip # noqa: E501
        owner.execute("UPDATE accounts_person SET language = %s WHERE id = %s", [language, desk.member.pk])
        found = page(as_(desk.member), f"{article}/")
        assert said in found
        assert ('lang="en"' in found.split("<h1")[1].split(">")[0]) is (said == "In English.")
        assert ('role="note"' in found) is is_told, language


# The search


@pytest.mark.parametrize(
    ("language", "asked", "found"),
    [
        ("en", "restoring backups", True),  # by their stems
        ("en", "backup resto", True),  # the last word is a beginning
        ("en", "RESTORE", True),
        ("en", "Sicherung", False),
        ("de", "Sicherungen zurückgeholt", True),
        ("de", "restore", True),  # English, too
        ("es", "copias", True),
        ("ru", "восстановления", True),
        ("ru", "КОПИИ", True),
        ("it", "ripristinare", True),
        ("it", "Sicherung", False),
        ("en", "ERR 4711", True),
        ("en", "4711", True),
        ("en", "printer", False),
        ("en", "the", False),
        ("en", "' | ! & <-> :* (", False),
        ("en", "\\ ' \"", False),
    ],
)
def test_a_search_knows_the_words_of_the_readers_language_and_english(
    desk: Any, write: Write, language: str, asked: str, found: bool
) -> None:
    write(
        "Restore a backup", "After ERR-4711, choose a day.", desk.database,
        de=("Eine Sicherung zurückholen", "Nach dem Fehler einen Tag wählen."),
        es=("Restaurar una copia", "Elija un día."),
        ru=("Восстановление копии", "Выберите день."),
        it=("Ripristinare un backup", "Scegliete un giorno."),
    )  # fmt: skip
    access = act_for(desk.member.pk, desk.cedar.pk).access
    with translation.override(language), scope(access):
        assert bool(queries.list_page(access, text=asked).articles) is found


def test_what_has_all_words_goes_first_and_some_words_are_better_than_none(desk: Any, as_: Any, write: Write) -> None:
    write("Restore a backup", "Choose a day.")
    write("Restore a volume", "Snapshots are elsewhere.")
    client = as_(desk.member)
    assert titles(client, "?text=restore+volume") == ["Restore a volume"]
    assert "some of them" not in page(client, "?text=restore+volume")
    assert titles(client, "?text=lost+volume+yesterday") == ["Restore a volume"]
    assert "No article has all of these words." in page(client, "?text=lost+volume+yesterday")


def test_a_word_of_the_title_weighs_more(desk: Any, as_: Any, write: Write) -> None:
    write("Certificates", "Nothing else.")
    write("Something else", "Certificates are nothing to it.")
    assert titles(as_(desk.member), "?text=certificates")[0] == "Certificates"


def test_a_product_filters_and_what_is_about_everything_stays(desk: Any, as_: Any, three: Any) -> None:
    client = as_(desk.agent)
    assert titles(client, f"?product={desk.search.pk}") == ["Sign in with two factors", "Build the index anew"]
    assert titles(client, f"?product={desk.search.pk}&text=text") != titles(client, "?text=text")
    assert titles(client, "?product=999999") == titles(client)
    assert f"/resources/{three['search']}/?product={desk.search.pk}" in page(client, f"?product={desk.search.pk}")


def test_nothing_found_says_why_and_where_to_go(desk: Any, as_: Any, three: Any) -> None:
    assert "No article fits" in page(as_(desk.member), "?text=unheardof")
    assert "/technical-support/?product=other" in page(as_(desk.member), "?text=unheardof")


def test_before_anything_is_published_the_page_says_so(desk: Any, as_: Any) -> None:
    assert "The provider has published nothing about what you bought." in page(as_(desk.member))


def test_pages_follow_each_other(desk: Any, as_: Any, write: Write) -> None:
    for number in range(queries.LIST_PAGE + 2):
        with clock.frozen(NOW + timedelta(minutes=number)):
            write(f"Article {number}", "Text.")
    client = as_(desk.member)
    for query in ("", "&text=article"):
        first, second = titles(client, f"?page=1{query}"), titles(client, f"?page=2{query}")
        assert (len(first), len(second)) == (queries.LIST_PAGE, 2)
        assert len({*first, *second}) == queries.LIST_PAGE + 2
    assert "?page=2" in page(client)
    assert "page=1&amp;text" in page(client, "?page=2&text=article") or "text=article&amp;page=1" in page(client, "?page=2&text=article")  # fmt: skip # noqa: E501
    for query in ("?page=0", "?page=x", "?page=1000", "?page=-1"):
        page(client, query, 404)


@pytest.mark.parametrize("path", ["", "?text=article", "?product={product}", "{article}/"])
def test_a_page_costs_the_same_however_much_is_there(
    desk: Any, as_: Any, write: Write, statements: Any, path: str
) -> None:
    first = write("Article", "Text.", desk.database)
    client, address = as_(desk.member), f"/resources/{path.format(product=desk.database.pk, article=first)}"
    client.get(address)
    with statements() as few:
        client.get(address)
    for number in range(12):
        write(f"Article {number}", "Text.", desk.database, desk.search, de=("Artikel", "Text."))
    with statements() as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)


# What comes of it


def outcome(desk: Any, article: int) -> queries.Counts:
    with scope(desk.editing):
        return queries.count_outcomes([article]).get((article, None), queries.Counts())


def say(client: Any, article: int, solved: str, number: int = 1) -> Any:
    return client.post(f"/resources/{article}/answer/", {"number": number, "solved": solved})


def test_a_read_is_counted_once_a_person(desk: Any, as_: Any, write: Write) -> None:
    article = write()
    for person in (desk.member, desk.member, desk.reader):
        page(as_(person), f"{article}/")
    assert outcome(desk, article).readers == 2
    editing.change(desk.editing, article, 1, written("Another title"), is_published=True)
    page(as_(desk.member), f"{article}/")
    assert outcome(desk, article).readers == 2


def test_staff_neither_count_nor_are_asked(desk: Any, as_: Any, write: Write) -> None:
    article = write()
    for person in (desk.csam, desk.engineer, desk.agent, desk.editor):
        assert "Did this solve it?" not in page(as_(person), f"{article}/")
        assert say(as_(person), article, "yes").status_code == 403
    assert outcome(desk, article) == queries.Counts()


def test_an_answer_is_one_a_person_and_version_and_may_be_changed(desk: Any, as_: Any, write: Write) -> None:
    article = write()
    member = as_(desk.member)
    assert say(member, article, "no").status_code == 302
    assert say(member, article, "yes").status_code == 302
    assert "You said that it did." in page(member, f"{article}/")
    say(as_(desk.reader), article, "no")
    assert outcome(desk, article) == queries.Counts(readers=2, solved=1, unsolved=1)
    editing.change(desk.editing, article, 1, written("Another title"), is_published=True)
    assert "You said" not in page(member, f"{article}/")
    say(member, article, "no", number=2)
    assert outcome(desk, article) == queries.Counts(readers=2, solved=1, unsolved=2)
    with scope(desk.editing):
        by_version = queries.count_outcomes([article])
    assert by_version[article, 1] == queries.Counts(readers=2, solved=1, unsolved=1)
    assert by_version[article, 2] == queries.Counts(readers=1, unsolved=1)


def test_what_was_not_asked_is_no_answer(desk: Any, as_: Any, write: Write) -> None:
    article, hidden = write(), write("Hidden", "Text.", desk.search)
    member = as_(desk.member)
    assert say(member, article, "perhaps").status_code == 404
    assert say(member, article, "yes", number=7).status_code == 409
    assert say(member, article, "yes", number=0).status_code == 409
    assert say(member, hidden, "yes").status_code == 404
    assert member.get(f"/resources/{article}/answer/").status_code == 405
    access = act_for(desk.member.pk, desk.cedar.pk).access
    with pytest.raises(Conflict):
        commands.answer(access, article, 2, is_solved=True)
    with pytest.raises(Forbidden):
        commands.open_article(Access(), article)
    assert not ArticleReading.objects.using("owner").filter(is_solved__isnull=False).exists()


def test_not_solved_leads_to_whoever_supports_the_product(desk: Any, as_: Any, write: Write) -> None:  # S003-49
    one, several, general = write("A", "T", desk.database), write("B", "T", desk.database, desk.search), write("C", "T")
    member = as_(desk.member)
    about = f"/technical-support/?product={desk.database.pk}"
    assert say(member, one, "no")["Location"] == about
    assert say(member, several, "no")["Location"] == "/technical-support/?product=other"
    assert say(member, general, "no")["Location"] == "/technical-support/?product=other"
    for article in (several, general):
        told = {"number": 1, "solved": "no", "product": desk.database.pk}
        assert member.post(f"/resources/{article}/answer/", told)["Location"] == about
    wrong = {"number": 1, "solved": "no", "product": desk.search.pk}
    assert member.post(f"/resources/{one}/answer/", wrong)["Location"] == about


def test_what_somebody_read_and_answered_only_they_see(desk: Any, as_: Any, write: Write) -> None:
    article = write()
    say(as_(desk.member), article, "no")
    for access in (act_for(desk.admin.pk, desk.cedar.pk).access, desk.editing, Access.of_system([desk.cedar.pk])):
        with scope(access), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM articles_reading")
            assert cursor.fetchone() == (0,)
    with scope(desk.helping):
        assert queries.count_outcomes([article]) == {}


# Offered before contact


def test_technical_support_offers_articles_before_the_card(desk: Any, as_: Any, three: Any) -> None:  # S003-49
    said = as_(desk.member).get(f"/technical-support/?product={desk.database.pk}").content.decode()
    assert f"/resources/{three['database']}/?product={desk.database.pk}" in said
    assert said.index("Restore a backup") < said.index("Sign in with two factors") < said.index("Who supports you")
    assert "Build the index anew" not in said
    assert 'action="/resources/"' in said


def test_at_most_four_are_offered(desk: Any, as_: Any, write: Write) -> None:
    for number in range(6):
        write(f"Article {number}", "Text.", desk.database)
    said = as_(desk.member).get(f"/technical-support/?product={desk.database.pk}").content.decode()
    assert said.count('href="/resources/') == 4 + said.split("<main")[0].count('href="/resources/')


def test_whoever_opens_a_request_is_shown_three(desk: Any, as_: Any, write: Write, statements: Any) -> None:
    client = as_(desk.contact)
    draft = client.post("/support/open/begin/", {"workspace": desk.north.pk})["Location"].rsplit("/", 2)[0]
    client.post(f"{draft}/what/", {"kind": "problem", "product": desk.database.pk, "act": "later"})
    address = f"{draft}/problem/"
    assert "Perhaps it is answered already" not in client.get(address).content.decode()
    for number in range(5):
        write(f"Article {number}", "Text.", desk.database)
    said = client.get(address).content.decode()
    assert "Perhaps it is answered already" in said
    assert said.count(f"/?product={desk.database.pk}") == 3
