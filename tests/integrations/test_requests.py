"""Support requests of another system become ours, with timelines, once (R8.1)."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.integrations.importing import KINDS, import_file, import_files
from tallyhub.integrations.importing.importer import import_for
from tallyhub.integrations.importing.mapping import Mapping
from tallyhub.kernel.scope import scope
from tallyhub.ledger import doctor
from tallyhub.organizations.models import PersonKey
from tallyhub.organizations.sign_on import act_for
from tallyhub.support.models import Request
from tests.integrations.files import Rows, entry, write
from tests.integrations.test_servicenow import LOG, with_log
from tests.make import make_product

MAPPING = "servicenow-requests"
OPENED = "2026-03-02T09:00+01:00"


@pytest.fixture(autouse=True)
def keyed(world: SimpleNamespace) -> None:
    """How cedar's other system names its people."""
    for name in ("member", "contact"):
        person = getattr(world, name)
        PersonKey.objects.using("owner").create(customer_id=world.cedar.pk, person_id=person.pk, key=name.upper())


def asked(external_id: str = "INC1", **over: str) -> dict[str, str]:
    fields = {
        "customer": "cedar",
        "workspace": "north",
        "external_id": external_id,
        "source": "desk",
        "kind": "problem",
        "title": "Printer on fire",
        "severity": "B",
        "status": "submitted",
        "opened_at": OPENED,
    }
    return {name: text for name, text in (fields | over).items() if text or name in over}


def moved(at: str, status: str, external_id: str = "INC1", **over: str) -> dict[str, str]:
    return {"customer": "cedar", "request": external_id, "source": "desk", "at": at, "status": status} | over


def said(number: str, body: str, **over: str) -> dict[str, str]:
    fields = {"customer": "cedar", "request": "INC1", "source": "desk", "external_id": number, "body": body}
    return fields | {"at": "2026-03-02T10:00+01:00", "is_by_staff": "no"} | over


