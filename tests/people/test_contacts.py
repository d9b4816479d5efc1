"""Support contacts: as many as the agreement allows over all its workspaces, and no more (R2.3, R7.1)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.agreements.models import Package
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.people import contacts
from tallyhub.people.groups import commands as groups
from tallyhub.people.users import commands
from tallyhub.people.users import steps as user_steps
from tests.ledger.test_concurrency import together
from tests.make import allot, grant, make_agreement, make_entitlement, make_package, make_person, make_service
from tests.people.people import acting, allow_contacts, invite, make_group, make_known, roles_of

CONTACT = "support_contact"


def name(world: SimpleNamespace, *people: Any, actor: Any = None) -> None:
    for person in people:
        commands.switch_contact(
            acting(actor or world.north_admin, world.cedar), world.north.pk, person.pk, is_contact=True
        )


def is_contact(person: Any, workspace: Any) -> bool:
    return CONTACT in {role for role, _source in roles_of(person, workspace)}


def test_without_a_number_in_the_agreement_nothing_is_capped(world: SimpleNamespace) -> None:
    name(world, world.member, world.reader, world.viewer)
    allow_contacts(world, None)  # as needed
    name(world, world.learning)
    assert is_contact(world.learning, world.north)


def test_the_next_one_is_refused_with_the_reason_and_the_way_out(world: SimpleNamespace, client: Any) -> None:
    allow_contacts(world, 2)  # world.contact is one already
    client.force_login(world.north_admin)
    path = "/users/{}/contact/"
    fields = {"workspace": world.north.pk, "contact": "yes"}
    assert client.post(path.format(world.member.pk), fields).status_code == 302
    answer = client.post(path.format(world.reader.pk), fields)
    assert answer.status_code == 409
    assert (
        "All 2 support contacts that the agreement CED-2026 allows are named. "
        "Free one first, or ask your CSAM for a top-up." in answer.content.decode()
    )
    assert not is_contact(world.reader, world.north)


def test_every_way_to_name_somebody_is_capped(world: SimpleNamespace) -> None:
    allow_contacts(world, 1)
    me = acting(world.north_admin, world.cedar)
    group = make_group(world.north, "Shift", roles=[CONTACT])
    full = make_group(world.north, "Full", world.member)
    for go in (
        lambda: commands.change_roles(me, world.north.pk, world.member.pk, [CONTACT]),
        lambda: commands.give_role(me, world.north.pk, [world.member.pk], CONTACT),
        lambda: commands.change_groups(me, world.north.pk, world.member.pk, [group.pk]),
        lambda: groups.add_people(me, group.pk, [world.member.pk], workspace_id=world.north.pk),
        lambda: groups.add_by_address(me, group.pk, address="member@example.test"),
        lambda: groups.change_roles(me, full.pk, [CONTACT]),
    ):
        with pytest.raises(Conflict, match="contacts_full"):
            go()
    assert not is_contact(world.member, world.north)


def test_somebody_who_is_one_elsewhere_in_the_agreement_takes_no_place(world: SimpleNamespace) -> None:
    allow_contacts(world, 2)
    grant(world.member, CONTACT, world.south)
    name(world, world.member)
    with pytest.raises(Conflict, match="contacts_full"):
        name(world, world.reader)


def test_who_is_named_where_one_cannot_look_is_counted_and_not_told(world: SimpleNamespace, client: Any) -> None:
    """R3.3: the number comes from a function that tells no names."""
    allow_contacts(world, 3)
    grant(make_person("southerner"), CONTACT, world.south)
    client.force_login(world.north_admin)
    page = client.get("/users/").content.decode()
    assert "Support contacts of CED-2026: 1 place left, 2 of 3 named." in page
    assert "southerner" not in page
    name(world, world.member)
    with pytest.raises(Conflict, match="contacts_full"):
        name(world, world.reader)


def test_an_open_invitation_that_would_make_one_counts(world: SimpleNamespace) -> None:
    allow_contacts(world, 2)
    invite(world.south, make_known("Asked"), roles=[CONTACT])
    with pytest.raises(Conflict, match="contacts_full"):
        name(world, world.member)


def test_several_at_once_are_refused_where_not_all_fit(world: SimpleNamespace) -> None:
    allow_contacts(world, 3)
    me = acting(world.north_admin, world.cedar)
    people = [world.member.pk, world.reader.pk, world.viewer.pk]
    with pytest.raises(Conflict) as refused:
        commands.give_role(me, world.north.pk, people, CONTACT)
    assert (refused.value.code, refused.value.params["left"], refused.value.params["new"]) == (
        "contacts_too_many",
        2,
        3,
    )
    assert not is_contact(world.member, world.north)
    commands.give_role(me, world.north.pk, [*people[:2], world.contact.pk], CONTACT)


def test_more_than_allowed_is_said_in_words_and_can_only_shrink(world: SimpleNamespace, client: Any) -> None:
    for number in range(2):
        grant(make_person(f"more{number}"), CONTACT, world.north)
    allow_contacts(world, 2)
    client.force_login(world.north_admin)
    assert "CED-2026: 1 over, 3 of 2 named." in client.get("/users/").content.decode()
    with pytest.raises(Conflict, match="contacts_full"):
        name(world, world.member)
    commands.switch_contact(acting(world.north_admin, world.cedar), world.north.pk, world.contact.pk, is_contact=False)


def test_what_is_allowed_is_what_is_in_force_today(world: SimpleNamespace) -> None:
    line = allow_contacts(world, 1)
    allot(line, 4, date(2026, 12, 1), date(2026, 12, 31), kind="top_up")  # not yet
    with pytest.raises(Conflict, match="contacts_full"):
        name(world, world.member)
    allot(line, 1, date(2026, 11, 1), date(2026, 12, 31), kind="top_up")
    name(world, world.member)


def test_a_package_of_another_workspace_counts_for_the_whole_agreement(world: SimpleNamespace) -> None:
    """The number belongs to the agreement, whichever of its packages one can see."""
    allow_contacts(world, 2, world.south)
    name(world, world.member)
    with pytest.raises(Conflict, match="contacts_full"):
        name(world, world.reader)


def test_what_has_ended_caps_nothing(world: SimpleNamespace) -> None:
    allow_contacts(world, 1)
    Package.objects.using("owner").filter(code="CONTACTS-1").update(terminated_on=date(2026, 10, 1))
    make_entitlement(world.old, make_service("contacts", "people"), bought=1)
    name(world, world.member)


def test_each_agreement_that_reaches_the_workspace_must_have_room(world: SimpleNamespace) -> None:
    allow_contacts(world, 5)
    other = make_agreement(world.cedar, world.provider, number="CED-MORE")
    make_entitlement(make_package(other, world.north), make_service("contacts", "people"), bought=1)
    with pytest.raises(Conflict) as refused:
        name(world, world.member)
    assert refused.value.params["number"] == "CED-MORE"


def test_an_agreement_that_does_not_reach_the_workspace_is_not_asked(world: SimpleNamespace) -> None:
    other = make_agreement(world.cedar, world.provider, number="CED-SOUTH")
    make_entitlement(make_package(other, world.south), make_service("contacts", "people"), bought=0 + 1)
    name(world, world.member, world.reader)


def test_of_another_customers_workspace_no_number_is_told(world: SimpleNamespace) -> None:
    make_entitlement(world.birch_base, make_service("contacts", "people"), bought=3)
    access = acting(world.admin, world.cedar)
    with scope(access):
        assert contacts.rooms(access, [world.birch_main.pk]) == []


def test_two_who_switch_on_the_last_place_at_once_do_not_both_get_it(world: SimpleNamespace, meet: Any) -> None:
    meet(user_steps, "give_roles")
    allow_contacts(world, 2)
    access = acting(world.north_admin, world.cedar)

    def switch(person: Any) -> None:
        commands.switch_contact(access, world.north.pk, person.pk, is_contact=True)

    answers = together(lambda: switch(world.member), lambda: switch(world.reader))
    assert sorted(getattr(answer, "code", "done") for answer in answers) == ["contacts_full", "done"]
    assert [is_contact(one, world.north) for one in (world.member, world.reader)].count(True) == 1
