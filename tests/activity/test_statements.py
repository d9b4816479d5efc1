"""A statement: what it says, who may have it, and that it says the same for ever."""

import io
import re
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from threading import BoundedSemaphore
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pypdf
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tallyhub.activity import commands, statement_files
from tallyhub.activity.models import Statement
from tallyhub.activity.rules import Figures
from tallyhub.activity.statements import Document, read_document
from tallyhub.agreements.models import Service
from tallyhub.journal.models import Event
from tallyhub.kernel import clock, typesetting
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger import steps
from tallyhub.ledger.models import Entry
from tallyhub.organizations.sign_on import act_for
from tests.activity.test_customer_activity import text
from tests.ledger.episodes import WINDOW, Episode
from tests.ledger.model import model
from tests.make import allot, book, make_entitlement, make_package
from tests.world import NOW, TODAY

FIRST = date(2026, 1, 1)


def access_of(world: SimpleNamespace, who: str = "admin") -> Access:
    return act_for(getattr(world, who).pk, world.cedar.pk).access


def make(world: SimpleNamespace, who: str = "admin", **over: Any) -> Statement:
    wanted = {"agreement_id": world.agreement.pk, "first_day": None, "last_day": None, "language": "en"}
    return commands.make_statement(access_of(world, who), **wanted | over)


def again(world: SimpleNamespace, statement: Statement, who: str = "admin") -> Document:
    access = access_of(world, who)
    with scope(access):
        return read_document(access, Statement.objects.get(pk=statement.pk))


def figures(world: SimpleNamespace, statement: Statement, entitlement: Any, who: str = "admin") -> Figures:
    return again(world, statement, who).figures[entitlement.pk]


def page(client: Client, statement: Statement) -> str:
    answer = client.get(f"/statements/{statement.pk}/")
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content).decode()


def workbook(client: Client, statement: Statement) -> CalamineWorkbook:
    answer = client.get(f"/statements/{statement.pk}/statement.xlsx")
    assert answer.status_code == 200, answer.status_code
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content))


def rows_of(book_: CalamineWorkbook, sheet: str) -> list[dict[str, Any]]:
    """By the stable keys of the hidden first row; the second has the labels."""
    keys, _labels, *rows = book_.get_sheet_by_name(sheet).to_python()
    return [dict(zip(keys, row, strict=True)) for row in rows]


def pdf_text(client: Client, statement: Statement) -> str:
    answer = client.get(f"/statements/{statement.pk}/statement.pdf")
    assert answer.status_code == 200, answer.status_code
    return "\n".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(answer.content)).pages)


# What it says


def test_one_click_stores_a_statement_and_opens_its_print_page(world: SimpleNamespace, client: Client) -> None:  # R1.1
    client.force_login(world.admin)
    assert "Make a statement" in client.get("/customer-activity/").content.decode()
    form = client.get(f"/statements/?agreement={world.agreement.pk}").content.decode()
    assert 'value="2026-01-01"' in form
    assert f'value="{TODAY}"' in form
    answer = client.post("/statements/", {"agreement": world.agreement.pk})
    made = Statement.objects.using("owner").get()
    assert answer.headers["Location"] == f"/statements/{made.pk}/"
    assert (made.first_day, made.last_day, made.workspaces) == (FIRST, TODAY, None)
    said = text(page(client, made))
    for words in ("Cedar unified · CED-2026", "Reactive support", "20 h", "7:30 h", "12:30 h", "admin on 21 November"):
        assert words in said, words


def test_delivered_is_parted_into_before_and_in_the_period(world: SimpleNamespace) -> None:  # R1.1
    made = make(world, first_day=date(2026, 3, 1), last_day=date(2026, 6, 30))
    found = figures(world, made, world.cedar_advisory)
    assert (found.bought, found.before, found.in_period, found.left, found.over) == (1200, 90, 360, 750, 0)
    assert (found.here, found.lines) == (360, 1)