class Bringing:
    def __init__(self, folder: Path, owner: Any) -> None:
        self._folder, self._owner = folder, owner

    def __call__(self, kind: str, *rows: dict[str, str], **over: Any) -> Any:
        return import_file(write(self._folder, f"{kind}.csv", list(rows)), kind=kind, **over)

    def ok(self, kind: str, *rows: dict[str, str]) -> Any:
        report = self(kind, *rows)
        assert report.problems == ()
        return report.tallies[kind]

    def one(self, columns: str, external_id: str = "INC1") -> Any:
        query = f"SELECT {columns} FROM support_request r WHERE external_id = %s"
        return self._owner.execute(query, [external_id]).fetchone()

    def timeline(self, external_id: str = "INC1") -> list[str]:
        query = """SELECT c.kind || ' ' || coalesce(c.details ->> 'was' || '-' || (c.details ->> 'becomes'), '')
            FROM support_change c JOIN support_request r ON r.id = c.request_id WHERE r.external_id = %s
            ORDER BY c.at, c.id"""
        return [line.strip() for (line,) in self._owner.execute(query, [external_id]).fetchall()]

    def rows(self, *tables: str) -> list[int]:
        return [self._owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


@pytest.fixture
def bring(tmp_path: Path, owner: Any) -> Bringing:
    return Bringing(tmp_path, owner)


def seen_by(person: Any, customer: Any) -> set[str]:
    access = act_for(person.pk, customer.pk).access
    with scope(access):
        return set(Request.objects.visible_to(access).values_list("external_id", flat=True))


EVERY_TABLE = ("support_request", "support_requestviewer", "support_change", "support_message", "support_booking")


# Requests


def test_a_request_comes_in_with_all_that_its_system_knows(world: SimpleNamespace, bring: Bringing) -> None:
    product = make_product("press")
    row = asked(
        kind="advice", **{"class": "SU"}, description="It burns.\nStill.", impact="We wait", product="press",
        status="closed", resolved_at="2026-03-03T09:00+01:00", closed_at="2026-03-04T09:00+01:00",
        primary_contact="MEMBER", assigned_to="engineer@example.test", agreement="CED-2026", package="BASE",
    )  # fmt: skip
    assert bring.ok("requests", row).new == 1
    assert bring.one(
        "kind, request_class, title, description, impact, product_id, severity, status, source, primary_contact_id, "
        "assigned_to_id, agreement_id, package_id, opened_by_id, workspace_id, version"
    ) == (
        "advice", "SU", "Printer on fire", "It burns.\nStill.", "We wait", product.pk, "B", "closed", "desk",
        world.member.pk, world.engineer.pk, world.agreement.pk, world.base.pk, None, world.north.pk, 1,
    )  # fmt: skip
    times = [datetime(2026, 3, day, 8, tzinfo=UTC) for day in (2, 3, 4, 4)]
    assert list(bring.one("opened_at, resolved_at, closed_at, changed_at")) == times
    assert bring.timeline() == ["opened", "status submitted-closed"]
    assert bring.one("words @@ 'inc1 & printer & burns'::tsquery") == (True,)


def test_a_number_of_the_hub_is_made_for_each(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok("requests", asked("A"), asked("B"))
    (first_id, first), (second_id, second) = bring.one("id, number", "A"), bring.one("id, number", "B")
    assert first_id < second_id
    assert (first[:-1], second[:-1]) == (str(first_id), str(second_id))


def test_the_primary_contact_is_given_the_request_and_nobody_else(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok("requests", asked("A", primary_contact="MEMBER"), asked("B"))  # R1.5
    assert seen_by(world.member, world.cedar) == {"A"}
    assert seen_by(world.contact, world.cedar) == set()
    assert seen_by(world.admin, world.cedar) == {"A", "B"}


def test_a_primary_contact_who_is_named_later_is_given_nothing(world: SimpleNamespace, bring: Bringing) -> None:
    """R1.5: named when it was created."""
    bring.ok("requests", asked(primary_contact="MEMBER"))
    bring.ok("requests", asked(primary_contact="CONTACT", severity="A"))
    assert seen_by(world.contact, world.cedar) == set()
    assert bring.one("severity, primary_contact_id") == ("A", world.member.pk)


def test_the_same_file_twice_changes_nothing(bring: Bringing, owner: Any) -> None:
    row = asked(status="resolved", primary_contact="MEMBER", updated_at="2026-03-02T11:00+01:00")
    bring.ok("requests", row)
    before = bring.rows(*EVERY_TABLE), bring.one("to_jsonb(r)")
    tally = bring.ok("requests", row)
    assert (tally.new, tally.changed, tally.known) == (0, 0, 1)
    assert (bring.rows(*EVERY_TABLE), bring.one("to_jsonb(r)")) == before


def test_the_same_file_does_not_undo_what_was_done_in_the_hub_since(bring: Bringing, owner: Any) -> None:
    bring.ok("requests", asked())
    owner.execute("UPDATE support_request SET status = 'in_progress', severity = 'A' WHERE external_id = 'INC1'")
    bring.ok("requests", asked())
    assert bring.one("status, severity") == ("in_progress", "A")


def test_what_its_system_changed_is_changed_and_the_timeline_goes_on(bring: Bringing) -> None:
    bring.ok("requests", asked(description="It burns"))
    ended = {"status": "closed", "resolved_at": "2026-03-03T09:00+01:00", "closed_at": "2026-03-04T09:00+01:00"}
    tally = bring.ok("requests", asked(severity="A", title="Printer was on fire", **ended))
    assert (tally.new, tally.changed) == (0, 1)
    assert bring.one("severity, title, status, description, version") == (
        "A", "Printer was on fire", "closed", "It burns", 2,
    )  # fmt: skip
    assert bring.timeline() == ["opened", "status submitted-closed"]
    assert bring.one("words @@ 'was & burns'::tsquery") == (True,)
    bring.ok("requests", asked(status="reopened", updated_at="2026-03-05T09:00+01:00"))
    assert bring.one("status, resolved_at, closed_at") == ("reopened", None, None)
    assert bring.timeline()[2:] == ["status closed-reopened"]


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("workspace", {"workspace": "south"}),
        ("kind", {"kind": "advice"}),
        ("opened_at", {"opened_at": "2026-03-02T09:01+01:00"}),
    ],
)
def test_what_a_request_keeps_for_good_is_not_changed(bring: Bringing, field: str, over: dict[str, str]) -> None:
    bring.ok("requests", asked())
    (problem,) = bring("requests", asked(**over)).problems
    assert (problem.column, problem.code) == (field, "row_differs")
    assert bring.one("workspace_id, kind") is not None


def test_one_that_was_merged_is_left_as_it_is(bring: Bringing, owner: Any) -> None:
    bring.ok("requests", asked("A"), asked("B"))
    owner.execute(
        "UPDATE support_request r SET merged_into_id = b.id FROM support_request b "
        "WHERE r.external_id = 'A' AND b.external_id = 'B'"
    )
    bring.ok("requests", asked("A", severity="A"))
    assert bring.one("severity", "A") == ("B",)


@pytest.mark.parametrize(
    ("column", "code", "over"),
    [
        ("customer", "customer_unknown", {"customer": "oak"}),
        ("workspace", "workspace_unknown", {"workspace": "west"}),
        ("workspace", "workspace_unknown", {"workspace": "main"}),  # birch's
        ("primary_contact", "person_unknown", {"primary_contact": "NOBODY"}),
        ("assigned_to", "person_unknown", {"assigned_to": "nobody@example.test"}),
        ("product", "product_unknown", {"product": "press"}),
        ("agreement", "agreement_unknown", {"agreement": "BIR-2026"}),
        ("package", "package_unknown", {"agreement": "CED-2026", "package": "OLD"}),
        ("package", "package_without_agreement", {"package": "BASE"}),
        ("kind", "word_unknown", {"kind": "wish"}),
        ("class", "word_unknown", {"class": "VIP"}),
        ("severity", "word_unknown", {"severity": "D"}),
        ("status", "word_unknown", {"status": "Closed"}),
        ("title", "value_missing", {"title": ""}),
        ("title", "text_too_long", {"title": "x" * 201}),
        ("description", "control_character", {"description": "a\x07b"}),
        ("external_id", "address_in_ledger", {"external_id": "ann@example.test"}),
        ("opened_at", "time_in_future", {"opened_at": "2026-11-22T09:00+01:00"}),
        ("closed_at", "request_ends_early", {"closed_at": "2026-03-01T09:00+01:00"}),
        ("resolved_at", "request_ends_early", {"resolved_at": "2026-03-01T09:00+01:00"}),
        ("opened_at", "time_without_zone", {"opened_at": "2026-03-01T09:00"}),
    ],
)
def test_a_row_that_is_wrong_says_where_and_nothing_is_written(
    world: SimpleNamespace, bring: Bringing, column: str, code: str, over: dict[str, str]
) -> None:
    report = bring("requests", asked("GOOD"), asked("WRONG") | over)
    assert [(one.line, one.column, one.code) for one in report.problems] == [(3, column, code)]
    assert bring.rows("support_request", "support_change") == [0, 0]


def test_a_request_that_comes_twice_in_a_file_is_refused(bring: Bringing) -> None:
    (problem,) = bring("requests", asked(), asked(severity="A")).problems
    assert (problem.line, problem.code) == (3, "repeated")


def test_a_dry_run_writes_nothing(bring: Bringing) -> None:
    report = bring("requests", asked(), dry_run=True)
    assert (report.problems, report.tallies["requests"].new) == ((), 1)
    assert bring.rows("support_request") == [0]


def test_the_journal_tells_counts_and_no_words(bring: Bringing, owner: Any) -> None:
    bring.ok("requests", asked("A"), asked("B"))
    bring.ok("requests", asked("A"), asked("B", severity="A"), asked("C"))
    found = owner.execute(
        "SELECT details FROM journal_event WHERE kind = 'integrations.imported' ORDER BY id"
    ).fetchall()
    told = [{name: n for name, n in one.items() if name not in ("sha256", "what")} for (one,) in found]
    assert told == [{"requests": 2, "rows": 2}, {"requests": 1, "requests_changed": 1, "rows": 2}]


# Histories


HISTORY: Rows = [
    moved("2026-03-02T09:05+01:00", "submitted"),  # as it is already: no change
    moved("2026-03-02T10:00+01:00", "in_progress", person="engineer@example.test"),
    moved("2026-03-02T10:00+01:00", "waiting"),  # in the same minute: the file says the order
    moved("2026-03-02T11:00+01:00", "in_progress"),
    moved("2026-03-02T12:00+01:00", "in_progress"),
    moved("2026-03-02T13:00+01:00", "resolved"),
]
TOLD = [
    "opened",
    "status submitted-in_progress",
    "status in_progress-waiting",
    "status waiting-in_progress",
    "status in_progress-resolved",
]


def test_a_history_becomes_the_timeline_in_its_order_and_the_request_goes_along(
    world: SimpleNamespace, bring: Bringing, owner: Any
) -> None:
    bring.ok("requests", asked())
    assert bring.ok("request_changes", *reversed(HISTORY[3:]), *HISTORY[:3]).new == 4
    assert bring.timeline() == TOLD
    assert bring.one("status, resolved_at = changed_at, closed_at") == ("resolved", True, None)
    actors = owner.execute("SELECT DISTINCT actor_id FROM support_change WHERE actor_id IS NOT NULL").fetchall()
    assert actors == [(world.engineer.pk,)]


def test_the_same_history_twice_adds_nothing_and_a_longer_one_only_what_is_new(bring: Bringing) -> None:
    bring.ok("requests", asked())
    bring.ok("request_changes", *HISTORY)
    assert bring.ok("request_changes", *HISTORY).new == 0
    longer = [*HISTORY, moved("2026-03-04T12:00+01:00", "closed")]
    assert bring.ok("request_changes", *longer).new == 1
    assert bring.timeline() == [*TOLD, "status resolved-closed"]
    assert bring.one("status, closed_at IS NOT NULL, resolved_at IS NOT NULL") == ("closed", True, True)


def test_a_history_does_not_turn_back_what_was_done_since(bring: Bringing, owner: Any) -> None:
    bring.ok("requests", asked())
    owner.execute("UPDATE support_request SET status = 'closed', changed_at = '2026-05-01T12:00Z'")
    bring.ok("request_changes", *HISTORY)
    assert bring.one("status") == ("closed",)


def test_a_history_names_a_request_that_is_there(bring: Bringing) -> None:
    bring.ok("requests", asked())
    rows = [moved("2026-03-02T10:00+01:00", "waiting", "INC2"), moved("2026-12-02T10:00+01:00", "waiting"),
            moved("2026-03-02T10:00+01:00", "waiting", source="other")]  # fmt: skip
    problems = bring("request_changes", *rows).problems
    assert [(one.line, one.column, one.code) for one in problems] == [
        (2, "request", "request_unknown"),
        (4, "request", "request_unknown"),
        (3, "at", "time_in_future"),
    ]
    again = bring("request_changes", HISTORY[1], HISTORY[1])
    assert [one.code for one in again.problems] == ["repeated"]


def test_files_are_known_by_their_names(bring: Bringing, tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "01-requests.csv", [asked()]),
        write(tmp_path, "02 request_changes.csv", HISTORY),
        write(tmp_path, "request-messages-2026.csv", [said("M1", "Hello")]),
    ]
    assert [report.problems for report in import_files(paths)] == [(), (), ()]
    assert bring.rows("support_request", "support_message") == [1, 1]


