"""Who sees a support request (R1.5, R3.3), by both walls: Python's and the database's own."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.support import steps
from tallyhub.support.models import Message, Note, Request, RequestViewer
from tallyhub.support.rules import Why, number_of
from tests.make import give_request, grant, make_person, make_request
from tests.people.people import make_group


def inside(person: Person, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def by_python(access: Access) -> set[int]:
    with scope(access):
        return set(Request.objects.visible_to(access).values_list("pk", flat=True))


def by_database(access: Access) -> set[int]:
    with scope(access), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM support_request")
        return {one for (one,) in cursor.fetchall()}


Wall = Callable[[Access], set[int]]


@pytest.fixture(params=[by_python, by_database], ids=["python", "database"])
def sees(request: Any) -> Wall:
    return request.param


@pytest.fixture
def north(world: SimpleNamespace) -> Request:
    return make_request(world.north)


@pytest.mark.parametrize("who", ["admin", "north_admin", "viewer", "csam", "coordinator", "engineer"])
def test_who_oversees_the_workspace_sees_every_request_of_it(
    world: SimpleNamespace, north: Request, sees: Wall, who: str
) -> None:  # R1.5
    assert sees(inside(getattr(world, who), world.cedar)) == {north.pk}


@pytest.mark.parametrize("who", ["reader", "learning", "contact", "member"])
def test_everybody_else_sees_none_that_was_not_given_to_them(
    world: SimpleNamespace, north: Request, sees: Wall, who: str
) -> None:  # R1.5
    assert sees(inside(getattr(world, who), world.cedar)) == set()


def test_a_request_of_another_customer_is_seen_by_nobody_here(
    world: SimpleNamespace, north: Request, sees: Wall
) -> None:  # R3.3
    assert sees(inside(world.stranger, world.birch)) == set()
    assert sees(Access.of_system([world.birch.pk])) == set()
    assert sees(Access()) == set()
    assert sees(Access.of_system([world.cedar.pk])) == {north.pk}


def test_one_that_was_shared_with_a_person_is_seen(world: SimpleNamespace, north: Request, sees: Wall) -> None:  # R1.5
    make_request(world.north)
    give_request(north, world.member)
    assert sees(inside(world.member, world.cedar)) == {north.pk}
    assert sees(inside(world.contact, world.cedar)) == set()


def test_one_that_was_shared_with_a_group_is_seen_by_its_members(
    world: SimpleNamespace, north: Request, sees: Wall
) -> None:  # R1.5
    give_request(north, make_group(world.north, "Night shift", world.member))
    assert sees(inside(world.member, world.cedar)) == {north.pk}
    assert sees(inside(world.contact, world.cedar)) == set()


def test_who_left_the_workspace_sees_nothing_of_it(
    world: SimpleNamespace, north: Request, sees: Wall, owner: Any
) -> None:  # R3.3
    give_request(north, world.member)
    grant(world.member, "member", world.south)
    owner.execute("DELETE FROM organizations_accessgrant WHERE person_id = %s AND workspace_id = %s", [
        world.member.pk, world.north.pk,
    ])  # fmt: skip
    assert sees(inside(world.member, world.cedar)) == set()


def test_an_administrator_of_one_workspace_sees_no_request_of_another(world: SimpleNamespace, sees: Wall) -> None:
    make_request(world.south)  # R3.3
    assert sees(inside(world.north_admin, world.cedar)) == set()


def test_staff_read_the_requests_of_all_their_customers_and_a_customers_people_do_not(
    world: SimpleNamespace, north: Request
) -> None:
    """For the queue, by the database; Python shows the one that is worked inside."""
    there = make_request(world.birch_main)
    for person in (world.engineer, world.admin):
        grant(person, "engineer" if person == world.engineer else "customer_administrator", world.birch)
    assert by_database(inside(world.engineer, world.cedar)) == {north.pk, there.pk}
    assert by_python(inside(world.engineer, world.cedar)) == {north.pk}
    assert by_database(inside(world.admin, world.cedar)) == {north.pk}


def test_whoever_opens_a_request_gives_it_to_themselves_and_nobody_can_take_one(
    world: SimpleNamespace, north: Request
) -> None:  # R1.5
    access = inside(world.contact, world.cedar)
    with scope(access, writing=True):
        opened = make_unread(access, world.north)
        steps.give(access, opened, [steps.Viewer(Why.OPENED, person_id=world.contact.pk)])
    assert by_python(access) == by_database(access) == {opened.pk}
    with pytest.raises(DatabaseError, match="row-level security"), scope(access, writing=True):
        steps.give(access, north, [steps.Viewer(Why.SHARED, person_id=world.contact.pk)])


def make_unread(access: Access, workspace: Any) -> Request:
    """A row that whoever writes it cannot read back yet."""
    serial = steps.next_serial()
    request = Request(
        id=serial, number=number_of(serial), customer_id=workspace.customer_id, workspace_id=workspace.pk,
        kind="problem", severity="C", title="Opened", opened_by_id=access.person_id, opened_at="2026-11-21T12:00Z",
        changed_at="2026-11-21T12:00Z",
    )  # fmt: skip
    request.save(force_insert=True)
    return request


def test_everybody_whom_it_was_given_to_knows_with_whom_it_is_shared(world: SimpleNamespace, north: Request) -> None:
    for person in (world.member, world.contact):
        give_request(north, person)
    for reader, count in ((world.member, 2), (world.admin, 2), (world.reader, 0)):
        access = inside(reader, world.cedar)
        with scope(access):
            assert RequestViewer.objects.visible_to(access).count() == count
            assert RequestViewer.objects.count() == count


def test_messages_are_read_by_whoever_sees_the_request_and_notes_by_staff_alone(
    world: SimpleNamespace, north: Request
) -> None:  # R4.3
    of = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "request": north, "at": "2026-11-21T12:00Z"}
    Message.objects.using("owner").create(**of, is_by_staff=True, body="Hello")
    Note.objects.using("owner").create(**of, body="Between us")
    give_request(north, world.member)
    read = {world.admin: (1, 0), world.member: (1, 0), world.reader: (0, 0), world.engineer: (1, 1), world.csam: (1, 1)}
    for person, counts in read.items():
        access = inside(person, world.cedar)
        with scope(access):
            assert (Message.objects.visible_to(access).count(), Note.objects.visible_to(access).count()) == counts
            assert (Message.objects.count(), Note.objects.count()) == counts
    with scope(Access(customer_id=world.cedar.pk, in_whole=True)):  # a token of the customer's own
        assert Note.objects.count() == 0


def test_a_new_colleague_sees_nothing_at_first(world: SimpleNamespace, north: Request, sees: Wall) -> None:
    person = make_person("late")
    grant(person, "member", world.north)
    assert sees(inside(person, world.cedar)) == set()
