"""What the link of an invitation opens, for whom, and how often (R3.5)."""

import re
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client, override_settings
from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations.models import AccessGrant, Membership, Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.invitations import commands
from tallyhub.people.invitations.links import Link, path_of, token_of
from tallyhub.people.invitations.page import what_roles_do
from tallyhub.people.invitations.rules import masked
from tallyhub.people.models import Invitation
from tallyhub.people.rules import LIFETIME
from tallyhub.privacy import commands as privacy
from tests.ledger.test_concurrency import together
from tests.make import PASSWORD, grant
from tests.people.inviting import SECRET, invitation_of, invite, invitee, link_of, register, text_of
from tests.world import NOW


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def grants_of(person_id: int) -> set[tuple[int | None, str, str]]:
    rows = AccessGrant.objects.using("owner").filter(person_id=person_id)
    return set(rows.values_list("workspace_id", "role", "source"))


def places_of(person_id: int) -> set[int]:
    return set(Membership.objects.using("owner").filter(person_id=person_id).values_list("workspace_id", flat=True))


# Somebody new


def test_somebody_new_opens_an_account_and_is_there(world: SimpleNamespace, client: Client, owner: Any) -> None:
    [one] = invite(world, invitee("new@example.test", "customer_activity", language="de", name="Neu"), into=world.south)
    there = client.get(link_of(one))
    assert there.status_code == 200
    assert there["Content-Language"] == "de"
    assert there["Cache-Control"] == "no-store"
    shown = text_of(there)
    assert 'value="Neu"' in shown
    assert "new@example.test" not in shown
    assert '<option value="de" selected>' in shown
    assert '<option value="Europe/Berlin" selected>' in shown
    answer = register(client, link_of(one), language="it")
    assert answer.status_code == 302
    person = Person.objects.get(pk=one.person_id)
    assert (person.name, person.language, person.zone) == ("Ada New", "it", "Europe/Rome")
    assert person.confirmed_at == NOW
    assert person.check_password(SECRET)
    assert grants_of(person.pk) == {(world.south.pk, "customer_activity", "invitation")}
    assert places_of(person.pk) == {world.south.pk}
    assert client.get("/customer-activity/").status_code == 200
    assert client.get("/").wsgi_request.access.workspace_id == world.south.pk
    assert invitation_of("new@example.test", world.south).accepted_at == NOW


def test_what_was_done_is_in_the_journal_with_who_did_it(world: SimpleNamespace, client: Client, owner: Any) -> None:
    [one] = invite(world, invitee("new@example.test", "customer_activity"))
    register(client, link_of(one))
    rows = owner.execute("SELECT kind, actor_id, subject_id, workspace_id FROM journal_event ORDER BY id").fetchall()
    assert rows[-3:] == [
        ("people.invited", world.admin.pk, one.pk, world.north.pk),
        ("organizations.role_given", None, one.person_id, world.north.pk),
        ("people.invitation_accepted", one.person_id, one.pk, world.north.pk),
    ]


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"password_again": "another long secret"}, "The two passwords differ."),
        ({"password": "short", "password_again": "short"}, "This password is refused"),
        ({"password": "password123", "password_again": "password123"}, "This password is refused"),
        ({"password": "Ada New 1", "password_again": "Ada New 1"}, "This password is refused"),
        ({"name": " "}, "This field is required"),
        ({"language": "xx"}, "Select a valid choice"),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_nothing_is_written(
    world: SimpleNamespace, client: Client, over: dict[str, str], sentence: str
) -> None:
    [one] = invite(world, invitee())
    answer = register(client, link_of(one), **over)
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    person = Person.objects.get(pk=one.person_id)
    assert not person.has_usable_password()
    assert grants_of(person.pk) == set()
    assert client.get("/accounts/profile/").status_code == 302


def test_looking_changes_nothing(world: SimpleNamespace, owner: Any) -> None:
    """Programs that scan mail follow links (R3.5)."""
    [one] = invite(world, invitee())
    everything = "SELECT (SELECT jsonb_agg(i) FROM people_invitation i), (SELECT count(*) FROM journal_event)"
    before = owner.execute(everything).fetchone()
    for client in (Client(), signed_in(world.member), signed_in(Person.objects.get(pk=one.person_id))):
        for method in ("GET", "HEAD"):
            assert client.generic(method, link_of(one)).status_code == 200
        assert client.get(f"{link_of(one)}ask/").status_code == 405
    assert owner.execute(everything).fetchone() == before


def test_a_form_of_another_site_joins_nobody(world: SimpleNamespace) -> None:
    [one] = invite(world, invitee())
    assert register(Client(enforce_csrf_checks=True), link_of(one)).status_code == 403


# Which accounts are accepted


