"""A customer connects its identity provider, and colleagues sign in there: in a real browser, with its policy on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_inviting import invite, row_of
from tests.browser.test_walk import ADMIN
from tests.people.sign_in.conftest import Idp, free_port, run_idp


@pytest.fixture(scope="module")
def idp() -> Iterator[Idp]:
    port = free_port()
    yield from run_idp(["oidc_provider_mock", "--port", str(port), "--require-nonce"], port, is_hostile=False)


def connect(admin: Any, idp: Idp) -> None:
    admin.goto("/account-policy/provider/")
    fields = {"name": "Halden sign-in", "issuer": idp.issuer, "client_id": "hub", "client_secret": "secret"}
    for name, value in fields.items():
        admin.locator(f"[name={name}]").fill(value)
    admin.get_by_role("button", name="Check and save").click()
    admin.get_by_text("The provider answers as it should.").wait_for()


def sign_in(page: Any, idp: Idp, subject: str) -> None:
    """From the page that asks for an address, all the way."""
    page.locator("[name=email]").fill("anybody@halden.example")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue to Halden sign-in").click()
    page.wait_for_url(f"{idp.issuer}/**")
    page.locator("input[name=sub]").fill(subject)  # whoever has been there is a button of that name
    page.keyboard.press("Enter")


def test_a_colleague_signs_in_with_their_organisation(open_page: Callable[..., Any], idp: Idp) -> None:  # R7.2
    admin = open_page(ADMIN, "/account-policy/", script=False)
    connect(admin, idp)
    admin.goto("/account-policy/groups/add/")
    admin.locator("[name=key]").fill("controllers")
    admin.locator("[value=customer_activity]").check()
    admin.get_by_role("button", name="Add").click()
    admin.get_by_text("Added.").wait_for()

    idp.know("joiner", email="joiner@halden.example", email_verified=True, name="Jo Inner", groups=["controllers"])
    page = open_page(None, "/accounts/login/?next=/customer-activity/")
    page.get_by_role("link", name="Sign in with your organisation").click()
    sign_in(page, idp, "joiner")
    page.wait_for_url("**/customer-activity/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customer activity")
    expect(page.locator(".menu-person")).to_contain_text("Jo Inner")


def test_somebody_invited_signs_in_with_their_organisation_and_reads_no_mail(
    open_page: Callable[..., Any], idp: Idp
) -> None:  # R3.5, R7.2
    """Scenario 12, of the same directory."""
    admin = open_page(ADMIN, "/account-policy/", script=False)
    connect(admin, idp)
    address = "night-shift@halden.example"
    invite(admin, "Sawmills", address, "customer_activity")
    assert "Invited" in row_of(admin, address)

    idp.know("night-shift", email=address, email_verified=True, name="Nia Shift")
    page = open_page(None, "/accounts/sso/?next=/customer-activity/")
    sign_in(page, idp, "night-shift")
    page.wait_for_url("**/customer-activity/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customer activity")
    expect(page.locator("header")).to_contain_text("Sawmills")
    row = row_of(admin, address)
    assert "Registered" in row
    assert "Invited" not in row
    assert "Customer activity" in row