def test_over_use_and_what_expired_are_figures_of_their_own(world: SimpleNamespace) -> None:  # R1.1
    book(world.cedar_credits, world.north, 900, date(2026, 11, 1))
    found = figures(world, make(world), world.cedar_credits)
    assert (found.bought, found.delivered, found.over, found.left) == (1000, 1150, 150, 0)
    old = make(world, agreement_id=world.old_agreement.pk)
    found = figures(world, old, world.old_advisory)
    assert (found.bought, found.delivered, found.expired, found.left) == (600, 240, 360, 0)


def test_every_line_is_listed_and_they_add_up(world: SimpleNamespace, client: Client) -> None:  # R1.1
    book(world.cedar_advisory, world.north, 30, date(2026, 7, 1), multiplier=Fraction(3, 2), title="On the night")
    client.force_login(world.admin)
    made = make(world)
    said = text(page(client, made))
    for words in (
        "North case 3",
        "South case",
        "On the night · × 1.5 · in fact 0:30 h",
        "11 entries, 11 cases in total",
    ):
        assert words in said, words
    rows = rows_of(workbook(client, made), "Entries")
    advisory = [row for row in rows if row["unit"] == "minutes"]
    assert sum((row["charged"] for row in advisory), timedelta()) == timedelta(minutes=90 + 360 + 45)
    assert sum(row["charged_minutes"] for row in advisory) == 90 + 360 + 45
    assert {row["charged_minutes"] for row in rows if row["unit"] != "minutes"} == {""}  # units are never added


def test_a_reversal_is_shown_as_such(world: SimpleNamespace, client: Client) -> None:  # R1.1
    entry = book(world.cedar_advisory, world.north, 60, date(2026, 8, 1), title="Wrong")
    reverse(world, entry)
    made = make(world)
    assert figures(world, made, world.cedar_advisory).delivered == 450
    client.force_login(world.admin)
    said = text(page(client, made))
    assert "Wrong · reversed later" in said
    assert "−1 h" in said
    rows = [row for row in rows_of(workbook(client, made), "Entries") if row["reversal"]]
    assert [(row["charged"], row["reversal"]) for row in rows] == [(timedelta(hours=-1), "mistake")]


def reverse(world: SimpleNamespace, entry: Entry) -> None:
    access = Access.of_system([world.cedar.pk])
    with scope(access, writing=True):
        steps.reverse(access, [entry.pk], "mistake")


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (("2026-05-01", "2026-04-01"), "lies before the first one"),
        (("2025-12-31", ""), "lies before the first day of the agreement"),
        (("", "2026-11-22"), "lies in the future"),
        (("yesterday", ""), "Enter a valid date"),
    ],
)
def test_an_impossible_period_is_refused_in_words(
    world: SimpleNamespace, client: Client, days: tuple[str, str], sentence: str
) -> None:
    client.force_login(world.admin)
    fields = {"agreement": world.agreement.pk, "first_day": days[0], "last_day": days[1]}
    answer = client.post("/statements/", fields)
    assert answer.status_code == 400
    assert sentence in text(answer.content.decode())
    assert not Statement.objects.using("owner").exists()


def test_a_foreign_agreement_is_no_choice(world: SimpleNamespace, client: Client) -> None:  # R3.3
    client.force_login(world.admin)
    assert client.post("/statements/", {"agreement": world.birch_agreement.pk}).status_code == 400
    assert not Statement.objects.using("owner").exists()


# Who may have it


def test_a_workspaces_administrator_states_their_workspaces(world: SimpleNamespace, client: Client) -> None:  # R1.5
    made = make(world, "north_admin")
    assert made.workspaces == [world.north.pk]
    found = figures(world, made, world.cedar_advisory, "north_admin")
    assert (found.left, found.in_period, found.here) == (750, 450, 90)  # the quantity is the agreement's
    client.force_login(world.north_admin)
    said = text(page(client, made))
    assert "Of it in these workspaces" in said
    assert "South case" not in said
    assert figures(world, made, world.cedar_advisory, "admin") == found  # the same for whoever may read it


def test_one_does_not_open_a_statement_over_more_than_ones_own(world: SimpleNamespace, client: Client) -> None:  # R3.8
    made = make(world)
    client.force_login(world.north_admin)
    for tail in ("", "statement.xlsx", "statement.pdf"):
        assert client.get(f"/statements/{made.pk}/{tail}").status_code == 404
    assert f"/statements/{made.pk}/" not in client.get("/statements/").content.decode()


