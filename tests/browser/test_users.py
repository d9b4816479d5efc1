"""Manage users, groups and who may do what, in a real browser, with and without script (R7.1, R7.3)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well
from tests.browser.test_walk import ADMIN


def test_several_are_ticked_put_into_a_group_and_get_what_it_gives(open_page: Callable[..., Any]) -> None:
    page = open_page(ADMIN, "/groups/", script=False)
    page.locator("main [name=name]").fill("Night shift")
    page.get_by_role("button", name="Make the group").click()
    page.get_by_label("Customer activity").check()
    page.get_by_role("button", name="Save roles").click()
    page.goto("/users/")
    for box in page.locator("[name=person]").all()[:2]:
        box.check()
    page.get_by_label("With everybody who is ticked").select_option(label="Add to the group Night shift")
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("heading", name="2 people are added to the group Night shift").wait_for()
    page.get_by_role("button", name="Do it").click()
    page.get_by_label("Group", exact=True).select_option(label="Night shift")
    page.get_by_role("button", name="Show").first.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody tr", has_text="Customer activity")).to_have_count(2)


def test_filters_swap_the_list_and_stand_in_the_address(open_page: Callable[..., Any]) -> None:
    page = open_page(ADMIN, "/users/?workspace=all")
    page.get_by_label("Support contacts").select_option("yes")
    page.wait_for_url("**contacts=yes**")
    page.get_by_role("link", name="Name").click()
    page.wait_for_url("**sort=-name**")
    assert "contacts=yes" in page.url
    expect(page.locator("td[data-column=support_contact]", has_text="No")).to_have_count(0)
    page.go_back()
    page.wait_for_url("**/users/?*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_about_people_have_no_axe_violation(open_page: Callable[..., Any], width: int, scheme: str) -> None:
    page = open_page(ADMIN, "/users/", width=width, scheme=scheme)
    looks_well(page)
    person = page.locator("tbody tr:has([name=person]) a").first.get_attribute("href")
    page.locator("[name=person]").first.check()
    page.get_by_role("button", name="Show what will happen").click()
    looks_well(page)
    for path in (person, "/users/?workspace=all", "/groups/", "/rights/", "/who/"):
        page.goto(path)
        looks_well(page)
