"""Whoever was invited and comes by the customer's own sign-in is in, without any mail (R3.5, R7.2)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.kernel import clock
from tallyhub.organizations.models import Membership
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.invitations import commands
from tallyhub.people.rules import LIFETIME
from tests.people.inviting import invitation_of, invite, invitee, link_of, text_of
from tests.people.sign_in.conftest import Idp, begin, come_back, sign_in, who
from tests.people.test_joining import grants_of, places_of
from tests.world import NOW

ADDRESS = "new@example.test"  # of cedar's own domain; nothing is ever read there
ACCEPTED = "people.invitation_accepted"


@pytest.fixture
def known(connected: SimpleNamespace, idp: Idp) -> SimpleNamespace:
    """Cedar's directory knows somebody whom the hub does not know yet."""
    idp.know("new-at-cedar", email=ADDRESS, email_verified=True, name="Ada New")
    return connected


def test_somebody_invited_signs_in_and_is_there(known: SimpleNamespace, idp: Idp, client: Client, owner: Any) -> None:
    [one] = invite(known, invitee(ADDRESS, "customer_activity"), into=known.south)
    assert sign_in(client, idp, "new-at-cedar")["Location"] == "/"
    assert who(client) == ADDRESS
    assert client.get("/customer-activity/").status_code == 200
    assert client.get("/").wsgi_request.access.workspace_id == known.south.pk
    assert grants_of(one.person_id) == {(known.south.pk, "customer_activity", "invitation")}
    assert invitation_of(ADDRESS, known.south).accepted_at == NOW
    rows = owner.execute("SELECT actor_id, subject_id, workspace_id FROM journal_event WHERE kind = %s", [ACCEPTED])
    assert rows.fetchall() == [(one.person_id, one.pk, known.south.pk)]


def test_manage_users_says_invited_before_and_registered_afterwards(
    known: SimpleNamespace, idp: Idp, client: Client
) -> None:  # R7.1
    [one] = invite(known, invitee(ADDRESS, name="Ada New"))
    client.force_login(known.admin)
    before = text_of(client.get(f"/users/invited/{one.pk}/"))
    sign_in(Client(), idp, "new-at-cedar")
    after = text_of(client.get(f"/users/{one.person_id}/"))
    assert ("Registered" in before, "Open invitations" in before) == (False, True)
    assert ("Registered" in after, "Open invitations" in after) == (True, False)


def test_all_that_is_open_is_joined_and_nothing_else(known: SimpleNamespace, idp: Idp, client: Client) -> None:
    """Not another customer's, though its provider may have the same person: that one is for its own sign-in or link."""
    access = act_for(known.admin.pk, known.cedar.pk).access
    [north] = invite(known, invitee(ADDRESS, "support_contact"))
    [south] = invite(known, invitee(ADDRESS), into=known.south)
    invite(known, invitee(ADDRESS), by=known.stranger, into=known.birch_main)
    commands.revoke_invitation(access, south.pk)
    [other] = invite(known, invitee("other@example.test"))
    sign_in(client, idp, "new-at-cedar")
    assert places_of(north.person_id) == {known.north.pk}
    assert places_of(other.person_id) == set()
    assert invitation_of("other@example.test", known.north).accepted_at is None
    assert invitation_of(ADDRESS, known.south).accepted_at is None
    assert invitation_of(ADDRESS, known.birch_main).accepted_at is None


def test_an_invitation_that_has_expired_lets_nobody_in(known: SimpleNamespace, idp: Idp, client: Client) -> None:
    [one] = invite(known, invitee(ADDRESS))
    with clock.frozen(NOW + LIFETIME):
        assert sign_in(client, idp, "new-at-cedar").status_code == 403
    assert who(client) == ""
    assert places_of(one.person_id) == set()


def test_who_is_in_already_does_not_join_what_has_expired_or_is_archived(
    known: SimpleNamespace, idp: Idp, client: Client, owner: Any
) -> None:
    invite(known, invitee("member@example.test"), into=known.south)
    idp.know("member-at-cedar", email="member@example.test", email_verified=True)
    with clock.frozen(NOW + LIFETIME):
        assert sign_in(client, idp, "member-at-cedar").status_code == 302
    assert places_of(known.member.pk) == {known.north.pk}
    owner.execute("UPDATE organizations_workspace SET archived_at = now() WHERE id = %s", [known.south.pk])
    assert sign_in(Client(), idp, "member-at-cedar").status_code == 302
    assert places_of(known.member.pk) == {known.north.pk}


def test_further_workspaces_are_joined_by_the_next_sign_in(known: SimpleNamespace, idp: Idp) -> None:  # R3.5
    [north] = invite(known, invitee(ADDRESS))
    sign_in(Client(), idp, "new-at-cedar")
    invite(known, invitee(ADDRESS), into=known.south)
    with clock.frozen(NOW + timedelta(hours=1)):
        sign_in(Client(), idp, "new-at-cedar")
    assert places_of(north.person_id) == {known.north.pk, known.south.pk}
    assert Membership.objects.using("owner").filter(person_id=north.person_id).count() == 2


def test_whoever_comes_from_the_link_is_led_home(known: SimpleNamespace, idp: Idp, client: Client) -> None:
    """The page of the link offers one's organisation: on the way back they have joined, and need not read of it."""
    [one] = invite(known, invitee(ADDRESS))
    link = link_of(one)
    assert f'href="/accounts/sso/?next={link}"' in client.get(link).content.decode()
    back = come_back(client, idp.answer(begin(client, next=link), "new-at-cedar"))
    assert back["Location"] == link
    assert client.get(link)["Location"] == "/"
    assert client.post(link).status_code == 409
    assert Client().get(link).status_code == 410


def test_somebody_whom_nobody_has_invited_stays_outside(known: SimpleNamespace, idp: Idp, client: Client) -> None:
    invite(known, invitee("other@example.test"))
    assert sign_in(client, idp, "new-at-cedar").status_code == 403
    assert who(client) == ""