def test_lines_that_one_may_not_see_are_counted_and_summed(world: SimpleNamespace, client: Client) -> None:  # R2.2
    made = make(world)
    client.force_login(world.csam)
    said = text(page(client, made))
    assert "North case" not in said
    assert "Network basics" not in said
    assert "Reactive support, Base: 11 entries, 11 cases in total." in said
    assert "learning managers only" in said
    assert {row["service"] for row in rows_of(workbook(client, made), "Entries")} == {"Proactive credits"}


def test_people_are_named_to_those_who_may_know_them(world: SimpleNamespace, client: Client) -> None:  # R1.5
    book(world.cedar_credits, world.north, 100, date(2026, 9, 9), person_id=world.member.pk)
    made = make(world)
    client.force_login(world.admin)
    assert "member" in [row["person"] for row in rows_of(workbook(client, made), "Entries")]
    client.force_login(world.csam)
    assert "person" not in rows_of(workbook(client, made), "Entries")[0]


# Made again


def test_made_again_it_says_the_same_whatever_came_later(world: SimpleNamespace, client: Client) -> None:  # R1.1
    made, partial = make(world), make(world, "north_admin")
    client.force_login(world.admin)
    before, file = again(world, made).figures, workbook(client, made).get_sheet_by_name("Entries").to_python()
    part = again(world, partial).figures
    reverse(world, Entry.objects.using("owner").filter(entitlement=world.cedar_advisory)[0])
    book(world.cedar_advisory, world.south, 700, date(2026, 3, 3), title="Late")
    allot(world.cedar_credits, 5_000, FIRST, date(2026, 12, 31))
    make_package(world.agreement, world.north, name="Bought later")
    found = again(world, made)
    assert found.figures == before
    assert found.is_intact
    assert again(world, partial).figures == part
    assert workbook(client, made).get_sheet_by_name("Entries").to_python() == file
    assert "Late" not in page(client, made)
    assert figures(world, make(world), world.cedar_advisory) != before[world.cedar_advisory.pk]


def test_a_terminated_package_leaves_what_was_stated(world: SimpleNamespace) -> None:  # R1.1
    made = make(world)
    world.base.terminated_on = date(2026, 10, 1)
    world.base.save(using="owner")
    assert again(world, made).is_intact
    assert figures(world, make(world), world.cedar_advisory).left == 0


def test_names_are_those_of_today_and_figures_are_not(world: SimpleNamespace, client: Client) -> None:  # R1.1
    made = make(world)
    Service.objects.using("owner").filter(pk=world.benefit.pk).update(names={"en": "Quarterly review"})
    client.force_login(world.admin)
    said = page(client, made)
    assert "Quarterly review" in said
    assert "not those that the statement was made with" not in said


def test_whoever_made_it_may_be_erased(world: SimpleNamespace, client: Client) -> None:  # R10.4
    made = make(world, "csam")
    Statement.objects.using("owner").filter(pk=made.pk).update(made_by_id=987_654)
    client.force_login(world.admin)
    assert "Erased person on 21 November 2026" in page(client, made)
    assert "Erased person" in client.get("/statements/").content.decode()
    assert again(world, made).is_intact


def test_a_changed_figure_is_noticed(world: SimpleNamespace, client: Client, owner: Any) -> None:
    made = make(world)
    owner.execute("UPDATE ledger_entry SET charged = 2 WHERE entitlement_id = %s", [world.cedar_reactive.pk])
    client.force_login(world.admin)
    assert "not those that the statement was made with" in page(client, made)


def test_a_statement_holds_no_name(world: SimpleNamespace, client: Client, owner: Any) -> None:  # R10.4
    make(world)
    row = str(owner.execute("SELECT to_jsonb(s) FROM activity_statement s").fetchone())
    for name in ("admin", "Cedar", "North", "support"):
        assert name not in row, name