# Messages


def test_messages_come_in_once_and_are_found(world: SimpleNamespace, bring: Bringing, owner: Any) -> None:
    bring.ok("requests", asked())
    rows = [said("M1", "It still\nburns", author="MEMBER"),
            said("M2", "Poured water on it", is_by_staff="yes", at="2026-03-02T11:00+01:00")]  # fmt: skip
    assert bring.ok("request_messages", *rows).new == 2
    assert bring.ok("request_messages", *rows).new == 0
    found = owner.execute("SELECT author_id, is_by_staff, body FROM support_message ORDER BY id").fetchall()
    assert found == [(world.member.pk, False, "It still\nburns"), (None, True, "Poured water on it")]
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert bring.one("answered_at, changed_at, words @@ 'poured & printer'::tsquery") == (at, at, True)


def test_a_message_that_is_there_with_other_words_is_a_problem(bring: Bringing) -> None:
    bring.ok("requests", asked())
    bring.ok("request_messages", said("M1", "Hello"))
    (problem,) = bring("request_messages", said("M1", "Bye"), said("M2", "New")).problems
    assert (problem.line, problem.column, problem.code) == (2, "body", "row_differs")
    assert bring.rows("support_message") == [1]


# The entries of the import of consumption


def test_the_entry_of_a_number_is_joined_to_its_request_whichever_comes_first(
    world: SimpleNamespace, bring: Bringing, owner: Any
) -> None:
    before = bring.rows("ledger_entry")
    for number, first, second in [("A", "requests", "consumption"), ("B", "consumption", "requests")]:
        rows = {"requests": asked(number), "consumption": entry(world, external_id=number, source="desk", title="Fire")}
        bring.ok(first, rows[first])
        bring.ok(second, rows[second])
        bring.ok(second, rows[second])
    joined = owner.execute(
        "SELECT r.external_id, e.external_id, b.entitlement_id = e.entitlement_id, b.work_id, b.is_reversed "
        "FROM support_booking b JOIN support_request r ON r.id = b.request_id JOIN ledger_entry e ON e.id = b.entry_id "
        "ORDER BY 1"
    ).fetchall()
    assert joined == [("A", "A", True, None, False), ("B", "B", True, None, False)]
    assert bring.rows("ledger_entry") == [before[0] + 2]
    assert list(doctor.find_differences()) == []


