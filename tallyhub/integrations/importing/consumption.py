"""Consumption on its way into the ledger: read and checked here row by row, staged, and posted as one.

Reversals wait until everything else of the file is booked: what they take back may be in the same file.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from tallyhub.assessments import rules as assessment_rules
from tallyhub.engagements import rules as engagement_rules
from tallyhub.engagements.intake import steps as engagements
from tallyhub.integrations.importing import cells, staging
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.problems import PROBLEMS_MAX, Problems, harmless
from tallyhub.integrations.importing.references import References
from tallyhub.integrations.importing.run import Run
from tallyhub.kernel import amounts
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.learning import rules as learning_rules
from tallyhub.learning import steps as learning
from tallyhub.ledger import queries, sql, steps
from tallyhub.ledger.rules import check_day, check_real, check_unit
from tallyhub.ledger.steps import NewEntry
from tallyhub.support.intake.steps import adopt_staged_entries
from tallyhub.support.time import rules as support_rules

SOURCE = "import"
_OWN_SOURCES = (assessment_rules.SOURCE, engagement_rules.SOURCE, learning_rules.SOURCE, support_rules.SOURCE)
_charge = lru_cache(16_384)(amounts.charge)  # what repeats from row to row costs a look-up
_WHOLE = Fraction(1)
_DAYS = ("occurred_on", "occurred_at")
COLUMN_OF = {  # the column an error is about, where it is not the amount
    **dict.fromkeys(("after_term", "before_term", "in_future", "day_missing", "day_twice"), "occurred_on"),
    "already_reversed": "reverses",
    "benefit_not_counted": "entitlement",
    "booked_in_archived": "workspace",
    "multiplier_out_of_bounds": "multiplier",
    "reason_not_a_code": "reason",
    "reversal_differs": "reverses",
    "reversal_without_reason": "reason",
    "unit_mismatch": "unit",
    "unit_unknown": "unit",
    "workspace_not_mapped": "workspace",
}

_MAKE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged_entry ({sql.COLUMNS}) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_reversal (LIKE staged_entry, reverses text) ON COMMIT DROP;
TRUNCATE staged_entry, staged_reversal
"""
_REPEATS = """
SELECT max(line), min(line), external_id, count(*) OVER () FROM (
    SELECT line, customer_id, source, external_id FROM staged_entry
    UNION ALL SELECT line, customer_id, source, external_id FROM staged_reversal) AS staged
GROUP BY customer_id, source, external_id HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""
_ROWS_OF = """
SELECT customer_id, count(*) FROM staged_entry GROUP BY 1
"""
_LINES = "SELECT line, external_id FROM staged_entry"
_COUNT_DIFFERING = f"{sql.STAGED_BATCH} SELECT count(*) FROM ({sql.DIFFERING_ENTRIES}) AS differing"
_DIFFERING_COLUMN = """
SELECT s.line, CASE
    WHEN e.workspace_id <> s.workspace_id THEN 'workspace'
    WHEN e.entitlement_id <> s.entitlement_id THEN 'entitlement'
    WHEN e.occurred_on <> s.occurred_on THEN 'occurred_on'
    WHEN e.multiplier_numerator <> s.multiplier_numerator THEN 'multiplier'
    WHEN e.multiplier_denominator <> s.multiplier_denominator THEN 'multiplier'
    WHEN (e.real_amount, e.charged) <> (s.real_amount, s.charged) THEN 'amount'
    WHEN e.person_id IS DISTINCT FROM s.person_id THEN 'person'
    WHEN e.reverses_id IS DISTINCT FROM s.reverses_id THEN 'reverses'
    WHEN e.reason <> s.reason THEN 'reason'
    ELSE 'title' END
FROM staged_entry s JOIN ledger_entry e USING (customer_id, external_id, source) WHERE s.line = ANY (%s::bigint[])
"""
_WRONG_REVERSALS = """
SELECT line, code, reverses, count(*) OVER () FROM (
    SELECT s.line, s.reverses, CASE WHEN e.id IS NULL THEN 'reverses_unknown'
        WHEN row_number() OVER (PARTITION BY e.id ORDER BY s.line) > 1 THEN 'already_reversed' END AS code
    FROM staged_reversal s
    LEFT JOIN ledger_entry e ON e.customer_id = s.customer_id AND e.external_id = s.reverses AND e.source = s.source
) AS judged WHERE code IS NOT NULL ORDER BY line LIMIT %s
"""
# What a reversal does not say is what it takes back; the ledger refuses the rest unless it mirrors that.
_STAGE_REVERSALS = """
TRUNCATE staged_entry;
INSERT INTO staged_entry
SELECT s.line, s.customer_id, s.workspace_id, s.entitlement_id, s.occurred_on, s.real_amount,
    coalesce(s.multiplier_numerator, e.multiplier_numerator),
    coalesce(s.multiplier_denominator, e.multiplier_denominator), e.rounding_step, -e.charged,
    s.source, s.external_id, coalesce(s.person_id, e.person_id), e.id, s.reason, s.title
