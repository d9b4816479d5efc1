"""The guide to the right place to ask: three questions at most, a table for editors, versions (S003-37, R5.10)."""

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.messages.guide import commands, rules
from tallyhub.messages.guide.rules import (
    Answers,
    Asker,
    Destination,
    Guide,
    Issue,
    Question,
    Row,
    Target,
    check_link,
    find_destination,
    next_question,
)


def text(said: str) -> Destination:
    return Destination(Target.TEXT, {"en": said})


def guide() -> Guide:
    """As the provider of the specification has it."""
    names = ("invoice", "quota", "activation", "marketplace")
    rows = (
        Row(1, "invoice", None, None, text("Programme desk")),
        Row(2, "invoice", None, Asker.PARTNER_ITSELF, text("Own plan")),
        Row(3, "quota", 7, None, text("Support of seven")),
        Row(4, "quota", 8, Asker.PARTNER, text("Support of eight, for partners")),
        Row(5, "activation", None, None, Destination(Target.LINK, {"en": "Self-help"}, "https://help.example.org/")),
        Row(6, "marketplace", 9, None, text("Publisher of nine")),
    )
    issues = tuple(Issue(one, {"en": one.title()}) for one in names)
    return Guide(Destination(Target.REQUEST, {"en": "The default queue"}), issues, rows)


UNSURE = frozenset
PATHS: list[tuple[Answers, str]] = [  # S003-37: each has its own destination, and what is unknown the default queue
    (Answers("invoice", None, Asker.CUSTOMER), "Programme desk"),
    (Answers("invoice", None, Asker.PARTNER_ITSELF), "Own plan"),
    (Answers("quota", 7), "Support of seven"),
    (Answers("quota", 8, Asker.PARTNER), "Support of eight, for partners"),
    (Answers("quota", 8, Asker.CUSTOMER), "The default queue"),
    (Answers("activation"), "Self-help"),
    (Answers("marketplace", 9), "Publisher of nine"),
    (Answers("marketplace", None, None, frozenset({Question.PRODUCT})), "The default queue"),
    (Answers(None, None, None, frozenset({Question.ISSUE})), "The default queue"),
    (Answers("nothing like it"), "The default queue"),
]


@pytest.mark.parametrize(("answers", "said"), PATHS)
def test_each_answer_leads_to_its_own_place(answers: Answers, said: str) -> None:  # S003-37
    assert next_question(guide(), answers) is None
    assert find_destination(guide(), answers).texts["en"] == said


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        (Answers(), Question.ISSUE),
        (Answers("invoice"), Question.ASKER),  # the product makes no difference
        (Answers("quota"), Question.PRODUCT),
        (Answers("quota", 7), None),
        (Answers("quota", 8), Question.ASKER),
        (Answers("activation"), None),
    ],
)
def test_only_what_makes_a_difference_is_asked(answers: Answers, question: Question | None) -> None:
    assert next_question(guide(), answers) is question


def test_the_row_that_says_most_goes_first() -> None:
    rows = (
        Row(1, "quota", None, None, text("any")),
        Row(2, "quota", None, Asker.PARTNER, text("partner")),
        Row(3, "quota", 7, None, text("seven")),
        Row(4, "quota", 7, Asker.PARTNER, text("both")),
    )
    for shuffled in (rows, rows[::-1]):
        table = Guide(text("default"), (Issue("quota", {"en": "x"}),), shuffled)
        found = [
            find_destination(table, Answers("quota", product, asker)).texts["en"]
            for product in (7, 8)
            for asker in (Asker.PARTNER, Asker.CUSTOMER)
        ]
        assert found == ["both", "seven", "partner", "any"]


ROWS = st.lists(
    st.builds(
        Row,
        id=st.integers(1, 99),
        issue=st.sampled_from(["a", "b"]),
        product=st.sampled_from([None, 1, 2]),
        asker=st.sampled_from([None, *Asker]),
        destination=st.just(text("x")),
    ),
    max_size=8,
)


