"""The mails of invitations: to whom, in which language, when again, and when not any more (R6.2, R3.1, R3.5)."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command
from tallyhub.notifications import letters
from tallyhub.notifications.letters import Kind, Letter
from tallyhub.organizations.models import AccessGrant, Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people import jobs
from tallyhub.people import steps as people
from tallyhub.people.invitations import commands
from tallyhub.people.models import Invitation
from tallyhub.people.rules import LIFETIME, REMIND_AFTER
from tests.ledger.test_concurrency import together
from tests.notifications.conftest import MailServer, smtp  # noqa: F401 - a fixture
from tests.people.inviting import (
    invitation_of,
    invite,
    invitee,
    link_in,
    link_of,
    readers,
    register,
    subjects,
    text_of,
)
from tests.working import run_jobs
from tests.world import NOW

DAY = timedelta(days=1)


@pytest.fixture
def mails(smtp: MailServer) -> Iterator[MailServer]:  # noqa: F811
    return smtp


def text(mails: MailServer) -> str:
    return str(mails.last().get_body(("plain",)).get_content())


def states(owner: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = owner.execute(
        "SELECT state, error FROM notifications_mail WHERE letter LIKE 'people.%' ORDER BY created_at, key"
    ).fetchall()
    return found


# What is in it


def test_an_invitation_says_who_invites_where_as_what_and_until_when(
    world: SimpleNamespace, mails: MailServer, client: Client
) -> None:
    invite(world, invitee("new@example.test", "support_contact", "customer_activity", name="Ada"))
    run_jobs()
    assert readers(mails) == ["new@example.test"]
    assert subjects(mails) == ["Invitation to Cedar"]
    for body in ("plain", "html"):
        said = mails.last().get_body((body,)).get_content()
        assert "Hello Ada," in said
        assert "admin invites you into the workspace North of Cedar." in said
        assert "You can open support requests." in said
        assert "You can see what was bought, used and is left." in said
        assert "5 December 2026, 13:00 (Europe/Berlin)" in said
        assert "Accept the invitation" in said
    assert register(client, link_in(mails.last())).status_code == 302


def test_the_hub_itself_invites_in_the_organisations_name(world: SimpleNamespace, mails: MailServer) -> None:  # R3.1
    hub_invites(Access.of_system([world.cedar.pk]), world.north.pk, 1)
    run_jobs()
    assert "Cedar invites you into its workspace North." in text(mails)


def test_an_inviter_whom_the_customer_no_longer_knows_is_not_named(
    world: SimpleNamespace, mails: MailServer, owner: Any
) -> None:
    invite(world, invitee(), by=world.north_admin)
    owner.execute("DELETE FROM organizations_accessgrant WHERE person_id = %s", [world.north_admin.pk])
    owner.execute("DELETE FROM organizations_membership WHERE person_id = %s", [world.north_admin.pk])
    run_jobs()
    assert "Cedar invites you into its workspace North." in text(mails)
    assert "north_admin" not in text(mails)


@pytest.mark.parametrize("language", ["en", "de", "es", "ru", "it"])
def test_the_mail_is_in_the_language_that_the_inviter_chose(
    world: SimpleNamespace, mails: MailServer, monkeypatch: pytest.MonkeyPatch, owner: Any, language: str
) -> None:  # R6.2
    owner.execute("UPDATE accounts_person SET language = 'es' WHERE id = %s", [world.stranger.pk])
    made = letters.LETTERS["people.invited"].make

    def marked(*about: Any) -> Letter:
        letter = made(*about)
        return Letter(f"{translation.get_language()}: {letter.subject}", letter.paragraphs, letter.button, letter.path)

    monkeypatch.setitem(letters.LETTERS, "people.invited", Kind(marked))
    invite(world, invitee("stranger@birch.test", language=language), invitee("new@example.test", language=language))
    run_jobs()
    assert len(mails.mails) == 2
    for _, _, message in mails.mails:
        assert str(message["Subject"]).startswith(f"{language}: ")
        assert f'lang="{language}"' in message.get_body(("html",)).get_content()


def test_a_job_that_is_repeated_writes_nobody_twice(world: SimpleNamespace, mails: MailServer) -> None:
    [one] = invite(world, invitee())
    for _ in range(3):
        _write(world, one)
    run_jobs()
    assert readers(mails) == ["new@example.test"]


def test_no_link_and_no_name_waits_in_the_database(world: SimpleNamespace, mails: MailServer, owner: Any) -> None:
    [one] = invite(world, invitee("new@example.test", name="Ada Lovelace"))
    every = "(SELECT jsonb_agg(t) FROM {} t)::text"
    jobs_and_mails = f"SELECT {every.format('procrastinate_jobs')}, {every.format('notifications_mail')}"
    before = owner.execute(jobs_and_mails).fetchone()
    run_jobs()
    after = owner.execute(jobs_and_mails).fetchone()
    said = str((before, after))
    assert "tell_invited" in said
    assert '"serial": 1' in said
    for secret in ("example.test", "Lovelace", link_of(one), link_of(one).rpartition(".")[2]):
        assert secret not in said


# When it is none any more


def later(world: SimpleNamespace, one: Invitation, what: str, owner: Any) -> None:
    """What happens between the writing of a mail and its sending."""
    access = act_for(world.admin.pk, world.cedar.pk).access
    if what == "accepted":
        register(Client(), link_of(one))
    elif what == "revoked":
        commands.revoke_invitation(access, one.pk)
    elif what == "resent":
        commands.resend_invitation(access, one.pk)
    elif what == "archived":
        owner.execute("UPDATE organizations_workspace SET archived_at = now()")
    elif what == "expired":
        owner.execute("UPDATE people_invitation SET expires_at = %s", [NOW])


@pytest.mark.parametrize("what", ["accepted", "revoked", "archived", "expired"])
def test_a_mail_that_is_no_news_any_more_is_not_sent(
    world: SimpleNamespace, mails: MailServer, owner: Any, what: str
) -> None:
    [one] = invite(world, invitee())
    _write(world, one)
    later(world, one, what, owner)
    run_jobs()
    assert mails.mails == []
    assert set(states(owner)) == {("stopped", "outdated")}


def test_of_two_mails_only_the_newer_one_is_sent(world: SimpleNamespace, mails: MailServer, owner: Any) -> None:
    [one] = invite(world, invitee())
    _write(world, one)
    later(world, one, "resent", owner)
    run_jobs()
    [only] = mails.mails
    assert Client().get(link_in(only[2])).status_code == 200
    assert sorted(set(states(owner))) == [("sent", ""), ("stopped", "outdated")]


def _write(world: SimpleNamespace, one: Invitation) -> None:
    """The mail is in the outbox, and nobody has sent it yet."""
    from tallyhub.notifications.commands import tell_invited

    tell_invited(Access.of_system([world.cedar.pk]), [one.pk])


def test_sent_again_it_is_another_mail_with_another_link(world: SimpleNamespace, mails: MailServer) -> None:
    [one] = invite(world, invitee())
    run_jobs()
    commands.resend_invitation(act_for(world.north_admin.pk, world.cedar.pk).access, one.pk)
    run_jobs()
    first, second = (link_in(message) for _, _, message in mails.mails)
    assert first != second
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200


# Many


@command
def hub_invites(access: Access, workspace_id: int, count: int) -> None:
    workspace = Workspace.objects.get(pk=workspace_id)
    people.invite(access, workspace, [invitee(f"s{n}@example.test", "support_contact") for n in range(count)])


def test_the_outbox_takes_many_at_once(world: SimpleNamespace, mails: MailServer, statements: Any, owner: Any) -> None:
    """R3.1: five hundred contacts of an agreement cost as many statements as one."""
    from tallyhub.notifications.jobs import tell_invited

    hub = Access.of_system([world.cedar.pk])
    costs = []
    for count in (1, 500):
        with statements() as made:
            hub_invites(hub, world.north.pk, count)
        costs.append(len(made))
    assert costs[0] == costs[1]
    ids = [pk for (pk,) in owner.execute("SELECT id FROM people_invitation").fetchall()]
    with statements() as made:
        tell_invited("people.invited", ids, None, world.cedar.pk)
    assert len(made) < 6
    assert owner.execute("SELECT count(*) FROM notifications_mail").fetchone() == (500,)
    jobs_made = owner.execute(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.send'"
    ).fetchone()
    assert jobs_made == (500,)


# Reminders


def remind_on(day: float, mails: MailServer) -> list[str]:
    """Who hears of it on that day after the invitation."""
    before = len(mails.mails)
    with clock.frozen(NOW + day * DAY):
        jobs.remind(0)
        run_jobs()
    return [address for _, addresses, _ in mails.mails[before:] for address in addresses]


def test_whoever_does_not_answer_is_reminded_after_three_and_seven_days(
    world: SimpleNamespace, mails: MailServer, client: Client
) -> None:
    assert REMIND_AFTER == (3 * DAY, 7 * DAY)
    invite(world, invitee("new@example.test", language="en"))
    run_jobs()
    heard = {day: remind_on(day, mails) for day in (2.9, 3, 3.1, 6.9, 7, 8, 13.9, 14, 20)}
    assert {day for day, who in heard.items() if who} == {3, 7}
    assert subjects(mails)[1:] == ["Reminder: your invitation to Cedar"] * 2
    links = {link_in(message) for _, _, message in mails.mails}
    assert len(links) == 1  # the first mail's link is good still
    assert invitation_of("new@example.test", world.north).reminders == 2


def test_a_job_that_comes_late_reminds_once(world: SimpleNamespace, mails: MailServer) -> None:
    invite(world, invitee())
    run_jobs()
    assert remind_on(9, mails) == ["new@example.test"]
    assert remind_on(9, mails) == []
    assert invitation_of("new@example.test", world.north).reminders == 2


@pytest.mark.parametrize("what", ["accepted", "revoked", "archived", "expired"])
def test_whoever_has_answered_or_cannot_any_more_is_not_reminded(
    world: SimpleNamespace, mails: MailServer, owner: Any, what: str
) -> None:
    [one] = invite(world, invitee())
    run_jobs()
    later(world, one, what, owner)
    assert remind_on(4, mails) == []


def test_sent_again_the_days_begin_anew(world: SimpleNamespace, mails: MailServer) -> None:
    [one] = invite(world, invitee())
    run_jobs()
    remind_on(3, mails)
    with clock.frozen(NOW + 5 * DAY):
        commands.resend_invitation(act_for(world.admin.pk, world.cedar.pk).access, one.pk)
        run_jobs()
    assert [bool(remind_on(day, mails)) for day in (7, 8, 12)] == [False, True, True]


def test_people_of_every_customer_are_reminded_and_counted_in_their_journal(
    world: SimpleNamespace, mails: MailServer, owner: Any
) -> None:
    invite(world, invitee("a@example.test"), invitee("b@example.test"))
    invite(world, invitee("c@example.test"), by=world.stranger, into=world.birch_main)
    run_jobs()
    assert sorted(remind_on(3, mails)) == ["a@example.test", "b@example.test", "c@example.test"]
    told = owner.execute(
        "SELECT customer_id, actor_id, count(*) FROM journal_event WHERE kind = 'people.reminded' GROUP BY 1, 2"
        " ORDER BY 1"
    ).fetchall()
    assert told == [(world.cedar.pk, None, 2), (world.birch.pk, None, 1)]


def test_two_jobs_at_once_remind_once(world: SimpleNamespace, owner: Any) -> None:
    invite(world, *(invitee(f"t{n}@example.test") for n in range(30)))
    with clock.frozen(NOW + 3 * DAY):
        together(*(lambda: jobs.remind(0) for _ in range(4)))
    told = owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'people.reminded'").fetchone()
    assert told == (30,)


# Asking for another one


def ask(link: str) -> Any:
    return Client().post(f"{link}ask/")


def test_whoever_comes_too_late_asks_the_inviter_for_another_one(world: SimpleNamespace, mails: MailServer) -> None:
    [one] = invite(world, invitee(), by=world.north_admin)
    run_jobs()
    assert ask(link_of(one)).status_code == 409  # it is good still
    with clock.frozen(NOW + LIFETIME):
        assert "Ask for a new invitation" in text_of(Client().get(link_of(one)))
        assert ask(link_of(one))["Location"] == link_of(one)
        run_jobs()
        assert mails.mails[-1][1] == ["north_admin@example.test"]
        assert "new@example.test was invited into the workspace North of Cedar." in text(mails)
        shown = text_of(Client().get(link_of(one)))
        assert "A new one was asked for." in shown
        assert "Ask for a new invitation" not in shown


def test_the_inviter_hears_of_it_once_a_day(world: SimpleNamespace, mails: MailServer) -> None:
    [one] = invite(world, invitee())
    run_jobs()
    answers = []
    for hours in (0, 1, 23, 24, 25):
        with clock.frozen(NOW + LIFETIME + timedelta(hours=hours)):
            answers.append(ask(link_of(one)).status_code)
            run_jobs()
    assert answers == [302, 409, 409, 302, 409]
    assert readers(mails)[1:] == ["admin@example.test"] * 2


@pytest.mark.parametrize("gone", ["inviter", "hub"])
def test_without_the_inviter_the_administrators_hear_of_it(
    world: SimpleNamespace, mails: MailServer, owner: Any, gone: str
) -> None:
    if gone == "inviter":
        invite(world, invitee("s0@example.test"), by=world.north_admin)
        AccessGrant.objects.using("owner").filter(person_id=world.north_admin.pk).update(role="member")
    else:
        hub_invites(Access.of_system([world.cedar.pk]), world.north.pk, 1)
    run_jobs()
    with clock.frozen(NOW + LIFETIME):
        ask(link_of(invitation_of("s0@example.test", world.north)))
        run_jobs()
    assert set(readers(mails)[1:]) == {"admin@example.test"} | (
        {"north_admin@example.test"} if gone == "hub" else set()
    )


def test_where_nobody_administers_yet_the_account_team_hears_of_it(world: SimpleNamespace, mails: MailServer) -> None:
    hub_invites(Access.of_system([world.cedar.pk]), world.south.pk, 1)
    run_jobs()
    AccessGrant.objects.using("owner").filter(person_id=world.admin.pk).delete()
    with clock.frozen(NOW + LIFETIME):
        ask(link_of(invitation_of("s0@example.test", world.south)))
        run_jobs()
    assert sorted(readers(mails)[1:]) == ["coordinator@example.test", "csam@example.test"]


@pytest.mark.parametrize("what", ["accepted", "revoked", "resent"])
def test_asking_with_a_link_that_has_ended_otherwise_tells_nobody(
    world: SimpleNamespace, mails: MailServer, owner: Any, what: str
) -> None:
    [one] = invite(world, invitee())
    run_jobs()
    later(world, one, what, owner)
    run_jobs()
    before = len(mails.mails)
    with clock.frozen(NOW + LIFETIME):
        assert ask(link_of(one)).status_code == 409
        run_jobs()
    assert len(mails.mails) == before
