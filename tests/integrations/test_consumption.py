"""Consumption: what may be booked, what twice means, and what takes something back."""

from datetime import date

import pytest

from tallyhub.integrations.importing import Refused, import_file, import_records
from tests.integrations.files import counts, entry, write


def refusals(report):
    return [(problem.line, problem.column, problem.code) for problem in report.problems]


def booked(owner):
    query = "SELECT external_id, real_amount, charged FROM ledger_entry WHERE source = 'import' ORDER BY id"
    return owner.execute(query).fetchall()


@pytest.mark.parametrize(
    ("over", "column", "code"),
    [
        ({"agreement": "NO-1"}, "agreement", "agreement_unknown"),
        ({"package": "NONE"}, "package", "package_unknown"),
        ({"entitlement": "none"}, "entitlement", "entitlement_unknown"),
        ({"workspace": "west"}, "workspace", "workspace_unknown"),
        ({"workspace": "main"}, "workspace", "workspace_unknown"),  # birch's
        ({"person": "nobody"}, "person", "person_unknown"),
        ({"unit": "cases"}, "unit", "unit_mismatch"),
        ({"unit": "weeks"}, "unit", "unit_unknown"),
        ({"amount": "0"}, "amount", "amount_zero"),
        ({"amount": "-5"}, "amount", "amount_negative"),
        ({"amount": "1000000001"}, "amount", "amount_too_large"),
        ({"amount": "0.5"}, "amount", "amount_not_whole"),
        ({"multiplier": "11"}, "multiplier", "multiplier_out_of_bounds"),
        ({"occurred_on": "2025-12-31"}, "occurred_on", "before_term"),
        ({"occurred_on": "2027-01-01"}, "occurred_on", "after_term"),
        ({"occurred_on": "2026-11-22"}, "occurred_on", "in_future"),
        ({"occurred_on": "31.12.2026"}, "occurred_on", "day_malformed"),
        ({"occurred_on": ""}, "occurred_on", "day_missing"),
        ({"occurred_at": "2026-05-04T12:00Z"}, "occurred_on", "day_twice"),
        ({"occurred_on": "", "occurred_at": "2026-03-29T02:30[Europe/Berlin]"}, "occurred_at", "time_never"),
        ({"external_id": "ada@example.test"}, "external_id", "address_in_ledger"),
        ({"reverses": "no-such", "amount": "-1", "reason": "booked_twice"}, "reverses", "reverses_unknown"),
        ({"reverses": "no-such", "amount": "1", "reason": "booked_twice"}, "amount", "reversal_not_negative"),
        ({"reason": "Ada was wrong"}, "reason", "code_malformed"),
    ],
)
def test_what_must_not_be_booked_is_refused_with_its_column(world, owner, tmp_path, over, column, code):
    before = counts(owner)
    report = import_file(write(tmp_path, "consumption.csv", [entry(world), entry(world, **over)]))
    assert refusals(report) == [(3, column, code)]
    assert counts(owner) == before  # not the good row either


def test_all_that_is_wrong_with_a_row_is_said_at_once(world, tmp_path):  # R8.1
    row = entry(
        world,
        package="NONE",
        workspace="west",
        person="nobody",
        amount="0.5",
        occurred_on="31.12.2026",
        title="x" * 301,
    )
    other = entry(world, unit="cases", amount="0", occurred_on="2027-01-01", workspace="west")
    report = import_file(write(tmp_path, "consumption.csv", [row, other]))
    assert sorted(refusals(report)) == [
        (2, "amount", "amount_not_whole"),
        (2, "occurred_on", "day_malformed"),
        (2, "package", "package_unknown"),
        (2, "person", "person_unknown"),
        (2, "title", "text_too_long"),
        (2, "workspace", "workspace_unknown"),
        (3, "amount", "amount_zero"),
        (3, "occurred_on", "after_term"),
        (3, "unit", "unit_mismatch"),
        (3, "workspace", "workspace_unknown"),
    ]


def test_a_package_that_does_not_reach_the_workspace_pays_nothing(world, owner, tmp_path):
    row = entry(world, package="ADD", entitlement=world.cedar_credits.code, unit="credits", workspace="south")
    report = import_file(write(tmp_path, "consumption.csv", [row]))
    assert refusals(report) == [(2, "workspace", "workspace_not_mapped")]


