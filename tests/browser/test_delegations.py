"""What a customer lets a partner do, from the wish to the end, on both sides and in two languages
(S003-3, S003-4, S003-8; R5.2, R5.3).
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from tallyhub.organizations.rules import Role
from tallyhub.partners.words import MEANS
from tests.browser.looks import looks_well

Open = Callable[..., Any]
Said = Callable[..., str]
AGENT, HELPER = "admin@brightline.example", "helpdesk@brightline.example"
CUSTOMER = "admin@linden.example"
RESELLER, DISTRIBUTOR = "helpdesk@fernway.example", "admin@wexcombe.example"


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest, open_page: Open) -> Iterator[str]:
    """Everybody of these stories reads it, and English again afterwards."""
    everybody = (AGENT, HELPER, CUSTOMER, RESELLER, DISTRIBUTOR)
    for one in everybody if request.param != "en" else ():
        _read_in(request.param, open_page(one, "/accounts/profile/"))
    yield request.param
    for one in everybody if request.param != "en" else ():
        _read_in("en", open_page(one, "/accounts/profile/"))


def _read_in(language: str, page: Any) -> None:
    page.locator("[name=language]").select_option(language)
    page.locator("main form button").click()


@pytest.fixture
def said(language: str) -> Said:
    """A sentence of ours as its reader reads it."""

    def in_words(text: str, **values: str) -> str:
        with override(language):
            return gettext(text) % values if values else gettext(text)

    return in_words


def _heading(page: Any) -> str:
    return str(page.get_by_role("heading", level=1).inner_text())


def test_a_partner_asks_the_customer_grants_less_and_ends_it(open_page: Open, said: Said, language: str) -> None:
    name = f"Autumn move {language}"
    agent = open_page(AGENT, "/customers/")
    agent.get_by_role("link", name="Linden").first.click()
    agent.get_by_role("link", name=said("Ask for a delegation")).click()
    agent.get_by_label(said("Name of the delegation")).fill(name)
    for role in ("support_read", "support_tier_2"):
        agent.locator(f"[name=roles][value={role}]").check()
    agent.get_by_label(said("For how many days")).fill("731")
    agent.get_by_role("button", name=said("Send to the customer")).click()
    expect(agent.locator("#days-error")).to_be_visible()  # two years at most
    expect(agent.get_by_label(said("Name of the delegation"))).to_have_value(name)
    agent.get_by_label(said("For how many days")).fill("90")
    agent.get_by_role("button", name=said("Send to the customer")).click()
    delegation = agent.url

    customer = open_page(CUSTOMER, "/partners/")
    customer.get_by_role("link", name=said("Answer %(name)s", name=name)).click()
    assert _heading(customer) == name
    with override(language):
        expect(customer.get_by_text(str(MEANS[Role.SUPPORT_READ]))).to_be_visible()  # what it lets the partner do
    customer.locator("[name=roles][value=support_tier_2]").uncheck()
    customer.get_by_label(said("For how many days from now")).fill("14")
    customer.get_by_role("button", name=said("Approve what is ticked")).click()
    expect(customer.get_by_text(said("Nobody of the partner holds anything of it now.")).first).to_be_visible()

    agent.goto("/security-groups/")
    agent.get_by_label(said("Name of the group")).fill(name)
    agent.get_by_role("button", name=said("Make the group")).click()
    agent.get_by_label("Yasemin Karatepel").check()
    agent.get_by_role("button", name=said("Add"), exact=True).click()
    agent.goto(delegation)
    expect(agent.locator("form [name=roles]")).to_have_count(1)  # the other one was not granted
    agent.get_by_label(said("Security group")).select_option(label=name)
    agent.get_by_role("button", name=said("Assign"), exact=True).click()
    expect(agent.get_by_text("Yasemin Karatepel")).to_be_visible()

    customer.goto("/partners/")
    row = customer.get_by_role("listitem").filter(has=customer.get_by_role("heading", name=name))
    expect(row.get_by_text("Yasemin Karatepel")).to_be_visible()
    row.get_by_label(said("Terminate %(name)s", name=name)).click()
    row.get_by_role("button", name=said("Terminate it now")).click()
    expect(
        customer.get_by_text(said("It is terminated. Nobody of the partner has a right by it any more."))
    ).to_be_visible()
    agent.goto(delegation)
    expect(agent.get_by_role("link", name=said("Ask anew"))).to_be_visible()
    expect(agent.get_by_text(said("Terminate"), exact=True)).to_have_count(0)


def test_a_helper_works_inside_the_one_customer_and_knows_of_no_other(open_page: Open, said: Said) -> None:
    page = open_page(HELPER, "/customers/")
    page.get_by_role("button", name=said("Work inside %(name)s", name="Linden"), exact=False).first.click()
    page.wait_for_url("**/support/**")
    assert page.goto("/customer-activity/").status == 200
    assert page.goto("/users/").status == 403  # reads and works on requests, and manages nobody
    assert page.goto("/customers/1/").status == 404
    assert page.goto("/customers/999999/").status == 404


def test_a_reseller_without_an_indirect_provider_is_told_until_it_has_one(open_page: Open, said: Said) -> None:
    alone = said("You have no indirect provider, so nothing can be escalated.")
    reseller, distributor = open_page(RESELLER, "/partnerships/"), open_page(DISTRIBUTOR, "/partnerships/")
    expect(reseller.get_by_text(alone)).to_have_count(0)
    distributor.get_by_label(said("End the partnership with %(name)s", name="Fernway IT")).click()
    distributor.get_by_role("button", name=said("End it now")).click()
    reseller.goto("/customers/")
    expect(reseller.get_by_text(alone)).to_be_visible()
    expect(reseller.get_by_role("link", name="Aldwyn").first).to_be_visible()  # whom it serves stays
    distributor.get_by_label(said("Code of the reseller")).fill("fernway")
    distributor.get_by_role("button", name=said("Invite"), exact=True).click()
    reseller.goto("/partnerships/")
    reseller.get_by_role("button", name=said("Authorise %(name)s", name="Wexcombe Distribution")).click()
    expect(reseller.get_by_text(alone)).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_pages_fit_and_have_no_axe_violation(open_page: Open, width: int, scheme: str) -> None:
    agent = open_page(AGENT, "/customers/", width=width, scheme=scheme)
    looks_well(agent)
    agent.get_by_role("link", name="Linden").first.click()
    looks_well(agent)
    agent.get_by_role("link", name="First line").click()
    looks_well(agent)
    agent.goto("/security-groups/")
    looks_well(agent)
    agent.get_by_role("link", name="First line").click()
    looks_well(agent)
    customer = open_page(CUSTOMER, "/partners/", width=width, scheme=scheme)
    looks_well(customer)
    customer.get_by_role("link", name="Answer Directory move").click()
    looks_well(customer)
    asked_once_more = ((CUSTOMER, "/partners/"), (DISTRIBUTOR, "/partnerships/"), (AGENT, "/our-people/"))
    for who, path in (*asked_once_more, ("partners@provider.example", "/partners/all/")):
        page = open_page(who, path, width=width, scheme=scheme)
        looks_well(page)
        for one in page.locator("main details.menu > summary").all():
            one.click()
            looks_well(page)
            one.click()  # what it says may lie over the next one
