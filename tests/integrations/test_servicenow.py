"""A real system's export, with the mapping that is shipped. The data is no part of the repository."""

import re
from datetime import date
from pathlib import Path

import pytest

from tallyhub.accounts.models import Person
from tallyhub.integrations.importing import import_file, import_records
from tests.integrations.files import counts, write

LOG = Path(__file__).parents[3] / "shared/data/servicenow-incident-log.csv"
MAPPING = "servicenow-incidents"
HEAD = "number,caller_id,opened_at,location,category,subcategory\n"

with_log = pytest.mark.skipif(
    not LOG.exists(), reason=f"the real incident log is not at {LOG.name}: see docs/import.md"
)


@with_log
def test_the_incident_log_becomes_a_customer_with_its_locations_callers_and_cases(world, owner):
    report = import_file(LOG, mapping=MAPPING)
    assert report.problems == ()
    made = {kind: tally.new for kind, tally in report.tallies.items()}
    assert (made["consumption"], made["workspaces"], made["people"], made["mappings"]) == (300, 49, 245, 49)
    (customer,) = owner.execute("SELECT id FROM organizations_organization WHERE code = 'incident-log'").fetchone()
    unknown = owner.execute(
        "SELECT count(*) FROM ledger_entry e JOIN organizations_workspace w ON w.id = e.workspace_id "
        "WHERE e.customer_id = %s AND w.name = 'Unknown location'",
        [customer],
    )
    assert unknown.fetchone() == (1,)
    people = owner.execute(
        "SELECT count(*), count(email), count(*) FILTER (WHERE name <> trim(name)) FROM accounts_person p "
        "JOIN organizations_personkey k ON k.person_id = p.id WHERE k.customer_id = %s",
        [customer],
    )
    assert people.fetchone() == (245, 0, 0)
    total = owner.execute("SELECT charged FROM ledger_entitlementtotal WHERE customer_id = %s", [customer])
    assert total.fetchone() == (300,)


@with_log
def test_an_incident_near_midnight_is_booked_on_its_own_day(world, owner):
    import_file(LOG, mapping=MAPPING)
    days = owner.execute(
        "SELECT DISTINCT e.occurred_on FROM ledger_entry e JOIN organizations_organization o ON o.id = e.customer_id "
        "WHERE o.code = 'incident-log' ORDER BY 1"
    ).fetchall()
    assert days == [(date(2016, 2, 29),), (date(2016, 3, 1),)]


@with_log
def test_the_incident_log_twice_changes_nothing(world, owner):
    import_file(LOG, mapping=MAPPING)
    before = counts(owner)
    report = import_file(LOG, mapping=MAPPING)
    assert {tally.new for tally in report.tallies.values()} == {0}
    assert counts(owner) == before


def one(owner, column: str):
    """Of every incident, in the order of their numbers."""
    query = f"""SELECT {column} FROM ledger_entry e JOIN ledger_entrydetail d ON d.entry_id = e.id
        JOIN organizations_workspace w ON w.id = e.workspace_id WHERE e.source = 'servicenow' ORDER BY e.external_id"""
    return [value for (value,) in owner.execute(query).fetchall()]


def test_the_last_line_of_a_number_is_meant(world, owner, tmp_path):
    lines = "INC1,Ann,01-03-2016 10:00,North,A,B\nINC1,Ann,01-03-2016 10:00,South,A,C\n"
    assert not import_file(write(tmp_path, "log.csv", HEAD + lines), mapping=MAPPING).is_refused
    assert one(owner, "w.name") == ["South"]
    assert one(owner, "d.title") == ["A / C"]


def test_days_come_first_and_a_question_mark_means_nothing(world, owner, tmp_path):
    lines = "INC1,?,02-03-2016 00:10,?,?,B\nINC2, Bob ,02-03-2016 23:50,?,A,?\n"
    assert not import_file(write(tmp_path, "log.csv", HEAD + lines), mapping=MAPPING).is_refused
    assert one(owner, "e.occurred_on") == [date(2016, 3, 2)] * 2
    assert one(owner, "w.name") == ["Unknown location"] * 2
    assert one(owner, "d.title") == ["B", "A"]
    assert one(owner, "e.person_id IS NULL") == [True, False]
    assert owner.execute("SELECT name FROM accounts_person ORDER BY id DESC LIMIT 1").fetchone() == ("Bob",)


def test_an_hour_that_the_clocks_skipped_is_refused_with_both_choices(world, owner, tmp_path):  # R10.6
    lines = "INC1,Ann,27-03-2016 01:30,North,A,B\n"
    (problem,) = import_file(write(tmp_path, "log.csv", HEAD + lines), mapping=MAPPING).problems
    assert (problem.line, problem.column, problem.code) == (2, "opened_at", "time_never")
    assert "2016-03-27T02:30+01:00" in problem.sentence
    assert "2016-03-27T00:30+00:00" in problem.sentence


def test_problems_name_the_columns_of_the_file(world, tmp_path):
    lines = "INC1,Ann,03/01/2016,North,A,B\n,Ann,01-03-2016 10:00,North,A,B\n"
    problems = import_file(write(tmp_path, "log.csv", HEAD + lines), mapping=MAPPING).problems
    assert [(one.line, one.column, one.code) for one in problems] == [
        (2, "opened_at", "time_malformed"),
        (3, "number", "value_missing"),
    ]


def test_a_column_that_the_mapping_needs_must_be_there(world, tmp_path):
    path = write(tmp_path, "log.csv", "number,caller_id,opened_at,category,subcategory\n")
    (problem,) = import_file(path, mapping=MAPPING).problems
    assert (problem.line, problem.column, problem.code) == (1, "location", "column_missing")


@with_log
def test_the_page_shows_the_expired_agreement_and_its_cases(world, owner, client):
    import_file(LOG, mapping=MAPPING)
    staff = {"customer": "", "key": "ida@provider.example", "name": "Ida", "email": "ida@provider.example"}
    assigned = {"customer": "incident-log", "person": "ida@provider.example", "role": "csam"}
    import_records([("people", [staff]), ("grants", [assigned])])
    client.force_login(Person.objects.get(email="ida@provider.example"))
    (agreement,) = owner.execute("SELECT id FROM agreements_agreement WHERE number = 'INCIDENTS-2016'").fetchone()
    answer = client.get(f"/customer-activity/?workspace=all&agreement={agreement}")
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    for words in ("expired on 31 December 2016", "300 cases used", "100 cases expired unused", "Unknown location"):
        assert words in shown
