"""Who works for an organisation, past the pages: what its commands refuse by themselves, and who comes second."""

from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.organizations.models import AccessGrant, Staff
from tallyhub.organizations.rules import STAFF_RIGHTS_OF, StaffRole
from tallyhub.partners.models import StaffInvitation
from tallyhub.partners.staff import commands
from tallyhub.partners.staff.rules import NewColleague
from tallyhub.people.invitations.links import Link
from tests.make import employ, make_person, make_request
from tests.partners.joining import invitation_of, invited
from tests.partners.world import acting, keep_signed_in

PAGE = "/our-people/"
SOMEBODY = {"address": "new@house.test", "name": "", "language": "en", "roles": ["sales_agent"]}
OPEN_ACCOUNT = {"name": "Eve", "password": "correct horse battery", "language": "en", "zone": "UTC"}
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"


def works(person: Any) -> Staff:
    return Staff.objects.using("owner").get(person_id=person.pk)


@pytest.fixture
def clerk(firm: Any, as_: Any) -> Any:
    return as_(firm.clerk)


@pytest.fixture
def link(firm: Any, clerk: Any) -> Link:
    """Of an invitation of who has an account."""
    invited(clerk, firm.newcomer.email, "helpdesk_agent")
    one = invitation_of(firm.newcomer.email)
    return Link(one.pk, one.serial)


def administers(firm: Any) -> Access:
    rights = STAFF_RIGHTS_OF[StaffRole.ORGANIZATION_ADMINISTRATOR]
    return Access(person_id=firm.clerk.pk, organization_id=firm.partner.pk, organization_rights=rights)


ACTS: dict[str, Callable[[Access, Any, Link], object]] = {
    "invite": lambda access, _firm, _link: commands.invite_person(access, NewColleague(**SOMEBODY)),
    "resend": lambda access, _firm, link: commands.resend_invitation(access, link.invitation_id),
    "revoke": lambda access, _firm, link: commands.revoke_invitation(access, link.invitation_id),
    "ask": lambda access, firm, _link: commands.ask_again(access, works(firm.helper).pk),
    "roles": lambda access, firm, _link: commands.change_roles(access, works(firm.helper).pk, ["sales_agent"]),
    "end": lambda access, firm, _link: commands.end_employment(access, works(firm.helper).pk),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_admin_agent_says_nothing_of_who_works_there(firm: Any, link: Link, act: str) -> None:  # S003-1
    Person.objects.filter(pk=firm.helper.pk).update(password="!", last_login=None)  # may be asked again
    with pytest.raises(Forbidden):
        ACTS[act](acting(firm.partner, firm.agent), firm, link)
    assert (works(firm.helper).roles, works(firm.helper).ends_at) == (["helpdesk_agent"], None)
    one = StaffInvitation.objects.using("owner").get()
    assert (one.serial, one.voided_at) == (link.serial, None)


def test_a_link_never_sets_the_password_of_who_has_an_account(firm: Any, link: Link) -> None:  # R3.5
    for who in (Access(), Access(person_id=firm.newcomer.pk), Access(person_id=firm.member.pk)):
        with pytest.raises(Conflict, match="invitation_"):
            commands.register(who, link, **OPEN_ACCOUNT)
    assert Person.objects.get(pk=firm.newcomer.pk).password == firm.newcomer.password


def test_a_link_that_is_over_opens_no_account(firm: Any, clerk: Any) -> None:  # R3.5
    invited(clerk, "ada@new.test", "sales_agent")
    one = invitation_of("ada@new.test")
    with clock.frozen(one.expires_at), pytest.raises(Conflict, match="invitation_expired"):
        commands.register(Access(), Link(one.pk, one.serial), **OPEN_ACCOUNT)
    assert not Person.objects.get(email="ada@new.test").has_usable_password()


# Who comes second


def behind(owner: Any, act: Callable[[], object], statement: str, values: list[Any]) -> Any:
    """What the act raises that began while the statement of somebody else was under way."""
    raised: list[Any] = []

    def run() -> None:
        try:
            act()
            raised.append(None)
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=copy_context().run, args=[run])
    with owner.transaction():
        owner.execute(statement, values)
        thread.start()
        while not raised and not owner.execute(WAITS).fetchone()[0]:
            owner.execute("SELECT pg_sleep(0.01)")
    thread.join()
    return raised[0]


def test_taken_back_while_somebody_accepts_it_is_not_accepted(firm: Any, link: Link, owner: Any) -> None:
    back = "UPDATE partners_staffinvitation SET voided_at = %s"
    joining = Access(person_id=firm.newcomer.pk)
    error = behind(owner, lambda: commands.accept(joining, link), back, [clock.now()])
    assert getattr(error, "code", error) == "invitation_revoked"
    assert not Staff.objects.using("owner").filter(person=firm.newcomer).exists()