def accept_all(workspace: Workspace) -> None:
    """Personal accounts, too."""
    Workspace.objects.using("owner").filter(pk=workspace.pk).update(refuses_personal=False)


def test_a_workspace_that_refuses_personal_accounts_lets_nobody_join_with_one(
    world: SimpleNamespace, client: Client
) -> None:  # R3.6
    [one] = invite(world, invitee("new@free.test", "support_contact"))
    refused = register(client, link_of(one))
    assert (refused.status_code, "accepts work accounts only" in text_of(refused)) == (409, True)
    assert grants_of(one.person_id) == set()
    assert not Person.objects.get(pk=one.person_id).has_usable_password()
    accept_all(world.north)
    assert register(client, link_of(one)).status_code == 302


# Somebody with an account


def test_somebody_with_an_account_signs_in_comes_back_and_joins_with_one_click(
    world: SimpleNamespace, client: Client
) -> None:  # R3.5
    accept_all(world.north)
    [one] = invite(world, invitee("stranger@birch.test", "support_contact", name="Somebody"))
    shown = client.get(link_of(one))
    assert "s…@b….test has an account here." in text_of(shown)
    assert 'name="password"' not in shown.content.decode()
    assert world.birch.name not in shown.content.decode()
    (to_sign_in,) = re.findall(r'href="(/accounts/login/\?next=[^"]+)"', shown.content.decode())
    back = client.post(to_sign_in, {"login": "stranger@birch.test", "password": PASSWORD})
    assert back["Location"] == link_of(one)
    assert "Join" in text_of(client.get(back["Location"]))
    assert client.post(back["Location"]).status_code == 302
    assert (world.north.pk, "support_contact", "invitation") in grants_of(world.stranger.pk)
    assert client.get("/").wsgi_request.access.customer_id == world.cedar.pk
    assert Person.objects.get(pk=world.stranger.pk).name == "stranger"


def test_registering_does_not_replace_the_password_of_an_account(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee("stranger@birch.test"))
    assert register(client, link_of(one)).status_code == 409
    with pytest.raises(Conflict):
        commands.register(
            act_for(0, 0).access, Link(one.pk, one.serial), name="x", password=SECRET, language="en", zone="UTC"
        )
    assert Person.objects.get(pk=world.stranger.pk).check_password(PASSWORD)


def test_several_workspaces_are_joined_one_by_one(world: SimpleNamespace, client: Client) -> None:  # R3.5
    accept_all(world.birch_main)
    [north] = invite(world, invitee("new@example.test", "support_contact"))
    [south] = invite(world, invitee("new@example.test"), into=world.south)
    [birch] = invite(world, invitee("new@example.test"), by=world.stranger, into=world.birch_main)
    register(client, link_of(north))
    assert places_of(north.person_id) == {world.north.pk}
    for one in (south, birch):
        assert client.post(link_of(one)).status_code == 302
    assert places_of(north.person_id) == {world.north.pk, world.south.pk, world.birch_main.pk}
    assert Person.objects.filter(email="new@example.test").count() == 1


def test_a_customers_administrator_is_a_member_of_the_workspace_too(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee("new@example.test", "customer_administrator"))
    register(client, link_of(one))
    assert grants_of(one.person_id) == {
        (None, "customer_administrator", "invitation"),
        (world.north.pk, "member", "invitation"),
    }


def test_a_role_that_is_held_already_is_held_from_both(world: SimpleNamespace) -> None:
    [one] = invite(world, invitee("viewer2@example.test", "support_contact"))
    person = Person.objects.get(pk=one.person_id)
    grant(person, "support_contact", world.south)
    signed_in(person).post(link_of(one))
    assert grants_of(person.pk) == {
        (world.south.pk, "support_contact", "membership"),
        (world.north.pk, "support_contact", "invitation"),
    }


def test_the_wrong_account_is_told_whose_it_is_without_the_address(world: SimpleNamespace) -> None:
    accept_all(world.north)
    [one] = invite(world, invitee("somebody.else@company.test"))
    client = signed_in(world.member)
    shown = text_of(client.get(link_of(one)))
    assert "s…@c….test" in shown
    assert "somebody.else" not in shown
    assert "company" not in shown
    assert client.post(link_of(one)).status_code == 409
    assert places_of(one.person_id) == set()
    (action,) = re.findall(r'<form method="post" action="(/accounts/logout/)">', shown.partition("<main")[2])
    assert client.post(action, {"next": link_of(one)})["Location"] == link_of(one)
    assert 'name="password"' in client.get(link_of(one)).content.decode()


