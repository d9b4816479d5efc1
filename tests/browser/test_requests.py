"""Support requests in a real browser: opening one, and their pages on every screen (R4.1, R4.2)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well
from tests.browser.test_walk import ADMIN

CONTACT = "contact@halden.example"
GROUP = "Paper machine 2"
Open = Callable[..., Any]


def titles(page: Any) -> set[str]:
    return set(page.locator("td[data-column=title] a").all_inner_texts())


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_support_contact_opens_a_request(open_page: Open, script: bool) -> None:  # R4.1, R4.2
    title = f"Rollers stop, script {script}"
    page = open_page(CONTACT, "/support/", script=script)
    page.get_by_role("link", name="Open a request").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Choose the product that it is about.")).to_be_visible()
    page.get_by_label("Problem").check()
    page.get_by_label("Product").select_option(label="Plantlog historian")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Description").fill("Since Monday.\n\nEvery hour.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("B: urgent").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Say what it means for your business.")).to_be_visible()
    page.get_by_label("Impact on the business").fill("Slower work.")
    page.get_by_role("button", name="Description").click()
    expect(page.get_by_label("Title")).to_have_value(title)
    page.get_by_role("button", name="People").click()
    page.get_by_role("button", name="Severity").click()
    expect(page.get_by_label("Impact on the business")).to_have_value("Slower work.")
    page.get_by_role("button", name="People").click()
    page.get_by_label("Primary contact").select_option(label="Lidia Cattarossi")
    page.get_by_label("Search for a name or address").fill("horvat")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_label("Primary contact").locator("option:checked")).to_have_text(
        "Lidia Cattarossi", use_inner_text=True
    )
    page.get_by_label("Zdravka Horvatinka").check()
    page.get_by_label(GROUP).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Every hour.")).to_be_visible()
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("heading", name=title).wait_for()
    number = re.search(r"/requests/(\d+)/", page.url)
    assert number
    expect(page.get_by_text(f"Its number is {number.group(1)}.")).to_be_visible()
    shared = page.locator("#sharing li").all_inner_texts()
    assert [re.split(r"\s*·", one)[0].strip() for one in shared] == [
        "Lidia Cattarossi", "Anselm Tiedjen", "Zdravka Horvatinka", GROUP,
    ]  # fmt: skip
    page.goto(f"/support/?text={number.group(1)}")
    assert titles(page) == {title}


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(ADMIN, "/support/?status=all&workspace=all", width=width, scheme=scheme)
    looks_well(page)
    page.locator("td[data-column=title] a").first.click()
    looks_well(page)
    address = page.url
    for path in ("who/", "share/"):
        page.goto(address + path)
        looks_well(page)
    page = open_page(CONTACT, "/support/settings/", width=width, scheme=scheme)
    looks_well(page)
    page.goto("/support/open/")
    page.get_by_role("button", name="Begin").click()
    draft = page.url.removesuffix("what/")
    for step in ("what", "problem", "severity", "people", "check"):
        page.goto(f"{draft}{step}/")
        looks_well(page)
    page.goto(f"{draft}what/")
    page.get_by_role("button", name="Continue").click()
    looks_well(page)
    page.goto("/support/open/")
    looks_well(page)
