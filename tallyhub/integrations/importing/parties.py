"""Sellers, customers, workspaces, people and what they may do."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from tallyhub.agreements.steps import settle_account_policy
from tallyhub.integrations.importing import cells
from tallyhub.integrations.importing.kinds import Field, Kind, Row, good
from tallyhub.integrations.importing.run import Run
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.organizations import steps
from tallyhub.organizations.models import AccessGrant
from tallyhub.organizations.rules import IMPORTED, STAFF_ROLES_AT, Role, StaffRole
from tallyhub.organizations.rules import Kind as OrganizationKind
from tallyhub.partners.steps import leave_groups, news_of_grants, settle_staff
from tallyhub.people.naming.steps import settle_namings

PERSON_COLUMNS = ("name", "email", "language", "zone")


def write_sellers(run: Run, rows: Sequence[Row]) -> None:
    _refuse_taken(run, rows, steps.find_customers)
    rows = good(rows)
    run.wrote(rows, steps.add_sellers([row.values for row in rows]))


def _refuse_taken(run: Run, rows: Sequence[Row], find: Callable[[list[str]], Collection[str]]) -> None:
    """A code that another sort of organisation has."""
    taken = find([row.values["code"] for row in rows if "code" in row.values])
    for row in rows:
        if row.values.get("code") in taken:
            run.refuse(row, Conflict("code_taken"), "code")


def write_customers(run: Run, rows: Sequence[Row]) -> None:
    _refuse_taken(run, rows, steps.find_sellers)
    rows = good(rows)
    ids = steps.claim_customers([row.values["code"] for row in rows])
    run.reach(ids.values())
    for row in rows:
        row.found["customer"] = ids[row.values["code"]]
    wanted = [{"id": row.found["customer"], **row.said("code", "name", "zone")} for row in rows]
    run.wrote(rows, steps.add_customers(wanted))
    _write_domains(run, rows)


def _write_domains(run: Run, rows: Sequence[Row]) -> None:
    """The operator vouches for them in the customer's stead (R7.2)."""
    named = [(row, domain) for row in rows for domain in row.values.get("domains", ())]
    wanted = [
        {"customer_id": row.found["customer"], "domain": domain, "proved_by": "csam", "reason": IMPORTED}
        for row, domain in named
    ]
    for place in steps.add_domains(wanted):
        run.refuse(named[place][0], Conflict("domain_taken", domain=named[place][1]), "domains")


