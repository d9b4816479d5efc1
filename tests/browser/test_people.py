"""A forgotten password through the demo's mail, one's own data, and erasing somebody: in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.browser.looks import looks_well
from tests.browser.test_walk import ADMIN

FORGETFUL = "learning@halden.example"
MAIL_SECONDS_MAX = 60


def caught(page: Any, subject: str) -> Any:
    """The demo's mailbox, as soon as the job worker has sent the mail."""
    link = page.get_by_role("link", name=subject)
    for _ in range(MAIL_SECONDS_MAX * 2):
        page.goto("/demo/mail/")
        if link.count():
            return link.first
        page.wait_for_timeout(500)
    pytest.fail(f"no mail {subject!r} came within {MAIL_SECONDS_MAX} seconds")


def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(  # R10.5
    open_page: Callable[..., Any], hub: str, sign_ins: dict[tuple[str, str], Any]
) -> None:
    page = open_page(None, "/accounts/login/", script=False)
    page.locator("main").get_by_role("link", name=re.compile("Forgot")).first.click()
    page.locator("[name=email]").fill(FORGETFUL)
    page.locator("main button[type=submit]").click()
    caught(page, "Choose a new password").click()
    expect(page.locator("main")).to_contain_text(FORGETFUL)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading")).to_have_text("Choose a new password")
    expect(page.locator("pre")).to_contain_text("/accounts/password/reset/key/")
    with page.expect_popup() as popup:
        frame.get_by_role("link").first.click()
    page = popup.value
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill("a long new secret")
    page.locator("main button[type=submit]").click()
    page.get_by_role("heading", name="Your password was changed").wait_for()
    page.get_by_role("link", name="Sign in").click()
    page.locator("[name=login]").fill(FORGETFUL)
    page.locator("[name=password]").fill("a long new secret")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    sign_ins[hub, FORGETFUL] = page.context.storage_state()  # the sessions before have ended
    caught(page, "Your password was changed")


def test_one_downloads_what_the_hub_holds_about_oneself(open_page: Callable[..., Any]) -> None:  # R10.4
    page = open_page(ADMIN, "/accounts/my-data/", script=False)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    with ZipFile(Path(download.value.path())) as archive:
        assert ADMIN in archive.read("profile.json").decode()


def test_an_administrator_erases_somebody(open_page: Callable[..., Any]) -> None:  # R10.4
    page = open_page(ADMIN, "/management/", script=False)
    page.get_by_role("link", name="Erase a person").first.click()
    row = page.locator("tbody tr", has_text="halden").last
    name = row.locator("td").first.inner_text()
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="What stays")).to_be_visible()
    page.locator("[name=confirmation]").fill("somebody else")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator(".field-errors")).to_be_visible()
    page.locator("[name=confirmation]").fill(name)
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_text("The person was erased").wait_for()
    page.locator("[name=text]").fill(name)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("Nobody found")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_an_erasure_and_of_a_mail_have_no_axe_violation(
    open_page: Callable[..., Any], width: int, scheme: str
) -> None:
    page = open_page(ADMIN, "/people/", width=width, scheme=scheme)
    page.locator("tbody a").first.click()
    looks_well(page)
    page.get_by_role("button", name="Erase for good").click()
    looks_well(page)
    page.goto("/demo/mail/")
    if page.locator("tbody a").count():
        page.locator("tbody a").first.click()
        looks_well(page)