def test_making_and_taking_it_stand_in_the_journal(world: SimpleNamespace, client: Client) -> None:  # R10.3
    made = make(world)
    client.force_login(world.admin)
    client.get(f"/statements/{made.pk}/statement.xlsx")
    client.get(f"/statements/{made.pk}/statement.pdf")
    events = Event.objects.using("owner").filter(kind__startswith="activity.statement").order_by("pk")
    assert [(one.kind, one.details.get("form")) for one in events] == [
        ("activity.statement_made", None),
        ("activity.statement_downloaded", "xlsx"),
        ("activity.statement_downloaded", "pdf"),
    ]


def test_random_histories_are_stated_as_an_independent_model_does(world: SimpleNamespace) -> None:  # R1.1, R9.1
    serial = count(1)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data(), st.booleans())
    def live(data: st.DataObject, is_as_needed: bool) -> None:
        it = Episode(world, lambda options: data.draw(st.sampled_from(options)), f"s{next(serial)}", is_as_needed)
        it.run(8)
        first_day, last_day = sorted([it.pick([day for day in WINDOW if day <= it.today]), it.today])
        with clock.frozen(NOW.replace(year=it.today.year, month=it.today.month, day=it.today.day)):
            made = {who: make(world, who, first_day=first_day, last_day=last_day) for who in ("admin", "north_admin")}
        here = {"admin": {world.north.pk, world.south.pk}, "north_admin": {world.north.pk}}
        expected = {who: in_the_model(it, first_day, last_day, here[who]) for who in made}
        it.run(8)
        for who, statement in made.items():
            document = again(world, statement, who)
            found = document.figures[it.entitlement.pk]
            assert {name: getattr(found, name) for name in expected[who]} == expected[who], who
            assert document.is_intact

    live()


def in_the_model(it: Episode, first_day: date, last_day: date, here: set[int]) -> dict[str, Any]:
    charged = it._charged()
    daily = Counter({day: 0 for _workspace, day in charged})
    for (_workspace, day), amount in charged.items():
        daily[day] += amount
    found = model(it.allotments, list(daily.items()), last_day)
    before = sum(amount for day, amount in daily.items() if day < first_day)
    listed = [one for one in it.entries.values() if first_day <= one.occurred_on <= last_day]
    listed = [one for one in listed if one.workspace_id in here]
    return {
        "bought": None if it.is_as_needed else found["bought"],
        "left": found["left"],
        "expired": found["expired"],
        "over": 0 if it.is_as_needed else found["over"],
        "upcoming": found["upcoming"],
        "before": before,
        "in_period": sum(amount for day, amount in daily.items() if first_day <= day <= last_day),
        "here": sum(v for (w, day), v in charged.items() if w in here and first_day <= day <= last_day),
        "lines": len(listed) + len([one for one in listed if one.external_id in it.reversed]),
    }


# Files


def test_the_spreadsheet_has_real_numbers_and_days(world: SimpleNamespace, client: Client) -> None:  # R8.3
    client.force_login(world.admin)
    book_ = workbook(client, make(world))
    assert book_.sheet_names == ["About", "Summary", "Entries"]
    advisory = next(row for row in rows_of(book_, "Summary") if row["service"] == "Advisory support" and row["lines"])
    assert advisory["bought"] == timedelta(hours=20)
    assert advisory["left"] == timedelta(hours=12, minutes=30)
    reactive = next(row for row in rows_of(book_, "Entries") if row["service"] == "Reactive support")
    for row in (advisory, reactive):  # code and name in both sheets, so that one finds the other
        assert (row["package"], row["package_name"]) == ("BASE", "Base")
    assert (reactive["occurred_on"], reactive["charged"]) == (date(2026, 1, 5), 1)


