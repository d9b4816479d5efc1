"""A customer's people sign in at its own identity provider, a real process (R7.2)."""

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from tallyhub.accounts.models import Person, Session
from tallyhub.organizations.models import WorkAccount
from tests.make import grant, make_person
from tests.people.sign_in.conftest import Idp, begin, come_back, plain, send, sign_in, who


def member(idp: Idp, name: str = "member", **over: Any) -> None:
    """A colleague in cedar's directory."""
    idp.know(f"{name}-at-cedar", **{"email": f"{name}@example.test", "email_verified": True} | over)


def accept_personal(workspace: Any) -> None:
    type(workspace).objects.using("owner").filter(pk=workspace.pk).update(refuses_personal=False)


def test_somebody_whom_the_customer_knows_signs_in(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    answer = sign_in(client, idp, "member-at-cedar")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(client) == "member@example.test"
    session = Session.objects.get(person=connected.member)
    assert (session.vouched_by_id, session.customer_id) == (connected.cedar.pk, connected.cedar.pk)
    assert WorkAccount.objects.using("owner").filter(person=connected.member, customer=connected.cedar).exists()


def test_the_second_time_the_account_itself_is_known(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    sign_in(client, idp, "member-at-cedar")
    member(idp, email="renamed@example.test")  # whatever address the directory says now
    other = Client()
    assert sign_in(other, idp, "member-at-cedar").status_code == 302
    assert who(other) == "member@example.test"


def test_the_question_has_a_challenge_a_state_and_a_nonce(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    asked = {name: one for name, (one, *_) in parse_qs(urlsplit(begin(client)).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["nonce"]) >= 32
    assert len(asked["state"]) >= 16
    assert asked["redirect_uri"] == "http://testserver/accounts/sso/cedar/return/"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}


def test_what_the_address_asks_for_besides_does_not_count(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    query = {"auth_params": "nonce=mine&prompt=none", "scope": "admin", "process": "connect"}
    asked = parse_qs(urlsplit(begin(client, **query)).query)
    assert "prompt" not in asked
    assert asked["nonce"] != ["mine"]
    assert "admin" not in asked["scope"][0]


def test_one_comes_back_to_where_one_wanted_to_go(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    location = idp.answer(begin(client, next="/accounts/profile/"), "member-at-cedar")
    assert come_back(client, location)["Location"] == "/accounts/profile/"
    elsewhere = Client()
    location = idp.answer(begin(elsewhere, next="https://evil.test/"), "member-at-cedar")
    assert come_back(elsewhere, location)["Location"] == "/"


def test_nobody_gets_in_whom_the_customer_does_not_know(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp, "unheard")  # an address in the customer's own domain, and no account here
    member(idp, "newcomer")  # an account, and nothing at the customer
    people = Person.objects.count()
    for name in ("unheard", "newcomer"):
        answer = sign_in(client, idp, f"{name}-at-cedar")
        assert answer.status_code == 403
        assert "nobody has invited" in answer.content.decode()
        assert who(client) == ""
    assert Person.objects.count() == people


def test_an_address_that_is_not_verified_says_nothing(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    for said in (False, None, "no"):
        member(idp, email_verified=said)
        assert "is verified" in sign_in(client, idp, "member-at-cedar").content.decode()
    assert who(client) == ""


def test_an_address_given_to_somebody_new_does_not_open_the_old_account(
    connected: SimpleNamespace, idp: Idp, client: Client
) -> None:
    member(idp)
    sign_in(client, idp, "member-at-cedar")
    idp.know("their-successor", email="member@example.test", email_verified=True)
    other = Client()
    assert "another account" in sign_in(other, idp, "their-successor").content.decode()
    assert who(other) == ""


def test_an_account_that_was_closed_does_not_open(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    sign_in(client, idp, "member-at-cedar")
    Person.objects.using("owner").filter(pk=connected.member.pk).update(is_active=False)
    other = Client()
    assert sign_in(other, idp, "member-at-cedar").status_code == 403
    assert (who(client), who(other)) == ("", "")


def test_an_answer_is_taken_once(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    location = idp.answer(begin(client), "member-at-cedar")
    assert come_back(client, location).status_code == 302
    answer = come_back(client, location)
    assert answer.status_code == 403
    assert "Begin again" in answer.content.decode()


def test_an_answer_to_another_browser_is_not_taken(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    location = idp.answer(begin(client), "member-at-cedar")
    other = Client()
    assert come_back(other, location).status_code == 403
    assert who(other) == ""


def test_breaking_off_at_the_provider_is_said(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    answer = client.get("/accounts/sso/cedar/return/", {"error": "access_denied", "state": state})
    assert answer.status_code == 403
    assert "broke off" in answer.content.decode()


def test_a_provider_that_is_switched_off_is_none(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    type(connected.provider_of_cedar).objects.using("owner").update(is_active=False)
    for path in ("", "return/"):
        assert client.get(f"/accounts/sso/cedar/{path}").status_code == 404
    assert client.post("/accounts/sso/cedar/go/").status_code == 404


def test_signing_in_by_password_afterwards_vouches_for_nothing(
    connected: SimpleNamespace, idp: Idp, client: Client
) -> None:
    member(idp)
    sign_in(client, idp, "member-at-cedar")
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "member@example.test", "password": "correct horse battery"})
    assert who(client) == "member@example.test"
    assert Session.objects.get(person=connected.member).vouched_by_id is None


def test_the_address_page_leads_by_the_domain_alone(connected: SimpleNamespace, client: Client) -> None:
    """No hint whether an address has an account."""
    for address in ("member@example.test", "nobody-at-all@example.test", "nobody@EXAMPLE.test"):
        answer = client.post("/accounts/sso/", {"email": address, "next": "/accounts/profile/"})
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/sso/cedar/?next=%2Faccounts%2Fprofile%2F")
    known, unknown = (client.post("/accounts/sso/", {"email": f"{one}@birch.test"}) for one in ("stranger", "nobody"))
    assert known.status_code == unknown.status_code == 400
    assert plain(known).replace("stranger", "nobody") == plain(unknown)
    page = client.get("/accounts/sso/cedar/?next=/accounts/profile/").content.decode()
    assert 'action="/accounts/sso/cedar/go/"' in page
    assert 'name="next" value="/accounts/profile/"' in page


def test_a_link_of_another_site_signs_nobody_in(connected: SimpleNamespace, idp: Idp) -> None:
    """Neither a link nor a form of a stranger begins: both lack our page's cookie and field."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(connected.admin)
    address = "/accounts/sso/cedar/go/"
    assert browser.get(address).status_code == 405
    assert browser.post(address, {"instead_of": connected.admin.pk}).status_code == 403
    page = browser.get("/accounts/sso/cedar/").content.decode()
    token, *_ = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert browser.post(address, {"csrfmiddlewaretoken": token, "instead_of": connected.admin.pk}).status_code == 200


def test_who_is_signed_in_is_asked_before_somebody_else_is(
    connected: SimpleNamespace, idp: Idp, client: Client
) -> None:
    member(idp)
    client.force_login(connected.admin)
    answer = client.post("/accounts/sso/cedar/go/", {"next": "/accounts/profile/"})  # of a page that asked nothing
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/sso/cedar/?next=%2Faccounts%2Fprofile%2F")
    assert "You are signed in as admin@example.test" in client.get(answer["Location"]).content.decode()
    assert sign_in(client, idp, "member-at-cedar").status_code == 302
    assert who(client) == "member@example.test"


def test_who_signed_in_meanwhile_is_not_replaced(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    member(idp)
    location = idp.answer(begin(client), "member-at-cedar")
    fields = {"login": "admin@example.test", "password": "correct horse battery"}
    assert client.post("/accounts/login/", fields).status_code == 302
    assert come_back(client, location).status_code == 403
    assert who(client) == "admin@example.test"


def test_beginning_is_limited_per_network_address(connected: SimpleNamespace, client: Client) -> None:
    found = [client.post("/accounts/sso/cedar/go/").status_code for _ in range(32)]
    assert found[0] == 200
    assert found[-1] == 403


def test_a_session_of_one_customer_opens_no_other(connected: SimpleNamespace, idp: Idp, client: Client) -> None:
    """Whoever runs cedar's directory must not come into birch by somebody who works for both."""
    both = make_person("both", email="both@freelance.test", password="!")
    grant(both, "member", connected.north)
    idp.know("both", email="both@freelance.test", email_verified=True)
    assert sign_in(client, idp, "both").status_code == 302
    grant(both, "customer_activity", connected.birch_main)
    accept_personal(connected.birch_main)
    switch = client.get("/switch/").content.decode()
    assert "Cedar" in switch
    assert "Birch" not in switch
    assert client.post("/switch/customer/", {"customer": connected.birch.pk}).status_code == 404
    assert client.get("/customer-activity/").status_code == 403


def test_whoever_runs_the_mail_of_an_address_opens_what_it_opens(
    connected: SimpleNamespace, idp: Idp, client: Client
) -> None:
    """Who can read the address's mail could ask for a new password, so nothing is gained by refusing."""
    member(idp)
    grant(connected.member, "customer_activity", connected.birch_main)
    accept_personal(connected.birch_main)
    sign_in(client, idp, "member-at-cedar")
    assert "Birch" in client.get("/switch/").content.decode()


def test_nothing_that_the_provider_said_is_kept(
    connected: SimpleNamespace, idp: Idp, client: Client, owner: Any
) -> None:
    member(idp, phone_number="123")
    sign_in(client, idp, "member-at-cedar")
    ((provider, uid, extra),) = owner.execute(
        "SELECT provider, uid, extra_data FROM socialaccount_socialaccount"
    ).fetchall()
    assert (provider, len(uid), extra) == ("cedar", 64, {})


def test_the_two_processes_are_real(idp: Idp, hostile: Idp) -> None:
    for one in (idp, hostile):
        assert send("GET", f"{one.issuer}/.well-known/openid-configuration")[0] == 200
