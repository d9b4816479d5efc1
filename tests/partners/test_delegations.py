"""Delegations: what may be asked, who answers, how they end (S003-4 to S003-8; edge cases 1, 2, 6 to 9, 36, 37)."""

from datetime import timedelta
from typing import Any

import pytest

from tallyhub.kernel import clock
from tallyhub.organizations.models import AccessGrant, Staff
from tallyhub.partners import jobs
from tallyhub.partners.models import Delegation
from tests.make import make_delegation, make_security_group
from tests.partners.world import ASK, approved, asked, assigned, opens


def later(**how: float) -> Any:
    return clock.frozen(clock.now() + timedelta(**how))


def kinds(owner: Any, customer: Any, prefix: str = "partners.") -> list[str]:
    rows = owner.execute(
        "SELECT kind FROM journal_event WHERE customer_id = %s AND kind LIKE %s ORDER BY id",
        [customer.pk, f"{prefix}%"],
    )
    return [kind for (kind,) in rows]


def mails(owner: Any) -> list[tuple[str, str]]:
    """(letter, name of the reader) of each job that waits for one of ours, once it has run."""
    return list(
        owner.execute(
            "SELECT m.letter, p.name FROM notifications_mail m JOIN accounts_person p ON p.id = m.person_id "
            "WHERE m.letter LIKE 'partners.%%' ORDER BY m.created_at, p.name"
        )
    )


def tell(owner: Any) -> None:
    """Run the jobs that news of partners deferred."""
    from tallyhub.notifications import jobs as notifications

    waiting = owner.execute(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'notifications.tell_of_partners' AND status = 'todo'"
    )
    for (arguments,) in waiting.fetchall():
        notifications.tell_of_partners(**arguments)
    owner.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'notifications.tell_of_partners'")


