"""What a partner learns of a customer from its own work, and what it means to do about it (R5.9, S003-9, S003-11)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tallyhub.articles.editing.commands import write
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Staff
from tallyhub.partners.advising.rules import (
    Asked,
    median,
    quarters_until,
    read_numbers,
    theme_of,
    themes_of,
)
from tallyhub.partners.models import FollowUp
from tallyhub.support.rules import Kind
from tests.articles.cast import send, written
from tests.make import (
    days,
    make_agreement,
    make_delegation,
    make_entitlement,
    make_package,
    make_product,
    make_request,
    make_service,
)
from tests.partners.plans import cover, supporting
from tests.partners.world import _hired, acting
from tests.strangers import ABSENT, raise_ids
from tests.strangers import said as told

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def advised(firm: Any, as_: Any, owner: Any) -> Any:
    """Birch bought reporting from lakeside, asked it the same thing three times, and something else once; and bought
    storage from rivermouth, which it asked, too.
    """
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    firm.reporting, firm.storage = make_product("reporting"), make_product("storage")
    cover(firm.birch_base, firm.reporting)
    other = make_agreement(firm.birch, firm.rival, number="BIR-STO", name="Rival thing")
    firm.elsewhere = make_package(other, firm.birch_main, code="STO", name="Storage of a rival")
    cover(firm.elsewhere, firm.storage)
    firm.teaching = make_service("education", "activities", names={"en": "Courses on reporting"})
    mine = {"partner": firm.partner, "desk": firm.partner, "product": firm.reporting, "kind": Kind.ADVICE}
    titles = ("How do I open a report?", "Opening reports: how?", "Reports – how to open them")
    for n, title in enumerate(titles):
        make_request(firm.birch_main, **mine, title=title, opened_at=NOW - timedelta(days=30 * n))
    make_request(
        firm.birch_main, **mine | {"kind": Kind.PROBLEM}, title="The printer is on fire",
        opened_at=NOW - timedelta(days=3), resolved_at=NOW - timedelta(days=1), status="resolved",
    )  # fmt: skip
    for n in range(3):
        make_request(
            firm.birch_main, partner=firm.rival, desk=firm.rival, product=firm.storage, title="Secret of a rival",
            opened_at=NOW - timedelta(days=n),
        )  # fmt: skip
        make_request(firm.birch_main, title="Asked of the provider", opened_at=NOW - timedelta(days=n))
    return firm


def text(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    found: str = answer.content.decode()
    return found


def view(advised: Any, as_: Any, who: str = "helper") -> str:
    return text(as_(getattr(advised, who)), f"/customers/{advised.birch.pk}/adviser/")


def noted(advised: Any, as_: Any, **typed: Any) -> FollowUp:
    address = f"/customers/{advised.birch.pk}/adviser/follow-ups/"
    answer = as_(advised.helper).post(address, {"title": "Courses for the press room", **typed})
    assert answer.status_code == 302, answer.content.decode()
    return FollowUp.objects.using("owner").latest("pk")


# The view


def test_the_adviser_reads_what_is_held_asked_ending_and_followed_up(advised: Any, as_: Any) -> None:  # S003-9
    noted(advised, as_)
    page = view(advised, as_)
    for said in (
        "Birch base",
        "4 h left of 5 h",
        "ends in 40 days",
        "4 requests in two years",
        "Courses for the press",
    ):
        assert said in page, said
    assert "quarter 4 of 2026" in page


def test_nothing_of_what_others_sold_or_were_asked_is_there(advised: Any, as_: Any) -> None:  # S003-9, invariant 16
    page = view(advised, as_)
    for hidden in ("Storage of a rival", "BIR-STO", "Secret of a rival", "Asked of the provider", "Storage"):
        assert hidden not in page
    rival = as_(advised.rival_agent)
    own = text(rival, f"/customers/{advised.birch.pk}/adviser/")
    assert "Secret of a rival" in own
    assert "report" not in own.partition("<main")[2].lower()


def test_articles_that_did_not_help_are_counted_first(advised: Any, as_: Any, owner: Any) -> None:  # R5.9, S003-50
    house = _hired(advised.provider, "editor", "editor")
    editing = Access(
        person_id=house.pk, organization_id=advised.provider.pk, organization_rights=frozenset({Right.EDIT_GUIDES})
    )
    titles = ("It helped", "It did not", "Of a rival")
    good, bad, other = (write(editing, written(title, "Text."), is_published=True) for title in titles)
    ours, theirs = acting(advised.partner, advised.helper), acting(advised.rival, advised.rival_agent)
    for article, access in ((good, ours), (bad, ours), (other, theirs)):
        send(access, article, advised.birch, 1, advised.admin, advised.stranger)
    owner.execute("UPDATE articles_sentto SET opened_at = now(), answered_at = now(), is_solved = false")
    owner.execute(
        "UPDATE articles_sentto SET is_solved = true WHERE sent_id IN"
        " (SELECT id FROM articles_sent WHERE article_id = %s)", [good],
    )  # fmt: skip
    section = view(advised, as_).partition('id="articles-title"')[2].partition("</section>")[0]
    assert section.index("It did not") < section.index("It helped")
    assert section.count("did not help") == 1
    assert "solved it for 0, not for 2" in section
    assert "Of a rival" not in section


def test_what_is_asked_three_times_is_a_theme_with_services_that_may_help(advised: Any, as_: Any) -> None:  # S003-11
    page = view(advised, as_)
    themes = page.partition('id="themes-title"')[2].partition("</section>")[0]
    assert "How do I open a report?" in themes  # the newest one's words
    assert "3 times" in themes
    assert "Reporting, Advice" in themes
    assert "Courses on reporting" in themes
    assert "printer" not in themes


def test_a_service_that_was_sold_is_not_suggested(advised: Any, as_: Any) -> None:  # S003-11
    make_entitlement(advised.birch_base, advised.teaching, bought=10)
    themes = view(advised, as_).partition('id="themes-title"')[2].partition("</section>")[0]
    assert "Courses on reporting" not in themes


def test_a_follow_up_begins_with_what_the_theme_says(advised: Any, as_: Any) -> None:  # S003-11
    page = view(advised, as_)
    href = page.partition(f'href="/customers/{advised.birch.pk}/adviser/follow-ups/?')[2].partition('"')[0]
    form = text(as_(advised.helper), f"/customers/{advised.birch.pk}/adviser/follow-ups/?{href.replace('&amp;', '&')}")
    assert 'value="How do I open a report?"' in form
    assert f'value="{advised.reporting.pk}" selected' in form
    assert f'value="{advised.teaching.pk}" selected' in form


def test_time_is_that_of_solved_problems_alone(advised: Any, as_: Any) -> None:
    table = view(advised, as_).partition('aria-label="Requests by product"')[2].partition("</table>")[0]
    assert table.count("48 h") == 2  # in all, and in the middle


def test_what_ends_within_90_days_is_there_delegations_included(advised: Any, as_: Any) -> None:  # S003-9
    make_delegation(advised.partner, advised.birch, name="Ends first", ends_at=NOW + timedelta(days=20))
    make_delegation(advised.partner, advised.birch, name="Runs long", ends_at=NOW + timedelta(days=200))
    long = make_agreement(advised.birch, advised.partner, number="LONG", term=days(date(2026, 1, 1), date(2028, 1, 1)))
    make_package(long, advised.birch_main, name="Runs for years")
    ends = view(advised, as_).partition('id="expiring-title"')[2].partition("</section>")[0]
    assert ends.index("Ends first") < ends.index("Birch base")
    assert "Runs long" not in ends
    assert "Runs for years" not in ends


@pytest.mark.parametrize(
    ("who", "status"),
    [("helper", 200), ("agent", 200), ("seller", 200), ("clerk", 403), ("warden", 403), ("csam", 403)],
)
def test_who_reads_the_adviser_view(advised: Any, as_: Any, who: str, status: int) -> None:
    text(as_(getattr(advised, who)), f"/customers/{advised.birch.pk}/adviser/", status)


def test_a_sales_agent_follows_no_link_into_requests(advised: Any, as_: Any) -> None:
    page = view(advised, as_, "seller")
    assert "How do I open a report?" in page
    assert "/support/requests/" not in page.partition("<main")[2]


def test_a_customer_whom_the_partner_does_not_know_is_none(advised: Any, as_: Any, owner: Any) -> None:  # edge case 36
    raise_ids(owner)
    client, unknown = as_(advised.rival_agent), advised.cedar.pk
    hidden, absent = (told(client.get(f"/customers/{one}/adviser/"), one) for one in (unknown, ABSENT))
    assert hidden == absent
    assert hidden[0] == 404


def test_the_view_costs_the_same_for_any_number_of_requests(advised: Any, as_: Any, statements: Any) -> None:
    client, address = as_(advised.helper), f"/customers/{advised.birch.pk}/adviser/"

    def cost() -> int:
        text(client, address)
        with statements() as found:
            text(client, address)
        return len(found)

    few = cost()
    mine = {"partner": advised.partner, "desk": advised.partner, "product": advised.reporting}
    for n in range(12):
        make_request(advised.birch_main, **mine, title=f"Thing {n}", opened_at=NOW - timedelta(days=40 * n))
        make_package(advised.birch_agreement, advised.birch_main)
    noted(advised, as_)
    assert cost() == few


# Follow-ups are private


def test_a_follow_up_is_changed_by_colleagues_one_after_the_other(advised: Any, as_: Any) -> None:  # S003-11
    one = noted(advised, as_, requests="12345678, 87654321", due_on="2026-12-01", notes="Ask in spring.")
    assert (one.requests, one.due_on) == (["12345678", "87654321"], date(2026, 12, 1))
    agent, address = as_(advised.agent), f"/customers/follow-ups/{one.pk}/"
    assert "Ask in spring." in text(agent, address)
    said = {"title": one.title, "state": "offered", "version": "1"}
    assert agent.post(address, said).status_code == 302
    answer = as_(advised.helper).post(address, said | {"state": "lost"})
    assert answer.status_code == 400
    assert "A colleague has changed the follow-up meanwhile" in answer.content.decode()
    assert FollowUp.objects.using("owner").get(pk=one.pk).state == "offered"


@pytest.mark.parametrize(
    "typed",
    [
        {"title": "   "},
        {"title": "x" * 121},
        {"requests": "one, two"},
        {"requests": ", ".join(str(n) for n in range(21))},
        {"due_on": "2036-01-01"},
        {"due_on": "never"},
        {"owner": "7000000"},
        {"product": "7000000"},
        {"service": "7000000"},
        {"notes": "a\u202eb"},
    ],
)
def test_what_a_follow_up_cannot_be_is_refused(advised: Any, as_: Any, typed: dict[str, str]) -> None:
    address = f"/customers/{advised.birch.pk}/adviser/follow-ups/"
    assert as_(advised.helper).post(address, {"title": "Courses", **typed}).status_code == 400
    assert FollowUp.objects.using("owner").count() == 0


def test_nobody_but_the_partner_reads_a_follow_up_by_any_wall(advised: Any, as_: Any) -> None:  # R5.9
    one = noted(advised, as_)
    address = f"/customers/follow-ups/{one.pk}/"
    for who in ("stranger", "warden", "csam", "clerk"):
        assert as_(getattr(advised, who)).get(address).status_code == 403
    assert as_(advised.rival_agent).get(address).status_code == 404
    readers = (
        acting(advised.rival, advised.rival_agent),
        Access(advised.stranger.pk, advised.birch.pk, in_whole=True, workspaces=(advised.birch_main.pk,)),
        Access(advised.warden.pk, organization_id=advised.provider.pk),
        Access.of_system([advised.birch.pk]),
    )
    for access in readers:
        with scope(access):
            assert not FollowUp.objects.exists()
    with scope(acting(advised.partner, advised.agent)):
        assert FollowUp.objects.count() == 1


def test_a_foreign_colleague_or_customer_is_none(advised: Any, as_: Any) -> None:
    foreign = Staff.objects.using("owner").get(person_id=advised.rival_agent.pk)
    address = f"/customers/{advised.birch.pk}/adviser/follow-ups/"
    assert as_(advised.helper).post(address, {"title": "x", "owner": foreign.pk}).status_code == 400
    assert (
        as_(advised.rival_agent).post(address.replace(str(advised.birch.pk), "7999999"), {"title": "x"}).status_code
        == 404
    )


def test_the_journal_names_no_word_of_a_follow_up(advised: Any, as_: Any, owner: Any) -> None:
    one = noted(advised, as_)
    rows = owner.execute(
        "SELECT customer_id, subject_id, details::text FROM journal_event WHERE kind LIKE 'partners.follow_up%'"
    ).fetchall()
    assert rows == [(None, one.pk, "{}")]


# Which requests are alike


@pytest.mark.parametrize(
    ("first", "second", "are_alike"),
    [
        ("How do I open a report?", "Opening reports: how?", True),
        ("Cannot print invoices", "PRINTING INVOICE", True),
        ("Drucker druckt nicht", "Der Drucker druckt nicht!", True),
        ("No se abre el informe", "El informe se abre", True),
        ("Не открывается отчет", "Отчет не открывается", True),
        ("Perché non si apre il rapporto", "Il rapporto non si apre, perché?", True),
        ("Open a report", "Close a report", False),
        ("Report 2024", "Report 2025", True),
    ],
)
def test_titles_are_alike_by_their_first_words(first: str, second: str, are_alike: bool) -> None:
    assert (theme_of(first) == theme_of(second)) is are_alike


def asked(title: str, product: int | None = 1, kind: Kind = Kind.PROBLEM, number: str = "1") -> Asked:
    return Asked(number, title, product, kind, date(2026, 1, 1))


def test_a_title_without_a_word_makes_no_theme() -> None:
    assert themes_of([asked(title) for title in ("???", "1 2 3", "to do it")] * 3) == []


def test_other_products_are_other_themes() -> None:
    assert themes_of([asked("Open report", product) for product in (1, 2, None, 1, 2, None)]) == []
    assert len(themes_of([asked("Open report", product) for product in (1, 2, 1, 2, 1, 2)])) == 2


def test_the_most_frequent_theme_stands_first_with_its_newest_title() -> None:
    often = [asked("Open report", number=str(n)) for n in range(4)]
    rare = [asked("Print invoice", kind=Kind.ADVICE, number=str(n)) for n in range(10, 13)]
    first, second = themes_of([*rare, asked("REPORT: open", number="99"), *often])
    assert (first.title, first.numbers) == ("REPORT: open", ("99", "0", "1", "2", "3"))
    assert second.kind is Kind.ADVICE


def test_quarters_go_back_two_years() -> None:
    assert quarters_until(date(2026, 1, 1)) == [
        (2024, 2), (2024, 3), (2024, 4), (2025, 1), (2025, 2), (2025, 3), (2025, 4), (2026, 1),
    ]  # fmt: skip


def test_the_middle_of_nothing_is_none() -> None:
    assert median([]) is None
    assert median([9, 1, 5]) == 5
    assert median([1, 9]) == 1


def test_numbers_are_read_however_they_are_parted() -> None:
    assert read_numbers(" 1, 2;3\n4 #5 1") == ("1", "2", "3", "4", "5")
    assert read_numbers("") == ()
