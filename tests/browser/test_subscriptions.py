"""Subscriptions in the browser: a customer asks, a partner answers, the customer sees what became of it; and what the
partner reads of its customers (S003-9, S003-11, S003-47, R5.8, R5.9).
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
ADMIN, AGENT, TEAM = "admin@linden.example", "helpdesk@brightline.example", "csam@provider.example"


def _ask_for_more(page: Any, amount: str) -> None:
    page.goto("/subscriptions/")
    page.get_by_role("link", name="Ask for more of Unified base").click()
    page.get_by_label("Of what").select_option(index=2)
    page.get_by_label("How much more").fill(amount)
    page.get_by_label("Reason").fill("The press room grows.")
    page.get_by_role("button", name="Ask", exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_customer_asks_the_partner_answers_and_the_customer_sees_it(open_page: Open, script: bool) -> None:  # S003-47
    customer = open_page(ADMIN, "/subscriptions/", script=script)
    _ask_for_more(customer, "none")
    expect(customer.locator("#amount-error")).to_be_visible()
    _ask_for_more(customer, "2")
    expect(customer.get_by_text("It is asked.")).to_be_visible()
    mine = customer.get_by_role("region", name="What you asked for")
    title = "More of it: Support contacts, Unified base"
    mine.get_by_role("link", name=title).first.click()
    own = customer.url
    partner = open_page(AGENT, "/wishes/", script=script)
    partner.get_by_role("row").filter(has_text="Support contacts").get_by_role("link").first.click()
    partner.get_by_role("button", name="Decline").click()
    expect(partner.locator("#decline-error")).to_be_visible()
    partner.get_by_role("button", name="Accept").click()
    expect(partner.get_by_text("It is accepted.")).to_be_visible()
    customer.goto(own)
    expect(customer.get_by_text("Accepted by Brightline Systems")).to_be_visible()
    partner.get_by_label("Why it is declined").fill("Places are sold in the spring.")
    partner.get_by_role("button", name="Decline").click()
    customer.goto(own)
    expect(customer.get_by_text("Places are sold in the spring.")).to_be_visible()
    expect(customer.get_by_role("button", name="Withdraw")).to_have_count(0)


def test_what_was_bought_directly_is_answered_by_the_account_team(open_page: Open) -> None:  # edge case 30
    page = open_page(TEAM, "/wishes/")
    page.get_by_role("link", name="More of it: Messaging").click()
    page.get_by_role("button", name="I look after it").click()
    page.get_by_label("Note to the customer").fill("The queue is there.")
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("It is done. The customer gets a mail.")).to_be_visible()


def test_what_is_asked_again_and_again_becomes_a_follow_up(open_page: Open) -> None:  # S003-9, S003-11
    page = open_page(AGENT, "/portfolio/")
    page.get_by_role("link", name="Linden Print Works").click()
    theme = page.get_by_role("region", name="Asked again and again")
    expect(theme.get_by_text("3 times")).to_be_visible()
    theme.get_by_role("link", name="Follow up Restore of a single table").click()
    page.get_by_label("What it is about").fill("Course about restoring")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Course about restoring")).to_be_visible()


def test_a_portfolio_is_searched_and_sorted_without_leaving_the_page(open_page: Open) -> None:  # edge case 41
    page = open_page(AGENT, "/portfolio/")
    page.get_by_role("searchbox", name="Name or code").fill("nobody")
    page.keyboard.press("Enter")
    page.get_by_text("No customer fits").wait_for()
    assert "text=nobody" in page.url


PAGES = {ADMIN: ["/subscriptions/", "/subscriptions/?which=ended", "/subscriptions/ask/?kind=buy"], AGENT: []}
PAGES[AGENT] = ["/wishes/?state=all", "/wishes/?state=withdrawn&kind=buy", "/portfolio/"]


@pytest.mark.parametrize("look", [{"width": 390}, {"width": 1280, "scheme": "dark"}], ids=["on a phone", "in the dark"])
@pytest.mark.parametrize("who", [ADMIN, AGENT, TEAM])
def test_every_page_of_it_can_be_read(open_page: Open, who: str, look: dict[str, Any]) -> None:
    page = open_page(who, "/", **look)
    for address in PAGES.get(who, ["/wishes/"]):
        page.goto(address)
        looks_well(page)
    for link in ("main a[href*='/wishes/']", "main a[href*='kind=add']", "main a[href$='/adviser/']"):
        page.goto(PAGES.get(who, ["/wishes/"])[-1 if "adviser" in link else 0])
        if page.locator(link).count():
            page.goto(page.locator(link).first.get_attribute("href"))
            looks_well(page)
            if new := page.locator("main a[href*='/follow-ups/']").all():
                page.goto(new[0].get_attribute("href"))
                looks_well(page)
