"""The way a customer's administrator goes, in a real browser: with a mouse, a keyboard, a phone, without script."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import expect

from tests.browser.looks import is_too_wide, violations_of

ADMIN = "admin@halden.example"
PAGES = {
    "sign in": (None, "/accounts/login/"),
    "home": (ADMIN, "/"),
    "management": (ADMIN, "/management/"),
    "customer activity": (ADMIN, "/customer-activity/?workspace=all"),
    "inactive packages": (ADMIN, "/customer-activity/?workspace=all&status=any"),
    "drill-down": (ADMIN, "/customer-activity/enterprise/as_needed/?workspace=all"),
    "support contacts": (ADMIN, "/customer-activity/enterprise/contacts/?workspace=all&on=2026-11-01"),
    "home of an engineer": ("desk@provider.example", "/"),
    "home of a support contact": ("contact@halden.example", "/"),
    "learning, not for me": (ADMIN, "/customer-activity/enterprise/education/?workspace=all"),
    "learning": (ADMIN, "/learning/"),
    "learning, nothing fits": (ADMIN, "/learning/?text=nothing-of-this-kind"),
    "learning activity": ("learning@halden.example", "/learning/activities/1/"),
    "learning assigned": ("learning@halden.example", "/learning/activities/1/assign/"),
    "learning transcript": ("member@halden.example", "/learning/transcript/"),
    "learning people": ("learning@halden.example", "/learning/people/"),
    "learning report": ("learning@halden.example", "/learning/report/"),
    "learning systems": (ADMIN, "/learning-systems/"),
    "learning drill-down": ("learning@halden.example", "/customer-activity/enterprise/education/"),
    "assessments": (ADMIN, "/assessments/"),
    "assessments, counted only": ("activity@halden.example", "/assessments/"),
    "assessment": (ADMIN, "/assessments/definitions/1/"),
    "assessment, set up": (ADMIN, "/assessments/set-ups/1/"),
    "assessment, not run yet": ("desk@provider.example", "/assessments/set-ups/3/"),
    "assessment, set one up": (ADMIN, "/assessments/set-up/"),
    "assessment, upload": (ADMIN, "/assessments/upload/"),
    "assessment, questions": (ADMIN, "/assessments/set-ups/6/questions/"),
    "assessment, run": (ADMIN, "/assessments/runs/4/"),
    "assessment, objects": (ADMIN, "/assessments/runs/4/findings/72/"),
    "assessments drill-down": (ADMIN, "/customer-activity/enterprise/assessments/?workspace=all"),
    "profile": (ADMIN, "/accounts/profile/"),
    "switch": (ADMIN, "/switch/"),
    "my data": (ADMIN, "/accounts/my-data/"),
    "account policy": (ADMIN, "/account-policy/"),
    "account policy of the account team": ("csam@provider.example", "/account-policy/"),
    "own sign-in": (ADMIN, "/account-policy/provider/"),
    "directory group": (ADMIN, "/account-policy/groups/add/"),
    "own organisation": (None, "/accounts/sso/"),
    "erase a person": (ADMIN, "/people/?text=a"),
    "own workspaces": (ADMIN, "/workspaces/"),
    "enquiries": ("admin@orchard.example", "/enquiries/"),
    "ask for a workspace": (ADMIN, "/enquiries/new/"),
    "partner, customers": ("admin@brightline.example", "/customers/"),
    "partner, a customer": ("admin@brightline.example", "/customers/11/"),
    "partner, ask for a delegation": ("admin@brightline.example", "/customers/11/delegate/"),
    "partner, delegation that nobody holds": ("admin@brightline.example", "/customers/delegations/2/"),
    "partner, security groups": ("admin@brightline.example", "/security-groups/"),
    "partner, security group": ("admin@brightline.example", "/security-groups/1/"),
    "partner, partnerships": ("admin@wexcombe.example", "/partnerships/"),
    "partner, not for me": ("helpdesk@brightline.example", "/security-groups/"),
    "partners of a customer": ("admin@linden.example", "/partners/"),
    "delegation to answer": ("admin@linden.example", "/partners/delegations/3/"),
    "partners of the provider": ("partners@provider.example", "/partners/all/"),
    "technical support": ("admin@linden.example", "/technical-support/?product=other"),
    "configuration tasks": ("admin@linden.example", "/configuration-tasks/"),
    "support profile": ("admin@brightline.example", "/support-profile/"),
    "support plan": ("admin@brightline.example", "/support-plan/"),
    "forgotten password": (None, "/accounts/password/reset/"),
    "look into your mail": (None, "/accounts/password/reset/done/"),
    "not a link": (None, "/accounts/password/reset/key/1-forged/"),
    "mail of the demo": (None, "/demo/mail/"),
    "password": (ADMIN, "/accounts/password/change/"),
    "sign out": (ADMIN, "/accounts/logout/"),
    "nothing here": (ADMIN, "/customer-activity/entitlements/999999/"),
    "no right": ("member@halden.example", "/customer-activity/"),
    "no customer": ("engineer@provider.example", "/"),
}


def test_from_home_to_the_rows_and_the_file(open_page: Callable[..., Any]) -> None:  # R1.3, R1.13, R8.3
    page = open_page(ADMIN, "/")
    page.get_by_role("link", name="Management", exact=True).click()
    page.locator("main").get_by_role("link", name="Customer activity").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Customer activity")
    assert re.search(r"\d left of \d|h left of", page.locator("main").inner_text())
    page.locator("#enterprise .tile-link").first.click()
    page.get_by_role("heading", name="Consumption history").wait_for()
    shown = page.locator("tbody tr[role=row]").count()
    assert shown > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) > shown or len(rows) == shown + 1


def test_the_workspace_filter_keeps_its_place_in_the_address(open_page: Callable[..., Any]) -> None:  # R1.7
    page = open_page(ADMIN, "/customer-activity/")
    page.locator("#filters summary").click()
    page.get_by_label("All workspaces").check()
    page.locator("#filters fieldset button").click()
    page.wait_for_url("**workspace=all**")
    page.locator("#filters summary", has_text="All workspaces").wait_for()
    page.reload()
    page.locator("#filters summary", has_text="All workspaces").wait_for()
    page.go_back()
    page.wait_for_url(lambda address: "workspace=all" not in address)
    page.locator("#filters summary", has_not_text="All workspaces").wait_for()


def test_the_package_status_filter_changes_the_section_alone(open_page: Callable[..., Any]) -> None:  # R1.10
    page = open_page(ADMIN, "/customer-activity/?workspace=all")
    page.get_by_label("Package status").select_option("inactive")
    page.wait_for_url("**status=inactive**")
    page.locator("#addons .badge", has_text=re.compile("Expired|Terminated|Future")).first.wait_for()


def test_everything_works_without_script(open_page: Callable[..., Any]) -> None:  # R1.7, R1.10
    page = open_page(ADMIN, "/customer-activity/", script=False)
    page.locator("#filters summary").click()
    page.get_by_label("All workspaces").check()
    page.locator("#filters fieldset button").click()
    assert "workspace=all" in page.url
    page.get_by_label("Package status").select_option("any")
    page.locator("#addons").get_by_role("button", name="Show").click()
    assert "status=any" in page.url
    assert "workspace=all" in page.url
    page.locator("#enterprise .tile-link").first.click()
    expect(page.get_by_role("heading", name="Consumption history")).to_be_visible()


def test_the_keyboard_is_enough(open_page: Callable[..., Any]) -> None:
    """From the skip link to a drill-down with Tab and Enter only, and the focus can always be seen."""
    page = open_page(ADMIN, "/customer-activity/?workspace=all")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href') === '#main'")
    page.keyboard.press("Enter")
    for _ in range(80):
        page.keyboard.press("Tab")
        assert _focus_is_visible(page)
        if page.evaluate("document.activeElement.classList.contains('tile-link')"):
            break
    else:
        pytest.fail("no tile is reached by Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Consumption history").wait_for()


def _focus_is_visible(page: Any) -> bool:
    return bool(
        page.evaluate("""() => {
        const e = document.activeElement, near = [e, e.parentElement, e.closest('li, label, summary')].filter(Boolean);
        const isRinged = style => style.outlineStyle !== 'none' || style.boxShadow !== 'none';
        return e.matches(':focus-visible') &&
            near.some(x => isRinged(getComputedStyle(x)) || isRinged(getComputedStyle(x, '::after')));
    }""")
    )


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_page_has_an_axe_violation(open_page: Callable[..., Any], width: int, scheme: str) -> None:
    """WCAG 2.2 AA as far as a machine can see it."""
    found = {}
    for name, (who, path) in PAGES.items():
        page = open_page(who, path, width=width, scheme=scheme)
        found[name] = violations_of(page)
        page.context.close()
    assert {name: what for name, what in found.items() if what} == {}


def test_nothing_is_wider_than_a_phone(open_page: Callable[..., Any]) -> None:
    wide = []
    for name, (who, path) in PAGES.items():
        page = open_page(who, path, width=360, height=740)
        if is_too_wide(page):
            wide.append(name)
        page.context.close()
    assert wide == []


def test_nothing_comes_from_another_host(open_page: Callable[..., Any], hub: str) -> None:
    page = open_page(ADMIN, "/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for path in ("/customer-activity/", "/customer-activity/enterprise/as_needed/", "/accounts/profile/"):
        page.goto(path)
    assert {urlparse(address).netloc for address in asked} == {urlparse(hub).netloc}
    assert errors == []  # nor does our own policy refuse anything


def test_a_printed_page_has_no_ribbon(open_page: Callable[..., Any]) -> None:
    page = open_page(ADMIN, "/customer-activity/?workspace=all")
    page.emulate_media(media="print")
    expect(page.locator("header.ribbon")).not_to_be_visible()
    expect(page.locator("#enterprise")).to_be_visible()


@pytest.mark.parametrize(("language", "heading"), [("de", "Kundenaktivität"), ("es", "Actividad del cliente")])
def test_the_profile_changes_the_language(open_page: Callable[..., Any], language: str, heading: str) -> None:  # R6.1
    page = open_page("activity@halden.example", "/accounts/profile/")
    page.locator("[name=language]").select_option(language)
    page.locator("main form button").click()
    page.goto("/customer-activity/")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.goto("/accounts/profile/")
    page.locator("[name=language]").select_option("en")
    page.locator("main form button").click()
