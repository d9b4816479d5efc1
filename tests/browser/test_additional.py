"""Additional cases in a real browser: scenarios 5, 6 and 7 of the specification."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

ADMIN, CSAM = "admin@halden.example", "csam@provider.example"
PAGE, CASES = "/customer-activity/", "/customer-activity/additional-cases/"
CLASSED, ELSEWHERE, FORMER = "Plan for the move", "Sign-in to the Americas portal", "Old backup agent"


def row(page: Any, title: str) -> Any:
    return page.get_by_role("row").filter(has_text=title)


def in_group(page: Any) -> str:
    """The address of the cases of Group IT alone."""
    page.goto(PAGE)
    box = page.locator("#filters input[name=workspace]").locator("xpath=ancestor::label").filter(has_text="Group IT")
    return f"{CASES}?workspace={box.locator('input').get_attribute('value')}"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_case_of_a_class_under_a_valid_agreement_says_so(
    open_page: Callable[..., Any], width: int, scheme: str
) -> None:  # R2.6, scenario 5
    page = open_page(ADMIN, PAGE, width=width, scheme=scheme)
    page.goto(in_group(page))
    looks_well(page)
    expect(row(page, CLASSED)).to_contain_text("Its class is no part of")
    expect(row(page, CLASSED)).to_contain_text("X85")
    page.goto(f"{in_group(page)}&reason=class")
    expect(row(page, CLASSED)).to_have_count(1)
    expect(row(page, FORMER)).to_have_count(0)


def test_unmapped_in_one_workspace_is_under_its_entitlement_in_all(open_page: Callable[..., Any]) -> None:
    """R2.6, scenario 6."""
    page = open_page(ADMIN, PAGE)
    page.goto(in_group(page))
    expect(row(page, ELSEWHERE)).to_contain_text("is not mapped to the workspace")
    page.goto(f"{CASES}?workspace=all")
    expect(row(page, ELSEWHERE)).to_have_count(0)
    page.goto(f"{PAGE}enterprise/as_needed/?workspace=all&sort=-occurred_on")
    expect(row(page, ELSEWHERE)).to_have_count(1)


@pytest.mark.parametrize("script", [True, False])
def test_an_expired_agreements_case_is_mended_by_the_account_team(
    open_page: Callable[..., Any], script: bool
) -> None:  # R4.5, scenario 7
    page = open_page(CSAM, PAGE, script=script)
    page.goto("/switch/")
    if page.get_by_role("button", name="Halden", exact=False).count():
        page.get_by_role("button", name="Halden", exact=False).first.click()
    page.goto(in_group(page))
    if row(page, FORMER).count() == 0:
        return  # the other run has mended it
    expect(row(page, FORMER)).to_contain_text("has ended")
    page.get_by_role("listitem").filter(has_text="has ended").get_by_role("link", name="Mend", exact=False).click()
    expect(page.get_by_text("What is booked already stays where it is.")).to_have_count(1)
    page.get_by_label("Unified base", exact=False).first.check()
    page.get_by_role("button", name="Mend", exact=True).click()
    expect(page.get_by_text("is listed under its entitlement now")).to_have_count(1)
    page.goto(in_group(page))
    expect(row(page, FORMER)).to_have_count(0)