def test_an_entry_of_another_source_number_or_customer_is_not_joined(world: SimpleNamespace, bring: Bringing) -> None:
    bring.ok("requests", asked("A"))
    birch = {"agreement": "BIR-2026", "entitlement": world.birch_advisory.code, "workspace": "main", "source": "desk"}
    rows = [entry(world, external_id="A", source="other"), entry(world, external_id="B", source="desk"),
            entry(world, external_id="A", **birch)]  # fmt: skip
    bring.ok("consumption", *rows)
    assert bring.rows("support_booking") == [0]


def test_what_was_taken_back_is_joined_as_such(world: SimpleNamespace, bring: Bringing, owner: Any) -> None:
    booked = entry(world, external_id="A", source="desk")
    back = entry(world, external_id="A2", source="desk", reverses="A", reason="booked_twice", amount="-1")
    bring.ok("consumption", booked)
    bring.ok("consumption", back)
    bring.ok("requests", asked("A"), asked("A2"))
    assert owner.execute("SELECT is_reversed FROM support_booking").fetchall() == [(True,)]


# By the page


def by_page(person: Any, world: SimpleNamespace, path: Path, *kinds: str) -> Any:
    """As whoever started it: inside the customer, with both walls."""
    names = {kind: KINDS[kind].fields for kind in kinds}
    with path.open() as file:
        header = file.readline().strip().split(",")
    sections = [
        {"kind": kind, "columns": {one.name: {"column": one.name} for one in fields if one.name in header}}
        for kind, fields in names.items()
    ]
    mapping = Mapping.model_validate({"records": sections})
    return import_for(act_for(person.pk, world.cedar.pk).access, path, mapping, dry_run=False)


