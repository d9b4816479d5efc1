"""The dated history of support contacts: who was named when, by whom, where and until when (R2.3)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tallyhub.integrations.importing import import_records
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import Place as PagePlace
from tallyhub.kernel.scope import scope
from tallyhub.office.workspaces.commands import activate_agreement
from tallyhub.people import contacts
from tallyhub.people.groups import commands as groups
from tallyhub.people.invitations import commands as invitations
from tallyhub.people.invitations.links import Link
from tallyhub.people.models import Invitation, Naming
from tallyhub.people.naming import queries
from tallyhub.people.naming.rules import Agreement, Wanted, end_of, month_ends
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.steps import Invitee
from tallyhub.people.users import commands
from tallyhub.privacy import commands as privacy
from tests.make import days, grant, make_agreement, make_contact, make_person
from tests.people.people import acting, allow_contacts, make_group
from tests.world import NOW

CONTACT = "support_contact"
LATER = NOW + timedelta(days=2)


def history(person: Any) -> list[Any]:
    return list(Naming.objects.using("owner").filter(person_id=person.pk).order_by("named_at", "pk"))


def me(world: SimpleNamespace) -> Access:
    return acting(world.north_admin, world.cedar)


def switch(world: SimpleNamespace, person: Any, *, on: bool) -> None:
    commands.switch_contact(me(world), world.north.pk, person.pk, is_contact=on)


def test_it_says_who_named_whom_where_and_until_when(world: SimpleNamespace) -> None:
    switch(world, world.member, on=True)
    with clock.frozen(LATER):
        commands.switch_contact(acting(world.admin, world.cedar), world.north.pk, world.member.pk, is_contact=False)
    (found,) = history(world.member)
    assert (found.customer_id, found.workspace_id) == (world.cedar.pk, world.north.pk)
    assert (found.named_at, found.named_by_id, found.registered_at) == (NOW, world.north_admin.pk, NOW)
    assert (found.ended_at, found.ended_by_id) == (LATER, world.admin.pk)


def test_each_time_is_a_line_of_its_own(world: SimpleNamespace) -> None:
    switch(world, world.member, on=True)
    switch(world, world.member, on=True)  # again changes nothing
    with clock.frozen(LATER):
        switch(world, world.member, on=False)
    with clock.frozen(LATER + timedelta(days=1)):
        switch(world, world.member, on=True)
    first, second = history(world.member)
    assert (first.ended_at, second.named_at, second.ended_at) == (LATER, LATER + timedelta(days=1), None)


def test_whoever_is_asked_in_is_named_and_registers_by_joining(world: SimpleNamespace) -> None:
    invitee = Invitee("asked@example.test", (CONTACT,), "en", "Ash Asked")
    invitations.invite_people(me(world), world.north.pk, [invitee])
    (found,) = Naming.objects.using("owner").filter(registered_at=None)
    assert (found.named_at, found.named_by_id, found.ended_at) == (NOW, world.north_admin.pk, None)
    person = Access(person_id=found.person_id)
    with clock.frozen(LATER):
        asked = Invitation.objects.using("owner").get(person_id=found.person_id)
        invitations.register(
            person, Link(asked.pk, asked.serial), name="Ash", password="a long one of my own", language="en", zone="UTC"
        )
    (joined,) = Naming.objects.using("owner").filter(person_id=found.person_id)
    assert (joined.pk, joined.named_at, joined.registered_at, joined.ended_at) == (found.pk, NOW, LATER, None)
    assert joined.named_by_id == world.north_admin.pk


def test_an_invitation_that_is_taken_back_ends_it(world: SimpleNamespace) -> None:
    invitations.invite_people(me(world), world.north.pk, [Invitee("asked@example.test", (CONTACT,), "en")])
    asked = Invitation.objects.using("owner").get(email="asked@example.test")
    with clock.frozen(LATER):
        invitations.revoke_invitation(me(world), asked.pk)
    (found,) = Naming.objects.using("owner").filter(person_id=asked.person_id)
    assert (found.registered_at, found.ended_at, found.ended_by_id) == (None, LATER, world.north_admin.pk)


def _by_group(world: SimpleNamespace) -> Callable[[], None]:
    group = make_group(world.north, "Shift", roles=[CONTACT])
    groups.add_people(me(world), group.pk, [world.member.pk], workspace_id=world.north.pk)
    return lambda: groups.delete_group(me(world), group.pk)


def _by_role(world: SimpleNamespace) -> Callable[[], None]:
    commands.give_role(me(world), world.north.pk, [world.member.pk], CONTACT)
    return lambda: commands.take_role(me(world), world.north.pk, [world.member.pk], CONTACT)


def _by_member_and_removal(world: SimpleNamespace) -> Callable[[], None]:
    commands.change_roles(me(world), world.north.pk, world.member.pk, [CONTACT])
    return lambda: commands.remove_people(me(world), world.north.pk, [world.member.pk])


def _until_their_part_ends(world: SimpleNamespace) -> Callable[[], None]:
    """Somebody whom another customer knows, too, so that they are not erased."""
    grant(world.member, "member", world.birch_main)
    return _until_erased(world)


def _until_erased(world: SimpleNamespace) -> Callable[[], None]:
    switch(world, world.member, on=True)
    return lambda: privacy.end_part(acting(world.admin, world.cedar), world.member.pk, confirmation="member") and None


WAYS = [_by_group, _by_role, _by_member_and_removal, _until_erased, _until_their_part_ends]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_give_and_to_take_is_written_down(world: SimpleNamespace, way: Any) -> None:
    end = way(world)
    assert [one.ended_at for one in history(world.member)] == [None]
    with clock.frozen(LATER):
        end()
    assert [one.ended_at for one in history(world.member)] == [LATER]


def test_what_two_things_give_ends_with_the_last_of_them(world: SimpleNamespace) -> None:
    end = _by_group(world)
    switch(world, world.member, on=True)
    end()
    assert [one.ended_at for one in history(world.member)] == [None]
    switch(world, world.member, on=False)
    assert [one.ended_at for one in history(world.member)] == [NOW]


def test_whoever_gives_up_their_own_administration_is_written_down(world: SimpleNamespace) -> None:
    grant(world.member, "workspace_administrator", world.north)
    switch(world, world.north_admin, on=True)
    commands.change_roles(me(world), world.north.pk, world.north_admin.pk, [])
    assert [one.ended_by_id for one in history(world.north_admin)] == [world.north_admin.pk]


def test_a_role_that_ends_by_itself_is_named_until_then(world: SimpleNamespace) -> None:
    grant(world.member, CONTACT, world.north, source="directory:1", ends_at=LATER)
    (found,) = history(world.member)
    assert (found.ended_at, found.ended_by_id) == (LATER, None)


def test_an_erased_persons_line_stays_and_names_nobody(world: SimpleNamespace) -> None:  # R10.4
    switch(world, world.member, on=True)
    privacy.end_part(acting(world.admin, world.cedar), world.member.pk, confirmation="member")
    admin = acting(world.admin, world.cedar)
    with scope(admin):
        wanted = Wanted((Agreement(world.agreement.pk, "CED-2026", "UTC"),), (world.north.pk,))
        rows = queries.list_page(admin, wanted, _newest())
        known = queries.learn(admin, rows)
    assert [row.person_id for row in rows if row.ended_at] == [world.member.pk]
    assert world.member.pk not in known
    assert world.contact.pk in known


def _newest() -> Any:
    return PagePlace("named_at")


def test_the_number_of_today_is_the_number_named(world: SimpleNamespace) -> None:
    allow_contacts(world, 9)
    switch(world, world.member, on=True)
    grant(world.member, CONTACT, world.south)  # somebody counts once
    invitations.invite_people(me(world), world.north.pk, [Invitee("asked@example.test", (CONTACT,), "en")])
    admin = acting(world.admin, world.cedar)
    wanted = Wanted((Agreement(world.agreement.pk, "CED-2026", "Europe/Berlin"),), (world.north.pk,))
    today = NOW.date()
    with scope(admin):
        counted = queries.named_on(wanted.agreements, [today, today - timedelta(days=1)])
        assert counted == {today: {world.agreement.pk: 3}, today - timedelta(days=1): {world.agreement.pk: 0}}
        assert contacts.count_named([world.north.pk])[world.agreement.pk] == (3, 0)
        assert queries.count_all(wanted) == 4  # lines: one person is one in both workspaces


def test_a_day_is_the_agreements(world: SimpleNamespace) -> None:
    """Half past eleven in the evening in London is the next day in Berlin."""
    at = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    assert at > end_of(date(2026, 6, 1), "Europe/Berlin", NOW)
    assert at < end_of(date(2026, 6, 1), "Europe/London", NOW)
    assert end_of(date(2027, 1, 1), "UTC", NOW) == end_of(date.max, "UTC", NOW) == NOW


def test_the_months_of_the_chart_end_today() -> None:
    assert month_ends(date(2026, 2, 10), 24, date(2025, 11, 20)) == [
        date(2025, 11, 30),
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 10),
    ]
    assert month_ends(date(2026, 2, 10), 24, date(2026, 2, 1)) == [date(2026, 2, 10)]
    assert len(month_ends(date(2026, 2, 10), 24, date(2020, 2, 1))) == 24
    assert month_ends(date(2026, 2, 10), 24, date(2026, 3, 1)) == []


def test_nobody_writes_the_history_but_the_function_that_compares(world: SimpleNamespace) -> None:
    for statement in (
        "UPDATE people_naming SET ended_at = now()",
        "DELETE FROM people_naming",
        "INSERT INTO people_naming (customer_id, person_id, named_at) VALUES (1, 1, now())",
    ):
        with pytest.raises(DatabaseError), scope(Access.of_system([world.cedar.pk]), writing=True):
            connection.cursor().execute(statement)


def test_it_settles_nothing_of_a_customer_that_is_not_worked_inside(world: SimpleNamespace, owner: Any) -> None:
    owner.execute("DELETE FROM people_naming")
    stranger = acting(world.stranger, world.birch)
    with scope(stranger, writing=True):
        settle_namings(stranger, world.cedar.pk, [world.contact.pk])
    assert history(world.contact) == []


def test_numbers_are_told_where_the_agreement_reaches_and_nowhere_else(world: SimpleNamespace) -> None:  # R3.3
    wanted = Wanted((Agreement(world.agreement.pk, "CED-2026", "UTC"),), (world.north.pk,))
    day = NOW.date()
    for person, customer, named in ((world.reader, world.cedar, 1), (world.stranger, world.birch, 0)):
        access = acting(person, customer)
        with scope(access):
            assert queries.named_on(wanted.agreements, [day]) == {day: {world.agreement.pk: named}}
            assert queries.count_all(wanted) == named
            assert queries.list_page(access, wanted, _newest()) == []


def test_rows_are_of_the_workspaces_that_one_administers(world: SimpleNamespace) -> None:  # R1.5
    grant(make_person("southerner"), CONTACT, world.south)
    wanted = Wanted((Agreement(world.agreement.pk, "CED-2026", "UTC"),), (world.north.pk, world.south.pk))
    for person, places in ((world.admin, {world.north.pk, world.south.pk}), (world.north_admin, {world.north.pk})):
        access = acting(person, world.cedar)
        with scope(access):
            assert {row.workspace_id for row in queries.list_page(access, wanted, _newest())} == places
            assert queries.count(access, wanted, exact_max=100) == len(places)
    for person in (world.csam, world.engineer):  # who read the customer in whole, and administer nothing
        access = acting(person, world.cedar)
        with scope(access):
            assert queries.list_page(access, wanted, _newest()) == []
    raw = Access(
        person_id=world.north_admin.pk, customer_id=world.cedar.pk, workspaces=(world.north.pk, world.south.pk)
    )
    with scope(raw):  # the second wall, whatever the scope claims
        assert {one.workspace_id for one in Naming.objects.all()} == {world.north.pk}


def test_what_a_file_brings_is_named_by_the_hub(world: SimpleNamespace) -> None:
    row = {"customer": "cedar", "person": "member@example.test", "role": CONTACT, "workspace": "north"}
    import_records([("grants", [row])])
    import_records([("grants", [row])])  # again changes nothing
    (found,) = history(world.member)
    assert (found.named_at, found.named_by_id, found.registered_at, found.ended_at) == (NOW, None, NOW, None)


def test_whom_an_agreement_names_is_named_when_it_begins(world: SimpleNamespace) -> None:  # R3.1
    term = days(NOW.date(), date(2027, 12, 31))
    agreement = make_agreement(world.cedar, world.provider, term=term, approved_at=NOW)
    make_contact(agreement, world.member)
    stranger = make_person("elsewhere")
    make_contact(agreement, stranger)
    activate_agreement(acting(world.csam, world.cedar), agreement.pk)
    assert [(one.workspace_id, one.registered_at) for one in history(world.member)] == [(world.north.pk, NOW)]
    assert [(one.workspace_id, one.registered_at) for one in history(stranger)] == [(world.north.pk, None)]