@given(ROWS, st.randoms())
def test_whatever_the_table_three_questions_suffice(rows: list[Row], random: Any) -> None:  # R5.10
    table = Guide(text("default"), (Issue("a", {"en": "A"}), Issue("b", {"en": "B"})), tuple(rows))
    answers, asked = Answers(), []
    while (question := next_question(table, answers)) is not None:
        asked.append(question)
        offered = [one.code if isinstance(one, Issue) else one for one in rules.choices_of(table, question, answers)]
        chosen = random.choice([*offered, None])
        unsure = answers.unsure | ({question} if chosen is None else set())
        known = {one.value: getattr(answers, one.value) for one in Question} | {question.value: chosen}
        answers = Answers(**known, unsure=frozenset(unsure))
    assert len(asked) == len(set(asked)) <= 3
    assert find_destination(table, answers)
    assert rules.load(rules.dump(table)) == table


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://help.example.org/", "//example.org/",
        "https://user@example.org/", "https:///path", "https://", "help.example.org", "", "https://a b.example.org/",
        "https://localhost/", "https://intranet/", "https://portal.local/", "https://a.internal/", "https://x.corp/",
        "https://127.0.0.1/", "https://10.0.0.1/", "https://192.168.1.1/x", "https://169.254.169.254/", "https://[::1]/",
        "https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://1.2.3.0x7f/", "https://LOCALHOST./",
        "https://[::ffff:10.0.0.1]/",
    ],
)  # fmt: skip
def test_a_link_that_runs_something_or_leads_into_a_private_network_is_refused(address: str) -> None:  # R5.10
    with pytest.raises(Invalid, match="guide_link_"):
        check_link(address)


def test_a_public_link_is_kept() -> None:
    for address in ("https://help.example.org/a?b=c#part", "https://8.8.8.8/", "https://help.example.org:8443/"):
        assert check_link(address) == address
    assert check_link(" https://hilfe.straße.example/ ") == "https://hilfe.xn--strae-oqa.example/"


# Pages


@pytest.fixture
def table(centre: Any) -> Any:
    """Two matters; one of them asks for the product and who asks."""
    access = centre.editing
    commands.put_issue(access, 0, Issue("invoice", {"en": "Invoices", "de": "Rechnungen"}))
    commands.put_issue(access, 1, Issue("quota", {"en": "Quotas"}))
    commands.put_row(access, 2, Row(0, "invoice", None, None, text("Ask the programme desk.")))
    link = Destination(Target.LINK, {"en": "Its own support"}, "https://help.example.org/")
    commands.put_row(access, 3, Row(0, "quota", centre.database.pk, Asker.CUSTOMER, link))
    commands.set_otherwise(access, 4, Destination(Target.REQUEST, {"en": "Nobody else knows."}))
    return centre


def links(page: str) -> dict[str, str]:
    return {
        label: href.replace("&amp;", "&") for href, label in re.findall(r'<a class="btn" href="([^"]+)">([^<]+)<', page)
    }


def test_the_wizard_asks_and_leads(table: Any, client: Client) -> None:  # S003-37
    client.force_login(table.member)
    first = client.get("/which-portal/").content.decode()
    assert "What is it about?" in first
    second = client.get(links(first)["Quotas"]).content.decode()
    assert "Which product is it about?" in second
    third = client.get(links(second)["Database"]).content.decode()
    assert "For whom do you ask?" in third
    last = client.get(links(third)["For my own organisation, as a customer"]).content.decode()
    assert 'href="https://help.example.org/"' in last
    assert "Ask the programme desk." in client.get(links(first)["Invoices"]).content.decode()
    unknown = client.get(links(first)["Something else, or I do not know"]).content.decode()
    assert "Nobody else knows." in unknown
    assert 'href="/technical-support/"' in unknown


def test_only_who_may_open_a_request_is_led_to_its_form(table: Any, client: Client) -> None:
    for person, is_led in ((table.contact, True), (table.member, False), (table.editor, False)):
        client.force_login(person)
        page = client.get("/which-portal/?issue=-").content.decode()
        assert ('href="/support/open/"' in page) is is_led
        assert ("Technical support says who it is." in page) is (person is not table.editor)


@pytest.mark.parametrize("query", ["?issue=nonsense", "?issue=quota&product=999999", "?issue=quota&product=-&asker=x"])
def test_what_no_question_offers_leads_to_the_default_queue(table: Any, client: Client, query: str) -> None:
    client.force_login(table.member)
    assert "Nobody else knows." in client.get(f"/which-portal/{query}").content.decode()


def test_without_a_table_everything_leads_to_the_request_form(centre: Any, client: Client) -> None:
    client.force_login(centre.contact)
    page = client.get("/which-portal/").content.decode()
    assert 'href="/support/open/"' in client.get(links(page)["Something else, or I do not know"]).content.decode()


