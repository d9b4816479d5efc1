"""How partners support their customers, in the browser: a customer finds whom to ask, a partner changes what it says
(S003-32, S003-33, S003-43, S003-46, S003-51, S003-52).
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
PARTNER, EDITOR = "admin@brightline.example", "editor@provider.example"
ADMIN, CONTACT = "admin@linden.example", "contact@linden.example"
OTHERS = "admin@orchard.example"  # who hold all of it through a partner


def _ask(page: Any, product: str = "Ledgerline database") -> None:
    page.goto("/technical-support/")
    page.get_by_label("What is it about?").select_option(label=product)
    page.get_by_role("button", name="Show").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_product_decides_who_is_asked(open_page: Open, script: bool) -> None:
    page = open_page(ADMIN, "/technical-support/", script=script)
    _ask(page)
    card = page.get_by_role("article", name="Brightline Systems")
    expect(card.get_by_text("Free of charge")).to_be_visible()
    expect(card.get_by_text("Nightwatch Operations")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)
    _ask(page, "Lectern reporting")
    expect(page.get_by_role("article", name="Fernway IT").get_by_text("Resold support of a supplier")).to_be_visible()
    _ask(page, "Something else, or I do not know")
    page.get_by_role("link", name="Fernway IT").click()
    expect(page.get_by_role("article", name="Fernway IT")).to_be_visible()


def test_what_was_bought_directly_is_asked_of_the_provider(open_page: Open) -> None:
    page = open_page(CONTACT, "/technical-support/")
    _ask(page, "Courierbus messaging")
    page.locator('main a[href="/support/open/"]').click()
    page.locator('main form[action="/support/open/begin/"] button').click()
    offered = page.locator("#product option").all_inner_texts()
    assert "Courierbus messaging" in offered
    assert "Ledgerline database" not in offered


def test_no_door_of_the_providers_opens_for_a_partners_customer(open_page: Open) -> None:
    page = open_page(OTHERS, "/technical-support/")
    expect(page.get_by_role("article", name="Quillmark Services")).to_be_visible()
    expect(page.get_by_role("link", name="Open a request")).to_have_count(0)


def test_a_partner_changes_its_number_and_the_card_has_it(open_page: Open) -> None:
    partner = open_page(PARTNER, "/support-profile/")
    partner.get_by_label("Telephone").fill("110")
    partner.get_by_role("button", name="Save").click()
    expect(partner.get_by_text("Write the number as it is dialled from abroad")).to_be_visible()
    partner.get_by_label("Telephone").fill("+49 30 5557199")
    partner.get_by_role("button", name="Save").click()
    expect(partner.get_by_text("+49 30 5557100 → +49 30 5557199")).to_be_visible()
    customer = open_page(ADMIN, "/technical-support/")
    _ask(customer)
    expect(customer.get_by_role("link", name="+49 30 5557199")).to_be_visible()


def test_the_next_version_is_refused_until_it_is_complete(open_page: Open) -> None:
    partner = open_page(PARTNER, "/support-plan/")
    partner.get_by_role("link", name="Write the next version").click()
    partner.get_by_label("Monday").fill("18:00-8:00")
    partner.get_by_role("button", name="Publish").click()
    expect(partner.get_by_text("It was not published: 2 things are missing or wrong.")).to_be_visible()
    assert partner.get_by_label("Monday").get_attribute("aria-invalid") == "true"
    partner.goto("/support-plan/")
    partner.get_by_role("button", name="Discard the draft").click()
    customer = open_page(ADMIN, "/technical-support/")
    _ask(customer)
    customer.get_by_role("link", name="Brightline Care").click()
    expect(customer.get_by_text("in force", exact=True)).to_be_visible()
    expect(customer.get_by_text("announced", exact=True)).to_be_visible()


def test_an_administrator_sets_things_up_without_the_partner(open_page: Open) -> None:
    page = open_page(ADMIN, "/configuration-tasks/")
    page.get_by_role("link", name="Open: Say where news of the provider goes").click()
    page.get_by_label("Mail address").fill("status@linden.example")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("cell", name="status@linden.example", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    for who, paths in {
        ADMIN: (
            "/technical-support/",
            "/technical-support/?product=other",
            "/configuration-tasks/",
            "/mail/addresses/",
        ),
        PARTNER: ("/support-profile/", "/support-plan/", "/support-plan/draft/"),
        EDITOR: ("/configuration-tasks/edit/", "/configuration-tasks/edit/new/"),
    }.items():
        page = open_page(who, paths[0], width=width, scheme=scheme)
        for path in paths:
            page.goto(path)
            looks_well(page)
    page = open_page(ADMIN, "/technical-support/", width=width, scheme=scheme)
    _ask(page)
    looks_well(page)
    page.get_by_role("link", name="Brightline Care").click()
    looks_well(page)