FROM staged_reversal s
JOIN ledger_entry e ON e.customer_id = s.customer_id AND e.external_id = s.reverses AND e.source = s.source
"""


Staged = tuple[object, ...]  # the columns of staged_entry


def begin() -> None:
    staging.execute(_MAKE)


def write(run: Run, rows: Sequence[Row]) -> None:
    resolve(run.refs, rows)
    terms = queries.terms_of(run.access, {row.found["entitlement"].pk for row in rows if "entitlement" in row.found})
    for row in rows:
        if "entitlement" in row.found:
            row.found["terms"] = terms[row.found["entitlement"].pk]
    check(run.problems, rows)
    kept = [(row, _entry(row)) for row in good(rows)]
    staging.copy("staged_entry", [entry for row, entry in kept if "reverses" not in row.values])
    reversals = [(*entry, row.values["reverses"]) for row, entry in kept if "reverses" in row.values]
    staging.copy("staged_reversal", reversals)


def resolve(refs: References, rows: Sequence[Row]) -> None:
    refs.resolve_entitlement(rows)
    refs.resolve_workspace(rows)
    refs.resolve_person(rows)


def check(problems: Problems, rows: Sequence[Row]) -> None:
    """The ledger's rules, one by one, each as far as the row says what it needs: so all that is wrong is said at once.

    ``found`` has the ``terms`` of a row whose entitlement is known.
    """
    for row in rows:
        for rule in (_check_quantity, _check_unit, _check_real, _check_occurred, _check_day, _check_charge):
            try:
                rule(row)
            except HubError as error:
                row.refuse(problems, error, COLUMN_OF.get(error.code, "amount"))


def _check_quantity(row: Row) -> None:
    if row.values.keys() >= {"amount", "unit"}:
        row.found["unit"], row.found["real"] = cells.quantity(row.values["amount"], row.values["unit"])


def _check_unit(row: Row) -> None:
    if row.found.keys() >= {"unit", "terms"}:
        check_unit(row.found["unit"], row.found["terms"])


def _check_real(row: Row) -> None:
    if "real" in row.found and row.wrong.isdisjoint({"reverses"}):
        check_real(row.found["real"], is_reversal="reverses" in row.values)


def _check_occurred(row: Row) -> None:
    if row.wrong.isdisjoint(_DAYS) and "agreement" in row.found:
        row.found["occurred_on"] = _day(row, row.found["agreement"].zone)


def _check_day(row: Row) -> None:
    if row.found.keys() >= {"occurred_on", "terms"} and "reverses" not in row.values:
        check_day(row.found["occurred_on"], row.found["terms"])


def _check_charge(row: Row) -> None:
    """Of an amount and a multiplier that are fine alone."""
    if row.found.keys() >= {"real", "entitlement"} and row.wrong.isdisjoint({"amount", "unit", "multiplier"}):
        step = row.found["entitlement"].rounding_step
        row.found["charged"] = _charge(
            row.found["real"], multiplier=row.values.get("multiplier", _WHOLE), rounding_step=step
        )


def entry_of(row: Row, source: str) -> NewEntry:
    """A good row as an entry to post, for whoever posts few; ``source`` where the row says none."""
    values, found = row.values, row.found
    return NewEntry(
        customer_id=found["customer"],
        workspace_id=found["workspace"],
        entitlement_id=found["entitlement"].pk,
        unit=found["unit"],
        occurred_on=found["occurred_on"],
        real_amount=found["real"],
        source=values.get("source", source),
        external_id=values["external_id"],
        multiplier=values.get("multiplier", _WHOLE),
        rounding_step=found["entitlement"].rounding_step,
        person_id=found.get("person"),
        title=values.get("title", ""),
    )


def _entry(row: Row) -> Staged:
    """A good row as one of staged_entry."""
    values, found = row.values, row.found
    multiplier: Fraction = values.get("multiplier", _WHOLE)
    is_silent = "reverses" in values and "multiplier" not in values
    return (
        row.line,
        found["customer"],
        found["workspace"],
        found["entitlement"].pk,
        found["occurred_on"],
        found["real"],
        None if is_silent else multiplier.numerator,
        None if is_silent else multiplier.denominator,
        found["entitlement"].rounding_step,
        found["charged"],
        values.get("source", SOURCE),
        values["external_id"],
        found.get("person"),
        None,
        values.get("reason", ""),
        values.get("title", ""),
    )


def _day(row: Row, zone: str) -> date:
    """The day in the agreement's zone: said, or that of the instant that is said."""
    said = [name for name in _DAYS if name in row.values]
    if len(said) != 1:
        raise Invalid("day_twice" if said else "day_missing")
    if "occurred_on" in row.values:
        day: date = row.values["occurred_on"]
    else:
        day = row.values["occurred_at"].astimezone(ZoneInfo(zone)).date()
    return day


