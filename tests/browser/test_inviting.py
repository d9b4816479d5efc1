"""Somebody of another organisation is invited, twice, and opens the newer mail in a private window (R3.5)."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.test_office import CSAM, work_inside
from tests.browser.test_walk import ADMIN

MAIL_SECONDS_MAX = 60


def invite(page: Any, workspace: str | None, address: str, *roles: str) -> None:
    """``workspace`` None: the only one there is."""
    page.goto("/users/invite/")
    if workspace:
        page.locator("main [name=workspace]").select_option(label=workspace)
    page.locator("[name=people]").fill(address)
    for role in roles:
        page.locator(f"[name=roles][value={role}]").check()
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("button", name="Send 1 invitation").click()
    page.get_by_text("1 invitation is on its way.").wait_for()


def row_of(page: Any, who: str, *, workspace: str = "all") -> str:
    """What *Manage users* says of somebody now; ``workspace`` empty: in the one that is worked in."""
    page.goto(f"/users/?text={who}&workspace={workspace}")
    return str(page.locator("tbody tr", has_text=who).inner_text())


def links_to(page: Any, address: str, count: int) -> list[str]:
    """The links in the mails to somebody, the newest first, as soon as the job worker has sent so many."""
    rows = page.locator("tbody tr", has_text=address)
    for _ in range(MAIL_SECONDS_MAX * 2):
        page.goto("/demo/mail/")
        if rows.count() == count:
            break
        page.wait_for_timeout(500)
    assert rows.count() == count, f"no {count} mails to {address} came within {MAIL_SECONDS_MAX} seconds"
    found = []
    for mail in [link.get_attribute("href") for link in rows.locator("a").all()]:
        page.goto(mail)
        found += re.findall(r"/invitations/\S+/", page.locator("pre").inner_text())
    return found


def register(page: Any, name: str) -> None:
    page.locator("[name=name]").fill(name)
    for field in ("password", "password_again"):
        page.locator(f"[name={field}]").fill("a long new secret")
    page.get_by_role("button", name="Open the account and join").click()
    page.get_by_text("You have joined the workspace.").wait_for()


def test_the_link_that_was_sent_again_works_in_a_private_window(open_page: Callable[..., Any]) -> None:
    """Scenario 12, of another directory. R3.5, and R3.6: the customer has allowed personal accounts there."""
    admin = open_page(ADMIN, "/account-policy/", script=False)
    admin.get_by_role("button", name="Allow personal accounts in Sawmills").click()
    address = "surveyor@elsewhere.example"
    invite(admin, "Sawmills", address, "customer_activity")
    links_to(admin, address, 1)
    assert "Invited" in row_of(admin, address)
    admin.locator("tbody tr", has_text=address).get_by_role("link").first.click()
    admin.get_by_role("button", name="Send again").click()
    expect(admin.locator("main")).to_contain_text(
        "The link that was sent before opens nothing any more.", use_inner_text=True
    )
    newer, older = links_to(admin, address, 2)
    assert newer != older

    private = open_page(None, older, script=False)
    expect(private.locator("main")).to_contain_text("There is a newer mail with another link.")
    expect(private.locator("[name=password]")).to_have_count(0)
    private = open_page(None, newer, script=False)
    expect(private.locator("main")).to_contain_text("Sawmills")
    register(private, "Sunniva Veyor")
    private.goto("/customer-activity/")
    expect(private.get_by_role("heading", level=1)).to_have_text("Customer activity")
    again = open_page(None, newer, script=False)
    expect(again.locator("main")).to_contain_text("The invitation was used already.")

    row = row_of(admin, address)
    assert "Sunniva Veyor" in row
    assert "Registered" in row
    assert "Invited" not in row


def test_a_personal_account_is_refused_until_it_is_allowed(open_page: Callable[..., Any]) -> None:
    """Scenario 8 (R3.6), where a unified agreement reaches."""
    admin = open_page(ADMIN, "/account-policy/", script=False)
    invite(admin, "Logistics", "mender@elsewhere.example", "customer_activity")
    (link,) = links_to(admin, "mender@elsewhere.example", 1)
    guest = open_page(None, link, script=False)
    expect(guest.locator("main")).to_contain_text("Logistics accepts work accounts only")
    expect(guest.locator("[name=password]")).to_have_count(0)
    admin.goto("/account-policy/")
    admin.get_by_role("button", name="Allow personal accounts in Logistics").click()
    guest.goto(link)
    register(guest, "Merle Mender")


def test_a_personal_account_is_accepted_at_once_where_premier_reaches(open_page: Callable[..., Any]) -> None:
    """Scenario 8 (R3.6): nobody has allowed anything."""
    team = open_page(CSAM, "/", script=False)
    work_inside(team, "Kestrel County Schools")
    team.goto("/office/workspaces/new/")
    team.locator("[name=name]").fill("Sports halls")
    team.locator("[name=goal]").fill("Lights that work in every hall")
    team.locator("[name=administrators]").fill("warden@elsewhere.example")
    team.locator("main").get_by_label("Premier base").check()
    team.get_by_role("button", name="Make it and invite").click()
    (link,) = links_to(team, "warden@elsewhere.example", 1)
    register(open_page(None, link, script=False), "Wenda Warden")