@pytest.mark.parametrize(
    ("address", "shown"),
    [("a@b.c", "a…@b….c"), ("anna.berg@mail.example.org", "a…@m….org"), ("x@xn--80a1acny.xn--p1ai", "x…@x….xn--p1ai")],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


# Links that are none


def tampered(token: str) -> dict[str, str]:
    value, _, signature = token.rpartition(".")
    number, _, serial = value.partition("-")
    return {
        "forged": f"{value}.{'A' * len(signature)}",
        "truncated": token[:-1],
        "longer": f"{token}A",
        "no signature": value,
        "empty signature": f"{value}.",
        "another id": f"{int(number) + 1}-{serial}.{signature}",
        "another serial": f"{number}-{int(serial) + 1}.{signature}",
        "of another use": Signer(sep=".", salt="notifications.unsubscribe").sign(value),
        "of no use": Signer(sep=".").sign(value),
        "of another key": Signer(key="x" * 50, sep=".", salt="people.invitation").sign(value),
        "signed nonsense": Signer(sep=".", salt="people.invitation").sign("1-1-1"),
        "signed zero": Signer(sep=".", salt="people.invitation").sign("0-1"),
        "signed too large": Signer(sep=".", salt="people.invitation").sign(f"{'9' * 30}-1"),
        "oversized": "1-1." + "A" * 100_000,
        "not ASCII": f"{value}.{'ё' * 20}",
        "control": f"{value}\x00.{signature}",
        "blank": " ",
    }


def test_whatever_the_hub_did_not_sign_gets_one_and_the_same_page(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    nothing = client.get("/invitations/nothing/")
    assert nothing.status_code == 404
    assert "The link of the invitation is damaged" in text_of(nothing)
    for what, token in tampered(token_of(Link(one.pk, one.serial))).items():
        for method, path in (("get", ""), ("post", ""), ("post", "ask/")):
            answer = getattr(client, method)(reverse("people:invitation", args=[token]) + path)
            assert answer.status_code == 404, what
            assert text_of(answer) == text_of(nothing), what
    assert client.get(link_of(one)).status_code == 200


def test_a_former_secret_still_opens_it(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    link = link_of(one)
    with override_settings(SECRET_KEY="another-secret-" * 4):
        assert client.get(link).status_code == 404
        with override_settings(SECRET_KEY_FALLBACKS=["only-for-tests-and-as-long-as-a-real-one"]):
            assert client.get(link).status_code == 200


# Links that have ended


def ends(client: Client, link: str, sentence: str) -> None:
    answer = client.get(link)
    assert answer.status_code == 410
    assert sentence in text_of(answer)
    assert client.post(link).status_code in (404, 409)


def test_a_used_link_says_so_and_offers_to_sign_in(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    register(client, link_of(one))
    for browser in (Client(), signed_in(world.member)):
        ends(browser, link_of(one), "The invitation was used already.")
    assert 'href="/accounts/login/"' in Client().get(link_of(one)).content.decode()
    assert client.get(link_of(one))["Location"] == "/"  # their own: they are in
    assert client.post(link_of(one)).status_code == 409


def test_who_opens_an_account_reads_the_rules_of_a_password_before(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    page = text_of(client.get(link_of(one)))
    assert "Your password must contain at least 8 characters." in page
    assert "You become a member of the workspace." in page


def test_who_gets_the_whole_customer_is_not_told_of_one_workspace_as_well() -> None:
    roles = ["workspace_administrator", "customer_administrator", "support_contact"]
    assert what_roles_do(roles) == [
        "You can manage the people and see everything in all workspaces.",
        "You can open support requests.",
    ]


def test_sending_again_voids_the_link_that_was_sent_before(world: SimpleNamespace, client: Client) -> None:
    [first] = invite(world, invitee())
    access = act_for(world.admin.pk, world.cedar.pk).access
    again = commands.resend_invitation(access, first.pk)
    ends(client, link_of(first), "There is a newer mail with another link.")
    assert client.get(link_of(again)).status_code == 200
    [third] = invite(world, invitee())
    ends(client, link_of(again), "There is a newer mail with another link.")
    assert register(client, link_of(third)).status_code == 302
    ends(client, link_of(first), "There is a newer mail with another link.")


def test_a_link_that_was_taken_back_says_so(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    commands.revoke_invitation(act_for(world.admin.pk, world.cedar.pk).access, one.pk)
    ends(client, link_of(one), "The invitation was taken back.")
    assert "north" not in text_of(client.get(link_of(one))).lower()


def test_an_archived_workspace_is_not_joined(world: SimpleNamespace, client: Client, owner: Any) -> None:
    [one] = invite(world, invitee())
    owner.execute("UPDATE organizations_workspace SET archived_at = now() WHERE id = %s", [world.north.pk])
    ends(client, link_of(one), "The workspace is archived")
    assert places_of(one.person_id) == set()


def test_a_link_of_a_backup_that_was_restored_is_no_longer_good(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    ends(client, path_of(Link(one.pk, one.serial + 1)), "The invitation is no longer good.")


def test_a_link_is_good_to_the_last_moment_and_not_after(world: SimpleNamespace, client: Client) -> None:
    [one] = invite(world, invitee())
    with clock.frozen(NOW + LIFETIME - timedelta(seconds=1)):
        assert client.get(link_of(one)).status_code == 200
    with clock.frozen(NOW + LIFETIME):
        ends(client, link_of(one), "The invitation has expired.")
        assert register(client, link_of(one)).status_code == 409
    assert places_of(one.person_id) == set()


def test_whoever_was_barred_gets_nowhere(world: SimpleNamespace, client: Client, owner: Any) -> None:
    [one] = invite(world, invitee("member@elsewhere.test"))
    owner.execute("UPDATE accounts_person SET is_active = false WHERE id = %s", [one.person_id])
    ends(client, link_of(one), "The invitation is no longer good.")


# Erasing


def test_erasing_an_invited_person_takes_the_invitation_and_ends_the_link(
    world: SimpleNamespace, client: Client, owner: Any
) -> None:  # R10.4
    [cedar] = invite(world, invitee("new@example.test", name="Ada New"))
    [birch] = invite(world, invitee("new@example.test"), by=world.stranger, into=world.birch_main)
    assert privacy.erase_by_operator(act_for(0, 0).access, address="new@example.test")
    for table in ("accounts_person WHERE email LIKE 'new@%'", "people_invitation"):
        assert owner.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    for one in (cedar, birch):
        ends(client, link_of(one), "The invitation is no longer good.")
    told = owner.execute("SELECT customer_id FROM journal_event WHERE kind = 'privacy.person_erased'").fetchall()
    assert {customer for (customer,) in told} == {world.cedar.pk, world.birch.pk}


def test_whom_another_customer_has_invited_is_not_erased_with_ones_own_part(world: SimpleNamespace, owner: Any) -> None:
    """R10.4. The part in cedar goes, its invitation with it; birch has asked the person in, too."""
    invite(world, invitee("member@example.test"), into=world.south)
    [birch] = invite(world, invitee("member@example.test"), by=world.stranger, into=world.birch_main)
    access = act_for(world.admin.pk, world.cedar.pk).access
    assert not privacy.end_part(access, world.member.pk, confirmation="member")
    assert owner.execute("SELECT id FROM people_invitation").fetchall() == [(birch.pk,)]
    assert Client().get(link_of(birch)).status_code == 200


def test_whoever_erases_themselves_with_an_open_invitation_is_gone(world: SimpleNamespace, owner: Any) -> None:
    [one] = invite(world, invitee("stranger@birch.test"))
    privacy.erase_oneself(act_for(world.stranger.pk, world.birch.pk).access, confirmation="stranger@birch.test")
    assert owner.execute("SELECT count(*) FROM people_invitation").fetchone() == (0,)
    ends(Client(), link_of(one), "The invitation is no longer good.")


# Two at once


@pytest.mark.parametrize("how", ["register", "join"])
def test_of_two_at_once_one_joins_and_the_other_sees_that_it_was_used(
    world: SimpleNamespace, owner: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one] = invite(world, invitee("new@example.test", "support_contact"))
    person, link = Person.objects.get(pk=one.person_id), link_of(one)
    browsers = [Client() if how == "register" else signed_in(person) for _ in range(3)]
    barrier, lock = Barrier(len(browsers), timeout=20), commands.lock_people

    def meet(customer_id: int) -> None:  # all have looked before any has the lock
        barrier.wait()
        lock(customer_id)

    monkeypatch.setattr(commands, "lock_people", meet)
    act = register if how == "register" else Client.post
    answers = together(*(lambda browser=each: act(browser, link) for each in browsers))
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409]
    assert all("The invitation was used already." in text_of(each) for each in answers if each.status_code == 409)
    assert grants_of(person.pk) == {(world.north.pk, "support_contact", "invitation")}
    accepted = owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'people.invitation_accepted'").fetchone()
    assert accepted == (1,)


def test_taking_back_and_joining_at_once_ends_one_way(world: SimpleNamespace) -> None:
    access = act_for(world.admin.pk, world.cedar.pk).access
    for n in range(5):
        [one] = invite(world, invitee(f"racer{n}@example.test"))
        browser, link = Client(), link_of(one)
        together(lambda: register(browser, link), lambda: commands.revoke_invitation(access, one.pk))  # noqa: B023
        after = Invitation.objects.using("owner").get(pk=one.pk)
        assert (after.accepted_at is None) != (after.voided_at is None)
        assert (places_of(one.person_id) == {world.north.pk}) == (after.accepted_at is not None)