def test_no_cell_is_a_formula(world: SimpleNamespace, client: Client) -> None:  # R8.3
    book(world.cedar_credits, world.north, 100, date(2026, 9, 9), title='=HYPERLINK("http://x")')
    client.force_login(world.admin)
    made = make(world)
    titles = [row["title"] for row in rows_of(workbook(client, made), "Entries")]
    assert '=HYPERLINK("http://x")' in titles
    with ZipFile(io.BytesIO(client.get(f"/statements/{made.pk}/statement.xlsx").content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets" in name]
    assert len(sheets) == 3
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_the_pdf_says_what_the_page_says(world: SimpleNamespace, client: Client) -> None:  # R1.1, R9.1
    client.force_login(world.admin)
    said = pdf_text(client, make(world))
    for words in ("Statement", "Cedar unified", "12:30 h", "North case 3", "South case", "Digest of the figures"):
        assert words in said, words


def test_no_heading_stands_alone_at_the_foot_of_a_pdf_page(world: SimpleNamespace, client: Client) -> None:  # R1.1
    """However much comes before: with each package more, the pages break elsewhere."""
    client.force_login(world.admin)
    for number in range(30):
        package = make_package(world.agreement, world.north, world.south, code=f"P{number}", name=f"Package {number}")
        make_entitlement(package, world.advisory, bought=600)
    answer = client.get(f"/statements/{make(world).pk}/statement.pdf")
    pages = [one.extract_text().split("\n") for one in pypdf.PdfReader(io.BytesIO(answer.content)).pages]
    assert len(pages) > 3
    for lines in pages:
        body = [line for line in lines if line.strip() and not line.startswith("Statement ")]
        assert not re.search(r"^Package \d+$|^\d+ January 2026|^Service", body[-1]), body[-3:]


def test_the_pdf_is_the_same_to_the_byte(world: SimpleNamespace, client: Client) -> None:  # R9.1
    made = make(world)
    client.force_login(world.admin)
    first, second = (client.get(f"/statements/{made.pk}/statement.pdf").content for _ in range(2))
    assert first == second


def test_a_statement_keeps_the_language_it_was_made_in(world: SimpleNamespace, client: Client) -> None:  # R6.1
    Service.objects.using("owner").filter(pk=world.advisory.pk).update(
        names={"en": "Advisory support", "ru": "Консультационная поддержка"}
    )
    made = make(world, language="ru")
    client.force_login(world.admin)
    assert "Консультационная поддержка" in pdf_text(client, made)
    assert "2026" in page(client, made)
    assert "г." in page(client, made)  # a Russian day


def test_the_frame_around_a_statement_stays_in_the_readers_language(world: SimpleNamespace, client: Client) -> None:
    """R6.1: only what is stated is in the statement's."""
    made = make(world, language="ru")
    world.admin.language = "de"
    world.admin.save(using="owner")
    client.force_login(world.admin)
    assert client.get(f"/statements/{made.pk}/").headers["Content-Language"] == "de"
    whole = page(client, made)
    frame, stated = whole.split('<div lang="ru">')
    assert '<html lang="de"' in frame
    assert '<h1 lang="ru">' in frame
    assert "Verwaltung" in frame
    assert "Выйти" not in whole
    assert "Клиент" in stated
    assert "г." in stated  # a Russian day


def test_a_long_statement_sends_the_pdfs_reader_to_the_spreadsheet(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_files, "LINES_MAX_PDF", 10)
    client.force_login(world.admin)
    said = pdf_text(client, make(world))
    assert "at most. All of them are in the spreadsheet" in said
    assert "North case 3" not in said
    assert "12:30 h" in said


def test_files_are_named_by_agreement_and_period(world: SimpleNamespace, client: Client) -> None:
    made = make(world, first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))
    client.force_login(world.admin)
    header = client.get(f"/statements/{made.pk}/statement.pdf").headers["Content-Disposition"]
    assert 'filename="statement-ced-2026-2026-02-01-2026-02-28.pdf"' in header


def test_the_fonts_come_with_the_typesetter(world: SimpleNamespace) -> None:
    """The template asks for one that its package brings along; another would be looked for on the machine."""
    import typst

    template = Path(statement_files.TEMPLATE).read_text()
    wanted = set(re.findall(r'font: "([^"]+)"', template))
    assert wanted <= set(typst.Fonts(include_system_fonts=False).families())


def test_only_a_few_pdfs_are_made_at_once(
    world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:  # R9.5
    client.force_login(world.admin)
    made = make(world)
    places = BoundedSemaphore(1)
    monkeypatch.setattr(typesetting, "_places", places)
    with places:
        refused = client.get(f"/statements/{made.pk}/statement.pdf")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert "Several PDFs are being made" in refused.content.decode()
    assert pdf_text(client, made)
