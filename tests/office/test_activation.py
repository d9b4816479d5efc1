"""When an approved agreement begins: once, at midnight in its own zone or by hand, and never by halves (R3.1)."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Agreement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import scope
from tallyhub.office import jobs
from tallyhub.office.workspaces import commands, queries
from tallyhub.office.workspaces.commands import Activated
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.models import Invitation
from tests.killing import kill_while_it_writes, run_to_its_end
from tests.ledger.test_concurrency import together
from tests.make import (
    days,
    grant,
    make_agreement,
    make_contact,
    make_entitlement,
    make_package,
    make_person,
    make_service,
)
from tests.office.agreed import Agreed, approve, counts, follow, held, invited, mapped
from tests.working import run_jobs
from tests.world import NOW

MIDNIGHT = datetime(2026, 11, 30, 23, tzinfo=UTC)  # 00:00 of 1 December in Berlin
LEAD = ["customer_administrator", "support_contact", "workspace_administrator"]


def activate(agreed: Agreed) -> Activated | None:
    return commands.activate_agreement(agreed.access, agreed.agreement.pk)


def active_since(agreement: Agreement) -> datetime | None:
    return Agreement.objects.using("owner").get(pk=agreement.pk).activated_at


def begin(instant: datetime) -> None:
    """The minute's round, with the worker that does what it defers."""
    with clock.frozen(instant):
        jobs.activate_begun(0)
        run_jobs()


# What it does


def test_at_midnight_of_its_first_day_all_is_there_without_anybody_acting(world: SimpleNamespace) -> None:  # R3.1
    agreed = approve(world)
    begin(MIDNIGHT - timedelta(seconds=1))
    assert active_since(agreed.agreement) is None
    begin(MIDNIGHT)
    assert active_since(agreed.agreement) == MIDNIGHT
    (workspace,) = Workspace.objects.using("owner").filter(customer=agreed.customer)
    assert (workspace.name, workspace.code, workspace.is_default) == ("Maple & Søns", "maple-sns", True)
    assert mapped(agreed.agreement) == {("BASE", "maple-sns")}  # R3.7: the add-on waits
    assert invited(agreed.customer) == {
        "maple-lead@example.test": (LEAD, "de"),
        "maple-contact0@example.test": (["support_contact"], "en"),
        "maple-contact1@example.test": (["support_contact"], "de"),
        "maple-contact2@example.test": (["support_contact"], "es"),
    }
    assert Invitation.objects.using("owner").get(email="maple-lead@example.test").name == "Lea Lead"
    before = counts(agreed.customer)
    begin(MIDNIGHT + timedelta(minutes=1))
    assert counts(agreed.customer) == before


def test_by_hand_it_does_the_same_before_its_first_day(world: SimpleNamespace, client: Client) -> None:
    agreed = approve(world)
    client.force_login(world.csam)
    client.post("/switch/customer/", {"customer": agreed.customer.pk})
    path = f"/office/agreements/{agreed.agreement.pk}"
    page = client.get(f"{path}/activation/").content.decode()
    assert "Activate now" in page
    assert page.count("gets an invitation") == 4
    said = client.post(f"{path}/activate/", follow=True).content.decode()
    assert "4 people were invited." in said
    assert "Activate now" not in said
    assert active_since(agreed.agreement) == NOW
    assert len(invited(agreed.customer)) == 4
    assert "is set up already" in client.post(f"{path}/activate/", follow=True).content.decode()
    assert len(invited(agreed.customer)) == 4
    begin(MIDNIGHT)
    assert active_since(agreed.agreement) == NOW


def test_a_member_gets_the_roles_at_once_and_no_invitation(world: SimpleNamespace) -> None:  # R3.5
    agreement = make_agreement(world.cedar, world.provider, approved_at=NOW)
    make_contact(agreement, world.member, "support_contact")
    make_contact(agreement, world.reader, "services_administrator")
    make_contact(agreement, world.admin, "support_contact")  # administers in whole, and is a member of nothing
    done = commands.activate_agreement(act_for(world.csam.pk, world.cedar.pk).access, agreement.pk)
    assert (done.invited, done.given) == (0, 3) if done else False
    assert invited(world.cedar) == {}
    assert ("support_contact", "north") in held(world.member, world.cedar)
    assert {("customer_administrator", None), ("workspace_administrator", "north")} <= held(world.reader, world.cedar)
    assert ("support_contact", "north") in held(world.admin, world.cedar)


def test_what_an_open_invitation_offers_is_offered_still(world: SimpleNamespace) -> None:
    agreed = approve(world, support_contacts=0)
    activate(agreed)
    Invitation.objects.using("owner").update(roles=["learning_manager"])
    second = make_agreement(agreed.customer, world.provider, approved_at=NOW)
    make_contact(second, Person.objects.get(email="maple-lead@example.test"), "support_contact")
    commands.activate_agreement(agreed.access, second.pk)
    assert invited(agreed.customer)["maple-lead@example.test"][0] == ["learning_manager", "support_contact"]