def test_a_benefit_has_no_use(world, tmp_path):
    row = entry(world, package="ADD", entitlement=world.cedar_benefit.code, unit="cases")
    report = import_file(write(tmp_path, "consumption.csv", [row]))
    assert refusals(report) == [(2, "entitlement", "benefit_not_counted")]


def test_the_same_file_twice_changes_nothing(world, owner, tmp_path):
    rows = [entry(world, multiplier="3/2", amount="10", title="Slow mail"), entry(world)]
    path = write(tmp_path, "consumption.csv", rows)
    assert import_file(path).tallies["consumption"].new == 2
    before = counts(owner)
    tally = import_file(path).tallies["consumption"]
    assert (tally.rows, tally.new, tally.known) == (2, 0, 2)
    assert counts(owner) == before


@pytest.mark.parametrize(
    ("over", "column"),
    [
        ({"amount": "2"}, "amount"),
        ({"occurred_on": "2026-05-05"}, "occurred_on"),
        ({"workspace": "south"}, "workspace"),
        ({"multiplier": "2"}, "multiplier"),
        ({"person": "member@example.test"}, "person"),
        ({"title": "Another"}, "title"),
    ],
)
def test_the_same_name_with_other_content_is_refused_and_names_the_column(world, owner, tmp_path, over, column):
    import_file(write(tmp_path, "consumption.csv", [entry(world, external_id="X")]))
    before = counts(owner)
    report = import_file(write(tmp_path, "consumption.csv", [entry(world), entry(world, external_id="X", **over)]))
    assert refusals(report) == [(3, column, "content_differs")]
    assert counts(owner) == before


def test_a_name_that_comes_twice_in_a_file_is_refused_and_names_the_first_line(world, owner, tmp_path):
    rows = [entry(world, external_id="X"), entry(world), entry(world, external_id="X", amount="2")]
    report = import_file(write(tmp_path, "consumption.csv", rows))
    assert refusals(report) == [(4, "external_id", "repeated")]
    assert report.problems[0].error.params == {"first": 2}
    assert booked(owner) == []


def test_two_sources_may_use_the_same_names(world, owner, tmp_path):
    rows = [entry(world, external_id="X", source="one"), entry(world, external_id="X", source="two")]
    assert not import_file(write(tmp_path, "consumption.csv", rows)).is_refused


def test_a_formula_is_text_in_and_harmless_out(world, owner, client, tmp_path):
    path = write(
        tmp_path, "consumption.csv", [entry(world, title='=HYPERLINK("https://x.example")', external_id="=1+1")]
    )
    assert not import_file(path).is_refused
    stored = owner.execute(
        "SELECT e.external_id, d.title FROM ledger_entry e JOIN ledger_entrydetail d ON d.entry_id = e.id "
        "WHERE e.external_id = '=1+1'"
    ).fetchone()
    assert stored == ("=1+1", '=HYPERLINK("https://x.example")')


def test_multiplier_and_rounding_are_charged_by_the_one_rule(world, owner, tmp_path):
    owner.execute("UPDATE agreements_entitlement SET rounding_step = 15 WHERE id = %s", [world.cedar_advisory.pk])
    path = write(
        tmp_path, "consumption.csv", [entry(world, external_id="X", amount="0:21", unit="hours", multiplier="1.5")]
    )
    assert not import_file(path).is_refused
    assert booked(owner) == [("X", 21, 45)]


def test_an_instant_is_booked_on_its_day_in_the_agreements_zone(world, owner, tmp_path):  # 5.7
    times = {"A": "2026-05-04T23:30+02:00", "B": "2026-05-04T23:30+01:00", "C": "2026-05-04T22:30[Europe/Lisbon]"}
    rows = [entry(world, external_id=name, occurred_on="", occurred_at=time) for name, time in times.items()]
    assert not import_file(write(tmp_path, "consumption.csv", rows)).is_refused
    days = owner.execute(
        "SELECT external_id, occurred_on FROM ledger_entry WHERE source = 'import' ORDER BY 1"
    ).fetchall()
    assert days == [("A", date(2026, 5, 4)), ("B", date(2026, 5, 5)), ("C", date(2026, 5, 4))]


