"""What the database itself keeps apart between partners, with the Python wall off (edge case 36)."""

import json
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.partners import steps
from tallyhub.partners.models import (
    Consent,
    Delegation,
    Notice,
    Partnership,
    Resale,
    RoleAssignment,
    StaffInvitation,
)
from tests.make import make_delegation, make_request, make_resale, make_security_group

OWN = (
    "securitygroup",
    "securitygroupmember",
    "roleassignment",
    "notice",
    "resale",
    "delegation",
    "consent",
    "staffinvitation",
)


@pytest.fixture
def spread(firm: Any) -> Any:
    """Rows of both partners in every table."""
    now = clock.now()
    make_resale(firm.rival, firm.birch)
    for partner, customer, place, person in (
        (firm.partner, firm.cedar, firm.north, firm.helper),
        (firm.rival, firm.birch, firm.birch_main, firm.rival_agent),
    ):
        one = make_delegation(partner, customer)
        group = make_security_group(partner, person)
        of = {"organization": partner, "delegation": one}
        RoleAssignment.objects.using("owner").create(**of, group=group, roles=["support_read"], assigned_at=now)
        Notice.objects.using("owner").create(**of, what="30", ends_at=now)
        sent = {"email": "new@house.test", "roles": [], "invited_at": now, "expires_at": now}
        StaffInvitation.objects.using("owner").create(organization=partner, person_id=firm.newcomer.pk, **sent)
        there = {"customer": customer, "workspace": place, "request": make_request(place)}
        Consent.objects.using("owner").create(organization=partner, **there, template="read", given_at=now, ends_at=now)
    Partnership.objects.using("owner").create(provider=firm.rival, reseller=firm.partner, invited_at=now)
    return firm


def read(access: Access, statement: str) -> list[Any]:
    with scope(access), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def refused_or_nothing(access: Access, statement: str, parameters: list[Any]) -> bool:
    try:
        with scope(access, writing=True), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return bool(cursor.rowcount == 0)
    except DatabaseError as error:
        return isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("table", OWN)
def test_a_partner_reads_and_writes_its_own_rows_alone(spread: Any, owner: Any, table: str) -> None:
    mine = Access(person_id=spread.agent.pk, organization_id=spread.partner.pk)
    name = f"partners_{table}"
    assert {one for (one,) in read(mine, f"SELECT DISTINCT organization_id FROM {name}")} == {spread.partner.pk}
    other = [spread.rival.pk]
    assert refused_or_nothing(mine, f"UPDATE {name} SET id = id WHERE organization_id = %s", other)
    assert refused_or_nothing(mine, f"UPDATE {name} SET organization_id = %s", other)
    assert refused_or_nothing(mine, f"DELETE FROM {name} WHERE organization_id = %s", other)
    (row,) = owner.execute(f"SELECT to_jsonb(t) FROM {name} t WHERE organization_id = %s", other).fetchone()
    added = f"INSERT INTO {name} SELECT * FROM jsonb_populate_record(NULL::{name}, %s::jsonb)"
    assert refused_or_nothing(mine, added, [json.dumps(row | {"id": 999_999})])
    assert read(Access(), f"SELECT 1 FROM {name}") == []


def test_a_third_partner_reads_no_partnership(spread: Any) -> None:
    for house, count in ((spread.partner, 1), (spread.rival, 1), (spread.cedar, 0)):
        assert read(Access(organization_id=house.pk), "SELECT count(*) FROM partners_partnership") == [(count,)]


def test_only_the_provider_says_what_a_partner_is(spread: Any) -> None:
    partner, provider = Access(organization_id=spread.partner.pk), Access(organization_id=spread.provider.pk)
    assert read(partner, "SELECT count(*) FROM partners_party") == [(1,)]
    assert refused_or_nothing(partner, "UPDATE partners_party SET suspended_at = NULL", [])
    assert not refused_or_nothing(provider, "UPDATE partners_party SET market = 'DE'", [])


def test_a_draft_is_hidden_from_the_customer(spread: Any) -> None:
    Delegation.objects.using("owner").filter(customer=spread.cedar).update(state="created")
    customer = Access(customer_id=spread.cedar.pk, in_whole=True)
    assert read(customer, "SELECT count(*) FROM partners_delegation") == [(0,)]


@pytest.mark.parametrize("who", ["rival", "stranger", "nobody"])
def test_settling_is_nobodys_but_of_those_concerned(spread: Any, who: str) -> None:
    access = {
        "rival": Access(organization_id=spread.rival.pk),
        "stranger": Access(customer_id=spread.birch.pk, in_whole=True),
        "nobody": Access(),
    }[who]
    one = Delegation.objects.using("owner").get(customer=spread.cedar)
    with scope(access, writing=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM partners_settle_grants(%s::bigint[], %s)", [[one.pk], clock.now()])
            assert cursor.fetchall() == []
        assert steps.settle_grants([one.pk]) == []


def test_nothing_of_one_partner_points_at_anothers(spread: Any, owner: Any) -> None:
    for table, column, target in (
        ("securitygroupmember", "group_id", "partners_securitygroup"),
        ("securitygroupmember", "staff_id", "organizations_staff"),
        ("roleassignment", "delegation_id", "partners_delegation"),
        ("roleassignment", "group_id", "partners_securitygroup"),
    ):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner.execute(
                f"UPDATE partners_{table} SET {column} = (SELECT min(id) FROM {target} WHERE organization_id = %s) "
                "WHERE organization_id = %s",
                [spread.rival.pk, spread.partner.pk],
            )


def test_only_the_own_customer_is_put_into_a_link(spread: Any) -> None:
    asked = Resale.objects.using("owner").create(organization=spread.rival, asked_at=clock.now())
    mine = Access(person_id=spread.admin.pk, customer_id=spread.cedar.pk, in_whole=True)
    with scope(mine, writing=True), connection.cursor() as cursor:
        cursor.execute("SELECT partners_accept(%s, %s, %s)", [asked.pk, spread.birch.pk, clock.now()])
        assert cursor.fetchone() == (False,)


def test_names_of_customers_are_told_to_their_own_partner(spread: Any) -> None:
    mine = Access(organization_id=spread.rival.pk)
    assert {one for (one,) in read(mine, "SELECT name FROM partners_known(now())")} == {"Birch"}
    assert read(mine, "SELECT name FROM organizations_organization WHERE kind = 'customer'") == []
    assert read(Access(organization_id=spread.provider.pk), "SELECT name FROM partners_known(now())") == []


def test_who_is_invited_reads_and_erases_their_invitations_and_answers_none_past_the_link(spread: Any) -> None:
    oneself, other = Access(person_id=spread.newcomer.pk), Access(person_id=spread.member.pk)
    name = "partners_staffinvitation"
    assert read(oneself, f"SELECT count(*) FROM {name}") == [(2,)]
    assert read(other, f"SELECT count(*) FROM {name}") == [(0,)]
    assert refused_or_nothing(oneself, f"UPDATE {name} SET roles = '{{admin_agent}}'", [])
    assert refused_or_nothing(other, f"DELETE FROM {name}", [])
    assert refused_or_nothing(Access(organization_id=spread.partner.pk), f"DELETE FROM {name}", [])
    assert not refused_or_nothing(oneself, f"DELETE FROM {name}", [])