def test_a_renewal_goes_on_where_it_reached_and_invites_no_member_again(world: SimpleNamespace) -> None:  # R3.7
    agreement = follow(world)
    make_contact(agreement, world.contact, "support_contact")
    make_contact(agreement, make_person("newly"), "support_contact", language="ru")
    before = held(world.contact, world.cedar)
    commands.activate_agreement(act_for(world.csam.pk, world.cedar.pk).access, agreement.pk)
    assert mapped(agreement) == {("BASE-2", "north"), ("BASE-2", "south"), ("ADD", "north")}
    assert invited(world.cedar) == {"newly@example.test": (["support_contact"], "ru")}
    assert held(world.contact, world.cedar) == before
    assert Workspace.objects.using("owner").filter(customer=world.cedar).count() == 2


def test_a_renewal_does_not_reach_into_the_archive(world: SimpleNamespace) -> None:
    access = act_for(world.csam.pk, world.cedar.pk).access
    commands.archive_workspace(access, world.south.pk)
    agreement = follow(world)
    commands.activate_agreement(access, agreement.pk)
    assert mapped(agreement) == {("BASE-2", "north"), ("ADD", "north")}


def test_support_contacts_beyond_what_is_allowed_are_invited_without_the_role(
    world: SimpleNamespace, client: Client, owner: Any
) -> None:
    agreed = approve(world, support_contacts=4, allowed=3)
    done = activate(agreed)
    assert (done.invited, done.over) == (5, 2) if done else False
    roles = {
        address.partition("@")[0].removeprefix("maple-"): found
        for address, (found, _language) in invited(agreed.customer).items()
    }
    assert roles == {
        "lead": LEAD, "contact0": ["support_contact"], "contact1": ["support_contact"], "contact2": [], "contact3": [],
    }  # fmt: skip
    (details,) = owner.execute("SELECT details FROM journal_event WHERE kind = 'office.agreement_activated'").fetchone()
    assert details == {"invited": 5, "given": 0, "over": 2, "unreachable": 0, "mapped": 1}
    client.force_login(world.csam)
    client.post("/switch/customer/", {"customer": agreed.customer.pk})
    page = client.get(f"/office/agreements/{agreed.agreement.pk}/activation/").content.decode()
    assert "2 support contacts are beyond the number" in page


def test_somebody_who_is_a_support_contact_already_counts_once(world: SimpleNamespace) -> None:
    agreed = approve(world, support_contacts=1, allowed=2)
    activate(agreed)
    second = make_agreement(agreed.customer, world.provider, approved_at=NOW)
    make_entitlement(make_package(second), make_service("contacts", "people"), bought=2)
    make_contact(second, Person.objects.get(email="maple-contact0@example.test"))
    make_contact(second, make_person("third"))
    done = commands.activate_agreement(agreed.access, second.pk)
    assert done
    assert done.over == 1
    assert invited(agreed.customer)["maple-contact0@example.test"][0] == ["support_contact"]
    assert invited(agreed.customer)["third@example.test"][0] == []


def test_the_pages_of_the_customer_know_that_something_changed(world: SimpleNamespace) -> None:
    agreed = approve(world)
    activate(agreed)
    agreed.customer.refresh_from_db(using="owner")
    assert agreed.customer.data_version == 1


# When


