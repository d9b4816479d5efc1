"""The whole chain in the browser, with five people: a customer asks its reseller, which finds that the provider has to
mend it; through the indirect provider it gets there, and what the provider says comes back in the reseller’s words
(R5.3 to R5.6; S003-13, 16, 18, 28, 33, 34, 35).
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
CUSTOMER, ADMIN = "contact@linden.example", "admin@linden.example"
RESELLER, INDIRECT, DESK = "helpdesk@fernway.example", "admin@wexcombe.example", "escalations@provider.example"
TITLE = "Long reports end without a result"
SAID = {
    "Since when": "2026-01-20T08:15+01:00",
    "Until when": "ongoing",
    "Region or place": "North",
    "How many people are affected": "40",
    "Exact error text": "Status 504 after 60 seconds",
    "What was expected": "The report opens.",
    "What was seen": "A blank page after a minute.",
    "Impact on the business": "The month cannot be closed.",
    "What the service description says": "“Reports over one year are supported.”",
    "Why nothing in service health fits": "It names nothing about reports.",
    "Steps that lead there": "Open a report over one year.",
}


def asks(page: Any) -> str:
    """The customer; returns the request's number."""
    page.get_by_label("What is it about?").select_option(label="Lectern reporting")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("article", name="Fernway IT").locator('a[href^="/technical-support/contact/"]').click()
    page.locator('input[name=kind][value="problem"]').check()
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Description").fill("Reports over a year end without a result.")
    page.locator('input[name=severity][value="B"]').check()
    page.get_by_label("Impact on the business").fill("The month cannot be closed.")
    accepted = page.locator("input[name=accepted]")
    if accepted.count():
        accepted.check()
    page.get_by_role("button", name=re.compile("Send to")).click()
    found = re.search(r"/requests/(\d+)/", page.url)
    assert found, page.url
    return found[1]


def finds_out(page: Any, number: str) -> None:
    """The reseller's agent looks at service health, notes a diagnosis, and then hands it on."""
    expect(page.get_by_text("Nobody has looked at service health yet")).to_be_visible()
    page.get_by_role("link", name="Check service health").click()
    nothing = page.get_by_label("Nothing of it fits")
    if nothing.count():
        nothing.check()
    page.locator("main form[method=post] .btn-primary").click()
    page.goto(f"/helpdesk/requests/{number}/diagnosis/")
    page.get_by_label("What you take to be the cause").fill("The browser gives up.")
    page.get_by_label("What you did").fill("Tried another one.")
    page.get_by_label("What you saw").fill("The same.")
    page.get_by_role("button", name="Note it").click()


def escalates(page: Any, number: str) -> None:
    page.goto(f"/helpdesk/requests/{number}/")
    page.get_by_role("link", name="Escalate", exact=True).click()
    page.get_by_label("It does something else than its service description says").check()
    page.get_by_role("button", name="Next").click()
    assert "The browser gives up. → Tried another one. → The same." in page.locator("#tried").input_value()
    page.get_by_label("Since when").fill("yesterday")
    page.get_by_role("button", name="Send the escalation").click()
    expect(page.get_by_text("Whoever reads it tomorrow must know the day.").first).to_be_visible()
    looks_well(page)
    for label, text in SAID.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("How it shows").select_option(label="all the time")
    page.get_by_label("May the provider collect diagnostic data?").select_option(label="yes")
    page.get_by_label("Is it a vulnerability?").select_option(label="no")
    page.get_by_role("button", name="Send the escalation").click()
    expect(page.get_by_text("It is sent.")).to_be_visible()
    expect(page.get_by_text("with the indirect provider").first).to_be_visible()


def opens(page: Any, number: str) -> None:
    page.get_by_role("link", name=re.compile(number)).click()
    looks_well(page)


def answers(page: Any, button: str, text: str = "") -> None:
    if text:
        page.locator("summary", has_text=button).click()
        page.locator("details[open]").get_by_label("In your words").fill(text)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text("That is done, and the others are told.")).to_be_visible()


def test_what_a_customer_asks_goes_the_whole_way_and_comes_back(open_page: Open) -> None:
    customer = open_page(CUSTOMER, "/technical-support/")
    number = asks(customer)

    reseller = open_page(RESELLER, "/helpdesk/")
    reseller.get_by_role("link", name=re.compile(number)).first.click()
    finds_out(reseller, number)
    escalates(reseller, number)

    customer.goto(f"/helpdesk/requests/{number}/")
    expect(customer.get_by_text("has handed it on to Wexcombe").first).to_be_visible()
    expect(customer.get_by_text("Status 504 after 60 seconds")).to_have_count(0)

    indirect = open_page(INDIRECT, "/escalations/")
    opens(indirect, number)
    answers(indirect, "Pass on to the provider")

    desk = open_page(DESK, "/escalations/")
    opens(desk, number)
    answers(desk, "Accept")
    answers(desk, "Work on it")
    desk.get_by_label("Note", exact=True).fill("The index of long reports is damaged.")
    desk.get_by_role("button", name="Keep the note").click()
    answers(desk, "Give a solution", "The index was made anew.")

    customer.reload()
    expect(customer.get_by_text("There is a solution.").first).to_be_visible()
    expect(customer.get_by_text("The index")).to_have_count(0)

    reseller.goto("/escalations/")
    opens(reseller, number)
    said = reseller.locator("article", has_text="The index was made anew.")
    said.get_by_text("Publish to the customer").click()
    said.get_by_label("What the customer reads, in your name").fill("It is mended: long reports open again.")
    said.get_by_role("button", name="Publish").click()
    expect(reseller.get_by_text("The customer reads it on the request now.")).to_be_visible()
    answers(reseller, "It helped: close")

    reseller.goto(f"/helpdesk/requests/{number}/")
    reseller.get_by_role("button", name="Mark as resolved").click()

    admin = open_page(ADMIN, f"/helpdesk/requests/{number}/")
    expect(admin.get_by_text("It is mended: long reports open again.")).to_be_visible()
    expect(admin.get_by_text("The index was made anew.")).to_have_count(0)
    admin.get_by_role("button", name="Close", exact=True).click()
    customer.reload()
    expect(customer.get_by_text("Closed", exact=True).first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    for who, paths in {
        DESK: ("/escalations/", "/escalations/settings/"),
        RESELLER: ("/escalations/?which=all",),
    }.items():
        page = open_page(who, paths[0], width=width, scheme=scheme)
        for path in paths:
            page.goto(path)
            looks_well(page)
