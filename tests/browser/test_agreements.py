"""The account team's main path in a real browser without script: a customer, a draft, its approval, a top-up."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

CSAM = "csam@provider.example"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_from_a_new_customer_to_an_approved_agreement(open_page: Callable[..., Any], width: int, scheme: str) -> None:
    page = open_page(CSAM, "/office/", width=width, scheme=scheme, script=False)
    checked = open_page(CSAM, "/office/", width=width, scheme=scheme)

    def seen() -> None:
        checked.goto(page.url)
        looks_well(checked)

    def press(name: str) -> None:
        page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    seen()
    page.get_by_role("link", name="New customer").click()
    page.fill("[name=name]", f"Maple {width}")
    page.fill("[name=code]", f"maple-{width}")
    press("Make the customer")
    seen()
    page.get_by_role("navigation", name="Back office").get_by_role("link", name="Agreements", exact=True).click()
    press("New agreement")
    page.fill("[name=number]", f"MAP-{width}")
    page.fill("[name=ends_on]", "2020-01-01")
    press("Save")
    expect(page.get_by_text("The last day lies before the first one")).to_have_count(1)
    seen()
    page.fill("[name=ends_on]", "2099-12-31")
    page.locator("[name=number]").press("Enter")  # is Save
    press("Add a package")
    page.fill("[name=name]", "Base")
    page.fill("[name=code]", "BASE")
    press("Add an entitlement")
    page.select_option("[name=e0-service]", label="Advisory support (Hours)")
    page.fill("[name=e0-p0-amount]", "20 h")
    seen()
    press("Save")
    page.get_by_role("link", name="Edit Contacts").click()
    press("Add a contact")
    page.fill("[name=c0-name]", "Ada Lind")
    page.fill("[name=c0-email]", f"ada-{width}@maple.example")
    page.select_option("[name=c0-kind]", label="Services administrator")
    press("Save")
    page.get_by_text("Nothing is missing.").wait_for()
    seen()
    page.get_by_role("link", name="Look through it").click()
    seen()
    press("Approve")
    seen()
    page.locator("summary", has_text="Change").click()
    page.get_by_role("link", name="Top-up").click()
    page.fill("[name=amount]", "2:30")
    seen()
    press("See what changes")
    row = page.locator("tbody tr", has_text="Left")
    assert re.findall(r"[\d:]+ h", row.inner_text()) == ["20 h", "22:30 h"]
    press("Record it")
    expect(page.locator("main")).to_contain_text("Top-up 2:30 h")
