"""A customer connects its identity provider, changes it and takes it away (R7.2)."""

from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings

from tallyhub.accounts.models import Person, Session
from tallyhub.organizations.models import ProvedDomain, WorkAccount, Workspace
from tallyhub.people.models import IdentityProvider
from tests.make import grant, make_person
from tests.people.sign_in.conftest import CLIENT_ID, CLIENT_SECRET, Idp, connect, sign_in, who
from tests.world import NOW

ADDRESS = "/account-policy/provider/"


def fields(idp: Idp, **over: Any) -> dict[str, Any]:
    well = {
        "name": "Cedar sign-in",
        "issuer": idp.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "groups_claim": "groups",
        "is_active": "on",
    }
    return well | over


@pytest.fixture
def page(world: SimpleNamespace, client: Client) -> Client:
    client.force_login(world.admin)
    return client


def stored() -> IdentityProvider:
    return IdentityProvider.objects.using("owner").get()


def test_a_provider_is_connected_and_signs_people_in(
    world: SimpleNamespace, page: Client, idp: Idp, owner: Any
) -> None:
    slug = f"cedar-{world.cedar.pk}"
    assert f"http://testserver/accounts/sso/{slug}/return/" in page.get(ADDRESS).content.decode()
    assert page.post(ADDRESS, fields(idp)).status_code == 302
    assert (stored().slug, stored().customer_id) == (slug, world.cedar.pk)
    seen = page.get("/account-policy/").content.decode() + page.get(ADDRESS).content.decode()
    assert f"http://testserver/accounts/sso/{slug}/" in seen
    assert CLIENT_SECRET not in seen
    page.post(f"{ADDRESS}test/")
    assert "its keys can be read" in page.get("/account-policy/").content.decode()
    idp.know("m", email="member@example.test", email_verified=True)
    visitor = Client()
    sign_in(visitor, idp, "m", slug)
    assert who(visitor) == "member@example.test"
    kinds = {kind for (kind,) in owner.execute("SELECT kind FROM journal_event").fetchall()}
    assert kinds == {"people.provider_saved", "people.account_linked"}


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"issuer": "http://8.8.8.8"}, "cannot be reached (address)"),
        ({"issuer": "ftp://idp.example.org"}, "begins with https://"),
        ({"issuer": "https://user@idp.example.org"}, "begins with https://"),
        ({"issuer": "https://10.0.0.1"}, "no public address"),
        ({"issuer": "https://nobody.invalid"}, "cannot be reached (name)"),
        ({"client_secret": ""}, "Type the client secret"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_one_that_does_not_answer_as_itself_is_not_saved(
    page: Client, idp: Idp, over: dict[str, Any], said: str
) -> None:
    answer = page.post(ADDRESS, fields(idp, **over))
    assert answer.status_code == 400
    assert said in answer.content.decode().replace("&#x27;", "'")
    assert not IdentityProvider.objects.using("owner").exists()


def test_without_an_allowed_network_the_machine_itself_is_not_asked(page: Client, idp: Idp) -> None:
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"sign_in_allow_private": ""})):
        for issuer in (idp.issuer, idp.issuer.replace("http:", "https:"), "https://localhost:1"):
            assert page.post(ADDRESS, fields(idp, issuer=issuer)).status_code == 400
    assert not IdentityProvider.objects.using("owner").exists()


def test_a_stored_secret_is_not_sent_to_another_issuer(page: Client, idp: Idp, hostile: Idp) -> None:
    page.post(ADDRESS, fields(idp))
    answer = page.post(ADDRESS, fields(idp, issuer=hostile.issuer, client_secret=""))
    assert "Type the client secret again" in answer.content.decode()
    assert page.post(ADDRESS, fields(idp, name="Renamed", client_secret="")).status_code == 302
    assert (stored().name, stored().client_secret) == ("Renamed", CLIENT_SECRET)


def test_another_issuer_forgets_who_signed_in_by_the_old_one(
    world: SimpleNamespace, page: Client, idp: Idp, hostile: Idp, owner: Any
) -> None:
    """The same subject is somebody else there."""
    connect(world.cedar, hostile)
    hostile.tell(claims={"email": "member@example.test", "email_verified": True})
    visitor = Client()
    sign_in(visitor, hostile)
    assert who(visitor) == "member@example.test"
    assert page.post(ADDRESS, fields(idp)).status_code == 302
    assert who(visitor) == ""
    assert owner.execute("SELECT count(*) FROM socialaccount_socialaccount").fetchone() == (0,)
    assert not WorkAccount.objects.using("owner").exists()