@pytest.mark.parametrize(
    ("zone", "first_day", "begins"),
    [
        ("Pacific/Kiritimati", date(2026, 12, 1), datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("America/New_York", date(2026, 12, 1), datetime(2026, 12, 1, 5, tzinfo=UTC)),
        ("America/New_York", date(2027, 3, 14), datetime(2027, 3, 14, 5, tzinfo=UTC)),  # clocks go forward at 2
        ("America/New_York", date(2027, 3, 15), datetime(2027, 3, 15, 4, tzinfo=UTC)),
        ("Europe/Berlin", date(2027, 3, 28), datetime(2027, 3, 27, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2027, 3, 29), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        ("Europe/Berlin", date(2027, 11, 1), datetime(2027, 10, 31, 23, tzinfo=UTC)),  # the day after they go back
        ("America/Santiago", date(2027, 9, 5), datetime(2027, 9, 5, 4, tzinfo=UTC)),  # has no 00:00: it is 1:00 at once
    ],
)
def test_a_day_begins_at_midnight_in_the_agreements_own_zone(
    world: SimpleNamespace, zone: str, first_day: date, begins: datetime
) -> None:  # R3.1
    term = days(first_day, first_day + timedelta(days=364))
    agreement = make_agreement(world.birch, world.provider, zone=zone, term=term, approved_at=NOW)
    with scope(Access()):
        assert queries.list_begun(begins - timedelta(seconds=1)) == []
        assert queries.list_begun(begins) == [(world.birch.pk, agreement.pk)]


def test_what_is_over_or_not_approved_begins_never(world: SimpleNamespace) -> None:
    ended = make_agreement(world.cedar, world.provider, approved_at=NOW, terminated_on=date(2026, 11, 20))
    imported = world.agreement
    begin(NOW)
    access = act_for(world.csam.pk, world.cedar.pk).access
    for agreement, code in ((ended, "agreement_over"), (imported, "agreement_not_approved")):
        assert active_since(agreement) is None
        with pytest.raises(Conflict, match=code):
            commands.activate_agreement(access, agreement.pk)


def test_one_that_fails_does_not_hinder_the_others(world: SimpleNamespace, owner: Any) -> None:
    first = approve(world)
    second = make_agreement(world.birch, world.provider, term=first.agreement.term, approved_at=NOW)
    owner.execute("UPDATE organizations_organization SET name = '' WHERE id = %s", [first.customer.pk])
    owner.execute("ALTER TABLE organizations_workspace ADD CHECK (name <> '')")
    begin(MIDNIGHT)
    assert active_since(first.agreement) is None
    assert active_since(second) == MIDNIGHT


def test_whoever_does_not_look_after_the_customer_activates_nothing(world: SimpleNamespace) -> None:
    agreement = make_agreement(world.cedar, world.provider, approved_at=NOW)
    for who in (world.admin, world.north_admin, world.engineer):
        with pytest.raises(Forbidden):
            commands.activate_agreement(act_for(who.pk, world.cedar.pk).access, agreement.pk)
    with pytest.raises(Agreement.DoesNotExist):  # the account team of another customer
        commands.activate_agreement(act_for(world.csam.pk, world.cedar.pk).access, approve(world).agreement.pk)
    assert active_since(agreement) is None


# Once, whole, and at the same cost


def test_two_at_once_activate_it_once(world: SimpleNamespace) -> None:
    agreed = approve(world)
    answers = together(*[lambda: activate(agreed) for _ in range(4)])
    assert [type(one) for one in answers].count(Activated) == 1
    assert answers.count(None) == 3
    assert counts(agreed.customer)[:3] == (1, 1, 4)


def test_two_agreements_of_a_new_customer_make_one_default_workspace(world: SimpleNamespace) -> None:
    agreed = approve(world)
    second = make_agreement(agreed.customer, world.provider, approved_at=NOW)
    done = together(lambda: activate(agreed), lambda: commands.activate_agreement(agreed.access, second.pk))
    assert {type(one) for one in done} == {Activated}
    assert Workspace.objects.using("owner").filter(customer=agreed.customer).count() == 1


_ACTIVATE = """
import sys
import django; django.setup()
from datetime import datetime
from tallyhub.kernel import clock
from tallyhub.office import jobs
with clock.frozen(datetime.fromisoformat(sys.argv[3])):
    jobs.activate(int(sys.argv[1]), int(sys.argv[2]))
"""


@pytest.mark.parametrize("table", ["people_invitation", "agreements_mapping", "journal_event"])
def test_killed_half_way_it_leaves_nothing_and_again_it_is_all_there_once(
    world: SimpleNamespace, owner: Any, table: str
) -> None:
    """A real process, held by a lock in the middle of what it writes, and killed there."""
    agreed = approve(world)
    before = counts(agreed.customer)
    arguments = [str(agreed.customer.pk), str(agreed.agreement.pk), MIDNIGHT.isoformat()]
    kill_while_it_writes(owner, _ACTIVATE, arguments, table)
    assert active_since(agreed.agreement) is None
    assert counts(agreed.customer) == before
    run_to_its_end(_ACTIVATE, arguments)
    assert active_since(agreed.agreement) == MIDNIGHT
    assert counts(agreed.customer)[:3] == (1, 1, 4)
    assert len(invited(agreed.customer)) == 4


def test_it_takes_the_same_few_statements_whatever_the_number_of_people(
    world: SimpleNamespace, statements: Any
) -> None:
    few, many = (approve(world, f"maple{n}", support_contacts=n, allowed=n) for n in (5, 500))
    counted = []
    for agreed, number in ((few, 5), (many, 500)):
        for name in ("contact0", "contact1"):  # somebody of every kind: members, strangers, one too many
            person = Person.objects.get(email=f"{agreed.customer.code}-{name}@example.test")
            grant(person, "member", _default(agreed))
        with statements() as made:
            done = activate(agreed)
        assert done
        assert (done.invited, done.given, done.over) == (number - 1, 2, 1)
        counted.append(len(made))
    assert counted[0] == counted[1] <= 40


def _default(agreed: Agreed) -> Workspace:
    found, _is_new = Workspace.objects.using("owner").get_or_create(
        customer=agreed.customer, code="x", name="X", is_default=True
    )
    return found
