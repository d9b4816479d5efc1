"""A service from its request to its acceptance in a real browser, each step by whoever does it (R1.14, R2.1)."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.test_office import work_inside
from tests.browser.test_walk import ADMIN

CONTACT, CSAM, ENGINEER = "contact@halden.example", "csam@provider.example", "desk@provider.example"
SERVICE = "Database health check"
Open = Callable[..., Any]


def facts(page: Any) -> dict[str, str]:
    """What the page of an engagement says beside it."""
    names, values = page.locator("main dl dt").all_inner_texts(), page.locator("main dl dd").all_inner_texts()
    return {name: value.replace("\xa0", " ") for name, value in zip(names, values, strict=True)}


def state(page: Any) -> str:
    badge: str = page.locator(".page-head .badge").inner_text()
    return badge


def figures(page: Any) -> tuple[str, str, str, str]:
    said = facts(page)
    return said["Planned"], said["Delivered"], said["Used"], said["Held for it"]


def inside(open_page: Open, who: str, address: str) -> Any:
    """Of somebody who serves several customers."""
    page = open_page(who, "/", script=False)
    work_inside(page, "Halden")
    page.goto(address)
    return page


def test_scenario_10_planned_16_h_delivered_12_h_used_12_h_released_4_h(open_page: Open) -> None:  # R1.14
    contact = open_page(CONTACT, "/services/")
    contact.get_by_role("link", name=SERVICE).first.click()
    contact.get_by_label("What it is for").fill("Before the new line starts")
    contact.get_by_role("button", name="Request it").click()
    contact.wait_for_url("**/services/engagements/*/")
    address = contact.url
    number = address.rstrip("/").rpartition("/")[2]
    assert state(contact) == "Requested"

    csam = inside(open_page, CSAM, address)
    csam.get_by_label("Planned hours").fill("16")
    csam.get_by_role("button", name="Plan it").click()
    assert (state(csam), figures(csam)) == ("Planned", ("16 h", "0 h", "0 h", "16 h"))
    contact.goto("/")
    assert f"/services/engagements/{number}/" not in contact.locator("main").inner_html()

    engineer = inside(open_page, ENGINEER, address)
    for hours, held in (("8", "8 h"), ("4", "4 h")):
        engineer.get_by_label("Hours really worked").fill(hours)
        engineer.get_by_role("button", name="Log the delivery").click()
        assert figures(engineer)[3] == held
    engineer.get_by_role("button", name="All is delivered").click()
    assert (state(engineer), figures(engineer)) == ("Delivered", ("16 h", "12 h", "12 h", "0 h"))

    contact.goto("/")
    contact.get_by_role("link", name=f"waits for you to accept or dispute it: {SERVICE}").first.click()
    contact.goto(address)
    for left in (2, 1):
        accept = contact.get_by_role("button", name="Accept the delivery of")
        expect(accept).to_have_count(left)
        accept.first.click()
    assert state(contact) == "Accepted"

    admin = open_page(ADMIN, "/customer-activity/?workspace=all")
    admin.get_by_role("link", name="Built-in proactive services").first.click()
    admin.goto(f"{admin.url.partition('?')[0]}?workspace=all&reference={number}")
    rows = admin.locator("tbody tr[role=row]")
    charged = rows.locator("td[data-column=charged]").all_inner_texts()
    assert sorted(one.replace("\xa0", " ") for one in charged) == ["4 h", "8 h"]


def test_a_dispute_is_said_and_answered(open_page: Open) -> None:  # R1.14
    """The one of the demo: the account team finds it at home, answers, and the customer accepts."""
    csam = inside(open_page, CSAM, "/")
    csam.get_by_role("link", name="is disputed and waits for your answer").first.click()
    expect(csam.locator("main")).to_contain_text("We were only there until noon.")
    csam.get_by_label("Answer").fill("The report lists the afternoon, too.")
    csam.get_by_role("button", name="Answer, and leave it as it is").click()
    expect(csam.locator("#deliveries")).to_contain_text("answered, to be accepted")
    address = csam.url
    customer = open_page("wsadmin@halden.example", address)
    expect(customer.locator("#deliveries")).to_contain_text("The report lists the afternoon, too.")
    customer.get_by_role("button", name="Accept the delivery of").click()
    expect(customer.locator("#deliveries")).to_contain_text("Accepted by")