@pytest.mark.parametrize("who", ["csam", "coordinator"])
def test_the_account_team_brings_requests_into_its_customer_by_the_page(
    world: SimpleNamespace, bring: Bringing, tmp_path: Path, who: str
) -> None:
    person = getattr(world, who)
    rows = [asked("A", primary_contact="MEMBER"), asked("B", primary_contact="CONTACT", workspace="south")]
    assert by_page(person, world, write(tmp_path, "r.csv", rows), "requests").problems == ()
    assert by_page(person, world, write(tmp_path, "c.csv", [moved("2026-03-02T10:00+01:00", "waiting", "A")]),
                   "request_changes").problems == ()  # fmt: skip
    assert by_page(person, world, write(tmp_path, "m.csv", [said("M1", "Hello", request="A")]),
                   "request_messages").problems == ()  # fmt: skip
    assert bring.rows(*EVERY_TABLE) == [2, 2, 3, 1, 0]
    assert bring.one("status", "A") == ("waiting",)
    assert seen_by(world.member, world.cedar) == {"A"}
    bring.ok("consumption", entry(world, external_id="A", source="desk"))
    changed = write(tmp_path, "r.csv", [asked("A", severity="A")])
    assert by_page(person, world, changed, "requests").tallies["requests"].changed == 1
    assert bring.rows("support_booking") == [1]


def test_by_the_page_another_customers_requests_are_unknown(
    world: SimpleNamespace, bring: Bringing, tmp_path: Path
) -> None:
    rows = [asked("A", customer="birch", workspace="main"), asked("B", workspace="main")]
    problems = by_page(world.csam, world, write(tmp_path, "r.csv", rows), "requests").problems
    assert [(one.line, one.column, one.code) for one in problems] == [
        (2, "customer", "customer_unknown"),
        (3, "workspace", "workspace_unknown"),
    ]


def test_by_the_page_a_workspace_of_the_same_file_takes_no_request_yet(
    world: SimpleNamespace, bring: Bringing, tmp_path: Path
) -> None:
    sections = [
        {"kind": "workspaces", "columns": {"customer": "customer", "code": "workspace", "name": "workspace"}},
        {"kind": "requests", "columns": {name: name for name in asked()}},
    ]
    path = write(tmp_path, "both.csv", [asked(workspace="west")])
    mapping = Mapping.model_validate({"records": sections})
    report = import_for(act_for(world.csam.pk, world.cedar.pk).access, path, mapping, dry_run=False)
    assert [(one.column, one.code) for one in report.problems] == [("workspace", "workspace_just_made")]
    assert bring.rows("support_request") == [0]


# The real export


