"""Statements and spreadsheets in a real browser, with the real job worker."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tallyhub.kernel import clock
from tests.browser.looks import looks_well
from tests.browser.test_walk import ADMIN

GRID = "/customer-activity/enterprise/as_needed/?workspace=all"


def make_statement(page: Any) -> None:
    """Over the last weeks only, so that a machine can read it in a moment."""
    page.goto("/customer-activity/?workspace=all")
    page.locator("main").get_by_role("link", name="Make a statement", exact=True).first.click()
    page.fill("[name=first_day]", (clock.today("UTC") - timedelta(days=20)).isoformat())
    page.locator("main").get_by_role("button", name="Make a statement").click()
    page.wait_for_url("**/statements/*/")


def test_from_customer_activity_to_a_statement_and_its_files(open_page: Callable[..., Any]) -> None:  # R1.1
    page = open_page(ADMIN, "/")
    make_statement(page)
    expect(page.locator("main")).to_contain_text("Delivered in the period")
    for name, begins in (("Download PDF", b"%PDF"), ("Download XLSX", b"PK")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert Path(download.value.path()).read_bytes().startswith(begins)
        assert download.value.suggested_filename.startswith("statement-")
    page.goto("/statements/")
    page.get_by_role("link", name="Open: Statement").first.click()
    page.wait_for_url("**/statements/*/")


def test_a_table_is_printed_as_a_table_on_the_long_side_of_the_paper(open_page: Callable[..., Any]) -> None:  # R1.1
    page = open_page(ADMIN, GRID)
    boxes = re.findall(rb"/MediaBox \[0 0 (\d+) (\d+)\]", page.pdf(prefer_css_page_size=True))
    assert boxes
    assert all(int(wide) > int(high) for wide, high in boxes)
    page.set_viewport_size({"width": 640, "height": 900})
    row = "getComputedStyle(document.querySelector('.grid-table tbody tr')).display"
    assert page.evaluate(row) == "block"
    page.emulate_media(media="print")
    assert page.evaluate(row) == "table-row"


def test_a_spreadsheet_is_made_while_one_waits(open_page: Callable[..., Any]) -> None:  # R8.3
    page = open_page(ADMIN, GRID)
    page.get_by_role("button", name="Make XLSX").click()
    page.wait_for_url("**/exports/*/")
    with page.expect_download() as download:
        page.locator("#progress").get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_without_script_a_link_shows_how_far_it_is(open_page: Callable[..., Any]) -> None:  # R8.3
    page = open_page(ADMIN, GRID, script=False)
    page.get_by_role("button", name="Make XLSX").click()
    for _ in range(50):
        if page.locator("#progress").get_by_role("link", name="Download").count():
            break
        page.get_by_role("link", name="Show how far it is now").click()
    else:
        pytest.fail("the export does not end")


def test_a_view_is_saved_by_keyboard(open_page: Callable[..., Any]) -> None:
    page = open_page(ADMIN, "/customer-activity/?workspace=all&status=any")
    page.locator("main .views summary").press("Enter")
    page.keyboard.press("Tab")
    page.locator("#view-name").fill("All of it")
    page.locator("#view-name").press("Enter")
    page.get_by_text("The view was saved.").wait_for()
    assert "status=any" in page.url
    page.goto("/views/")
    page.get_by_role("link", name="All of it").click()
    page.wait_for_url("**status=any**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_files_has_an_axe_violation(open_page: Callable[..., Any], width: int, scheme: str) -> None:
    page = open_page(ADMIN, "/", width=width, scheme=scheme)
    make_statement(page)
    for path in (page.url, "/statements/", "/exports/", "/views/"):
        page.goto(path)
        looks_well(page)
