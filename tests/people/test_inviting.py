"""Inviting from the page: list, preview, sending, resending and taking back (R3.5, R7.1)."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import ProvedDomain, Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.invitations import commands, queries
from tallyhub.people.invitations.rules import PEOPLE_MAX, State, state_of
from tallyhub.people.models import Invitation
from tallyhub.people.rules import LIFETIME
from tests.ledger.test_concurrency import together
from tests.make import grant, make_person
from tests.people.inviting import invitation_of, invite, invitee, text_of
from tests.people.people import allow_contacts
from tests.world import NOW

PAGE = "/users/invite/"


@pytest.fixture
def admin(world: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(world.admin)
    return client


def preview(client: Client, workspace: Any, people: str = "", **more: Any) -> Any:
    said = {"workspace": workspace.pk, "people": people, "language": "de", "roles": ["support_contact"]}
    return client.post(PAGE, said | more)


def fates(answer: Any) -> dict[str, str]:
    """Address -> what will happen, in the order of the page."""
    rows = re.findall(r"<tr role=\"row\">\s*<td.*?</tr>", answer.content.decode(), re.DOTALL)
    cells = [
        [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        for row in rows
    ]
    return {f"{address} {line}": " ".join(what.split()) for address, what, _name, _roles, _language, line in cells}


def send(client: Client, answer: Any) -> Any:
    (kept,) = set(re.findall(r'name="kept" value="([^"]+)"', answer.content.decode()))
    return client.post(f"{PAGE}send/", {"kept": kept}, follow=True)


# The preview


def test_nothing_is_sent_before_the_preview_is_confirmed(world: SimpleNamespace, admin: Client, owner: Any) -> None:
    answer = preview(admin, world.north, "new@example.test")
    assert "1 person will be invited." in text_of(answer)
    assert answer["Cache-Control"] == "no-store"
    assert owner.execute("SELECT count(*) FROM people_invitation").fetchone() == (0,)
    assert "1 invitation is on its way." in text_of(send(admin, answer))
    one = invitation_of("new@example.test", world.north)
    assert (one.roles, one.language, one.serial, one.made_by_id) == (["support_contact"], "de", 1, world.admin.pk)
    assert one.expires_at - one.sent_at == LIFETIME


def test_the_preview_says_what_will_happen_to_each(world: SimpleNamespace, admin: Client) -> None:
    invite(world, invitee("before@example.test"))
    people = "new@example.test\nbefore@example.test\nMEMBER@example.test\nnew@EXAMPLE.test\nwrong@\nаdmin@example.test"
    answer = preview(admin, world.north, people)
    assert fates(answer) == {
        "wrong@ 5": "wrong This is no mail address.",
        "аdmin@example.test 6": "wrong а (U+0430 CYRILLIC SMALL LETTER A) is no letter of a mail address: "
        "it only looks like one, or cannot be seen. Type it anew.",
        "new@example.test 4": "twice in the list",
        "MEMBER@example.test 3": "member already",
        "before@example.test 2": "invited again",
        "new@example.test 1": "new",
    }
    assert "Send 2 invitations" in text_of(answer)


def test_who_could_not_get_in_and_who_is_staff_is_said(world: SimpleNamespace, admin: Client) -> None:  # R3.6
    refused = "The workspace accepts work accounts only: without your own sign-in nobody gets in with an address in "
    assert fates(preview(admin, world.north, "other@elsewhere.test, csam@example.test, plain@example.test")) == {
        "other@elsewhere.test 1": f"new elsewhere.test is no domain of your organisation. {refused}elsewhere.test.",
        "csam@example.test 1": "new Works for the provider or a partner, and serves you already.",
        "plain@example.test 1": "new",
    }


def test_the_preview_says_where_places_are_missing_and_keeps_what_was_typed(
    world: SimpleNamespace, admin: Client
) -> None:  # R2.3, R7.1
    allow_contacts(world, 2)  # world.contact is one already
    answer = preview(admin, world.north, "one@example.test, two@example.test")
    assert answer.status_code == 400
    assert "These would be 2 more, but the agreement CED-2026 has 1 place left for support contacts." in text_of(answer)
    assert "one@example.test, two@example.test</textarea>" in text_of(answer)
    assert preview(admin, world.north, "one@example.test, contact@example.test").status_code == 200
    assert preview(admin, world.north, "one@example.test, two@example.test", roles=[]).status_code == 200


def test_a_list_for_which_the_places_are_gone_meanwhile_is_there_still(world: SimpleNamespace, admin: Client) -> None:
    allow_contacts(world, 2)
    answer = preview(admin, world.north, "one@example.test")
    invite(world, invitee("quicker@example.test", "support_contact"))
    refused = send(admin, answer)
    assert refused.status_code == 409
    assert "All 2 support contacts that the agreement CED-2026 allows are named." in text_of(refused)
    assert fates(refused) == {"one@example.test 1": "new"}
    assert send(admin, refused).status_code == 409


def test_look_alikes_and_other_domains_are_only_warned_of(world: SimpleNamespace, admin: Client, owner: Any) -> None:
    people = "rnember@example.test, other@elsewhere.test, plain@example.test, x@exarnple.test"
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(refuses_personal=False)
    assert fates(preview(admin, world.north, people)) == {
        "rnember@example.test 1": "new Looks like member@example.test, and is another one.",
        "x@exarnple.test 1": "new Looks like example.test, and is another one. "
        "exarnple.test is no domain of your organisation.",
        "other@elsewhere.test 1": "new elsewhere.test is no domain of your organisation.",
        "plain@example.test 1": "new",
    }
    client = Client()
    client.force_login(world.north_admin)  # who may not read the customer's domains, is warned too
    assert "no domain of your organisation" in text_of(preview(client, world.north, "other@elsewhere.test"))


def test_inviting_tells_nothing_of_an_account_elsewhere(world: SimpleNamespace, admin: Client) -> None:
    """Birch's administrator has an account and a name; cedar's sees what it sees of a stranger."""
    known, unknown = (
        text_of(preview(admin, world.north, f"{name}@example.test")).replace(name, "NAME")
        for name in ("stranger", "nobodys")
    )
    without_secret = re.compile(r'value="[^"]{20,}"')
    assert without_secret.sub("", known) == without_secret.sub("", unknown)
    invite(world, invitee("stranger@birch.test"))
    assert "stranger@birch.test" in text_of(preview(admin, world.north, "stranger@birch.test"))
    assert invitation_of("stranger@birch.test", world.north).name == ""


def test_a_csv_says_roles_and_language_of_each(world: SimpleNamespace, admin: Client) -> None:
    rows = (
        b"email;name;roles;language\na@example.test;Ana;learning_manager;es\nb@example.test;;;\nc@example.test;;csam;\n"
    )
    answer = preview(admin, world.north, file=SimpleUploadedFile("list.csv", rows))
    assert "The role csam cannot be given." in text_of(answer)
    send(admin, answer)
    a, b = (invitation_of(f"{name}@example.test", world.north) for name in "ab")
    assert (a.name, a.roles, a.language) == ("Ana", ["learning_manager"], "es")
    assert (b.name, b.roles, b.language) == ("", ["support_contact"], "de")


@pytest.mark.parametrize(
    ("people", "file", "sentence"),
    [
        ("", None, "Write at least one address"),
        (" ,;\n", None, "Write at least one address"),
        ("a@example.test", b"email\nb@example.test", "not both at once"),
        ("", b"", "must name a column email"),
        ("", b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_said_on_the_form(
    world: SimpleNamespace, admin: Client, people: str, file: bytes | None, sentence: str
) -> None:
    more = {"file": SimpleUploadedFile("x.csv", file)} if file is not None else {}
    answer = preview(admin, world.north, people, **more)
    assert answer.status_code == 400
    assert sentence in text_of(answer)


def test_a_list_of_nobody_new_offers_nothing_to_send(world: SimpleNamespace, admin: Client) -> None:
    answer = preview(admin, world.north, "member@example.test, wrong")
    assert "Nobody is left to invite." in text_of(answer)
    assert 'name="kept"' not in answer.content.decode()


@pytest.mark.parametrize("kept", ["", "x", "W10:1abc:def", "a" * 10_000])
def test_a_preview_that_no_page_has_made_is_refused(
    world: SimpleNamespace, admin: Client, kept: str, owner: Any
) -> None:
    answer = admin.post(f"{PAGE}send/", {"kept": kept})
    assert answer.status_code == 400
    assert "Nothing was sent." in text_of(answer)
    assert owner.execute("SELECT count(*) FROM people_invitation").fetchone() == (0,)


def test_nobodys_own_name_is_a_link_in_a_mail_to_a_stranger(world: SimpleNamespace, admin: Client) -> None:
    fields = {"name": "Your account is locked, go to https://evil.test/login", "language": "en", "zone": "UTC"}
    answer = admin.post("/accounts/profile/", fields | {"theme": "auto"})
    assert "A name with a web address" in text_of(answer)
    assert Person.objects.using("owner").get(pk=world.admin.pk).name == "admin"


def test_a_preview_is_sent_once(world: SimpleNamespace, admin: Client) -> None:
    """A second time it would void the link, or revive what was taken back."""
    answer = preview(admin, world.north, "new@example.test")
    before = preview(admin, world.north, "new@example.test, other@example.test")
    assert "1 invitation is on its way." in text_of(send(admin, answer))
    for old in (answer, before):
        again = send(admin, old)
        assert again.status_code == 409
        assert "This preview was sent already" in text_of(again)
    one = invitation_of("new@example.test", world.north)
    assert one.serial == 1
    later = preview(admin, world.north, "NEW@example.test")
    admin.post(f"/users/invitations/{one.pk}/revoke/")
    for old in (answer, later):
        assert send(admin, old).status_code == 409
    assert invitation_of("new@example.test", world.north).voided_at is not None
    assert "1 invitation is on its way." in text_of(send(admin, preview(admin, world.north, "new@example.test")))
    assert not Invitation.objects.using("owner").filter(email="other@example.test").exists()


def test_whoever_joined_after_the_preview_gets_no_mail(world: SimpleNamespace, admin: Client, owner: Any) -> None:
    answer = preview(admin, world.north, "late@example.test, new@example.test")
    grant(make_person("late"), "member", world.north)
    assert "1 invitation is on its way." in text_of(send(admin, answer))


# Who may


def test_a_workspaces_administrator_invites_into_it_and_nowhere_else(world: SimpleNamespace, owner: Any) -> None:
    client = Client()
    client.force_login(world.north_admin)
    assert preview(client, world.north, "new@example.test").status_code == 200
    for other in (world.south, world.birch_main):
        assert preview(client, other, "new@example.test").status_code == 404
    access = act_for(world.north_admin.pk, world.cedar.pk).access
    invite(world, invitee(), by=world.north_admin)
    for other in (world.south, world.birch_main):
        with pytest.raises(Workspace.DoesNotExist):
            commands.invite_people(access, other.pk, [invitee()])


def test_a_workspaces_administrator_cannot_give_the_whole_customer(world: SimpleNamespace, admin: Client) -> None:
    client = Client()
    client.force_login(world.north_admin)
    assert "customer_administrator" not in client.get(PAGE).content.decode()
    assert "customer_administrator" in admin.get(PAGE).content.decode()
    answer = preview(client, world.north, "new@example.test", roles=["customer_administrator"])
    assert answer.status_code == 400
    assert "Only a customer administrator can give it." in text_of(answer)
    in_file = SimpleUploadedFile("x.csv", b"email,roles\nnew@example.test,customer_administrator")
    assert "Only a customer administrator can give it." in text_of(preview(client, world.north, file=in_file))
    access = act_for(world.north_admin.pk, world.cedar.pk).access
    with pytest.raises(Invalid):
        commands.invite_people(access, world.north.pk, [invitee("new@example.test", "customer_administrator")])
    invite(world, invitee("new@example.test", "customer_administrator"))


def test_only_who_manages_people_invites(world: SimpleNamespace) -> None:
    for who in (world.reader, world.member, world.csam):
        access = act_for(who.pk, world.cedar.pk).access
        with pytest.raises(Forbidden):
            commands.invite_people(access, world.north.pk, [invitee()])


def test_nobody_is_invited_into_an_archived_workspace(world: SimpleNamespace, admin: Client, owner: Any) -> None:
    owner.execute("UPDATE organizations_workspace SET archived_at = now() WHERE id = %s", [world.north.pk])
    assert preview(admin, world.north, "new@example.test").status_code == 404
    assert "North" not in admin.get(PAGE).content.decode().partition("<main")[2]
    with pytest.raises(Conflict):
        invite(world, invitee())
    owner.execute("UPDATE organizations_workspace SET archived_at = now()")
    assert "No workspace to invite into" in text_of(admin.get(PAGE))


# Once per workspace and person


def test_a_person_has_one_invitation_for_each_workspace(world: SimpleNamespace, owner: Any) -> None:  # R3.5
    [first] = invite(world, invitee("Twice@example.test", name="Somebody"))
    with clock.frozen(NOW + timedelta(days=2)):
        [again] = invite(world, invitee("twice@EXAMPLE.test", "support_contact", language="it"))
    [elsewhere] = invite(world, invitee("twice@example.test"), into=world.south)
    assert again.pk == first.pk
    assert (again.serial, again.roles, again.language) == (2, ["support_contact"], "it")
    assert again.expires_at == first.expires_at + timedelta(days=2)
    assert again.made_at == first.made_at
    assert elsewhere.person_id == first.person_id
    assert owner.execute(
        "SELECT count(*) FROM accounts_person WHERE email_folded = 'twice@example.test'"
    ).fetchone() == (1,)


def test_two_inviters_at_once_make_one_person(world: SimpleNamespace, owner: Any) -> None:
    people = [invitee(f"p{n}@example.test") for n in range(40)]
    birch = act_for(world.stranger.pk, world.birch.pk).access
    cedar = act_for(world.admin.pk, world.cedar.pk).access
    answers = together(
        lambda: commands.invite_people(cedar, world.north.pk, people),
        lambda: commands.invite_people(birch, world.birch_main.pk, people[::-1]),
        lambda: commands.invite_people(cedar, world.south.pk, people[::-1]),
        lambda: commands.invite_people(cedar, world.north.pk, people),
    )
    assert answers == [40, 40, 40, 40]
    assert owner.execute("SELECT count(*) FROM accounts_person WHERE email LIKE 'p%@example.test'").fetchone() == (40,)
    counts = owner.execute("SELECT serial, count(*) FROM people_invitation GROUP BY 1 ORDER BY 1").fetchall()
    assert counts == [(1, 80), (2, 40)]


def test_who_is_invited_cannot_sign_in_before_they_accept(world: SimpleNamespace) -> None:
    [one] = invite(world, invitee())
    person = Person.objects.get(pk=one.person_id)
    assert not person.has_usable_password()
    assert person.confirmed_at is None


# Many


def test_as_many_statements_for_many_as_for_one(world: SimpleNamespace, statements: Any) -> None:
    access = act_for(world.admin.pk, world.cedar.pk).access

    def cost(count: int) -> int:
        people = [invitee(f"q{count}-{n}@example.test") for n in range(count)]
        with statements() as made:
            commands.invite_people(access, world.north.pk, people)
        return len(made)

    assert cost(1) == cost(600)


def test_a_file_of_five_thousand_with_duplicates_and_rubbish(
    world: SimpleNamespace, admin: Client, statements: Any, owner: Any
) -> None:
    good = [f"person.{n}@example.test,Person {n},support_contact,ru" for n in range(PEOPLE_MAX - 300)]
    rows = [*good, *good[:200], *(f"rubbish {n}" for n in range(100))]
    file = SimpleUploadedFile("x.csv", "\n".join(["email,name,roles,language", *rows]).encode())
    with statements() as made:
        answer = preview(admin, world.north, file=file)
    assert len(made) < 12
    text = text_of(answer)
    assert "4,700 people will be invited." in text
    assert "200 rows come a second time" in text
    assert "100 rows are wrong" in text
    with statements() as made:
        assert "4,700 invitations are on their way." in text_of(send(admin, answer))
    assert len(made) < 25
    assert owner.execute("SELECT count(*) FROM people_invitation").fetchone() == (4_700,)
    batches = owner.execute(
        "SELECT jsonb_array_length(args -> 'subject_ids') FROM procrastinate_jobs WHERE task_name LIKE '%tell_invited'"
    ).fetchall()
    assert sum(size for (size,) in batches) == 4_700
    assert len(batches) == 10


def test_one_more_than_may_be_is_refused(world: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as refused:
        invite(world, *[invitee(f"r{n}@example.test") for n in range(PEOPLE_MAX + 1)])
    assert refused.value.code == "people_too_many"


# Sending again, taking back


def act(client: Client, one: Invitation, what: str, **more: str) -> Any:
    return client.post(f"/users/invitations/{one.pk}/{what}/", more)


def test_an_invitation_is_sent_again_for_as_long(world: SimpleNamespace) -> None:
    [one] = invite(world, invitee("new@example.test", "support_contact"))
    access = act_for(world.north_admin.pk, world.cedar.pk).access
    with clock.frozen(NOW + timedelta(days=20)):
        commands.resend_invitation(access, one.pk)
        again = invitation_of("new@example.test", world.north)
        assert state_of(again, clock.now()) is State.OPEN
    assert (again.serial, again.roles, again.reminders) == (2, ["support_contact"], 0)


def test_an_invitation_is_taken_back_once(world: SimpleNamespace, admin: Client, owner: Any) -> None:
    [one] = invite(world, invitee())
    for _ in range(2):
        assert act(admin, one, "revoke").status_code == 302
    assert state_of(invitation_of(one.email, world.north), clock.now()) is State.REVOKED
    kinds = owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'people.invitation_revoked'").fetchone()
    assert kinds == (1,)
    assert act(admin, one, "resend").status_code == 409
    [anew] = invite(world, invitee())
    assert (anew.pk, anew.serial, anew.voided_at) == (one.pk, 2, None)


def test_one_comes_back_to_the_list_one_came_from_and_to_no_other_site(world: SimpleNamespace, admin: Client) -> None:
    [one] = invite(world, invitee())
    assert act(admin, one, "resend", next="/customer-activity/?a=b")["Location"] == "/customer-activity/?a=b"
    for bad in ("https://bad.example/", "//bad.example", "javascript:x", "\\\\bad.example"):
        assert act(admin, one, "resend", next=bad)["Location"] == "/users/"


def test_another_workspaces_invitation_is_not_there(world: SimpleNamespace) -> None:
    [north] = invite(world, invitee())
    [south] = invite(world, invitee(), into=world.south)
    [birch] = invite(world, invitee(), by=world.stranger, into=world.birch_main)
    client = Client()
    client.force_login(world.north_admin)
    for what in ("resend", "revoke"):
        assert act(client, south, what).status_code == 404
        assert act(client, birch, what).status_code == 404
        assert client.post(f"/users/invitations/{2**70}/{what}/").status_code == 404
        assert act(client, north, what).status_code == 302
    client.force_login(world.reader)
    assert act(client, north, "resend").status_code == 403


# The list for Manage users


def test_the_open_ones_are_listed_with_those_that_have_expired(world: SimpleNamespace, admin: Client) -> None:
    invite(world, invitee("b@example.test"), invitee("a@example.test"), invitee("c@example.test"))
    invite(world, invitee("south@example.test"), into=world.south)
    act(admin, invitation_of("c@example.test", world.north), "revoke")
    access = act_for(world.admin.pk, world.cedar.pk).access
    with scope(access):
        found = list(queries.list_open(access, [world.north.pk]))
        assert [one.email for one in found] == ["a@example.test", "b@example.test"]
        assert [state_of(one, NOW + LIFETIME) for one in found] == [State.EXPIRED] * 2
        assert [state_of(one, NOW) for one in found] == [State.OPEN] * 2
    for who, workspaces in ((world.reader, [world.north.pk]), (world.north_admin, [world.south.pk])):
        access = act_for(who.pk, world.cedar.pk).access
        with scope(access):
            assert list(queries.list_open(access, workspaces)) == []


def test_the_database_itself_shows_an_invitation_to_who_manages_it_and_to_whom_it_is_for(
    world: SimpleNamespace,
) -> None:
    [one] = invite(world, invitee())
    seen = {
        name: _seen(access)
        for name, access in {
            "nobody": Access(),
            "person": Access(person_id=one.person_id),
            "reader": act_for(world.reader.pk, world.cedar.pk).access,
            "north_admin": act_for(world.north_admin.pk, world.cedar.pk).access,
            "stranger": act_for(world.stranger.pk, world.birch.pk).access,
        }.items()
    }
    assert seen == {"nobody": 0, "person": 1, "reader": 0, "north_admin": 1, "stranger": 0}


def test_domains_are_told_to_who_works_inside_the_customer(world: SimpleNamespace) -> None:
    claimed = {"customer": world.cedar, "domain": "claimed.test", "proved_by": "dns"}
    ProvedDomain.objects.using("owner").create(**claimed)
    north = act_for(world.north_admin.pk, world.cedar.pk).access
    for access, cedar in ((north, {"example.test"}), (act_for(world.stranger.pk, world.birch.pk).access, set())):
        with scope(access):
            assert queries.own_domains(world.cedar.pk) == cedar
    with scope(Access()):
        assert queries.own_domains(world.cedar.pk) == set()


def _seen(access: Access) -> int:
    with scope(access):
        return Invitation.objects.count()
