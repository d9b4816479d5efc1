"""The account team's way in a real browser: scenarios 1, 2 and a part of 13, and what a phone and axe say to it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well
from tests.browser.test_walk import ADMIN

CSAM = "csam@provider.example"
WORKSPACES = "/office/workspaces/"


def work_inside(page: Any, customer: str) -> None:
    page.goto("/switch/")
    page.get_by_role("button", name=customer).click()
    page.wait_for_url("**/")


def test_an_agreement_is_activated_by_hand_and_all_is_there(open_page: Callable[..., Any]) -> None:  # R3.1
    """Scenario 1, on the day before: default workspace, administrator and contacts invited, with one click."""
    page = open_page(CSAM, "/", script=False)
    work_inside(page, "Ostrevik Marine Works")
    page.goto(WORKSPACES)
    expect(page.locator("main")).to_contain_text("No workspace yet")
    page.get_by_role("link", name="Unified support").click()
    expect(page.get_by_text("gets an invitation")).to_have_count(5)
    page.get_by_role("button", name="Activate now").click()
    said = page.locator("main").inner_text()
    assert "5 people were invited." in said
    assert "1 support contact is beyond the number" in said
    expect(page.get_by_role("button", name="Activate now")).to_have_count(0)
    page.get_by_role("navigation", name="Back office").get_by_role("link", name="Workspaces").click()
    row = page.locator("tbody tr[role=row]")
    expect(row).to_have_count(1)
    text = row.inner_text()
    assert "Ostrevik Marine Works" in text
    assert "contact-1@ostrevik.example (invited)" in text
    assert "Unified base" in text
    assert "Workshop days" not in text  # R3.7: the add-on waits
    assert "The default workspace and the last one cannot be archived." in _opened(page, "Ostrevik Marine Works")


def _opened(page: Any, name: str) -> str:
    page.locator("main").get_by_role("link", name=name).click()
    return str(page.locator("main").inner_text())


def test_a_package_that_is_not_mapped_is_asked_for_and_granted(open_page: Callable[..., Any]) -> None:  # R3.7
    """Scenario 2: not on the page as a package, counted for the administrator, and one click away."""
    page = open_page(ADMIN, "/customer-activity/?workspace=all&status=any")
    addons = page.locator("#addons")
    expect(addons.get_by_role("heading", name="1 package not mapped")).to_be_visible()
    expect(addons.get_by_role("heading", name="Extended assessments")).to_have_count(0)
    page.get_by_role("button", name="Ask for it in Group IT: Extended assessments").click()
    page.get_by_text("Your account team has your enquiry").wait_for()
    page.locator("#addons").get_by_role("link", name="Asked for").click()
    page.locator("main").get_by_text("Extended assessments in Group IT").wait_for()

    team = open_page(CSAM, "/office/enquiries/", script=False)
    row = team.locator("tr", has_text="Extended assessments in Group IT")
    row.get_by_role("button", name=re.compile("^Switch to Halden")).or_(row.get_by_role("link")).click()
    team.locator("[name=note]").fill("Enjoy them.")
    team.get_by_role("button", name="Grant: map the package").click()
    expect(team.locator("main")).to_contain_text("Granted")

    page.goto("/customer-activity/")
    expect(page.locator("#addons").get_by_text("not mapped")).to_have_count(0)
    expect(page.locator("#addons").get_by_role("heading", name="Extended assessments")).to_be_visible()
    page.goto("/enquiries/")
    expect(page.locator("main")).to_contain_text("Enjoy them.")


def test_a_workspace_is_asked_for_made_and_archived(open_page: Callable[..., Any]) -> None:  # R3.2
    """Of scenario 13 the part of workspaces: the default one stays, an additional one can go into the archive."""
    page = open_page(ADMIN, "/workspaces/", script=False)
    page.get_by_role("link", name="Ask for a workspace").click()
    page.locator("[name=name]").fill("Harbour automation")
    page.locator("[name=goal]").fill("Cranes that load at night")
    page.get_by_role("button", name="Ask", exact=True).click()

    team = open_page(CSAM, "/", script=False)
    work_inside(team, "Halden Timber & Energy")
    team.goto("/office/enquiries/")
    team.get_by_role("link", name="Open: Workspace Harbour automation").click()
    team.get_by_role("button", name="Grant: make the workspace").click()
    expect(team.locator("[name=goal]")).to_have_value("Cranes that load at night")
    team.locator("[name=administrators]").fill("k.brattvik@halden.example")
    team.get_by_label("Rapid response").check()
    team.get_by_role("button", name="Make it and invite").click()
    text = team.locator("main").inner_text()
    assert "k.brattvik@halden.example (invited)" in text
    assert "Rapid response" in text
    team.locator("summary", has_text="Archive").click()
    team.get_by_role("button", name="Archive it").click()
    expect(team.locator("main")).to_contain_text("Harbour automation is archived")
    team.get_by_role("button", name="Restore from the archive").click()
    expect(team.locator("main")).to_contain_text("Harbour automation is in use again")
    assert "cannot be archived" in _default(team)


def _default(page: Any) -> str:
    page.goto(WORKSPACES)
    return _opened(page, "Group IT")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_the_pages_of_the_office_fit_and_have_no_axe_violation(
    open_page: Callable[..., Any], width: int, scheme: str
) -> None:
    page = open_page(CSAM, "/", width=width, scheme=scheme)
    work_inside(page, "Orchard & Vale Foods")
    first = "/office/enquiries/"
    page.goto(first)
    enquiry = page.locator("td a.btn").first.get_attribute("href")
    page.goto(WORKSPACES)
    workspace = page.locator("td a").nth(1).get_attribute("href")
    for path in (first, enquiry, WORKSPACES, workspace, f"{WORKSPACES}new/"):
        page.goto(path)
        looks_well(page)
