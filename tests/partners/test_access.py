"""Without the right: what the page says, and that nothing leaks (design 5.1, S003-1, S003-2)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.organizations.models import AccessGrant
from tallyhub.partners.delegations import queries
from tests.make import employ, make_delegation, make_organization, make_person, make_request, make_resale
from tests.partners.world import assigned, opens

OF_PARTNERS = ("customers", "groups", "partnerships", "partners", "overview")


def test_the_page_names_the_roles_that_would_do_and_where_else_one_may_go(firm: Any, as_: Any) -> None:  # S003-1
    answer = as_(firm.clerk).get("/customers/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "It takes one of these roles: Admin agent and Helpdesk agent." in page
    assert "Sign in with another account" in page
    assert "Switch to another organisation" in page
    assert "Cedar" not in page


def test_within_a_customer_it_names_what_the_customer_would_delegate(firm: Any, as_: Any) -> None:  # S003-1
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.helper)
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 200
    page = helper.get("/users/").content.decode()
    assert "Support, tier 2 and Full administration" in page
    assert "Workspace administrator" not in page


def test_a_customers_own_people_are_told_of_roles_of_their_own(firm: Any, as_: Any) -> None:
    page = as_(firm.member).get("/audit/").content.decode()
    assert "Customer administrator and Workspace administrator" in page
    assert "CSAM" not in page
    assert "tier" not in page


def test_roles_that_one_is_never_given_are_named_as_such(firm: Any, as_: Any) -> None:  # S003-1
    only = "It takes this role: Customer administrator. Only the customer’s own people are given it."
    assert only in as_(firm.agent).get("/partners/").content.decode()
    page = as_(firm.member).get("/customers/").content.decode()
    assert "Helpdesk agent. Only people of the provider or of a partner are given it." in page


def test_who_works_for_a_partner_is_not_told_to_wait_for_a_customer(firm: Any, as_: Any) -> None:
    agent = as_(firm.agent)
    for address in ("/", "/support/", "/management/"):
        page = agent.get(address).content.decode()
        assert "You work inside no customer now." in page
        assert "not assigned to a customer yet" not in page


def test_a_sales_agent_reads_the_list_and_works_nowhere(firm: Any, as_: Any) -> None:  # S003-1
    seller = as_(firm.seller)
    assert seller.get("/customers/").status_code == 200
    page = seller.get(f"/customers/{firm.cedar.pk}/").content.decode()
    assert "It takes the role Admin agent or Helpdesk agent" in page
    assert seller.get("/security-groups/").status_code == 403


@pytest.mark.parametrize("name", OF_PARTNERS)
def test_a_stranger_signs_in_first_and_reads_nothing(firm: Any, client: Any, name: str) -> None:  # S003-2
    address = reverse(f"partners:{name}")
    answer = client.get(address)
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={address}")
    assert b"Cedar" not in answer.content


def test_a_signed_out_visitor_learns_nothing_by_ids(firm: Any, client: Any) -> None:  # S003-2
    one, ask = make_delegation(firm.partner, firm.cedar), make_request(firm.north)
    for address in (
        f"/customers/{firm.cedar.pk}/",
        "/customers/999999/",
        f"/customers/delegations/{one.pk}/",
        f"/partners/delegations/{one.pk}/",
        f"/partners/requests/{ask.number}/",
        f"/support/requests/{ask.number}/",
    ):
        assert client.get(address).url == f"/accounts/login/?next={address}"


def test_a_read_only_role_changes_nothing(firm: Any, as_: Any) -> None:  # least privilege, spec 2.4
    one, ask = make_delegation(firm.partner, firm.cedar), make_request(firm.north)
    assigned(firm, as_, one, firm.helper)
    helper = as_(firm.helper)
    opens(helper, firm.cedar)
    assert helper.get(f"/support/requests/{ask.number}/").status_code == 200
    for address in (f"/support/requests/{ask.number}/note/", f"/support/requests/{ask.number}/assign/"):
        assert helper.post(address, {"body": "x", "version": "1"}).status_code == 403, address
    assert helper.get("/support/open/").status_code in (403, 404)


def test_tier_1_answers_and_notes(firm: Any, as_: Any) -> None:
    one = make_delegation(firm.partner, firm.cedar, granted=["support_tier_1"], roles=["support_tier_1"])
    ask = make_request(firm.north)
    assigned(firm, as_, one, firm.helper, roles=["support_tier_1"])
    helper = as_(firm.helper)
    opens(helper, firm.cedar)
    assert helper.post(f"/support/requests/{ask.number}/note/", {"body": "Looked at it."}).status_code == 302
    assert helper.get("/support/queue/").status_code == 200
    assert ask.number in helper.get("/support/queue/").content.decode()
    assert helper.get("/users/").status_code == 403


@pytest.fixture
def tier_2(firm: Any, as_: Any) -> SimpleNamespace:
    one = make_delegation(firm.partner, firm.cedar, granted=["support_tier_2"], roles=["support_tier_2"])
    assigned(firm, as_, one, firm.helper, roles=["support_tier_2"])
    firm.browser = as_(firm.helper)
    opens(firm.browser, firm.cedar)
    return firm


def test_tier_2_gives_ordinary_roles_and_makes_nobody_an_administrator(tier_2: Any) -> None:
    there, browser = {"workspace": tier_2.north.pk}, tier_2.browser
    give = reverse("people:user_roles", args=[tier_2.member.pk])
    assert browser.post(give, there | {"role": ["learning_manager"]}).status_code == 302
    held = AccessGrant.objects.using("owner").filter(person_id=tier_2.member.pk)
    assert held.filter(role="learning_manager").exists()
    assert browser.post(give, there | {"role": ["workspace_administrator"]}).status_code == 409
    browser.post(reverse("people:user_administration_give", args=[tier_2.member.pk]), there)
    assert not held.filter(role__in=["workspace_administrator", "customer_administrator"]).exists()
    of_admins = AccessGrant.objects.using("owner").filter(role__contains="_administrator", customer=tier_2.cedar)
    before = of_admins.count()
    for person in (tier_2.admin, tier_2.north_admin):
        browser.post(reverse("people:user_administration_take", args=[person.pk]), there)
        browser.post(reverse("people:user_remove", args=[person.pk]), there)
        browser.post(reverse("people:user_roles", args=[person.pk]), there | {"role": ["learning_manager"]})
    assert of_admins.count() == before


def test_tier_2_invites_nobody_as_an_administrator(tier_2: Any) -> None:
    from tallyhub.kernel.errors import Conflict
    from tallyhub.organizations.sign_on import act_for
    from tallyhub.people.invitations.commands import invite_people
    from tallyhub.people.steps import Invitee

    access = act_for(tier_2.helper.pk, tier_2.cedar.pk).access
    with pytest.raises(Conflict, match="administrators_not_delegated"):
        invite_people(access, tier_2.north.pk, [Invitee("x@example.test", ("customer_administrator",), "en")])


def test_a_list_of_many_customers_is_paged_searched_and_filtered(firm: Any, as_: Any, statements: Any) -> None:
    # edge case 41
    helper = as_(firm.helper)
    helper.get("/customers/")
    with statements() as few:
        helper.get("/customers/")
    for n in range(queries.PAGE_ROWS + 5):
        make_resale(firm.partner, make_organization(f"many-{n:03}", name=f"Many {n:03}"))
    with statements() as many:
        page = helper.get("/customers/").content.decode()
    assert len(many) == len(few)
    assert "Next page" in page
    assert "Many 054" not in page
    found = helper.get("/customers/?text=many+054").content.decode()
    assert "Many 054" in found
    assert "Many 001" not in found
    address = page.split('href="?after=')[1].split('"')[0].replace("&amp;", "&")
    rest = helper.get(f"/customers/?after={address}").content.decode()
    assert "Many 054" in rest
    assert "Many 001" not in rest
    one = make_delegation(firm.partner, firm.cedar)
    active = helper.get("/customers/?state=active").content.decode()
    assert "Cedar" in active
    assert "Birch" not in active
    assert helper.get("/customers/?state=nonsense").status_code == 404
    assert helper.get("/customers/?after=x~y").status_code == 404
    assert one.pk


def test_an_empty_list_says_what_to_do(firm: Any, as_: Any) -> None:  # edge case 41
    page = as_(firm.rival_agent).get("/customers/").content.decode()
    assert "No customer yet" in page


def test_pages_cost_the_same_whatever_there_is(firm: Any, as_: Any, statements: Any) -> None:
    admin, agent = as_(firm.admin), as_(firm.agent)
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.helper)
    pages = [(admin, "/partners/"), (agent, f"/customers/{firm.cedar.pk}/"), (agent, "/security-groups/")]
    before = []
    for browser, address in pages:
        browser.get(address)
        with statements() as made:
            browser.get(address)
        before.append(len(made))
    for n in range(5):
        more = make_delegation(firm.partner, firm.cedar)
        person = make_person(f"more{n}", email=f"more{n}@house.test")
        employ(person, firm.partner, "helpdesk_agent")
        assigned(firm, as_, more, person)
    after = []
    for browser, address in pages:
        with statements() as made:
            browser.get(address)
        after.append(len(made))
    assert after == before