def write_workspaces(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    rows = _one_default(run, good(rows))
    wanted = [{"customer_id": row.found["customer"], **row.said("code", "name", "is_default")} for row in rows]
    run.wrote(rows, steps.add_workspaces(wanted))
    settle_account_policy(run.access, {row.found["customer"] for row in rows})


def _one_default(run: Run, rows: Sequence[Row]) -> list[Row]:
    default_of = steps.default_workspaces({row.found["customer"] for row in rows})
    for row in rows:
        if row.values.get("is_default"):
            default = default_of.setdefault(row.found["customer"], row.values["code"])
            if default != row.values["code"]:
                run.refuse(row, Conflict("default_twice"), "is_default")
    return good(rows)


def write_people(run: Run, rows: Sequence[Row]) -> None:
    """Staff of the provider, who have no customer's key, and the customers' own people."""
    run.refs.resolve_customer(rows)
    run.refs.workspaces.prepare(place for row in rows for place in _places(row))
    for row in rows:
        _find_workspaces(run, row)
        _check_staff(run, row)
    people = good(rows)
    run.wrote(people, steps.add_people([_person(row) for row in people]))


def _check_staff(run: Run, row: Row) -> None:
    """The address must name them."""
    is_named = row.values.get("email") == row.values.get("key") and "workspaces" not in row.values
    if "customer" not in row.values and row.wrong.isdisjoint({"customer", "email", "key"}) and not is_named:
        run.refuse(row, Invalid("staff_needs_address"), "key")


def _places(row: Row) -> list[tuple[int, str]]:
    customer = row.found.get("customer")
    return [(customer, code) for code in row.values.get("workspaces", ())] if customer else []


def _find_workspaces(run: Run, row: Row) -> None:
    """Refuses a row that names one that is not there."""
    row.found["workspaces"] = [run.refs.workspaces.get(place) for place in _places(row)]
    if None in row.found["workspaces"]:
        run.refuse(row, Invalid("workspace_unknown"), "workspaces")


def _person(row: Row) -> steps.NewPerson:
    columns = row.said(*PERSON_COLUMNS)
    return steps.NewPerson(row.found.get("customer"), row.values["key"], columns, row.found.get("workspaces", []))


def write_grants(run: Run, rows: Sequence[Row]) -> None:
    run.refs.resolve_customer(rows)
    run.refs.resolve_person(rows)
    run.refs.resolve_workspace(rows)
    run.check(rows, _check_place, lambda error: "workspace")
    rows = good(rows)
    added = steps.add_grants([_grant(row) for row in rows])
    run.wrote(rows, added)
    new = [added.rows[place] for place in added.new]
    record_many(run.access, [_role_given(one) for one in new])
    for customer_id in sorted({one.customer_id for one in new}):
        settle_namings(run.access, customer_id, {one.person_id for one in new if one.customer_id == customer_id})


def _role_given(grant: AccessGrant) -> News:
    role = {"role": grant.role}
    return News("organizations.role_given", grant.customer_id, grant.person_id, grant.workspace_id, role)


def _check_place(row: Row) -> None:
    """A workspace's administrator of no workspace would be the whole customer's."""
    if row.values.get("role") is Role.WORKSPACE_ADMINISTRATOR and not row.cells.get("workspace", "").strip():
        raise Invalid("role_needs_workspace")


def _grant(row: Row) -> dict[str, Any]:
    ids = {f"{name}_id": row.found.get(name) for name in ("customer", "person", "workspace")}
    return ids | row.said("role")


def write_staff(run: Run, rows: Sequence[Row]) -> None:
    """Who works for the provider or a partner, as what. What the newest file says holds, its empty cells, too."""
    kinds = steps.kinds_of_sellers()
    run.reach_sellers(kinds)
    run.refs.resolve(rows, "organization", run.refs.sellers, _house, Invalid("seller_unknown"))
    run.refs.resolve(rows, "person", run.refs.people, _address, Invalid("staff_person_unknown"))
    run.check(rows, partial(_check_roles, kinds), lambda error: "roles")
    rows = good(rows)
    people = {row.found["person"] for row in rows}
    leave_groups(people)  # who left may work elsewhere, and takes no place in a group along
    done = steps.employ(run.access, [_employed(row) for row in rows])
    for place in done.elsewhere:
        run.refuse(rows[place], Conflict("staff_elsewhere"), "organization")
    run.tally.new += len(done.new)
    run.tally.changed += len(done.changed)
    if done.changed:
        news = news_of_grants(settle_staff({rows[place].found["person"] for place in done.changed}))
        run.reach({one.customer_id for one in news if one.customer_id})
        record_many(run.access, news)


def _house(row: Row) -> str | None:
    """Without a code the one provider is meant."""
    return None if "organization" in row.wrong else row.values.get("organization", "")


def _address(row: Row) -> tuple[int, str] | None:
    """Staff are no customer's: nobody's key, and an address alone."""
    return (0, row.values["person"]) if "person" in row.values else None


def _check_roles(kinds: Mapping[int, OrganizationKind], row: Row) -> None:
    allowed = STAFF_ROLES_AT[kinds[row.found["organization"]]] if "organization" in row.found else frozenset(StaffRole)
    if set(row.values.get("roles", ())) - allowed:
        raise Invalid("word_unknown", words=", ".join(one for one in StaffRole if one in allowed))


def _employed(row: Row) -> steps.NewStaff:
    roles = tuple(StaffRole(one) for one in row.values.get("roles", ()))
    return steps.NewStaff(row.found["organization"], row.found["person"], roles, row.values.get("ends_at"))


_SELLERS = (OrganizationKind.PROVIDER, OrganizationKind.PARTNER)
_code = cells.text(40)
_name = Field("name", cells.text(200), is_required=True)
_zone = Field("zone", cells.zone)
_customer = Field("customer", _code, is_required=True)

KINDS = (
    Kind(
        "sellers",
        (
            Field("code", _code, is_required=True),
            _name,
            Field("kind", cells.one_of(_SELLERS), is_required=True),
            _zone,
        ),
        ("code",),
        write_sellers,
    ),
    Kind(
        "customers",
        (Field("code", _code, is_required=True), _name, _zone, Field("domains", cells.listed(cells.domain))),
        ("code",),
        write_customers,
    ),
    Kind(
        "workspaces",
        (_customer, Field("code", cells.text(80), is_required=True), _name, Field("is_default", cells.flag)),
        ("customer", "code"),
        write_workspaces,
    ),
    Kind(
        "people",
        (
            Field("customer", _code),
            Field("key", cells.text(200), is_required=True),
            _name,
            Field("email", check_address),
            Field("language", cells.language),
            _zone,
            Field("workspaces", cells.listed(cells.text(80))),
        ),
        ("customer", "key"),
        write_people,
    ),
    Kind(
        "grants",
        (
            _customer,
            Field("person", cells.text(254), is_required=True),
            Field("role", cells.one_of(Role), is_required=True),
            Field("workspace", cells.text(80)),
        ),
        ("customer", "person", "role", "workspace"),
        write_grants,
    ),
    Kind(
        "staff",
        (
            Field("organization", _code),
            Field("person", check_address, is_required=True),
            Field("roles", cells.listed(cells.one_of(StaffRole))),
            Field("ends_at", cells.instant),
        ),
        ("person",),
        write_staff,
    ),
)