def test_taking_it_away_names_whom_nothing_else_vouches_for(world: SimpleNamespace, page: Client, hostile: Idp) -> None:
    connect(world.cedar, hostile)
    for name, address in (("inside", "inside@example.test"), ("outside", "outside@home.test")):
        person = make_person(name, email=address, **({} if name == "inside" else {"password": "!"}))
        grant(person, "member", world.north)
        hostile.tell(claims={"sub": name, "email": address, "email_verified": True, "groups": []})
        assert sign_in(Client(), hostile).status_code == 302
    shown = page.get(f"{ADDRESS}remove/").content.decode()
    assert ">outside <" in shown
    assert ">inside <" not in shown
    assert page.post(f"{ADDRESS}remove/").status_code == 302
    assert not Session.objects.filter(vouched_by_id=world.cedar.pk).exists()
    assert not IdentityProvider.objects.using("owner").exists()
    assert "Connect your identity provider" in page.get("/account-policy/").content.decode()


def test_the_last_who_administers_by_it_keeps_it(world: SimpleNamespace, page: Client, hostile: Idp) -> None:
    connect(world.cedar, hostile)
    WorkAccount.objects.using("owner").create(
        customer_id=world.cedar.pk, person_id=world.admin.pk, vouched_at="2026-11-21T12:00Z"
    )
    ProvedDomain.objects.using("owner").filter(customer=world.cedar).delete()
    session = page.session
    session["vouched_by"] = world.cedar.pk
    session.save()
    assert page.post(f"{ADDRESS}remove/").status_code == 409
    assert IdentityProvider.objects.using("owner").exists()


@pytest.fixture
def by_it_alone(world: SimpleNamespace, hostile: Idp, client: Client) -> Client:
    """Cedar's administrator signs in by the provider and has no password; nobody refuses personal accounts."""
    connect(world.cedar, hostile)
    Workspace.objects.using("owner").update(refuses_personal=False)
    Person.objects.using("owner").filter(pk=world.admin.pk).update(password=make_password(None))
    hostile.tell(claims={"sub": "a", "email": "admin@example.test", "email_verified": True, "groups": []})
    sign_in(client, hostile)
    assert who(client) == "admin@example.test"
    return client


@pytest.mark.parametrize("way", ["remove", "switch off", "another issuer"])
def test_who_signs_in_by_it_alone_does_not_lock_out_themselves(
    world: SimpleNamespace, by_it_alone: Client, idp: Idp, hostile: Idp, way: str
) -> None:
    shown = by_it_alone.get(f"{ADDRESS}remove/").content.decode()
    assert "have no password here" in shown
    assert ">admin</li>" in shown
    assert "Nobody loses anything" not in shown
    answer = _end(by_it_alone, idp, hostile, way)
    assert answer.status_code == (409 if way == "remove" else 400)
    assert "You would lock yourself out" in answer.content.decode()
    assert stored().is_active
    assert stored().issuer == hostile.issuer


@pytest.mark.parametrize("way", ["remove", "switch off", "another issuer"])
def test_nor_does_another_one_who_goes_lock_them_out(
    world: SimpleNamespace, by_it_alone: Client, idp: Idp, hostile: Idp, way: str
) -> None:
    """Somebody whose own role ends counts for nothing: the customer's last administrator is who has no password."""
    grant(world.member, "customer_administrator", world.cedar, ends_at=NOW + timedelta(days=9))
    other = Client()
    other.force_login(world.member)
    answer = _end(other, idp, hostile, way)
    assert answer.status_code == (409 if way == "remove" else 400)
    assert "Somebody must stay who administers the customer" in answer.content.decode()
    assert (stored().is_active, stored().issuer) == (True, hostile.issuer)
    grant(world.reader, "customer_administrator", world.cedar)
    assert _end(other, idp, hostile, way).status_code == 302


def _end(browser: Client, idp: Idp, hostile: Idp, way: str) -> Any:
    if way == "remove":
        return browser.post(f"{ADDRESS}remove/")
    if way == "switch off":
        off = fields(hostile)
        del off["is_active"]
        return browser.post(ADDRESS, off)
    return browser.post(ADDRESS, fields(idp))


def test_what_all_customers_know_is_not_opened_by_the_word_of_one(
    world: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    connect(world.cedar, hostile)
    person = make_person("both", email="both@home.test", password="!")
    grant(person, "member", world.north)
    hostile.tell(claims={"email": "both@home.test", "email_verified": True})
    sign_in(client, hostile)
    with closing(client.post("/accounts/my-data/export/")) as answer:
        assert answer.status_code == 200
    grant(person, "member", world.birch_main)
    assert client.post("/accounts/my-data/export/").status_code == 409
    assert client.get("/accounts/my-data/erase/").status_code == 409


def test_whoever_has_no_password_is_told_so(world: SimpleNamespace, hostile: Idp, client: Client) -> None:
    connect(world.cedar, hostile)
    grant(make_person("alone", email="alone@home.test", password="!"), "member", world.north)
    hostile.tell(claims={"email": "alone@home.test", "email_verified": True})
    sign_in(client, hostile)
    page = client.get("/accounts/password/change/", follow=True).content.decode()
    assert "You have no password here" in page
