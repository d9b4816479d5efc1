"""Nobody works for an organisation before they say so, and inviting tells nothing of an address (R5.1, R3.5)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from django.utils import translation

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.notifications import jobs
from tallyhub.notifications.letters import LETTERS
from tallyhub.organizations.models import Staff, WorkAccount
from tallyhub.partners.models import StaffInvitation
from tallyhub.partners.staff import commands
from tallyhub.partners.staff.queries import find_by_link
from tallyhub.people.invitations.links import Link, path_of
from tallyhub.privacy import commands as privacy
from tallyhub.privacy.queries import is_needed
from tests.make import employ, make_person
from tests.partners.joining import PAGE, invitation_of, invited, link_of
from tests.partners.world import keep_signed_in
from tests.people.inviting import register, text_of


@pytest.fixture
def clerk(firm: Any, as_: Any) -> Any:
    return as_(firm.clerk)


@pytest.fixture
def guest(firm: Any, clerk: Any, as_: Any) -> Any:
    """The browser of who is invited and has an account."""
    invited(clerk, firm.newcomer.email.upper(), "helpdesk_agent")
    return as_(firm.newcomer)


def staff_of(person: Any) -> Staff | None:
    return Staff.objects.using("owner").filter(person_id=person.pk).first()


def test_who_is_invited_works_there_once_they_accept_and_not_before(firm: Any, clerk: Any, guest: Any) -> None:  # R5.1
    assert staff_of(firm.newcomer) is None
    assert guest.get("/customers/").status_code == 403
    text = text_of(guest.get(link_of(firm.newcomer.email)))
    for said in ("Work for Lakeside here?", "clerk asks you", "Helpdesk agent", "Serves customers within", "Decline"):
        assert said in text
    assert staff_of(firm.newcomer) is None  # looking changes nothing
    assert guest.post(link_of(firm.newcomer.email)).status_code == 302
    one = staff_of(firm.newcomer)
    assert one
    assert (one.organization_id, one.roles, one.starts_at) == (firm.partner.pk, ["helpdesk_agent"], clock.now())
    assert guest.get("/customers/").status_code == 200
    text = text_of(clerk.get(PAGE))
    assert firm.newcomer.name in text
    assert invitation_of(firm.newcomer.email).email not in text  # as it was written: nothing is asked any more


def test_the_administrator_cannot_tell_what_stands_behind_an_address(firm: Any, clerk: Any, as_: Any) -> None:
    """The answers and the rows of nobody, of somebody with an account, and of somebody who works elsewhere."""
    seen = set()
    gone = make_person("gone")
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    for address in ("nobody@new.test", firm.newcomer.email, firm.rival_agent.email, firm.admin.email, gone.email):
        answer = invited(clerk, address, "sales_agent")
        text = text_of(clerk.get(PAGE))
        (row,) = re.findall(rf"<li> <div> <span[^>]*>{re.escape(address)}.*?</li>", text)
        number = str(invitation_of(address).pk)
        told = re.search(r"alert-success.*?</div>", text)
        assert told
        row = re.sub(r'value="[^"]{20,}"', "", row)  # the token of the form
        seen.add(
            (answer.status_code, answer["Location"], told[0], row.replace(address, "A").replace(f"/{number}/", "/N/"))
        )
        assert clerk.post(f"{PAGE}invitations/{number}/revoke/", follow=True).status_code == 200
    assert len(seen) == 1
    (row,) = seen
    assert "invited, not answered yet" in row[3]
    assert firm.rival_agent.name not in row[3]
    invited(clerk, firm.rival_agent.email, "sales_agent")
    assert as_(firm.rival_agent).post(link_of(firm.rival_agent.email)).status_code == 409
    assert "invited, not answered yet" in text_of(clerk.get(PAGE))  # nor afterwards


def test_who_works_elsewhere_learns_it_and_stays_there(firm: Any, clerk: Any, as_: Any) -> None:  # S003-16
    invited(clerk, firm.rival_agent.email, "sales_agent")
    rival = as_(firm.rival_agent)
    answer = rival.post(link_of(firm.rival_agent.email))
    assert answer.status_code == 409
    assert "You work for another organisation here" in text_of(answer)
    one = staff_of(firm.rival_agent)
    assert one
    assert (one.organization_id, one.roles) == (firm.rival.pk, ["admin_agent"])
    Staff.objects.using("owner").filter(pk=one.pk).update(ends_at=clock.now())  # then they may come
    assert rival.post(link_of(firm.rival_agent.email)).status_code == 302
    one = staff_of(firm.rival_agent)
    assert one
    assert one.organization_id == firm.partner.pk


def test_who_has_no_account_chooses_a_password_first_and_then_accepts(firm: Any, clerk: Any) -> None:  # R3.5
    invited(clerk, "ada@new.test", "sales_agent", name="Ada Neu", language="de")
    person, browser = Person.objects.get(email="ada@new.test"), Client()
    assert (person.name, person.language, person.has_usable_password()) == ("Ada Neu", "de", False)
    link = link_of("ada@new.test")
    page = browser.get(link)
    assert page["Content-Language"] == "de"
    assert 'value="Ada Neu"' in page.content.decode()
    assert register(browser, link, password="short", password_again="short").status_code == 400
    assert register(browser, link, name="Ada N").status_code == 302
    person.refresh_from_db()
    assert person.name == "Ada N"
    assert person.confirmed_at
    assert staff_of(person) is None
    keep_signed_in()
    assert "Accept and work there" in text_of(browser.get(link))
    assert "Ada N" not in text_of(clerk.get(PAGE))
    assert browser.post(link).status_code == 302
    assert staff_of(person)
    keep_signed_in()
    assert browser.get("/customers/").status_code == 200
    assert "Ada N" in text_of(clerk.get(PAGE))


def test_who_has_an_account_chooses_no_password_by_the_link(firm: Any, guest: Any) -> None:  # R3.5
    browser, link = Client(), link_of(firm.newcomer.email)
    page = text_of(browser.get(link))
    assert "Sign in to accept or decline" in page
    assert invitation_of(firm.newcomer.email).email not in page
    assert "password_again" not in page
    for act in (link, f"{link}decline/"):
        assert browser.post(act, {"password": "x"}).status_code == 409
    assert register(browser, link).status_code == 409
    assert invitation_of(firm.newcomer.email).answered_at is None


def test_who_signs_in_by_their_organisations_sign_in_chooses_no_password_either(firm: Any, clerk: Any) -> None:
    invited(clerk, "ada@new.test", "sales_agent")
    ada = Person.objects.get(email="ada@new.test")
    of = {"customer_id": firm.cedar.pk, "person_id": ada.pk}
    WorkAccount.objects.using("owner").create(**of, vouched_at=clock.now())
    link = link_of("ada@new.test")
    assert "Sign in with your organisation" in text_of(Client().get(link))
    assert register(Client(), link).status_code == 409
    ada.refresh_from_db()
    assert not ada.has_usable_password()


def test_the_wrong_person_can_do_nothing(firm: Any, guest: Any, as_: Any) -> None:  # S003-1
    link, other = link_of(firm.newcomer.email), as_(firm.member)
    page = text_of(other.get(link))
    assert "Sign out and open it again" in page
    assert invitation_of(firm.newcomer.email).email not in page
    for act in (link, f"{link}decline/"):
        assert other.post(act).status_code == 409
    assert staff_of(firm.member) is staff_of(firm.newcomer) is None
    assert invitation_of(firm.newcomer.email).answered_at is None


def test_a_link_belongs_to_the_address(firm: Any, guest: Any) -> None:
    link = link_of(firm.newcomer.email)
    Person.objects.filter(pk=firm.newcomer.pk).update(email="moved@example.test")
    assert guest.get(link).status_code == 410
    assert guest.post(link).status_code in (404, 409)
    assert staff_of(firm.newcomer) is None


def test_a_link_of_an_account_that_is_shut_leads_nowhere(firm: Any, clerk: Any) -> None:
    invited(clerk, "ada@new.test", "sales_agent")
    Person.objects.filter(email="ada@new.test").update(is_active=False)
    assert Client().get(link_of("ada@new.test")).status_code == 410
    assert register(Client(), link_of("ada@new.test")).status_code in (404, 409, 410)
    assert not Person.objects.get(email="ada@new.test").has_usable_password()


def test_a_link_that_was_never_sent_leads_nowhere(firm: Any, guest: Any) -> None:
    one = invitation_of(firm.newcomer.email)
    with scope(Access()):
        assert find_by_link(Link(one.pk, one.serial))
        assert find_by_link(Link(one.pk, one.serial + 1)) is None


def test_following_a_link_neither_accepts_nor_declines(firm: Any, guest: Any) -> None:  # R3.5
    link = link_of(firm.newcomer.email)
    assert (guest.get(link).status_code, guest.get(f"{link}decline/").status_code) == (200, 405)
    assert invitation_of(firm.newcomer.email).answered_at is None


def test_who_is_signed_in_reads_their_own_language(firm: Any, clerk: Any, as_: Any) -> None:  # R6.2
    invited(clerk, "ada@new.test", "sales_agent", language="de")
    link, other = link_of("ada@new.test"), as_(firm.member)
    assert (Client().get(link)["Content-Language"], other.get(link)["Content-Language"]) == ("de", "en")


def test_who_invited_and_works_elsewhere_by_now_is_not_named(firm: Any, guest: Any) -> None:
    Staff.objects.using("owner").filter(person=firm.clerk).update(organization=firm.rival)
    text = text_of(guest.get(link_of(firm.newcomer.email)))
    assert "Lakeside asks you to work for it here." in text
    assert "clerk" not in text


def test_accepting_confirms_the_address(firm: Any, guest: Any) -> None:
    Person.objects.filter(pk=firm.newcomer.pk).update(confirmed_at=None)
    guest.post(link_of(firm.newcomer.email))
    assert Person.objects.get(pk=firm.newcomer.pk).confirmed_at == clock.now()


def test_a_link_of_another_kind_or_a_forged_one_opens_nothing(firm: Any, guest: Any) -> None:
    one = invitation_of(firm.newcomer.email)
    forged = path_of(Link(one.pk, one.serial)).replace("/invitations/", "/join-us/")
    for address in (forged, "/join-us/1-1.forged/", f"/join-us/{'1' * 200}/"):
        assert guest.get(address).status_code == guest.post(address).status_code == 404
    assert guest.get(link_of(firm.newcomer.email).replace("/join-us/", "/invitations/")).status_code == 404


def test_declining_is_shown_and_final(firm: Any, clerk: Any, guest: Any) -> None:
    link = link_of(firm.newcomer.email)
    answer = guest.post(f"{link}decline/", follow=True)
    assert answer.status_code == 410
    assert "You have declined" in text_of(answer)
    assert guest.post(link).status_code == 409
    assert staff_of(firm.newcomer) is None
    text = text_of(clerk.get(PAGE))
    assert "has declined" in text
    assert firm.newcomer.name not in text
    invited(clerk, firm.newcomer.email, "sales_agent")  # asked anew
    with clock.frozen(clock.now() + timedelta(days=31)):
        keep_signed_in()
        assert "has declined" not in text_of(clerk.get(PAGE))


def test_who_has_no_account_declines_without_one(firm: Any, clerk: Any) -> None:
    invited(clerk, "ada@new.test", "sales_agent")
    assert Client().post(f"{link_of('ada@new.test')}decline/").status_code == 302
    assert invitation_of("ada@new.test").is_accepted is False
    assert not Person.objects.get(email="ada@new.test").has_usable_password()


def test_it_lapses_after_two_weeks_and_can_be_sent_again(firm: Any, clerk: Any, guest: Any) -> None:
    old = link_of(firm.newcomer.email)
    with clock.frozen(clock.now() + timedelta(days=14) - timedelta(seconds=1)):
        keep_signed_in()
        assert guest.get(old).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=14)):
        keep_signed_in()
        assert guest.get(old).status_code == 410
        assert guest.post(old).status_code == 409
        assert "not answered in time" in text_of(clerk.get(PAGE))
        invited(clerk, firm.newcomer.email, "sales_agent")  # the same row, anew
        assert StaffInvitation.objects.using("owner").count() == 1
        assert invitation_of(firm.newcomer.email).roles == ["sales_agent"]
        assert "newer mail" in text_of(guest.get(old))
        assert clerk.post(f"{PAGE}invitations/{invitation_of(firm.newcomer.email).pk}/resend/").status_code == 302
        assert guest.post(old).status_code == 409
        assert guest.post(link_of(firm.newcomer.email)).status_code == 302


def test_one_is_open_for_an_address(firm: Any, clerk: Any, guest: Any, as_: Any) -> None:
    answer = invited(clerk, firm.newcomer.email.upper(), "sales_agent", status=409)
    assert "is invited already" in text_of(answer)
    boss = make_person("boss")
    employ(boss, firm.rival, "organization_administrator")
    invited(as_(boss), firm.newcomer.email, "sales_agent")  # another organisation's is its own
    assert StaffInvitation.objects.using("owner").count() == 2


def test_taken_back_meanwhile_the_first_one_wins(firm: Any, clerk: Any, guest: Any) -> None:
    one, link = invitation_of(firm.newcomer.email), link_of(firm.newcomer.email)
    assert clerk.post(f"{PAGE}invitations/{one.pk}/revoke/").status_code == 302
    assert guest.post(link).status_code == 409
    assert staff_of(firm.newcomer) is None
    assert guest.get(link).status_code == 410
    assert invitation_of(firm.newcomer.email).email not in text_of(clerk.get(PAGE))
    for act in ("revoke", "resend"):
        assert clerk.post(f"{PAGE}invitations/{one.pk}/{act}/").status_code == 409
    invited(clerk, firm.newcomer.email, "sales_agent")
    assert guest.post(link_of(firm.newcomer.email)).status_code == 302
    answer = clerk.post(f"{PAGE}invitations/{invitation_of(firm.newcomer.email).pk}/revoke/")
    assert answer.status_code == 409
    assert staff_of(firm.newcomer)


def test_a_second_click_changes_nothing(firm: Any, guest: Any, owner: Any) -> None:
    link = link_of(firm.newcomer.email)
    for _click in range(2):
        assert guest.post(link).status_code == 302
    one = invitation_of(firm.newcomer.email)
    with pytest.raises(Conflict, match="invitation_used"):  # past the page
        commands.accept(Access(person_id=firm.newcomer.pk), Link(one.pk, one.serial))
    assert owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'partners.staff_joined'").fetchone() == (1,)


def test_who_came_otherwise_keeps_what_was_said_then(firm: Any, guest: Any) -> None:
    employ(firm.newcomer, firm.partner, "sales_agent")
    assert "You work for this organisation already" in text_of(guest.post(link_of(firm.newcomer.email)))
    one = staff_of(firm.newcomer)
    assert one
    assert one.roles == ["sales_agent"]


def test_another_organisation_reads_and_touches_no_invitation(firm: Any, guest: Any, as_: Any) -> None:  # edge case 36
    boss = make_person("boss")
    employ(boss, firm.rival, "organization_administrator")
    client, number = as_(boss), invitation_of(firm.newcomer.email).pk
    assert invitation_of(firm.newcomer.email).email not in text_of(client.get(PAGE))
    for act in ("resend", "revoke"):
        assert client.post(f"{PAGE}invitations/{number}/{act}/").status_code == 404
        assert as_(firm.agent).post(f"{PAGE}invitations/{number}/{act}/").status_code == 403
    assert invitation_of(firm.newcomer.email).serial == 1


def test_whoever_is_invited_elsewhere_does_not_find_it_in_the_list_of_their_own(
    firm: Any, clerk: Any, as_: Any
) -> None:
    """The database lets a person read what asks them; the page is about the organisation."""
    boss = make_person("boss")
    employ(boss, firm.rival, "organization_administrator")
    invited(as_(boss), firm.clerk.email.upper(), "sales_agent")
    assert invitation_of(firm.clerk.email).email not in text_of(clerk.get(PAGE))


def test_the_mail_is_in_the_persons_language_and_goes_while_it_is_good(
    firm: Any, clerk: Any, guest: Any, owner: Any
) -> None:  # R6.2
    (arguments,) = owner.execute(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'notifications.tell_colleague'"
    ).fetchone()
    jobs.tell_colleague(**arguments)
    one = invitation_of(firm.newcomer.email)
    ((letter, person_id, params),) = owner.execute(
        "SELECT letter, person_id, params FROM notifications_mail"
    ).fetchall()
    assert (letter, person_id) == ("partners.staff_invited", firm.newcomer.pk)
    assert params == {"invitation": one.pk, "serial": 1}  # no language of its own: that of its reader
    with translation.override("en"):
        made = LETTERS[letter].make(firm.newcomer, params)
    assert "Lakeside" in made.subject
    assert any(line.startswith("Helpdesk agent: ") for line in made.paragraphs)
    assert made.path == link_of(firm.newcomer.email)
    clerk.post(f"{PAGE}invitations/{one.pk}/resend/")
    with pytest.raises(ObjectDoesNotExist):  # of the first sending
        LETTERS[letter].make(firm.newcomer, params | {"serial": 0})
    clerk.post(f"{PAGE}invitations/{one.pk}/revoke/")
    with pytest.raises(ObjectDoesNotExist):
        LETTERS[letter].make(firm.newcomer, params | {"serial": 2})


def test_every_act_stands_in_the_journal_without_a_name(firm: Any, clerk: Any, guest: Any, owner: Any) -> None:
    one = invitation_of(firm.newcomer.email)
    clerk.post(f"{PAGE}invitations/{one.pk}/resend/")
    guest.post(link_of(firm.newcomer.email))
    invited(clerk, "ada@new.test", "sales_agent")
    Client().post(f"{link_of('ada@new.test')}decline/")
    invited(clerk, "bo@new.test", "sales_agent")
    clerk.post(f"{PAGE}invitations/{invitation_of('bo@new.test').pk}/revoke/")
    rows = owner.execute(
        "SELECT kind, actor_id, subject_id FROM journal_event WHERE kind LIKE 'partners.staff%%' ORDER BY id"
    ).fetchall()
    ada, bo = invitation_of("ada@new.test").pk, invitation_of("bo@new.test").pk
    assert rows == [
        ("partners.staff_invited", firm.clerk.pk, one.pk),
        ("partners.staff_invited_again", firm.clerk.pk, one.pk),
        ("partners.staff_joined", firm.newcomer.pk, firm.newcomer.pk),
        ("partners.staff_invited", firm.clerk.pk, ada),
        ("partners.staff_declined", None, ada),
        ("partners.staff_invited", firm.clerk.pk, bo),
        ("partners.staff_revoked", firm.clerk.pk, bo),
    ]


def test_who_is_erased_leaves_no_invitation_and_nobody_erases_whom_somebody_waits_for(firm: Any, guest: Any) -> None:
    with scope(Access()):
        assert is_needed(firm.newcomer.pk)
    ones = StaffInvitation.objects.using("owner")
    now = clock.now()
    for over in ({"expires_at": now}, {"voided_at": now}, {"answered_at": now, "is_accepted": False}):
        before = ones.values(*over).get()
        ones.update(**over)
        with scope(Access()):
            assert not is_needed(firm.newcomer.pk), over
        ones.update(**before)
    assert privacy.erase_by_operator(Access(), address=firm.newcomer.email)
    assert not StaffInvitation.objects.using("owner").exists()
    loner = make_person("loner")
    with scope(Access()):
        assert not is_needed(loner.pk)


@pytest.mark.parametrize(
    ("over", "status", "said"),
    [
        ({"email": ""}, 400, "address"),
        ({"email": "no-address"}, 400, "address"),
        ({"name": "www.buy.example"}, 400, "link"),
        ({"language": "xx"}, 400, "de"),
        ({"roles": ["editor"]}, 400, "not held at your organisation"),
        ({"roles": ["csam"]}, 400, "not held at your organisation"),
        ({"roles": []}, 400, "Choose at least one role"),
        ({"email": "agent@house.test"}, 409, "They work here already"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    firm: Any, clerk: Any, over: Any, status: int, said: str
) -> None:
    people = Person.objects.count()
    answer = clerk.post(
        PAGE, {"email": "new@house.test", "name": "", "language": "en", "roles": ["sales_agent"]} | over
    )
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert Person.objects.count() == people
    assert not StaffInvitation.objects.using("owner").exists()


def test_everything_that_is_wrong_is_said_at_once(firm: Any, clerk: Any) -> None:
    page = text_of(clerk.post(PAGE, {"email": "x", "name": "www.buy.example", "language": "xx", "roles": []}))
    for said in ("no mail address", "a web address", "en, de", "Choose at least one role"):
        assert said in page


def test_the_page_costs_the_same_for_many_who_are_invited(firm: Any, clerk: Any, statements: Any) -> None:
    # edge case 41
    invited(clerk, "first@new.test", "sales_agent")
    clerk.get(PAGE)
    with statements() as few:
        clerk.get(PAGE)
    for number in range(4):
        invited(clerk, f"more{number}@new.test", "sales_agent")
    clerk.get(PAGE)
    with statements() as many:
        clerk.get(PAGE)
    assert len(many) == len(few)
