"""Resources in the browser: searched, read, and where they did not help, the partner's card (S003-49)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
EDITOR, CUSTOMER, CONTACT = "editor@provider.example", "admin@linden.example", "contact@halden.example"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_customer_finds_an_article_and_comes_to_its_partner_if_it_is_no_help(open_page: Open, script: bool) -> None:
    page = open_page(CUSTOMER, "/resources/", script=script)
    page.get_by_role("searchbox", name="Search").fill("cannot sign")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Somebody cannot sign in").click()
    page.get_by_role("heading", name="Somebody cannot sign in", level=1).wait_for()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("heading", name="Who supports you").wait_for()
    expect(page.get_by_role("link", name="Brightline Care")).to_be_visible()
    page.goto("/resources/")
    page.get_by_role("link", name="A queue grows and nothing is delivered").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("You said that it did.")).to_be_visible()


def test_technical_support_offers_articles_and_a_search_first(open_page: Open) -> None:
    page = open_page(CUSTOMER, "/technical-support/")
    page.get_by_label("What is it about?").select_option(label="Ledgerline database")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Bring the database back to how it was at a given minute").wait_for()
    page.get_by_role("searchbox", name="Search the articles").fill("slow")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name="Queries have become slow overnight")).to_be_visible()


def test_an_editor_writes_previews_publishes_and_sees_whether_it_helps(open_page: Open) -> None:
    page = open_page(EDITOR, "/resources/edit/")
    page.get_by_role("link", name="New article").first.click()
    page.get_by_label("Title, English").fill("Renew a licence file")
    page.get_by_label("Text, English").fill("Put it into the folder **licences**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview strong", has_text="licences")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("It is published.")).to_be_visible()
    page.goto("/resources/edit/")
    expect(page.get_by_text("answers say that it solved it").first).to_be_visible()
    reader = open_page(CONTACT, "/resources/?text=licen")
    expect(reader.get_by_role("link", name="Renew a licence file")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(CUSTOMER, "/resources/", width=width, scheme=scheme)
    for path in ("?text=unheardof", "?text=lost+queue+yesterday", ""):
        page.goto(f"/resources/{path}")
        looks_well(page)
    page.get_by_role("link", name="Somebody cannot sign in").click()
    looks_well(page)
    page.goto("/technical-support/")
    looks_well(page)
    page = open_page(EDITOR, "/resources/edit/", width=width, scheme=scheme)
    looks_well(page)
    page.get_by_role("link", name="Bring the database back").click()
    looks_well(page)
    page.goto("/resources/edit/new/")
    looks_well(page)