@pytest.fixture
def running(firm: Any) -> Delegation:
    """Of lakeside at cedar, held by the helper."""
    one = make_delegation(firm.partner, firm.cedar)
    group = make_security_group(firm.partner, firm.helper)
    from tallyhub.partners.delegations import commands
    from tests.partners.world import acting

    commands.assign(acting(firm.partner, firm.agent), one.pk, group.pk, ["support_read"])
    firm.group = group
    return one


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"name": ""}, "Write a name"),
        ({"name": "x" * 51}, "50"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["csam"]}, "not offered here"),
        ({"days": "0"}, "from 1 to 730"),
        ({"days": "731"}, "from 1 to 730"),
        ({"days": "-3"}, "from 1 to 730"),
        ({"days": "1.5"}, "from 1 to 730"),
        ({"days": "ten"}, "from 1 to 730"),
        ({"days": ""}, "from 1 to 730"),
        ({"roles": ["full_administration"]}, "why full administration is needed"),
        ({"roles": ["full_administration"], "reason": "x", "extends": "on"}, "cannot extend by itself"),
        ({"roles": ["full_administration"], "reason": "x" * 501}, "500 characters"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(firm: Any, as_: Any, over: Any, said: str) -> None:
    # edge cases 6, 7; S003-7
    answer = as_(firm.agent).post(f"/customers/{firm.cedar.pk}/delegate/", ASK | over)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Delegation.objects.using("owner").exists()


def test_everything_that_is_wrong_with_a_wish_is_said_at_once(firm: Any, as_: Any) -> None:
    wrong = {"name": "", "roles": ["full_administration"], "days": "0", "reason": "", "extends": "on"}
    answer = as_(firm.agent).post(f"/customers/{firm.cedar.pk}/delegate/", wrong)
    assert answer.status_code == 400
    page = answer.content.decode()
    for said in (
        "Nothing was saved yet",
        "Write a name",
        "from 1 to 730",
        "why full administration is needed",
        "cannot extend by itself",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("days", "left", "is_ending"),
    [
        (365, 31, False),
        (365, 30, True),
        (60, 21, False),
        (60, 20, True),
        (20, 20, False),
        (20, 7, False),
        (21, 7, True),
    ],
)
def test_it_ends_soon_in_its_last_thirty_days_and_its_last_third(
    firm: Any, as_: Any, days: int, left: int, *, is_ending: bool
) -> None:
    ends = clock.now() + timedelta(days=left)
    one = make_delegation(firm.partner, firm.cedar, starts_at=ends - timedelta(days=days), ends_at=ends)
    agent = as_(firm.agent)
    for address in ("/customers/", f"/customers/delegations/{one.pk}/"):
        assert ("ends soon" in agent.get(address).content.decode()) is is_ending, address
    assert ("ends soon" in as_(firm.admin).get("/partners/").content.decode()) is is_ending


def test_a_name_is_used_once_over_all_delegations_of_a_partner(firm: Any, as_: Any) -> None:  # edge case 7
    asked(firm, as_)
    again = as_(firm.agent).post(f"/customers/{firm.cedar.pk}/delegate/", ASK)
    assert again.status_code == 400
    assert "Another delegation of yours has this name" in again.content.decode()


def test_only_an_admin_agent_asks(firm: Any, as_: Any) -> None:  # S003-4, spec 2.3
    for person in (firm.helper, firm.seller, firm.clerk, firm.admin):
        assert as_(person).post(f"/customers/{firm.cedar.pk}/delegate/", ASK).status_code == 403


def test_nobody_asks_a_customer_of_others(firm: Any, as_: Any) -> None:  # edge case 36
    assert as_(firm.rival_agent).post(f"/customers/{firm.cedar.pk}/delegate/", ASK).status_code == 404
    assert as_(firm.rival_agent).get(f"/customers/{firm.cedar.pk}/").status_code == 404


def test_the_customer_reads_roles_in_plain_words_and_both_are_told(firm: Any, as_: Any, owner: Any) -> None:
    # S003-4
    one = asked(firm, as_)
    text = as_(firm.admin).get(f"/partners/delegations/{one.pk}/").content.decode()
    assert "Read support requests and their conversation" in text
    assert "answer and work on support requests" in text
    tell(owner)
    assert mails(owner) == [("partners.delegation_requested", "admin"), ("partners.delegation_requested", "agent")]
    owner.execute("DELETE FROM notifications_mail")
    approved(firm, as_, one)
    tell(owner)
    assert mails(owner) == [("partners.delegation_approved", "admin"), ("partners.delegation_approved", "agent")]
    assert kinds(owner, firm.cedar) == ["partners.delegation_requested", "partners.delegation_approved"]


def test_a_customer_grants_a_part_and_for_less_long(firm: Any, as_: Any) -> None:
    one = asked(firm, as_)
    approved(firm, as_, one, roles=["support_read"], days="30")
    one.refresh_from_db(using="owner")
    assert one.granted == ["support_read"]
    assert one.ends_at == clock.now() + timedelta(days=30)
    group = make_security_group(firm.partner, firm.helper)
    more = as_(firm.agent).post(
        f"/customers/delegations/{one.pk}/assign/", {"group": group.pk, "roles": ["support_tier_1"]}
    )
    assert more.status_code == 400


@pytest.mark.parametrize("over", [{"days": "91"}, {"days": "0"}, {"roles": []}, {"roles": ["support_tier_2"]}])
def test_a_customer_never_grants_more_than_was_asked(firm: Any, as_: Any, over: Any) -> None:
    one = asked(firm, as_)
    said = {"roles": one.roles, "days": "90"} | over
    assert as_(firm.admin).post(f"/partners/delegations/{one.pk}/approve/", said).status_code == 400
    one.refresh_from_db(using="owner")
    assert one.state == "pending"


def test_only_the_customers_administrators_answer(firm: Any, as_: Any) -> None:  # edge case 8
    one = asked(firm, as_)
    said = {"roles": one.roles, "days": "90"}
    for person in (firm.north_admin, firm.member, firm.csam, firm.agent, firm.helper):
        assert as_(person).post(f"/partners/delegations/{one.pk}/approve/", said).status_code == 403
    assert as_(firm.stranger).post(f"/partners/delegations/{one.pk}/approve/", said).status_code == 404
    assert as_(firm.stranger).get(f"/partners/delegations/{one.pk}/").status_code == 404


def test_a_draft_is_the_partners_alone(firm: Any, as_: Any) -> None:
    one = asked(firm, as_, act="keep")
    assert as_(firm.admin).get(f"/partners/delegations/{one.pk}/").status_code == 404
    assert one.state == "created"
    as_(firm.agent).post(f"/customers/delegations/{one.pk}/send/")
    assert as_(firm.admin).get(f"/partners/delegations/{one.pk}/").status_code == 200
    assert as_(firm.agent).post(f"/customers/delegations/{one.pk}/delete/").status_code == 409


def test_a_draft_can_be_deleted(firm: Any, as_: Any) -> None:
    one = asked(firm, as_, act="keep")
    assert as_(firm.agent).post(f"/customers/delegations/{one.pk}/delete/").status_code == 302
    assert not Delegation.objects.using("owner").filter(pk=one.pk).exists()


def test_after_ninety_days_it_has_lapsed_and_cannot_be_approved(firm: Any, as_: Any, owner: Any) -> None:  # S003-5
    one = asked(firm, as_)
    said = {"roles": one.roles, "days": "90"}
    with later(days=90):
        page = as_(firm.admin).get(f"/partners/delegations/{one.pk}/").content.decode()
        assert "Approve what is ticked" not in page
        late = as_(firm.admin).post(f"/partners/delegations/{one.pk}/approve/", said)
        assert late.status_code == 409
        assert "not answered within 90 days" in late.content.decode()
        jobs.settle_time(0)
        jobs.settle_time(0)
    one.refresh_from_db(using="owner")
    assert one.state == "pending"
    assert kinds(owner, firm.cedar).count("partners.delegation_lapsed") == 1


def test_a_moment_before_it_can_still_be_approved(firm: Any, as_: Any) -> None:
    one = asked(firm, as_)
    with later(days=89, hours=23):
        approved(firm, as_, one)


def test_whoever_comes_second_is_told_and_both_are_audited(firm: Any, as_: Any, owner: Any) -> None:  # edge case 9
    one = asked(firm, as_)
    as_(firm.agent).post(f"/customers/delegations/{one.pk}/terminate/")
    late = as_(firm.admin).post(f"/partners/delegations/{one.pk}/approve/", {"roles": one.roles, "days": "90"})
    assert late.status_code == 409
    assert "It was terminated" in late.content.decode()
    assert kinds(owner, firm.cedar)[-2:] == ["partners.delegation_terminated", "partners.delegation_refused"]
    assert not AccessGrant.objects.using("owner").filter(source=f"delegation:{one.pk}").exists()


def test_both_are_told_30_7_and_1_days_before_and_on_the_day(
    firm: Any, running: Delegation, as_: Any, owner: Any
) -> None:
    # S003-6
    tell(owner)
    for days, letters in ((31, 0), (30, 1), (29, 0), (7, 1), (1, 1), (0, 1), (-1, 0)):
        with clock.frozen(running.ends_at - timedelta(days=days)):
            jobs.settle_time(0)
            jobs.settle_time(0)
            tell(owner)
        found = mails(owner)
        assert len(found) == 2 * letters, days
        wanted = "partners.delegation_ending" if days else "partners.delegation_expired"
        assert all(one == (wanted, who) for one, who in zip(found, ("admin", "agent"), strict=False))
        owner.execute("DELETE FROM notifications_mail")


def test_a_delegation_of_a_week_is_not_told_of_thirty_days(firm: Any, owner: Any) -> None:
    now = clock.now()
    make_delegation(firm.partner, firm.cedar, starts_at=now, ends_at=now + timedelta(days=7), days=7)
    jobs.settle_time(0)
    assert kinds(owner, firm.cedar) == []


def test_after_the_end_nobody_of_the_group_gets_in(firm: Any, running: Delegation, as_: Any) -> None:
    # S003-6, edge case 1: to the moment, without any job
    helper = as_(firm.helper)
    with clock.frozen(running.ends_at - timedelta(seconds=1)):
        assert opens(helper, firm.cedar) == 200
    with clock.frozen(running.ends_at):
        assert helper.get("/customer-activity/").status_code == 403
        assert opens(helper, firm.cedar) == 404
        assert helper.get(f"/customers/{firm.cedar.pk}/").status_code == 200  # what needs no delegation stays


def test_one_that_has_ended_is_never_taken_up_again(firm: Any, running: Delegation, as_: Any) -> None:  # edge case 2
    with clock.frozen(running.ends_at):
        agent = as_(firm.agent)
        for act, said in (("extend", {"extends": "on"}), ("terminate", {}), ("send", {})):
            assert agent.post(f"/customers/delegations/{running.pk}/{act}/", said).status_code == 409
        page = agent.get(f"/customers/delegations/{running.pk}/").content.decode()
        assert "Ask anew" in page


def test_one_that_extends_moves_its_end_without_a_new_answer(
    firm: Any, running: Delegation, as_: Any, owner: Any
) -> None:
    # S003-7
    as_(firm.admin).post(f"/partners/delegations/{running.pk}/keep/", {"extends": "on"})
    with clock.frozen(running.ends_at - timedelta(hours=20)):
        jobs.settle_time(0)
        jobs.settle_time(0)
    with clock.frozen(running.ends_at + timedelta(days=179)):
        assert opens(as_(firm.helper), firm.cedar) == 200
    with clock.frozen(running.ends_at + timedelta(days=180)):
        assert opens(as_(firm.helper), firm.cedar) == 404
    assert kinds(owner, firm.cedar).count("partners.delegation_extended") == 1


def test_full_administration_is_never_extended(firm: Any, as_: Any) -> None:  # S003-7, edge case 6
    full = make_delegation(
        firm.partner, firm.cedar, roles=["full_administration"], granted=["full_administration"], reason="x"
    )
    for person, address in (
        (firm.agent, f"/customers/delegations/{full.pk}/extend/"),
        (firm.admin, f"/partners/delegations/{full.pk}/keep/"),
    ):
        assert as_(person).post(address, {"extends": "on"}).status_code == 400


@pytest.mark.parametrize("side", ["partner", "customer"])
def test_either_side_terminates_and_the_log_says_who(
    firm: Any, running: Delegation, as_: Any, owner: Any, side: str
) -> None:  # S003-8
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 200
    tell(owner)
    if side == "partner":
        as_(firm.agent).post(f"/customers/delegations/{running.pk}/terminate/")
    else:
        as_(firm.admin).post(f"/partners/delegations/{running.pk}/end/")
    assert helper.get("/customer-activity/").status_code == 403  # the session that is open
    tell(owner)
    assert [who for letter, who in mails(owner) if letter == "partners.delegation_terminated"] == ["admin", "agent"]
    ((by, actor),) = owner.execute(
        "SELECT details ->> 'by', actor_id FROM journal_event WHERE kind = 'partners.delegation_terminated'"
    ).fetchall()
    assert (by, actor) == (side, firm.agent.pk if side == "partner" else firm.admin.pk)
    audit = as_(firm.admin).get("/audit/").content.decode()
    assert "Terminated a delegation" in audit


def test_rights_come_through_groups_only(firm: Any, as_: Any) -> None:  # spec 2.2, edge case 4
    one = make_delegation(firm.partner, firm.cedar)
    page = as_(firm.agent).get(f"/customers/delegations/{one.pk}/").content.decode()
    assert "Rights granted, but nobody holds them." in page
    assert "Assign a group" in page
    helper = as_(firm.helper)
    for address in (f"/customers/delegations/{one.pk}/", f"/customers/{firm.cedar.pk}/"):
        told = helper.get(address).content.decode()
        assert "Rights granted, but nobody holds them." in told
        assert "Assign a group" not in told  # only an admin agent can
    assert opens(as_(firm.helper), firm.cedar) == 404
    group = assigned(firm, as_, one, firm.helper)
    assert opens(as_(firm.helper), firm.cedar) == 200
    assert "Rights granted" not in as_(firm.agent).get(f"/customers/delegations/{one.pk}/").content.decode()
    staff = Staff.objects.using("owner").get(person_id=firm.helper.pk).pk
    as_(firm.agent).post(f"/security-groups/{group.pk}/members/{staff}/")
    assert opens(as_(firm.helper), firm.cedar) == 404


def test_taking_back_from_a_group_and_removing_the_group_end_what_it_had(
    firm: Any, running: Delegation, as_: Any
) -> None:
    agent, helper = as_(firm.agent), as_(firm.helper)
    agent.post(f"/customers/delegations/{running.pk}/unassign/{firm.group.pk}/")
    assert opens(helper, firm.cedar) == 404
    agent.post(f"/customers/delegations/{running.pk}/assign/", {"group": firm.group.pk, "roles": ["support_read"]})
    assert opens(helper, firm.cedar) == 200
    agent.post(f"/security-groups/{firm.group.pk}/remove/")
    assert opens(helper, firm.cedar) == 404


def test_in_two_groups_one_has_the_union_at_that_customer_only(firm: Any, as_: Any) -> None:  # edge case 5
    from tallyhub.organizations.sign_on import act_for

    one = make_delegation(firm.partner, firm.cedar, granted=["support_read", "support_tier_1"])
    other = make_delegation(firm.partner, firm.birch)
    assigned(firm, as_, one, firm.helper)
    second = make_security_group(firm.partner, firm.helper)
    as_(firm.agent).post(f"/customers/delegations/{one.pk}/assign/", {"group": second.pk, "roles": ["support_tier_1"]})
    as_(firm.agent).post(f"/customers/delegations/{other.pk}/assign/", {"group": second.pk, "roles": ["support_read"]})
    assert act_for(firm.helper.pk, firm.cedar.pk).access.acts_as == "support_read+support_tier_1"
    assert act_for(firm.helper.pk, firm.birch.pk).access.acts_as == "support_read"


@pytest.mark.parametrize("change", [{"ends_at": None}, {"roles": ["sales_agent"]}])
def test_whoever_leaves_or_loses_the_role_is_out_with_the_next_click(
    firm: Any, running: Delegation, as_: Any, change: Any
) -> None:  # edge case 37, S003-1
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 200
    Staff.objects.using("owner").filter(person_id=firm.helper.pk).update(
        **({"ends_at": clock.now()} if "ends_at" in change else change)
    )
    assert helper.get("/customer-activity/").status_code == 403
    assert opens(helper, firm.cedar) == 404


def test_a_sales_agent_in_a_group_gets_nothing(firm: Any, as_: Any) -> None:  # S003-1
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.seller)
    assert opens(as_(firm.seller), firm.cedar) == 404


