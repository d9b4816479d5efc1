"""A customer asks its partner in the browser, and the partner's desk has it (S003-33, S003-34, S003-38, S003-41)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
ADMIN = "admin@linden.example"
BRIGHTLINE, FERNWAY = "helpdesk@brightline.example", "helpdesk@fernway.example"


def _write_to(page: Any, product: str, partner: str) -> None:
    page.goto("/technical-support/")
    page.get_by_label("What is it about?").select_option(label=product)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=f"Write to {partner}").click()


def _fill(page: Any, title: str) -> None:
    page.locator("input[name=kind][value=problem]").check()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Description").fill("Since this Monday, 9:40, the last page is missing.")
    page.get_by_label("How to reach you").fill("Extension 101")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_price_is_accepted_first_and_the_desk_has_it(open_page: Open, script: bool) -> None:
    title = f"The report ends too early, {'with' if script else 'without'} script"
    customer = open_page(ADMIN, "/technical-support/", script=script)
    _write_to(customer, "Lectern reporting", "Fernway IT")
    _fill(customer, title)
    customer.get_by_role("button", name="Send to Fernway IT").click()
    expect(customer.get_by_text("Accept the price first")).to_be_visible()
    expect(customer.get_by_label("Title")).to_have_value(title)
    customer.get_by_label("I accept the price").check()
    customer.get_by_role("button", name="Send to Fernway IT").click()
    expect(customer.get_by_text("Your partner has it.")).to_be_visible()
    expect(customer.get_by_text("whose support it resells: help@quillmark.example")).to_be_visible()
    desk = open_page(FERNWAY, "/helpdesk/", script=script)
    desk.get_by_role("link", name=title).click()
    expect(desk.get_by_text("Extension 101")).to_be_visible()


def test_a_free_plan_says_so_and_the_desk_takes_it(open_page: Open) -> None:
    customer = open_page(ADMIN, "/technical-support/", width=390)
    _write_to(customer, "Ledgerline database", "Brightline Systems")
    expect(customer.get_by_text("Free of charge")).to_be_visible()
    _fill(customer, "The database is slow at noon")
    customer.get_by_role("button", name="Send to Brightline Systems").click()
    number = customer.url.rstrip("/").rpartition("/")[2]
    desk = open_page(BRIGHTLINE, "/helpdesk/")
    row = desk.get_by_role("row", name=number)
    expect(row.get_by_text("Linden Print Works")).to_be_visible()
    row.get_by_role("button", name="Take it").click()
    desk.goto("/helpdesk/?assigned=nobody")
    expect(desk.get_by_role("row", name=number)).to_have_count(0)


def test_what_is_kept_is_found_again(open_page: Open) -> None:
    customer = open_page(ADMIN, "/technical-support/")
    _write_to(customer, "Gatehouse identity", "Brightline Systems")
    _fill(customer, "Half a thought")
    customer.get_by_role("button", name="Keep as a draft").click()
    _write_to(customer, "Gatehouse identity", "Brightline Systems")
    expect(customer.get_by_label("Title")).to_have_value("Half a thought")
    customer.get_by_role("button", name="Throw away").click()
    _write_to(customer, "Gatehouse identity", "Brightline Systems")
    expect(customer.get_by_label("Title")).to_have_value("")


def test_a_phone_call_is_written_down(open_page: Open) -> None:
    desk = open_page(FERNWAY, "/helpdesk/")
    desk.get_by_role("link", name="Write a request down").first.click()
    desk.get_by_role("link", name="St. Aldwyn Hospitals").click()
    desk.get_by_label("Who asked?").select_option(label="Niamh Brannigane")
    desk.locator("input[name=kind][value=advice]").check()
    desk.get_by_label("Product").select_option(label="Something else, or I do not know")
    desk.get_by_label("Title").fill("Whether the wards may share one mailbox")
    desk.get_by_label("Description").fill("She asks whether two wards may share one mailbox.")
    desk.get_by_role("button", name="Write it down").click()
    expect(desk.get_by_text("It is written down.")).to_be_visible()
    expect(desk.get_by_text("By telephone")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    desk = open_page(FERNWAY, "/helpdesk/", width=width, scheme=scheme)
    looks_well(desk)
    for path in (
        "/helpdesk/?sort=severity",
        "/helpdesk/?status=cancelled",
        "/helpdesk/new/",
        "/helpdesk/new/?text=zzz",
    ):
        desk.goto(path)
        looks_well(desk)
    desk.goto("/helpdesk/new/")
    desk.get_by_role("link", name="Linden Print Works").click()
    looks_well(desk)
    desk.get_by_role("button", name="Write it down").click()
    looks_well(desk)
    customer = open_page(ADMIN, "/technical-support/", width=width, scheme=scheme)
    _write_to(customer, "Lectern reporting", "Fernway IT")
    looks_well(customer)
    customer.get_by_role("button", name="Send to Fernway IT").click()
    looks_well(customer)
    desk.goto("/helpdesk/?customer=&sort=-opened")
    desk.locator("tbody tr th a").first.click()
    looks_well(desk)
