"""The catalogue and what was bought: services, agreements, packages, entitlements, allotments, mappings."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements import fields, steps
from tallyhub.agreements.models import Term
from tallyhub.agreements.rules import Days, ServiceKind, check_days
from tallyhub.integrations.importing import cells, staging
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.problems import harmless
from tallyhub.integrations.importing.run import Run
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.ledger import sql
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.rules import AllotmentKind, check_allotment

_LANGUAGES = tuple(dict(LANGUAGES))
_TEXTS = {"names": "name", "descriptions": "description"}  # a JSON object, or one column for each language
_LATE_CANCEL = ("late_cancel_days", "late_cancel_percent")
_COLUMN_OF = {  # the column an error is about
    "adjustment_too_large": "amount",
    "allotment_amount": "amount",
    "amount_malformed": "amount",
    "amount_not_whole": "amount",
    "amount_too_fine": "amount",
    "amount_too_large": "amount",
    "hours_not_whole_minutes": "amount",
    "starts_too_early": "starts_on",
    "terminated_outside": "terminated_on",
    "unit_mismatch": "unit",
    "unit_unknown": "unit",
}
_DIFFERING = f"""{sql.ALLOTMENTS.format("%s")}
SELECT r.line, CASE
    WHEN a.entitlement_id <> r.entitlement_id THEN 'entitlement'
    WHEN a.kind <> r.kind THEN 'kind'
    WHEN a.amount <> r.amount THEN 'amount'
    WHEN lower(a.term) <> lower(r.term) THEN 'starts_on'
    WHEN a.term <> r.term THEN 'ends_on'
    ELSE 'priority' END
FROM rows r JOIN ledger_allotment a USING (customer_id, external_id, source)
WHERE (a.entitlement_id, a.kind, a.amount, a.term, a.priority)
    <> (r.entitlement_id, r.kind, r.amount, r.term, r.priority)
ORDER BY 1
"""


def _column_of(error: HubError) -> str:
    return _COLUMN_OF.get(error.code, "ends_on")


def write_services(run: Run, rows: Sequence[Row]) -> None:
    run.check(rows, _check_english, lambda error: "name_en")
    rows = good(rows)
    wanted = [row.said("code", "kind", "unit", "action_url") | _texts(row) for row in rows]
    run.wrote(rows, steps.add_services(wanted))


def write_products(run: Run, rows: Sequence[Row]) -> None:
    """They are added and never changed, but for whether they are offered."""
    run.check(rows, _check_english, lambda error: "name_en")
    rows = good(rows)
    wanted = [row.said("code", "publisher", "publisher_url") | _texts(row) for row in rows]
    run.wrote(rows, steps.add_products(wanted))
    offered = {row.values["code"]: row.values["is_offered"] for row in rows if "is_offered" in row.values}
    run.tally.changed += steps.offer_products(offered)


def _check_english(row: Row) -> None:
    """English is what is shown where a language is missing."""
    if row.wrong.isdisjoint({"names", "name_en"}) and not _texts(row).get("names", {}).get("en"):
        raise Invalid("value_missing")


def _texts(row: Row) -> dict[str, dict[str, str]]:
    """The texts that the row names, by language; a language's own column goes before the object."""
    texts = {}
    for plural, singular in _TEXTS.items():
        columns = {one: row.values[f"{singular}_{one}"] for one in _LANGUAGES if f"{singular}_{one}" in row.values}
        if named := row.values.get(plural, {}) | columns:
            texts[plural] = named
    return texts


