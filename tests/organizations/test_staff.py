"""R5.1. Who works for the provider or a partner acts for it, and for no other."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import Staff
from tallyhub.organizations.rules import STAFF_RIGHTS_OF, STAFF_ROLE_NAMES, STAFF_ROLES_AT, Kind, StaffRole
from tests.make import employ, make_organization


@pytest.fixture
def agent(world: SimpleNamespace) -> Any:
    """A helpdesk agent of the partner who has no role at any customer."""
    employ(world.newcomer, world.partner, "helpdesk_agent")
    return world.newcomer


def found_by(client: Client) -> sign_on.SignOn:
    return sign_on.read(client.cookies["sessionid"].value)


def test_staff_act_for_their_organisation_with_the_rights_of_their_roles(
    world: SimpleNamespace, agent: Any, client: Client
) -> None:
    client.force_login(agent)
    found = found_by(client)
    assert found.house
    assert (found.house.name, found.house.kind) == (world.partner.name, Kind.PARTNER)
    assert found.access.organizations == (world.partner.pk,)
    assert found.access.serves(Right.SERVE_CUSTOMERS)
    assert not found.access.serves(Right.MANAGE_DELEGATIONS)
    with pytest.raises(Forbidden):
        found.access.require_serving(Right.MANAGE_DELEGATIONS)


def test_what_one_may_do_there_is_no_right_inside_a_customer(
    world: SimpleNamespace, agent: Any, client: Client
) -> None:
    client.force_login(agent)
    access = found_by(client).access
    assert not access.customers
    assert not access.has_anywhere(Right.SERVE_CUSTOMERS)


def test_whoever_has_left_acts_for_nobody_with_the_next_request(agent: Any, client: Client) -> None:
    client.force_login(agent)
    Staff.objects.using("owner").update(ends_at=clock.now())
    assert found_by(client).access.organizations == ()


def test_whoever_has_not_begun_yet_acts_for_nobody(agent: Any, client: Client) -> None:
    client.force_login(agent)
    Staff.objects.using("owner").update(starts_at=clock.now() + timedelta(days=1))
    assert found_by(client).house is None


def test_a_customers_own_sign_in_opens_nobody_elses_house(
    world: SimpleNamespace, agent: Any, client: Client, owner: Any
) -> None:
    client.force_login(agent)
    owner.execute("UPDATE accounts_session SET vouched_by_id = %s", [world.cedar.pk])
    assert found_by(client).house is None


def test_each_role_belongs_to_a_kind_of_organisation_has_rights_and_a_name() -> None:
    placed = set().union(*STAFF_ROLES_AT.values())
    assert placed == set(StaffRole) == set(STAFF_RIGHTS_OF) == set(STAFF_ROLE_NAMES)
    assert Kind.CUSTOMER not in STAFF_ROLES_AT


def read(access: Access) -> list[int]:
    with scope(access), connection.cursor() as cursor:
        cursor.execute("SELECT organization_id FROM organizations_staff")
        return [one for (one,) in cursor.fetchall()]


def test_the_wall_shows_the_staff_of_ones_own_organisation_only(world: SimpleNamespace, agent: Any) -> None:
    other = make_organization("fernway", kind="partner")
    employ(world.engineer, other, "admin_agent")
    assert read(Access(organization_id=world.partner.pk)) == [world.partner.pk]
    assert read(Access(organization_id=other.pk)) == [other.pk]
    assert read(Access(customer_id=world.cedar.pk, in_whole=True)) == []
    assert read(Access()) == []
    assert read(Access(person_id=agent.pk)) == [world.partner.pk]  # about oneself


@pytest.mark.parametrize("statement", ["UPDATE organizations_staff SET roles = '{admin_agent}' WHERE person_id = %s"])
def test_nobody_makes_themselves_more(world: SimpleNamespace, agent: Any, statement: str) -> None:
    with scope(Access(person_id=agent.pk), writing=True), connection.cursor() as cursor:
        cursor.execute(statement, [agent.pk])
        assert cursor.rowcount == 0


def test_nobody_adds_staff_to_another_organisation(world: SimpleNamespace) -> None:
    row = "INSERT INTO organizations_staff (organization_id, person_id, roles, starts_at) VALUES (%s, %s, '{}', now())"
    mine = Access(person_id=world.member.pk, organization_id=world.provider.pk)
    with pytest.raises(DatabaseError) as refused, scope(mine, writing=True), connection.cursor() as cursor:
        cursor.execute(row, [world.partner.pk, world.member.pk])
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_a_person_works_for_one_organisation_only(world: SimpleNamespace, agent: Any) -> None:
    with pytest.raises(DatabaseError):
        employ(agent, world.provider, "desk")


def test_rights_at_ones_organisation_are_part_of_what_a_kept_page_depends_on(world: SimpleNamespace) -> None:
    one, other = (Access(organization_id=1, organization_rights=frozenset(held)) for held in ([], [Right.ADVISE]))
    assert one.fingerprint != other.fingerprint


def test_the_hub_itself_serves_the_organisations_it_is_given(world: SimpleNamespace, agent: Any) -> None:
    assert read(Access.of_system()) == []
    assert read(Access.of_system(organizations=[world.partner.pk])) == [world.partner.pk]


def test_a_moment_counts_from_its_beginning_to_before_its_end(
    world: SimpleNamespace, agent: Any, client: Client
) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    client.force_login(agent)
    Staff.objects.using("owner").update(starts_at=now, ends_at=now + timedelta(hours=1))
    with clock.frozen(now):
        assert found_by(client).house
    with clock.frozen(now + timedelta(hours=1)):
        assert found_by(client).house is None
