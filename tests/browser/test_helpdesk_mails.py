"""A mail that waits at a partner's desk becomes a request in the browser, and the customer reads it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
BRIGHTLINE, CONTACT = "helpdesk@brightline.example", "contact@linden.example"
TITLE, STRANGERS = "Two presses wait for the database again", "Do you look after firms of our size?"
ANSWER, SHADES = "Your question about", "Colours are one shade too dark in the daily report"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    desk = open_page(BRIGHTLINE, "/helpdesk/", width=width, scheme=scheme)
    looks_well(desk)
    for path in ("/helpdesk/mails/", "/helpdesk/mails/?state=done"):
        desk.goto(path)
        looks_well(desk)
    for title, button in ((STRANGERS, "Choose the customer"), (ANSWER, "For Jorinde"), (TITLE, "For Jorinde")):
        desk.goto("/helpdesk/mails/")
        desk.get_by_role("link", name=title).click()
        looks_well(desk)
        desk.get_by_role("link", name=button).click()
        looks_well(desk)


def test_a_mail_becomes_a_request_and_the_customer_reads_it(open_page: Open) -> None:
    """On a telephone. What nobody of a customer wrote is put aside."""
    desk = open_page(BRIGHTLINE, "/helpdesk/", width=390)
    desk.get_by_role("link", name="3 mails to take in").click()
    desk.get_by_role("link", name=TITLE).click()
    expect(desk.get_by_role("region", name="What it says")).to_contain_text("since 5:55 two presses wait")
    desk.get_by_role("link", name="For Jorinde Ahlemeyer, Linden Print Works").click()
    expect(desk.get_by_label("Title")).to_have_value(TITLE)
    expect(desk.get_by_text("press-2.log")).to_be_visible()
    desk.locator("input[name=kind][value=problem]").check()
    desk.get_by_label("Product").select_option(label="Ledgerline database")
    desk.get_by_role("button", name="Write it down").click()
    expect(desk.get_by_text("It is written down.")).to_be_visible()
    expect(desk.get_by_text("By mail")).to_be_visible()
    number = desk.url.rstrip("/").rpartition("/")[2]

    customer = open_page(CONTACT, f"/support/requests/{number}/", width=390)
    expect(customer.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(customer.get_by_text("since 5:55 two presses wait")).to_be_visible()
    expect(customer.get_by_role("link", name="press-2.log")).to_be_visible()

    desk.goto("/helpdesk/mails/")
    expect(desk.get_by_role("link", name=TITLE)).to_have_count(0)
    desk.get_by_role("link", name=STRANGERS).click()
    desk.get_by_label("Why?").select_option(label="Not from a customer")
    desk.get_by_role("button", name="Put it aside").click()
    expect(desk.get_by_role("link", name=STRANGERS)).to_have_count(0)
    desk.get_by_role("link", name="Done").click()
    expect(desk.get_by_role("link", name=number)).to_be_visible()


def test_a_mail_about_a_request_is_added_to_it_and_the_customer_reads_it(open_page: Open) -> None:
    """By keyboard, and without script."""
    desk = open_page(BRIGHTLINE, "/helpdesk/mails/", script=False)
    desk.get_by_role("link", name=ANSWER).press("Enter")
    expect(desk.get_by_role("link", name=SHADES)).to_be_visible()
    expect(desk.get_by_label("What it is to say there")).to_have_value(re.compile("The third square"))
    expect(desk.get_by_label("daily-report.csv")).to_be_checked()
    desk.get_by_role("button", name="Add it for all who see the request").press("Enter")
    expect(desk.get_by_text("The mail is in the request")).to_be_visible()
    number = desk.url.rstrip("/").rpartition("/")[2]
    desk.goto("/helpdesk/mails/")
    expect(desk.get_by_role("link", name=ANSWER)).to_have_count(0)

    customer = open_page(CONTACT, f"/support/requests/{number}/")
    expect(customer.get_by_text("The third square is the one")).to_be_visible()
    expect(customer.get_by_role("link", name="daily-report.csv")).to_be_visible()
