"""A customer connects its identity provider, and a colleague signs in there: in a real browser, with its policy on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.test_walk import ADMIN
from tests.people.sign_in.conftest import Idp, free_port, run_idp

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def idp() -> Iterator[Idp]:
    port = free_port()
    yield from run_idp(["oidc_provider_mock", "--port", str(port), "--require-nonce"], port, is_hostile=False)


def test_a_colleague_signs_in_with_their_organisation(open_page: Callable[..., Any], idp: Idp) -> None:  # R7.2
    admin = open_page(ADMIN, "/account-policy/provider/", script=False)
    fields = {"name": "Halden sign-in", "issuer": idp.issuer, "client_id": "hub", "client_secret": "secret"}
    for name, value in fields.items():
        admin.locator(f"[name={name}]").fill(value)
    admin.get_by_role("button", name="Check and save").click()
    admin.get_by_text("The provider answers as it should.").wait_for()
    admin.goto("/account-policy/groups/add/")
    admin.locator("[name=key]").fill("controllers")
    admin.locator("[value=customer_activity]").check()
    admin.get_by_role("button", name="Add").click()
    admin.get_by_text("Added.").wait_for()

    idp.know("joiner", email="joiner@halden.example", email_verified=True, name="Jo Inner", groups=["controllers"])
    page = open_page(None, "/accounts/login/?next=/customer-activity/")
    page.get_by_role("link", name="Sign in with your organisation").click()
    page.locator("[name=email]").fill("anybody@halden.example")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue to Halden sign-in").click()
    page.wait_for_url(f"{idp.issuer}/**")
    page.locator("[name=sub]").last.fill("joiner")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer-activity/")
    assert page.get_by_role("heading", level=1).inner_text() == "Customer activity"
    assert "Jo Inner" in page.locator(".menu-person").inner_text()