def test_what_partner_staff_did_stands_in_the_audit_with_their_role(firm: Any, running: Delegation, as_: Any) -> None:
    # spec 2.5
    opens(as_(firm.helper), firm.cedar)
    audit = as_(firm.admin).get(f"/audit/?person={firm.helper.pk}").content.decode()
    assert "helper, as Support, read" in audit


def test_the_customers_page_says_who_holds_what_until_when(firm: Any, running: Delegation, as_: Any) -> None:
    page = as_(firm.admin).get("/partners/").content.decode()
    for text in ("Lakeside", running.name, "helper", "Support, read", "What they did here"):
        assert text in page
    as_(firm.admin).post(f"/partners/delegations/{running.pk}/end/")
    assert "What they did here" not in as_(firm.admin).get("/partners/").content.decode()


def test_a_customer_manages_itself_while_a_partner_holds_everything(firm: Any, as_: Any) -> None:  # S003-44
    one = make_delegation(firm.partner, firm.cedar, roles=["full_administration"], granted=["full_administration"])
    assigned(firm, as_, one, firm.helper, roles=["full_administration"])
    admin = as_(firm.admin)
    for address in ("/users/", "/workspaces/", "/partners/", "/audit/", "/account-policy/"):
        assert admin.get(address, follow=True).status_code == 200, address


