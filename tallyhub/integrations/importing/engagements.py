"""The catalogue of services, engagements of another system in whichever state they are, and what it delivered of them.

A row that is known is looked at again only where it says something new.
"""

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements import fields
from tallyhub.engagements.intake import queries, steps
from tallyhub.engagements.intake.steps import Brought, Said, SaidOfDelivery
from tallyhub.engagements.queries import zone_of
from tallyhub.engagements.rules import (
    KINDS as SERVICE_KINDS,
)
from tallyhub.engagements.rules import (
    NOTE_MAX,
    PAYING_UNITS,
    TITLE_MAX,
    Acceptance,
    Category,
    OfferingKind,
    State,
    check_minutes,
    check_planned,
    check_rate,
)
from tallyhub.integrations.importing import cells
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.run import Run
from tallyhub.kernel import clock
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.texts import read_text

SOURCE = "import"
_LANGUAGES = tuple(dict(LANGUAGES))
_TEXTS = {"names": "name", "descriptions": "description"}
_SAID_BY_CUSTOMER = (Acceptance.ACCEPTED, Acceptance.DISPUTED)
_NAMED = {"why": "named", "losers": []}


# The catalogue


def write_offerings(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve(rows, "product", run.refs.products)
    run.check(rows, _check_english, lambda _error: "name_en")
    rows = good(rows)
    known = queries.find_offerings([row.values["code"] for row in rows])
    for row in rows:
        there = known.get(row.values["code"])
        _made, is_new = steps.bring_offering(there, _offering(row))
        if there is None:
            run.count_new([row])
        else:
            run.tally.changed += is_new


def _check_english(row: Row) -> None:
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


def _offering(row: Row) -> dict[str, Any]:
    said = row.said("code", "kind", "category", "credit_rate", "data_sheet", "is_offered") | _texts(row)
    if "planned_hours" in row.values:
        said["planned_minutes"] = row.values["planned_hours"]
    return said | ({"product_id": row.found["product"]} if "product" in row.found else {})


# Engagements


def write_engagements(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve_workspace(rows)
    run.refs.resolve(rows, "offering", run.refs.offerings)
    run.refs.resolve_person(rows, "requested_by")
    run.refs.resolve_person(rows, "engineer")
    run.refuse_strangers(rows, "requested_by")
    run.refuse_strangers(rows, "engineer")
    _resolve_payer(run, rows)
    _check_places(run, rows)
    for row in rows:
        _check_engagement(run, row)
    rows = good(rows)
    known = queries.find_engagements({_key(row) for row in rows})
    steps.lock_brought(run.access, [one.pk for one in known.values()])
    delivered = queries.delivered_among([one.pk for one in known.values()])
    for row in rows:
        there = known.get(_key(row))
        try:
            made, changed = steps.bring(
                run.access, there, _said(row), is_delivered=bool(there and there.pk in delivered)
            )
        except Conflict as error:
            run.refuse(row, Conflict("row_differs"), error.params["column"])
            continue
        if changed:
            _count(run, row, is_new=there is None)
            _remember(run, row, made.pk).says_accepted = row.values["state"] is State.ACCEPTED


def _resolve_payer(run: Run, rows: Sequence[Row]) -> None:
    """Agreement, package and entitlement together, of the row's customer; or none of them."""
    named = [row for row in rows if row.values.keys() & {"agreement", "package", "entitlement"}]
    for row in named:
        for name in ("agreement", "package", "entitlement"):
            if not row.cells.get(name, "").strip():
                run.refuse(row, Invalid("payer_in_part"), name)
    customers = {id(row): row.found.get("customer") for row in named}
    run.refs.resolve_entitlement(named)
    for row in named:
        agreement, customer = row.found.get("agreement"), customers[id(row)]
        if customer is None:
            row.found.pop("customer", None)
        else:
            row.found["customer"] = customer
        if agreement and customer and agreement.customer_id != customer:
            run.refuse(row, Invalid("agreement_unknown"), "agreement")
        elif entitlement := row.found.get("entitlement"):
            service = entitlement.service
            if service.kind not in SERVICE_KINDS or service.unit not in PAYING_UNITS:
                run.refuse(row, Invalid("entitlement_pays_no_engagement"), "entitlement")


def _check_places(run: Run, rows: Sequence[Row]) -> None:
    """A person brings them into workspaces that they read already: one that this file makes is not among them."""
    if run.actor:
        for row in rows:
            if row.found.get("workspace") and row.found["workspace"] not in run.actor.workspaces:
                run.refuse(row, Conflict("workspace_just_made"), "workspace")


def _check_engagement(run: Run, row: Row) -> None:
    said = row.values
    if "requested_at" in said and said["requested_at"] > clock.now():
        run.refuse(row, Invalid("time_in_future"), "requested_at")
    if not (said.keys() & {"title", "offering"}) and row.wrong.isdisjoint({"title", "offering"}):
        run.refuse(row, Invalid("value_missing"), "title")
    _check_days(run, row)
    _check_planned(run, row)
    _check_late(run, row)


def _check_days(run: Run, row: Row) -> None:
    said = row.values
    named = said.keys() & {"starts_at", "ends_at"}
    if len(named) == 1 and row.wrong.isdisjoint({"starts_at", "ends_at"}):
        run.refuse(row, Invalid("value_missing"), "ends_at" if "starts_at" in named else "starts_at")
    elif len(named) == 2 and said["ends_at"] <= said["starts_at"]:
        run.refuse(row, Invalid("slot_reversed"), "ends_at")
    elif len(named) == 2 and (said["ends_at"] - said["starts_at"]).days > 366:
        run.refuse(row, Invalid("slot_too_long"), "ends_at")
    elif not named and said.get("state") is State.SCHEDULED and row.wrong.isdisjoint({"starts_at", "ends_at"}):
        run.refuse(row, Invalid("value_missing"), "starts_at")


def _check_planned(run: Run, row: Row) -> None:
    """What is planned is held, so it must be said; an offering says it, too."""
    said, offering = row.values, row.found.get("offering")
    is_said = said.keys() & {"planned_hours", "credit_rate"} or (offering and offering.planned_minutes)
    if (
        said.get("state") in (State.PLANNED, State.SCHEDULED)
        and not is_said
        and row.wrong.isdisjoint({"planned_hours", "credit_rate", "offering"})
    ):
        run.refuse(row, Invalid("value_missing"), "planned_hours")


def _check_late(run: Run, row: Row) -> None:
    """What a late cancelling costs: a day, an amount in the unit of what pays, and what pays."""
    said = row.values
    if not said.keys() & {"cancelled_on", "late_charge"}:
        return
    if "late_charge" in said:
        for name in ("cancelled_on", "entitlement"):
            if name not in said and name not in row.wrong:
                run.refuse(row, Invalid("value_missing"), name)
    if said.get("state") not in (State.CANCELLED, None):
        run.refuse(row, Invalid("late_charge_of_going"), "late_charge" if "late_charge" in said else "cancelled_on")
    if said.get("cancelled_on", date.min) > clock.today("UTC"):
        run.refuse(row, Invalid("time_in_future"), "cancelled_on")
    if "late_charge" in said and "entitlement" in row.found:
        try:
            row.found["late_charge"] = _amount(said["late_charge"], Unit(row.found["entitlement"].service.unit))
        except HubError as error:
            run.refuse(row, error, "late_charge")


def _amount(cell: str, unit: Unit) -> int:
    """In the smallest steps of what pays: hours where it is of time."""
    _unit, amount = cells.quantity(cell, "hours" if unit is Unit.MINUTES else unit.value)
    if amount < 1:
        raise Invalid("amount_malformed")
    return amount


def _key(row: Row) -> queries.Key:
    return row.found["customer"], row.values.get("source", SOURCE), row.values["external_id"]


def _digest(row: Row) -> bytes:
    """Of all that the row says."""
    said = [row.cells.get(one.name, "").strip() for one in _ENGAGEMENT_FIELDS]
    return sha256(json.dumps(said).encode()).digest()


def _said(row: Row) -> Said:
    values, found = row.values, row.found
    columns = row.said("title", "wish", "credit_rate", "reason")
    if "planned_hours" in values:
        columns["planned_minutes"] = values["planned_hours"]
    for name in ("requested_by", "engineer"):
        if name in found:
            columns[f"{name}_id"] = found[name]
    if "entitlement" in found:
        columns |= {"entitlement_id": found["entitlement"].pk, "choice": _NAMED}
    columns["late_on"] = values.get("cancelled_on") if "late_charge" in found else None
    columns["late_charge"] = found.get("late_charge", 0)
    return Said(
        found["customer"],
        found["workspace"],
        values.get("source", SOURCE),
        values["external_id"],
        _digest(row),
        values["state"],
        values["requested_at"],
        columns,
        found.get("offering"),
        (values["starts_at"], values["ends_at"]) if "starts_at" in values else None,
    )


# Deliveries


def write_deliveries(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve(rows, "engagement", run.refs.engagements, _engagement_key)
    run.refs.resolve_person(rows, "engineer")
    run.refuse_strangers(rows, "engineer")
    _check_reach(run, rows)
    rows_by_engagement = {row.found["engagement"].pk for row in rows if "engagement" in row.found}
    steps.lock_brought(run.access, sorted(rows_by_engagement))
    for row in rows:
        _check_delivery(run, row)
    rows = good(rows)
    known = queries.find_deliveries({_key(row) for row in rows})
    for row in rows:
        there = known.get(_key(row))
        try:
            made, changed, counts = steps.bring_delivery(run.access, row.found["engagement"], there, _said_of(row))
        except Conflict as error:
            column = error.params.get("column", "hours")
            run.refuse(row, Conflict(error.code), column)
            continue
        if changed:
            _count(run, row, is_new=there is None)
            brought = _remember(run, row, row.found["engagement"].pk)
            if counts:
                brought.fresh.append(made.pk)
                if not row.values.get("confirmed"):
                    brought.unconfirmed.append(row.line)


def _engagement_key(row: Row) -> queries.Key | None:
    if "customer" not in row.found or "engagement" not in row.values or "source" in row.wrong:
        return None
    return row.found["customer"], row.values.get("source", SOURCE), row.values["engagement"]


def _check_reach(run: Run, rows: Sequence[Row]) -> None:
    if run.actor:
        for row in rows:
            engagement = row.found.get("engagement")
            if engagement and engagement.workspace_id not in run.actor.workspaces:
                row.found.pop("engagement")
                run.refuse(row, Invalid("engagement_unknown"), "engagement")


def _check_delivery(run: Run, row: Row) -> None:
    said = row.values
    if "dispute" in said and said.get("acceptance") is not Acceptance.DISPUTED and "acceptance" not in row.wrong:
        run.refuse(row, Invalid("dispute_without_state"), "dispute")
    if said.get("acceptance") is Acceptance.DISPUTED and "dispute" not in said and "dispute" not in row.wrong:
        run.refuse(row, Invalid("dispute_missing"), "dispute")
    if "delivered_on" in said and "engagement" in row.found:
        today = clock.today(_zone(run, row))
        if said["delivered_on"] > today:
            error = Invalid("in_future", occurred_on=said["delivered_on"], today=today)
            run.refuse(row, error, "delivered_on")


def _zone(run: Run, row: Row) -> str:
    engagement = row.found["engagement"]
    key = engagement.customer_id, engagement.entitlement_id
    if key not in run.zones:
        run.zones[key] = zone_of(run.access, engagement)
    return run.zones[key]


def _said_of(row: Row) -> SaidOfDelivery:
    values = row.values
    return SaidOfDelivery(
        values.get("source", SOURCE),
        values["external_id"],
        values["delivered_on"],
        values["hours"],
        values.get("note"),
        row.found.get("engineer"),
        values.get("acceptance"),
        values.get("dispute", ""),
    )


# When all is in


def _count(run: Run, row: Row, *, is_new: bool) -> None:
    if is_new:
        run.count_new([row])
    else:
        run.count_changed({row.found["customer"]: 1})


def _remember(run: Run, row: Row, engagement_id: int) -> Brought:
    kept = run.engagements.setdefault(row.found["customer"], {})
    return kept.setdefault(engagement_id, Brought(engagement_id, row.line))


def close(run: Run) -> None:
    """Of both kinds, once: what is held and what is booked."""
    brought, run.engagements = run.engagements, {}
    for customer_id in sorted(brought):
        for line, error in steps.settle_brought(run.access, customer_id, list(brought[customer_id].values())):
            run.problems.add(line, error, _COLUMN_OF.get(error.code, "external_id"))


_COLUMN_OF = {
    "delivery_beyond_bought": "hours",
    "delivery_beyond_planned": "hours",
    "delivery_of_undelivered": "engagement",
}


def _source(text: str) -> str:
    """A name of the hub's own would let another system speak as the hub."""
    name = cells.reference(40)(text)
    if queries.is_reserved(name):
        raise Invalid("source_reserved")
    return name


def _minutes(text: str) -> int:
    _unit, minutes = cells.quantity(text, "hours")
    return minutes


def _delivered(text: str) -> int:
    minutes = _minutes(text)
    check_minutes(minutes)
    return minutes


def _planned(text: str) -> int:
    minutes = _minutes(text)
    check_planned(minutes)
    return minutes


def _rate(text: str) -> int:
    _unit, rate = cells.quantity(text, Unit.CREDITS.value)
    check_rate(rate)
    return rate


def _prose(text: str) -> str:
    return read_text(text, length_max=NOTE_MAX)


def _sheet(text: str) -> str:
    return read_text(text)


_customer = Field("customer", cells.text(40), is_required=True)
_external_id = Field("external_id", cells.reference(120), is_required=True)
_ENGAGEMENT_FIELDS = (
    _customer,
    Field("workspace", cells.text(80), is_required=True),
    _external_id,
    Field("source", _source),
    Field("offering", cells.text(60)),
    Field("title", cells.text(TITLE_MAX)),
    Field("state", cells.one_of(State), is_required=True),
    Field("requested_at", cells.instant, is_required=True),
    Field("requested_by", cells.text(254)),
    Field("wish", _prose),
    Field("engineer", cells.text(254)),
    Field("starts_at", cells.instant),
    Field("ends_at", cells.instant),
    Field("planned_hours", _planned),
    Field("credit_rate", _rate),
    Field("agreement", fields.NUMBER),
    Field("package", fields.CODE),
    Field("entitlement", fields.CODE),
    Field("reason", _prose),
    Field("cancelled_on", cells.day),
    Field("late_charge", cells.text(20)),
)
KINDS = (
    Kind(
        "offerings",
        (
            Field("code", cells.code(60), is_required=True),
            Field("kind", cells.one_of(OfferingKind), is_required=True),
            Field("category", cells.one_of(Category), is_required=True),
            Field("product", cells.text(60)),
            *(Field(plural, cells.texts) for plural in _TEXTS),
            *(Field(f"name_{one}", cells.text(200)) for one in _LANGUAGES),
            *(Field(f"description_{one}", cells.text(2_000)) for one in _LANGUAGES),
            Field("planned_hours", _planned),
            Field("credit_rate", _rate),
            Field("data_sheet", _sheet),
            Field("is_offered", cells.flag),
        ),
        ("code",),
        write_offerings,
    ),
    Kind(
        "engagements",
        _ENGAGEMENT_FIELDS,
        ("customer", "source", "external_id"),
        write_engagements,
        close=close,
    ),
    Kind(
        "engagement_deliveries",
        (
            _customer,
            Field("engagement", cells.reference(120), is_required=True),
            Field("source", _source),
            _external_id,
            Field("delivered_on", cells.day, is_required=True),
            Field("hours", _delivered, is_required=True),
            Field("engineer", cells.text(254)),
            Field("note", _prose),
            Field("acceptance", cells.one_of(_SAID_BY_CUSTOMER)),
            Field("dispute", _prose),
            Field("confirmed", cells.flag),
        ),
        ("customer", "source", "external_id"),
        write_deliveries,
        close=close,
    ),
)