def test_what_is_taken_back_may_be_in_the_same_file_and_before_it(world, owner, tmp_path):
    taken_back = entry(world, external_id="X-R", reverses="X", amount="-10", reason="booked_twice")
    rows = [taken_back, entry(world, external_id="X", amount="10", multiplier="3/2", person="member@example.test")]
    path = write(tmp_path, "consumption.csv", rows)
    assert import_file(path).tallies["consumption"].new == 2
    assert booked(owner) == [("X", 10, 15), ("X-R", -10, -15)]  # what is not said is that of what is taken back
    assert import_file(path).tallies["consumption"].known == 2


@pytest.mark.parametrize(
    ("over", "column", "code"),
    [
        ({"amount": "-9"}, "reverses", "reversal_differs"),
        ({"occurred_on": "2026-05-05"}, "reverses", "reversal_differs"),
        ({"workspace": "south"}, "reverses", "reversal_differs"),
        ({"multiplier": "2"}, "reverses", "reversal_differs"),
        ({"reason": ""}, "reason", "reversal_without_reason"),
    ],
)
def test_a_reversal_mirrors_what_it_takes_back(world, owner, tmp_path, over, column, code):
    taken_back = entry(world, external_id="X-R", reverses="X", amount="-10", reason="booked_twice") | over
    report = import_file(write(tmp_path, "consumption.csv", [entry(world, external_id="X", amount="10"), taken_back]))
    assert refusals(report) == [(3, column, code)]
    assert booked(owner) == []


def test_an_entry_is_taken_back_once(world, owner, tmp_path):
    once, again = (entry(world, external_id=n, reverses="X", amount="-10", reason="booked_twice") for n in ("R1", "R2"))
    report = import_file(write(tmp_path, "consumption.csv", [entry(world, external_id="X", amount="10"), once, again]))
    assert refusals(report) == [(4, "reverses", "already_reversed")]

    import_file(write(tmp_path, "consumption.csv", [entry(world, external_id="X", amount="10"), once]))
    report = import_file(write(tmp_path, "consumption.csv", [again]))
    assert refusals(report) == [(2, "reverses", "already_reversed")]


def test_the_other_customers_rows_are_untouched_by_a_code_they_share(world, owner, tmp_path):
    """BASE is a package of both; the agreement decides, and nothing of birch moves."""
    birch = "SELECT count(*) FROM ledger_entry WHERE customer_id = %s"
    before = owner.execute(birch, [world.birch.pk]).fetchone()
    import_file(write(tmp_path, "consumption.csv", [entry(world)]))
    assert owner.execute(birch, [world.birch.pk]).fetchone() == before


def test_the_totals_are_those_of_the_rows(world, owner, tmp_path):
    rows = [entry(world, amount=str(n), workspace="north" if n % 2 else "south") for n in range(1, 41)]
    import_file(write(tmp_path, "consumption.csv", rows))
    recomputed = owner.execute(
        "SELECT workspace_id, sum(charged), count(*) FROM ledger_entry WHERE entitlement_id = %s GROUP BY 1 ORDER BY 1",
        [world.cedar_advisory.pk],
    ).fetchall()
    kept = owner.execute(
        "SELECT workspace_id, charged, entries FROM ledger_workspacetotal WHERE entitlement_id = %s ORDER BY 1",
        [world.cedar_advisory.pk],
    ).fetchall()
    assert kept == recomputed


def test_the_journal_names_the_file_by_its_fingerprint_and_no_person(world, owner, tmp_path):  # R10.4
    path = write(tmp_path, "consumption of Ada.csv", [entry(world, person="member@example.test")])
    assert not import_file(path).is_refused
    kind, customer, details = owner.execute(
        "SELECT kind, customer_id, details::text FROM journal_event ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert (kind, customer) == ("integrations.imported", world.cedar.pk)
    assert "sha256" in details
    assert "Ada" not in details
    assert "member" not in details


def test_records_of_a_program_are_refused_as_a_whole(world, owner):
    with pytest.raises(Refused, match="workspace") as refused:
        import_records([("consumption", [entry(world), entry(world, workspace="west")])])
    assert refused.value.report.problem_count == 1
    assert booked(owner) == []
