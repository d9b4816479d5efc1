"""A partner's overview of all its customers (R5.9; edge cases 36, 41)."""

from datetime import date
from typing import Any

import pytest

from tallyhub.kernel.access import Access
from tallyhub.ledger import commands as ledger
from tests.make import (
    book,
    days,
    make_agreement,
    make_entitlement,
    make_organization,
    make_package,
    make_request,
    make_resale,
    make_workspace,
)


def text(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    found: str = answer.content.decode()
    return found


def row(page: str, name: str) -> str:
    return next(part for part in page.split("<tr")[1:] if f">{name}</a>" in part)


@pytest.fixture
def sold(firm: Any) -> Any:
    """Lakeside sold to birch; and to alder what ends first and is over-used."""
    firm.alder = make_organization("alder")
    make_resale(firm.partner, firm.alder)
    firm.alder_main = make_workspace(firm.alder, "main", is_default=True)
    soon = make_agreement(firm.alder, firm.partner, number="ALD", term=days(date(2026, 1, 1), date(2026, 12, 1)))
    firm.alder_base = make_package(soon, firm.alder_main, name="Alder base")
    firm.alder_hours = make_entitlement(firm.alder_base, firm.advisory, bought=600)
    book(firm.alder_hours, firm.alder_main, 720, date(2026, 11, 10))
    return firm


def test_each_customer_says_what_is_left_and_when_it_ends_the_soonest_first(sold: Any, as_: Any) -> None:  # R5.9
    page = text(as_(sold.helper), "/portfolio/")
    assert page.index(">Alder</a>") < page.index(">Birch</a>") < page.index(">Cedar</a>")
    birch, alder = row(page, "Birch"), row(page, "Alder")
    for said in ("4 h left of 5 h", "31 Dec 2026", "ends in 40 days"):
        assert said in birch
    assert "2 h over" in alder
    assert "nothing in force" in row(page, "Cedar")  # sold to, and nothing is


def test_what_is_used_up_before_its_end_is_foretold(sold: Any, as_: Any) -> None:
    book(sold.birch_advisory, sold.birch_main, 180, date(2026, 11, 1))
    # 60 minutes are left, 180 were used in 90 days: 30 days.
    assert "21 Dec 2026" in row(text(as_(sold.helper), "/portfolio/"), "Birch")


def test_a_partner_learns_nothing_of_what_others_sold(sold: Any, as_: Any) -> None:  # invariant 16
    other = make_agreement(sold.birch, sold.rival, number="R", term=days(date(2026, 1, 1), date(2026, 11, 22)))
    package = make_package(other, sold.birch_main, name="Rival thing")
    make_entitlement(package, sold.credits, bought=100)
    page = text(as_(sold.helper), "/portfolio/")
    assert "31 Dec 2026" in row(page, "Birch")
    assert "credit" not in page.partition("<main")[2]
    rival = text(as_(sold.rival_agent), "/portfolio/")
    assert "1 credit left of 1" in row(rival, "Birch")
    assert "Alder" not in rival


def test_search_and_order_are_in_the_address(sold: Any, as_: Any) -> None:  # edge case 41
    helper = as_(sold.helper)
    found = text(helper, "/portfolio/?text=bir")
    assert ">Birch</a>" in found
    assert ">Alder</a>" not in found
    down = text(helper, "/portfolio/?sort=-name")
    assert down.index(">Cedar</a>") < down.index(">Alder</a>")
    assert "No customer fits" in text(helper, "/portfolio/?text=nobody")
    for odd in ("?sort=secret", "?sort=name&after=x", "?after=2026-13-01~1", "?sort=ends_on&before=~~~"):
        assert helper.get(f"/portfolio/{odd}").status_code in (400, 404), odd
    text(helper, f"/portfolio/?text={'x' * 500}%00")


def test_it_leads_to_what_each_customer_asks_of_the_desk(sold: Any, as_: Any) -> None:
    for status in ("submitted", "closed"):
        make_request(sold.birch_main, partner=sold.partner, desk=sold.partner, title="Asked", status=status)
    make_request(sold.birch_main, partner=sold.rival, desk=sold.rival, title="Another partner’s")
    page = text(as_(sold.helper), "/portfolio/")
    assert f'href="/helpdesk/?customer={sold.birch.pk}">1</a>' in row(page, "Birch")
    assert f'href="/helpdesk/?customer={sold.alder.pk}">0</a>' in row(page, "Alder")
    assert 'href="/helpdesk/"' in page.partition("<main")[2]
    seller = text(as_(sold.seller), "/portfolio/")  # to whom the queue does not open
    assert "/helpdesk/" not in seller.partition("<main")[2]


def test_pages_cost_the_same_and_lose_nobody(sold: Any, as_: Any, owner: Any, statements: Any) -> None:  # edge case 41
    helper = as_(sold.helper)

    def cost(address: str) -> int:
        text(helper, address)
        with statements() as found:
            text(helper, address)
        return len(found)

    few = cost("/portfolio/")
    owner.execute(
        """
        WITH made AS (
            INSERT INTO organizations_organization (code, name, kind, zone, market, data_version)
            SELECT 'c' || n, 'Customer ' || lpad(n::text, 3, '0'), 'customer', 'UTC', '', 0
            FROM generate_series(1, 120) n RETURNING id)
        INSERT INTO partners_resale (organization_id, customer_id, note, asked_at, accepted_at)
        SELECT %s, id, '', now(), now() FROM made""",
        [sold.partner.pk],
    )
    assert cost("/portfolio/") == few
    seen, address = [], "/portfolio/"
    while address:
        page = text(helper, address)
        seen += [part.partition("</a>")[0] for part in page.split('/adviser/">')[1:] if part[0] in "ABC"]
        after = page.partition('id="page-next" href="')[2].partition('"')[0].replace("&amp;", "&")
        address = after
    assert len(seen) == len(set(seen)) == 123
    last = text(helper, "/portfolio/?page=last&sort=-ends_on")
    assert ">Alder</a>" in last  # in the reverse order, what ends first stands last


def test_the_file_says_the_same_in_whole_numbers_and_days(sold: Any, as_: Any, owner: Any) -> None:  # R5.9
    owner.execute("UPDATE organizations_organization SET name = '=cmd()' WHERE code = 'alder'")
    answer = as_(sold.helper).get("/portfolio/csv/?header=keys")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].removeprefix("\ufeff").split(",")[:3] == ["customer", "code", "ends_on"]
    assert lines[1].startswith("'=cmd(),alder,2026-12-01,")
    assert [line.split(",")[1] for line in lines[1:]] == ["alder", "birch", "cedar"]
    only = as_(sold.helper).get("/portfolio/csv/?text=birch")
    assert len(b"".join(only.streaming_content).decode().splitlines()) == 2
    kinds = owner.execute(
        "SELECT kind, customer_id FROM journal_event WHERE kind LIKE 'partners.portfolio%'"
    ).fetchall()
    assert kinds == [("partners.portfolio_exported", None)] * 2


@pytest.mark.parametrize(
    ("who", "status"),
    [("helper", 200), ("agent", 200), ("seller", 200), ("clerk", 403), ("warden", 403), ("admin", 403)],
)
def test_who_reads_the_portfolio(sold: Any, as_: Any, who: str, status: int) -> None:
    for address in ("/portfolio/", "/portfolio/rows/"):
        text(as_(getattr(sold, who)), address, status)


def test_the_words_of_the_file_are_read_by_both_ways_of_counting(sold: Any, as_: Any) -> None:
    """With a fresh snapshot and replayed from the facts, the figures are the same."""
    before = text(as_(sold.helper), "/portfolio/").partition("<tbody")[2].partition("</tbody>")[0]
    ledger.refresh_snapshots(Access.of_system([sold.birch.pk, sold.alder.pk]))
    assert text(as_(sold.helper), "/portfolio/").partition("<tbody")[2].partition("</tbody>")[0] == before
