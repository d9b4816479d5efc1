"""Who works for the provider or a partner is brought in by the operator (R5.1, R8.1)."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.integrations.importing import import_file
from tallyhub.kernel import clock
from tallyhub.organizations.models import Staff
from tests.integrations.files import write


@pytest.fixture
def bring(tmp_path: Path) -> Any:
    """``bring(person="…", roles="…")``: one row; what is wrong with it, and how many are new and changed."""

    def bring(**row: str) -> tuple[list[tuple[str, str]], tuple[int, int]]:
        report = import_file(write(tmp_path, "staff.csv", [row]))
        tally = report.tallies.get("staff")
        problems = [(one.column, one.code) for one in report.problems]
        return problems, (tally.new, tally.changed) if tally else (0, 0)

    return bring


def works(person: Any) -> tuple[int, list[str]]:
    one = Staff.objects.using("owner").get(person=person)
    return one.organization_id, one.roles


def test_a_file_makes_somebody_an_editor_and_twice_changes_nothing(
    world: SimpleNamespace, bring: Any, client: Any
) -> None:
    client.force_login(world.newcomer)
    assert client.get("/health/edit/").status_code == 403
    row = {"organization": "", "person": "NEWCOMER@example.test", "roles": "editor"}
    assert [bring(**row), bring(**row)] == [([], (1, 0)), ([], (0, 0))]
    assert client.get("/health/edit/").status_code == 200
    assert works(world.newcomer) == (world.provider.pk, ["editor"])


def test_what_the_newest_file_says_holds(world: SimpleNamespace, bring: Any, client: Any) -> None:
    person = {"organization": world.partner.code, "person": "newcomer@example.test"}
    bring(**person, roles="admin_agent;sales_agent")
    assert bring(**person, roles="sales_agent") == ([], (0, 1))
    assert works(world.newcomer) == (world.partner.pk, ["sales_agent"])
    assert bring(**person, roles="") == ([], (0, 1))
    assert works(world.newcomer) == (world.partner.pk, [])


def test_nobody_is_taken_from_another_organisation_before_they_have_left(world: SimpleNamespace, bring: Any) -> None:
    there = {"organization": world.partner.code, "person": "newcomer@example.test", "roles": "sales_agent"}
    here = {"organization": "", "person": "newcomer@example.test", "roles": "editor"}
    bring(**there)
    assert bring(**here) == ([("organization", "staff_elsewhere")], (0, 0))
    assert works(world.newcomer) == (world.partner.pk, ["sales_agent"])
    bring(**there, ends_at=clock.now().isoformat())
    assert bring(**here) == ([], (0, 1))
    assert works(world.newcomer) == (world.provider.pk, ["editor"])


@pytest.mark.parametrize(
    ("organization", "roles", "column"),
    [("", "admin_agent", "roles"), ("{partner}", "editor", "roles"), ("cedar", "editor", "organization")],
)
def test_a_role_of_the_other_sort_and_a_customer_are_refused(
    world: SimpleNamespace, bring: Any, organization: str, roles: str, column: str
) -> None:
    code = organization.format(partner=world.partner.code)
    problems, written = bring(organization=code, person="newcomer@example.test", roles=roles)
    assert ([one for one, _code in problems], written) == ([column], (0, 0))
    assert not Staff.objects.using("owner").exists()


def test_each_change_stands_in_the_journal(world: SimpleNamespace, bring: Any, owner: Any) -> None:
    bring(organization="", person="newcomer@example.test", roles="editor")
    kept = owner.execute(
        "SELECT subject_id, details FROM journal_event WHERE kind = 'organizations.staff_set'"
    ).fetchall()
    assert kept == [(world.newcomer.pk, {"organization": world.provider.pk, "roles": "editor"})]


def test_many_cost_as_many_statements_as_one(world: SimpleNamespace, statements: Any) -> None:
    from tallyhub.kernel.access import Access
    from tallyhub.kernel.scope import scope
    from tallyhub.organizations.rules import StaffRole
    from tallyhub.organizations.steps import NewStaff, employ

    def cost(people: list[Any], role: StaffRole) -> int:
        hub = Access.of_system(organizations=[world.partner.pk])
        with scope(hub, writing=True), statements() as used:
            employ(hub, [NewStaff(world.partner.pk, one.pk, (role,)) for one in people])
        return len(used)

    many = [world.member, world.reader, world.viewer]
    one = cost([world.newcomer], StaffRole.SALES_AGENT)
    assert cost(many, StaffRole.SALES_AGENT) == one  # new ones
    assert cost(many, StaffRole.HELPDESK_AGENT) == cost([world.newcomer], StaffRole.HELPDESK_AGENT)  # changed ones