@with_log
def test_the_incident_log_becomes_requests_with_timelines_severities_and_contacts(
    world: SimpleNamespace, owner: Any
) -> None:
    report = import_file(LOG, mapping=MAPPING)
    assert report.problems == ()
    assert (report.tallies["requests"].new, report.tallies["workspaces"].new) == (300, 49)
    severities = owner.execute("SELECT severity, count(*) FROM support_request GROUP BY 1 ORDER BY 1").fetchall()
    assert severities == [("A", 7), ("B", 8), ("C", 285)]
    counted = owner.execute(
        "SELECT count(*), count(*) FILTER (WHERE status = 'closed'), count(primary_contact_id), count(resolved_at), "
        "count(closed_at), count(*) FILTER (WHERE opened_at < '2016-03-02') FROM support_request"
    ).fetchone()
    assert counted == (300, 300, 300, 289, 300, 300)
    last = owner.execute(
        "SELECT DISTINCT ON (request_id) details ->> 'becomes' FROM support_change "
        "ORDER BY request_id, at DESC, id DESC"
    ).fetchall()
    assert last == [("closed",)] * 300
    (given,) = owner.execute(
        "SELECT count(*) FROM support_requestviewer v JOIN support_request r ON r.id = v.request_id "
        "JOIN organizations_membership m ON m.workspace_id = r.workspace_id AND m.person_id = v.person_id "
        "WHERE v.person_id = r.primary_contact_id AND v.why = 'primary'"
    ).fetchone()
    assert given == 300
    first = owner.execute(
        "SELECT c.kind, c.details, c.at FROM support_change c JOIN support_request r ON r.id = c.request_id "
        "WHERE r.external_id = 'INC0000045' ORDER BY c.at, c.id"
    ).fetchall()
    assert first == [
        ("opened", {"severity": "C"}, datetime(2016, 2, 29, 1, 16, tzinfo=UTC)),
        ("status", {"was": "submitted", "becomes": "resolved"}, datetime(2016, 2, 29, 8, 53, tzinfo=UTC)),
        ("status", {"was": "resolved", "becomes": "closed"}, datetime(2016, 3, 5, 12, 0, tzinfo=UTC)),
    ]


@with_log
@pytest.mark.parametrize("order", [(MAPPING, "servicenow-incidents"), ("servicenow-incidents", MAPPING)])
def test_the_log_by_both_mappings_books_each_incident_once_and_twice_changes_nothing(
    world: SimpleNamespace, bring: Bringing, owner: Any, order: tuple[str, str]
) -> None:
    for mapping in order:
        assert import_file(LOG, mapping=mapping).problems == ()
    joined = owner.execute(
        "SELECT count(*) FROM support_booking b JOIN ledger_entry e ON e.id = b.entry_id "
        "JOIN support_request r ON r.id = b.request_id AND r.external_id = e.external_id AND r.source = e.source"
    ).fetchone()
    assert joined == (300,)
    tables = (*EVERY_TABLE, "ledger_entry", "accounts_person", "organizations_membership")
    before = bring.rows(*tables), owner.execute("SELECT max(version), max(changed_at) FROM support_request").fetchone()
    for mapping in order:
        report = import_file(LOG, mapping=mapping)
        assert {(tally.new, tally.changed) for tally in report.tallies.values()} == {(0, 0)}
    after = bring.rows(*tables), owner.execute("SELECT max(version), max(changed_at) FROM support_request").fetchone()
    assert after == before
    (total,) = owner.execute(
        "SELECT charged FROM ledger_entitlementtotal t JOIN organizations_organization o ON o.id = t.customer_id "
        "WHERE o.code = 'incident-log'"
    ).fetchone()
    assert total == 300


@with_log
def test_the_first_half_of_the_log_and_then_all_of_it_ends_as_all_of_it_at_once(
    world: SimpleNamespace, owner: Any, tmp_path: Path
) -> None:
    """Cut in the middle of an incident: its row changed, and its timeline goes on."""
    lines = LOG.read_text().splitlines(keepends=True)
    half = write(tmp_path, "half.csv", "".join(lines[:1025]))
    whole = write(tmp_path, "whole.csv", "".join(lines))
    import_file(half, mapping=MAPPING)
    assert import_file(whole, mapping=MAPPING).problems == ()
    found = "SELECT r.external_id, r.status, c.at, c.kind, c.details FROM support_request r JOIN support_change c " \
            "ON c.request_id = r.id ORDER BY 1, c.at, c.id"  # fmt: skip
    grown = owner.execute(found).fetchall()
    assert {status for _, status, *_ in grown} == {"closed"}
    assert len({number for number, *_ in grown}) == 300
    assert len(grown) == 300 + 919