def test_names_are_in_the_readers_language(table: Any, client: Client, owner: Any) -> None:
    owner.execute("UPDATE accounts_person SET language = 'de' WHERE id = %s", [table.member.pk])
    client.force_login(table.member)
    page = client.get("/which-portal/").content.decode()
    assert "Rechnungen" in page
    assert "Quotas" in page  # not there in German


def test_each_change_is_a_version_and_what_was_before_stays_readable(table: Any, client: Client, owner: Any) -> None:
    client.force_login(table.editor)
    page = client.get("/which-portal/edit/").content.decode()
    assert "Version 5" in page
    said = {
        "version": "5", "issue": "invoice", "product": "", "asker": "", "target": "text", "url": "",
        "text_en": "Ask accounting.",
    }  # fmt: skip
    assert client.post("/which-portal/edit/rows/1/", said).status_code == 302
    assert "Ask accounting." in client.get("/which-portal/edit/").content.decode()
    old = client.get("/which-portal/edit/?version=5").content.decode()
    assert "Ask the programme desk." in old
    assert "Ask accounting." not in old
    late = client.post("/which-portal/edit/rows/1/", {**said, "text_en": "Too late."})
    assert late.status_code == 400
    assert "changed the guide meanwhile" in late.content.decode()
    assert client.get("/which-portal/edit/?version=99").status_code == 404
    kinds = owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'messages.guide_changed'").fetchone()
    assert kinds == (6,)


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"target": "link", "url": "javascript:alert(1)"}, "begins with https://"),
        ({"target": "link", "url": "https://10.0.0.1/"}, "leads into a private network"),
        ({"text_en": ""}, "Say in English what to do there"),
        ({"issue": "nonsense"}, "Select a valid choice"),
        ({"product": "999999"}, "Select a valid choice"),
        ({"asker": "everybody"}, "Select a valid choice"),
        ({"issue": "invoice"}, "Another row answers the same"),
    ],
)
def test_a_bad_row_is_refused_beside_its_field(table: Any, client: Client, over: dict[str, str], sentence: str) -> None:
    client.force_login(table.editor)
    said = {"version": "5", "issue": "quota", "product": "", "asker": "", "target": "text", "text_en": "x", "url": ""}
    answer = client.post("/which-portal/edit/rows/0/", {**said, **over})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_rows_and_matters_go_and_come(table: Any, client: Client) -> None:
    client.force_login(table.editor)
    assert client.post("/which-portal/edit/rows/2/remove/", {"version": "4"}).status_code == 409
    assert client.post("/which-portal/edit/rows/2/remove/", {"version": "5"}).status_code == 302
    assert client.post("/which-portal/edit/rows/2/remove/", {"version": "6"}).status_code == 404
    assert client.get("/which-portal/edit/rows/2/").status_code == 404
    renamed = client.post("/which-portal/edit/issues/quota/", {"version": "6", "name_en": "Limits"})
    assert renamed.status_code == 302
    assert "Limits" in client.get("/which-portal/").content.decode()
    assert client.post("/which-portal/edit/issues/invoice/remove/", {"version": "7"}).status_code == 302
    assert "Invoices" not in client.get("/which-portal/").content.decode()
    added = client.post("/which-portal/edit/add-issue/", {"version": "8", "code": "Bad Code", "name_en": "x"})
    assert added.status_code == 400
    assert client.get("/which-portal/edit/issues/nonsense/").status_code == 404


def test_nobody_else_edits_the_guide(centre: Any) -> None:
    from dataclasses import replace

    for access in (replace(centre.editing, organization_rights=frozenset()),):
        with pytest.raises(Forbidden):
            commands.set_otherwise(access, 0, text("x"))
    with pytest.raises(Conflict):
        commands.set_otherwise(centre.editing, 3, text("x"))


def test_the_wizard_costs_the_same_however_long_the_table(table: Any, client: Client, statements: Any) -> None:
    client.force_login(table.member)

    def count() -> int:
        with statements() as made:
            assert client.get("/which-portal/?issue=quota").status_code == 200
        return len(made)

    few = count()
    for n in range(5):
        commands.put_issue(table.editing, 5 + n, Issue(f"more-{n}", {"en": f"More {n}"}))
    assert count() == few
