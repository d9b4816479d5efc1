"""Service health in the browser: an editor tells of an incident, a customer and a stranger read it (S003-30, -54)."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well

Open = Callable[..., Any]
EDITOR, ADMIN, CONTACT = "editor@provider.example", "admin@halden.example", "contact@halden.example"
SECONDS_MAX = 60


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_an_incident_from_its_first_word_to_its_end(open_page: Open, script: bool) -> None:
    title = f"Queues stand still, script {script}"
    editor = open_page(EDITOR, "/health/edit/", script=script)
    editor.get_by_role("link", name="Incident", exact=True).click()
    editor.get_by_label("Title").fill(title)
    editor.get_by_label("What is said").fill("We look into it.")
    editor.get_by_role("button", name="Publish").click()
    expect(editor.get_by_text("Say of at least one component how it fares.")).to_be_visible()
    expect(editor.get_by_label("Title")).to_have_value(title)
    editor.get_by_text("Courierbus messaging").click()
    editor.get_by_label("Queues").select_option(label="major outage")
    editor.get_by_role("button", name="Publish").click()
    editor.get_by_role("heading", name=title, level=1).wait_for()
    expect(editor.get_by_text("critical impact")).to_be_visible()

    customer = open_page(ADMIN, "/health/", script=script)
    customer.get_by_role("link", name=title).click()
    expect(customer.get_by_text("We look into it.")).to_be_visible()

    stranger = open_page(None, "/status/", script=script)
    _until(stranger, title)  # a job writes the page
    stranger.get_by_role("link", name=title).click()
    expect(stranger.get_by_text("We look into it.")).to_be_visible()

    editor.get_by_label("What is said").fill("The queues move again.")
    editor.get_by_label("Status").select_option(label="resolved")
    editor.get_by_label("Queues").select_option(label="works")
    editor.get_by_role("button", name="Publish the update").click()
    expect(editor.get_by_text("The update is published.")).to_be_visible()
    customer.goto("/health/history/?kind=incident")
    expect(customer.get_by_role("link", name=title)).to_be_visible()


def _until(page: Any, text: str) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not page.get_by_text(text).count():
        assert time.monotonic() < deadline, text
        page.reload()


def test_what_is_known_is_shown_before_one_goes_on(open_page: Open) -> None:
    page = open_page(CONTACT, "/support/open/")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Problem").check()
    page.get_by_label("Product").select_option(label="Lectern reporting")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="This is known already")).to_be_visible()
    expect(page.get_by_role("link", name="Large reports may open slowly")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Description")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(EDITOR, "/health/edit/", width=width, scheme=scheme)
    looks_well(page)
    page.locator(".health-lines a").first.click()
    looks_well(page)
    page.get_by_role("link", name="Change title, times and scope").click()
    looks_well(page)
    for path in ("/health/edit/new/maintenance/", "/health/edit/components/"):
        page.goto(path)
        looks_well(page)
    page = open_page(ADMIN, "/health/", width=width, scheme=scheme)
    for path in ("/health/?all", "/health/history/", "/health/history/?kind=advisory", "/health/mail/"):
        page.goto(path)
        looks_well(page)
    page.goto("/health/history/")
    page.locator(".health-lines a").first.click()
    looks_well(page)
    page = open_page(None, "/status/", width=width, scheme=scheme)
    for path in ("/status/", "/status/history/", "/status/subscribe/"):
        page.goto(path)
        looks_well(page)
    page.goto("/status/history/")
    page.locator(".health-lines a").first.click()
    looks_well(page)