def test_employed_elsewhere_while_somebody_accepts_they_learn_it(firm: Any, link: Link, owner: Any) -> None:  # S003-16
    employed = (
        "INSERT INTO organizations_staff (organization_id, person_id, roles, starts_at) VALUES (%s, %s, '{}', %s)"
    )
    joining, values = Access(person_id=firm.newcomer.pk), [firm.rival.pk, firm.newcomer.pk, clock.now()]
    error = behind(owner, lambda: commands.accept(joining, link), employed, values)
    assert getattr(error, "code", error) == "staff_is_elsewhere"
    assert works(firm.newcomer).organization_id == firm.rival.pk
    assert invitation_of(firm.newcomer.email).answered_at is None


def test_invited_by_two_at_once_it_is_one_invitation(firm: Any, link: Link, owner: Any) -> None:
    again = NewColleague(**SOMEBODY | {"address": "other@house.test"})
    taken = "UPDATE partners_staffinvitation SET email = 'Other@house.test'"
    error = behind(owner, lambda: commands.invite_person(administers(firm), again), taken, [])
    assert getattr(error, "code", error) == "staff_invited"
    assert StaffInvitation.objects.using("owner").count() == 1


def test_two_administrators_never_end_each_others_work(firm: Any, owner: Any) -> None:
    employ(firm.newcomer, firm.partner, "organization_administrator")
    left = "UPDATE organizations_staff SET ends_at = %s WHERE person_id = %s"
    mine = works(firm.clerk).pk
    act = lambda: commands.end_employment(administers(firm), mine)  # noqa: E731
    error = behind(owner, act, left, [clock.now(), firm.newcomer.pk])
    assert getattr(error, "code", error) == "staff_last_administrator"
    assert works(firm.clerk).ends_at is None


# Who counts as an administrator


@pytest.mark.parametrize("way", ["not active", "leaves"])
def test_only_an_administrator_who_stays_and_can_sign_in_counts(firm: Any, clerk: Any, way: str) -> None:
    employ(firm.newcomer, firm.partner, "organization_administrator")
    if way == "leaves":
        Staff.objects.using("owner").filter(person=firm.newcomer).update(ends_at=clock.now() + timedelta(days=1))
    else:
        Person.objects.filter(pk=firm.newcomer.pk).update(is_active=False)
    assert clerk.post(f"{PAGE}{works(firm.clerk).pk}/end/").status_code == 409
    assert works(firm.clerk).ends_at is None


def test_who_came_in_by_somebody_elses_word_counts(firm: Any, clerk: Any) -> None:
    """Signed in by their organisation's own sign-in, without a password of ours."""
    vouched = make_person("vouched", password="!", last_login=clock.now())
    employ(vouched, firm.partner, "organization_administrator")
    assert clerk.post(f"{PAGE}{works(firm.clerk).pk}/end/").status_code == 302


# What follows


def test_a_change_of_roles_leaves_the_day_on_which_somebody_goes(firm: Any, clerk: Any) -> None:
    goes = clock.now() + timedelta(days=9)
    Staff.objects.using("owner").filter(person=firm.helper).update(ends_at=goes)
    assert clerk.post(f"{PAGE}{works(firm.helper).pk}/roles/", {"roles": ["sales_agent"]}).status_code == 302
    assert (works(firm.helper).roles, works(firm.helper).ends_at) == (["sales_agent"], goes)


@pytest.mark.parametrize("act", ["end", "roles"])
def test_what_a_consent_gave_ends_with_the_work(
    firm: Any, clerk: Any, as_: Any, owner: Any, act: str
) -> None:  # edge case 37
    give = {"partner": firm.partner.pk, "template": "read"}
    assert as_(firm.admin).post(f"/partners/requests/{make_request(firm.north).number}/give/", give).status_code == 302
    mine = AccessGrant.objects.using("owner").filter(person=firm.helper, source__startswith="consent:")
    assert mine.get().ends_at > clock.now()
    keep_signed_in()
    assert clerk.post(f"{PAGE}{works(firm.helper).pk}/{act}/", {"roles": ["sales_agent"]}).status_code == 302
    assert mine.get().ends_at == clock.now()
    told = "SELECT customer_id, subject_id FROM journal_event WHERE kind = 'partners.right_ended'"
    assert owner.execute(told).fetchall() == [(firm.cedar.pk, firm.helper.pk)]