def finish(run: Run) -> None:
    """Post what was staged, unless something is wrong with it."""
    staging.execute("ANALYZE staged_entry")
    _find_repeats(run)
    _judge(run)
    _post(run, run.kind)
    if run.problems.count or not staging.fetch("SELECT 1 FROM staged_reversal LIMIT 1"):
        return
    _find_wrong_reversals(run)
    if not run.problems.count:
        staging.execute(_STAGE_REVERSALS)
        _judge(run)
        _post(run, "reversals")


def _find_repeats(run: Run) -> None:
    repeats = staging.fetch(_REPEATS, PROBLEMS_MAX)
    for line, first, external_id, _ in repeats:
        run.problems.add(line, Invalid("repeated", first=first), "external_id", external_id)
    run.problems.add_unlisted(repeats[0][-1] if repeats else 0)


def _find_differing(run: Run) -> None:
    differing = dict(steps.differing_staged(PROBLEMS_MAX))
    if not differing:
        return
    ((total,),) = staging.fetch(_COUNT_DIFFERING, None)
    columns = dict(staging.fetch(_DIFFERING_COLUMN, list(differing)))
    for line, external_id in differing.items():
        run.problems.add(
            line, Conflict("content_differs", external_ids=harmless(external_id)), columns[line], external_id
        )
    run.problems.add_unlisted(total)


def _judge(run: Run) -> None:
    """What only the ledger can tell of the staged rows."""
    _find_differing(run)
    for line, external_id, code in steps.refused_staged(PROBLEMS_MAX):
        error = Conflict if code == "already_reversed" else Invalid
        run.problems.add(line, error(code, external_ids=harmless(external_id)), COLUMN_OF.get(code, ""), external_id)


def _find_wrong_reversals(run: Run) -> None:
    wrong = staging.fetch(_WRONG_REVERSALS, PROBLEMS_MAX)
    for line, code, reverses, _ in wrong:
        run.problems.add(line, Invalid(code, external_ids=harmless(reverses)), "reverses", reverses)
    run.problems.add_unlisted(wrong[0][-1] if wrong else 0)


def _post(run: Run, what: str) -> None:
    if run.problems.count:
        return
    ordered = engagements.lock_staged(run.access)
    posted = steps.post_staged(run.access)
    run.tally.new += posted.new
    if posted.new:
        adopt_staged_entries()
        learning.adopt_staged_entries(run.access)
        _adopt_deliveries(run, ordered)
    for customer, rows in staging.fetch(_ROWS_OF) if posted.new else ():
        run.rows_of[customer][what] += rows


def _adopt_deliveries(run: Run, ordered: engagements.Concerned) -> None:
    """What was delivered of an engagement, and comes as consumption, too, counts once; what is taken back is said."""
    lines = {external_id: line for line, external_id in staging.fetch(_LINES)} if ordered.named else {}
    customers = [customer for customer, _rows in staging.fetch(_ROWS_OF)] if any(ordered) else []
    for error in engagements.settle_posted(run.access, ordered, customers):
        name = error.params.get("external_id", "")
        run.problems.add(lines.get(name, 0), error, "external_id", name)


def _source(text: str) -> str:
    """What another system books must not have the name that the hub's own next entry will have."""
    name = cells.reference(40)(text)
    if name in _OWN_SOURCES:
        raise Invalid("source_reserved")
    return name


KINDS = (
    Kind(
        "consumption",
        (
            Field("agreement", cells.text(60), is_required=True),
            Field("package", cells.text(60), is_required=True),
            Field("entitlement", cells.text(60), is_required=True),
            Field("workspace", cells.text(80), is_required=True),
            Field("occurred_on", cells.day),
            Field("occurred_at", cells.instant),
            Field("amount", cells.text(20), is_required=True),
            Field("unit", cells.text(20), is_required=True),
            Field("multiplier", cells.multiplier),
            Field("external_id", cells.reference(120), is_required=True),
            Field("source", _source),
            Field("person", cells.text(254)),
            Field("title", cells.text(300)),
            Field("reverses", cells.reference(120)),
            Field("reason", cells.code(40)),
        ),
        ("agreement", "external_id", "source"),
        write,
        begin=begin,
        finish=finish,
        finds_repeats=True,
    ),
)
