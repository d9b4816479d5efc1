"""Messages and the guide in the browser: what a partner sold is refused, others read it (S003-29, -31, -37, -45)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
CONTACT = "contact@halden.example"  # who may open requests
EDITOR, DIRECT, THROUGH_PARTNER = "editor@provider.example", "admin@halden.example", "admin@orchard.example"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_renewal_reaches_whom_the_rules_let_it_reach(open_page: Open, script: bool) -> None:
    title = f"Renew in time, script {script}"
    editor = open_page(EDITOR, "/messages/edit/", script=script)
    editor.get_by_role("link", name="New message").first.click()
    editor.get_by_label("What it is about").select_option(label="Subscription: renewal, price, invoice")
    editor.get_by_label("Who gets it").select_option(label="Only the customers that are named")
    editor.get_by_label("Customers that are named").fill("halden\norchard")
    editor.get_by_label("Title, English").fill(title)
    editor.get_by_label("Text, English").fill("Your agreement ends **in spring**.")
    editor.get_by_role("button", name="Show who gets it").click()
    expect(editor.get_by_text("Ask instead: Quillmark Services")).to_be_visible()
    editor.get_by_role("button", name="Send", exact=True).click()
    expect(editor.get_by_text("Tick below that it goes to the others")).to_be_visible()
    editor.get_by_label("Send it to the others.").check()
    editor.get_by_role("button", name="Send", exact=True).click()
    editor.get_by_role("heading", name=title, level=1).wait_for()

    direct = open_page(DIRECT, "/messages/", script=script)
    direct.get_by_role("link", name=title).click()
    expect(direct.get_by_text("in spring")).to_be_visible()
    direct.get_by_role("button", name="Archive").click()
    direct.goto("/messages/")
    expect(direct.get_by_role("link", name=title)).to_have_count(0)
    direct.goto("/messages/?show=archived")
    expect(direct.get_by_role("link", name=title)).to_be_visible()

    sold = open_page(THROUGH_PARTNER, "/messages/", script=script)
    expect(sold.get_by_role("link", name=title)).to_have_count(0)
    sold.goto("/messages/log/?refused=1")
    expect(sold.get_by_text("It bought the product through a partner").first).to_be_visible()


def test_the_guide_leads_somewhere_in_three_questions(open_page: Open) -> None:
    page = open_page(CONTACT, "/which-portal/", script=False)
    page.get_by_role("link", name="Quotas, limits and use").click()
    page.get_by_role("link", name="Cairn storage").click()
    expect(page.get_by_role("link", name="Open a request")).to_be_visible()
    page.get_by_role("link", name="Answer again: What is it about?").click()
    page.get_by_role("link", name="Something else, or I do not know").click()
    expect(page.get_by_text("We do not know the right place either")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(EDITOR, "/messages/edit/", width=width, scheme=scheme)
    looks_well(page)
    page.get_by_role("link", name="Prices of the coming year").click()
    looks_well(page)
    page.get_by_role("link", name="Correct").click()
    looks_well(page)
    for path in (
        "/messages/edit/new/",
        *(f"/which-portal/edit/{one}" for one in ("", "rows/1/", "default/", "add-issue/")),
    ):
        page.goto(path)
        looks_well(page)
    page = open_page(DIRECT, "/messages/", width=width, scheme=scheme)
    looks_well(page)
    page.get_by_role("link", name="The old console of the database").click()
    looks_well(page)
    for path in ("/messages/log/", "/messages/mail/", "/which-portal/", "/which-portal/?issue=invoice&asker=-"):
        page.goto(path)
        looks_well(page)