def write_agreements(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve(rows, "seller", run.refs.sellers, _seller)
    run.check(rows, _check_term, _column_of)
    rows = good(rows)
    run.reach(steps.find_customers_of([row.values["number"] for row in rows]))  # a number may be another's already
    wanted = [
        {
            "customer_id": row.found["customer"],
            "seller_id": row.found["seller"],
            **row.said("number", "name", "plan", "zone", "terminated_on"),
            "term": steps.term_of(_days(row)),
        }
        for row in rows
    ]
    run.wrote(rows, steps.add_agreements(wanted))


def _seller(row: Row) -> str | None:
    """Empty is the one provider."""
    return None if "seller" in row.wrong else row.values.get("seller", "")


def write_packages(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_agreement(rows)
    for row in rows:
        _default_term(row, row.found.get("agreement"))
    run.check(rows, lambda row: _check_term(row, row.found.get("agreement")), _column_of)
    for row in rows:
        _check_late_cancel(run, row)
    rows = good(rows)
    wanted = [
        {
            "customer_id": row.found["customer"],
            "agreement_id": row.found["agreement"].pk,
            **row.said("code", "name", "scope", "terminated_on", "late_cancel_days", "late_cancel_percent"),
            "term": steps.term_of(_days(row)),
        }
        for row in rows
    ]
    run.wrote(rows, steps.add_packages(wanted))


def _check_late_cancel(run: Run, row: Row) -> None:
    """The days before the first day, and the share that cancelling later costs: both, or neither."""
    said = row.values.keys() & set(_LATE_CANCEL)
    if len(said) == 1 and row.wrong.isdisjoint(_LATE_CANCEL):
        run.refuse(row, Invalid("late_cancel_half"), next(name for name in _LATE_CANCEL if name not in said))


def write_entitlements(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_package(rows)
    run.refs.resolve(rows, "service", run.refs.services)
    rows = good(rows)
    wanted = [
        {
            "customer_id": row.found["customer"],
            "package_id": row.found["package"].pk,
            "service_id": row.found["service"].pk,
            **row.said("code", "is_as_needed", "rounding_step"),
        }
        for row in rows
    ]
    run.wrote(rows, steps.add_entitlements(wanted))


def write_mappings(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_package(rows)
    run.refs.resolve_workspace(rows)
    rows = good(rows)
    wanted = [
        {
            "customer_id": row.found["customer"],
            "package_id": row.found["package"].pk,
            "workspace_id": row.found["workspace"],
        }
        for row in rows
    ]
    run.wrote(rows, steps.add_mappings(wanted))
    steps.settle_account_policy(run.access, {row.found["customer"] for row in rows})


def write_allotments(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_entitlement(rows)
    for row in rows:
        _default_term(row, row.found.get("package"))
    for check in (_check_quantity, _check_unit, _check_days, _check_allotment):
        run.check(rows, check, _column_of)
    rows = _once(run, good(rows))
    wanted = [_allotment(row) for row in rows]
    _judge(run, rows, json.dumps(wanted, default=str))
    if rows and not run.problems.count:
        _allot(run, rows, wanted)


def _judge(run: Run, rows: Sequence[Row], wanted: str) -> None:
    """What only the ledger can tell: is it there with other content, is a quantity agreed at all."""
    for line, column in staging.fetch(_DIFFERING, wanted):
        run.refuse(rows[line], Conflict("content_differs", external_ids=_name(rows[line])), column)
    for line, _, code in staging.fetch(sql.REFUSED_ALLOTMENTS, wanted):
        run.refuse(rows[line], Invalid(code, external_ids=_name(rows[line])), "entitlement")


def _name(row: Row) -> str:
    return harmless(row.values["external_id"])


def _allot(run: Run, rows: Sequence[Row], wanted: Sequence[dict[str, Any]]) -> None:
    places = staging.fetch(sql.NEW_ALLOTMENTS, json.dumps(wanted, default=str))
    run.count_new(rows[place] for (place,) in places)
    try:
        ledger.allot(run.access, wanted)
    except HubError as error:  # an adjustment that takes back more than there is
        meant = (row for row in rows if row.found["amount"] == error.params.get("amount"))
        run.refuse(next(meant, rows[0]), error, "amount")


def _check_quantity(row: Row) -> None:
    if row.values.keys() >= {"amount", "unit"}:
        row.found["unit"], row.found["amount"] = cells.quantity(row.values["amount"], row.values["unit"])


def _check_unit(row: Row) -> None:
    if not row.found.keys() >= {"entitlement", "unit"}:
        return
    unit, expected = row.found["unit"], row.found["entitlement"].service.unit
    if unit != expected:
        raise Invalid("unit_mismatch", unit=unit, expected=expected)


def _check_days(row: Row) -> None:
    _check_term(row, row.found.get("package"))


def _check_allotment(row: Row) -> None:
    """What the ledger asks of amount and days together; so it comes when each alone is fine."""
    days = {"starts_on", "ends_on"}
    if "amount" in row.found and row.values.keys() >= {"kind", *days} and row.wrong.isdisjoint(days):
        check_allotment(row.values["kind"], row.found["amount"], row.values["starts_on"], row.values["ends_on"])


def _once(run: Run, rows: Sequence[Row]) -> list[Row]:
    """Two agreements of one customer share the names of its allotments, which the file's own key does not show."""
    seen: dict[tuple[int, str, str], Row] = {}
    for row in rows:
        key = row.found["customer"], row.values["external_id"], row.values.get("source", "import")
        if seen.setdefault(key, row) is not row:
            run.refuse(row, Invalid("repeated", first=seen[key].line), "external_id")
    return list(seen.values())


def _allotment(row: Row) -> dict[str, Any]:
    return {
        "customer_id": row.found["customer"],
        "entitlement_id": row.found["entitlement"].pk,
        "kind": row.values["kind"],
        "priority": row.values.get("priority", 0),
        "source": row.values.get("source", "import"),
        "amount": row.found["amount"],
        **row.said("starts_on", "ends_on", "external_id"),
    }


def _days(row: Row) -> Days:
    return Days(row.values["starts_on"], row.values["ends_on"])


def _default_term(row: Row, whole: Term | None) -> None:
    """A day that was said and is wrong has no default."""
    days = {"starts_on": whole.starts_on, "ends_on": whole.days.ends_on} if whole else {}
    for name in days.keys() - row.wrong:
        row.values.setdefault(name, days[name])


def _check_term(row: Row, whole: Term | None = None) -> None:
    """Days in order, inside what they are a part of. A day that nobody knows yet is compared with nothing."""
    starts_on = row.values.get("starts_on")
    if whole and starts_on and starts_on < whole.starts_on:
        raise Invalid("starts_too_early", starts_on=whole.starts_on)
    if {"starts_on", "ends_on"} <= row.values.keys():
        check_days(_days(row), inside=whole.days if whole else None, terminated_on=row.values.get("terminated_on"))


def _required(name: str, read: Callable[[str], Any]) -> Field:
    return Field(name, read, is_required=True)


_agreement, _package = _required("agreement", fields.NUMBER), _required("package", fields.CODE)
_entitlement = _required("entitlement", fields.CODE)
_term_fields = (Field("starts_on", cells.day), Field("ends_on", cells.day))
_terminated = Field("terminated_on", cells.day)

KINDS = (
    Kind(
        "services",
        (
            _required("code", fields.CODE),
            Field("kind", cells.one_of(ServiceKind), is_required=True),
            Field("unit", cells.one_of(Unit), is_required=True),
            *(Field(plural, cells.texts) for plural in _TEXTS),
            *(Field(f"name_{one}", cells.text(200)) for one in _LANGUAGES),
            *(Field(f"description_{one}", cells.text(2_000)) for one in _LANGUAGES),
            Field("action_url", cells.url),
        ),
        ("code",),
        write_services,
    ),
    Kind(
        "products",
        (
            _required("code", fields.CODE),
            Field("names", cells.texts),
            *(Field(f"name_{one}", cells.text(200)) for one in _LANGUAGES),
            Field("publisher", cells.text(200)),
            Field("publisher_url", cells.url),
            Field("is_offered", cells.flag),
        ),
        ("code",),
        write_products,
    ),
    Kind(
        "agreements",
        (
            _required("customer", fields.ORGANIZATION),
            _required("number", fields.NUMBER),
            _required("name", fields.NAME),
            _required("plan", fields.PLAN),
            Field("seller", fields.ORGANIZATION),
            Field("zone", cells.zone, is_required=True),
            Field("starts_on", cells.day, is_required=True),
            Field("ends_on", cells.day, is_required=True),
            _terminated,
        ),
        ("number",),
        write_agreements,
    ),
    Kind(
        "packages",
        (
            _agreement,
            _required("code", fields.CODE),
            _required("name", fields.NAME),
            _required("scope", fields.SCOPE),
            *_term_fields,
            _terminated,
            Field("late_cancel_days", cells.whole(0, 365)),
            Field("late_cancel_percent", cells.whole(1, 100)),
        ),
        ("agreement", "code"),
        write_packages,
    ),
    Kind(
        "entitlements",
        (
            _agreement,
            _package,
            _required("code", fields.CODE),
            _required("service", fields.CODE),
            Field("is_as_needed", cells.flag, is_required=True),
            Field("rounding_step", fields.ROUNDING_STEP),
        ),
        ("agreement", "package", "code"),
        write_entitlements,
    ),
    Kind(
        "allotments",
        (
            _agreement,
            _package,
            _entitlement,
            Field("external_id", cells.reference(120), is_required=True),
            Field("kind", cells.one_of(AllotmentKind), is_required=True),
            Field("amount", cells.text(20), is_required=True),
            Field("unit", cells.text(20), is_required=True),
            *_term_fields,
            Field("priority", cells.whole(0, 1_000)),
            Field("source", cells.reference(40)),
        ),
        ("agreement", "external_id", "source"),
        write_allotments,
    ),
    Kind(
        "mappings",
        (_agreement, _package, _required("workspace", cells.text(80))),
        ("agreement", "package", "workspace"),
        write_mappings,
    ),
)