def test_nobody_of_a_partner_decides_what_partners_may_do(firm: Any, as_: Any) -> None:  # R5.2
    full = make_delegation(firm.partner, firm.cedar, roles=["full_administration"], granted=["full_administration"])
    assigned(firm, as_, full, firm.agent, roles=["full_administration"])
    agent = as_(firm.agent)
    assert opens(agent, firm.cedar) == 200
    one = asked(firm, as_)
    assert agent.get("/partners/").status_code == 403
    assert agent.post(f"/partners/delegations/{one.pk}/approve/", {"roles": one.roles, "days": "9"}).status_code == 403


def test_the_other_partner_sees_nothing_of_it(firm: Any, running: Delegation, as_: Any) -> None:  # edge case 36
    rival = as_(firm.rival_agent)
    assert rival.get(f"/customers/delegations/{running.pk}/").status_code == 404
    for act in ("terminate", "extend", "send", "delete", "assign"):
        assert rival.post(f"/customers/delegations/{running.pk}/{act}/", {"group": firm.group.pk}).status_code == 404
    assert rival.get(f"/security-groups/{firm.group.pk}/").status_code == 404


def test_a_group_takes_nobody_of_another_house(firm: Any, as_: Any, owner: Any) -> None:  # edge case 36
    group = make_security_group(firm.partner)
    foreign = Staff.objects.using("owner").get(person_id=firm.rival_agent.pk).pk
    answer = as_(firm.agent).post(f"/security-groups/{group.pk}/members/", {"staff": foreign})
    assert answer.status_code == 404
