"""Scenario 13: the last administrator and the last of an agreement go by no door, and the page says why (R7.1)."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.test_inviting import invite, links_to, register, row_of
from tests.browser.test_office import CSAM, work_inside
from tests.browser.test_walk import ADMIN

OF_CUSTOMER = "Somebody must stay who administers the customer and can sign in."
OF_WORKSPACE = "Somebody must stay who administers the workspace and can sign in."
NAME, ADDRESS = "Wilma Last", "wilma@fjordlight.example"


def press(page: Any, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def refused(page: Any, sentence: str) -> None:
    expect(page.locator("main")).to_contain_text(sentence)


def test_the_last_customer_administrator_stays(open_page: Callable[..., Any]) -> None:
    """Nobody takes their role, nor erases them."""
    admin = open_page(ADMIN, "/users/?workspace=all", script=False)
    admin.get_by_role("link", name="Ingrid Solvang").click()
    press(admin, "Take the customer’s administration away")
    refused(admin, OF_CUSTOMER)
    assert "Customer administrator" in row_of(admin, "Ingrid Solvang")

    team = open_page("coordinator@provider.example", "/", script=False)
    work_inside(team, "Orchard & Vale Foods")

    def find() -> Any:
        team.goto("/people/?text=Rosalind Amberley")
        return team.locator("tbody").get_by_role("link")

    find().click()
    team.locator("[name=confirmation]").fill("Rosalind Amberley")
    press(team, "Erase for good")
    refused(team, OF_CUSTOMER)
    expect(find()).to_have_count(1)


@pytest.fixture
def wilma(open_page: Callable[..., Any]) -> Any:
    """Somebody who administers the one workspace of a new customer alone: nobody administers the customer."""
    team = open_page(CSAM, "/office/customer/new/", script=False)
    team.locator("[name=name]").fill("Fjordlight")
    team.locator("[name=code]").fill("fjordlight")
    press(team, "Make the customer")
    team.goto("/office/workspaces/new/")
    team.locator("[name=name]").fill("Lamp works")
    team.locator("[name=goal]").fill("No dark night")
    team.locator("[name=administrators]").fill(ADDRESS)
    team.locator("[name=allows_personal]").check()
    press(team, "Make it and invite")
    (link,) = links_to(team, ADDRESS, 1)
    page = open_page(None, link, script=False)
    register(page, NAME)
    return page


def test_the_last_administrator_of_a_workspace_stays(wilma: Any) -> None:
    """By no change of roles, alone or with others, and by no removal of oneself or of all."""
    guest = "guest@fjordlight.example"
    invite(wilma, None, guest)

    def with_all(act: str, button: str) -> None:
        wilma.goto("/users/")
        for box in wilma.locator("[name=person]").all():
            box.check()
        wilma.get_by_label("With everybody who is ticked").select_option(label=act)
        press(wilma, "Show what will happen")
        press(wilma, button)

    def own_page() -> None:
        wilma.goto("/users/")
        wilma.locator("tbody tr", has_text=ADDRESS).get_by_role("link").first.click()

    def take_role() -> None:
        own_page()
        wilma.locator("main").get_by_label("Workspace administrator").uncheck()
        press(wilma, "Save roles")

    def remove_oneself() -> None:
        own_page()
        wilma.get_by_role("link", name="Remove from Lamp works").click()
        expect(wilma.locator("main")).to_contain_text("You are about to remove yourself.")
        press(wilma, "Remove")

    for go in (
        take_role,
        remove_oneself,
        lambda: with_all("Take the role Workspace administrator away", "Do it"),
        lambda: with_all("Remove from the workspace", "Remove"),
    ):
        go()
        refused(wilma, OF_WORKSPACE)
        assert "Workspace administrator" in row_of(wilma, ADDRESS, workspace="")
        assert "Invited" in row_of(wilma, guest, workspace="")
    own_page()
    expect(wilma.get_by_label("Workspace administrator")).to_be_checked()


def test_the_last_of_the_account_team_stays(open_page: Callable[..., Any]) -> None:
    team = open_page(CSAM, "/", script=False)
    work_inside(team, "Officine Bellacorte")
    team.goto("/office/customer/")
    staff = team.locator("section", has=team.get_by_role("heading", name="Who serves it")).locator("ul li")
    before = staff.all_inner_texts()
    assert len(before) == 1
    staff.get_by_role("button").click()
    refused(team, "Nobody would be left who manages its agreements.")
    team.goto("/office/customer/")
    assert staff.all_inner_texts() == before


def test_an_agreement_is_never_removed_and_a_workspace_keeps_its_last(open_page: Callable[..., Any]) -> None:
    """There is no door that removes one. The nearest: its mapping is refused, and ending it early removes nothing."""
    team = open_page(CSAM, "/", script=False)
    work_inside(team, "Officine Bellacorte")

    def ticks() -> list[bool]:
        team.goto("/office/mappings/?all")
        return [box.is_checked() for box in team.locator("[name=ticked]").all()]

    before = ticks()
    assert True in before
    for box in team.locator("[name=ticked]").all():
        box.uncheck()
    press(team, "Save")
    press(team, "Take them away")
    refused(team, "Stabilimento would have no package left.")
    assert ticks() == before

    team.goto("/office/agreements/")
    team.locator("main").get_by_role("link", name=re.compile("Unified support|U-54409")).first.click()
    doors = team.locator("main").locator("a, button").all_inner_texts()
    assert "End early" in doors
    assert [door for door in doors if re.search("delete|remove", door, re.IGNORECASE)] == []
    agreement, today = team.url, datetime.now(ZoneInfo("Europe/Rome")).date()
    team.get_by_role("link", name="End early", exact=True).first.click()
    team.locator("[name=last_day]").fill(today.isoformat())
    press(team, "See what changes")
    press(team, "Record it")
    team.goto(agreement)
    expect(team.locator("main")).to_contain_text("U-54409")
    expect(team.locator("main")).to_contain_text(f"{today.day} {today:%B %Y}")
    assert ticks() == before
