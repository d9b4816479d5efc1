"""Making and changing a customer, and who of the provider serves it."""

from dataclasses import replace

from django.db import IntegrityError, transaction

from tallyhub.accounts.rules import read_zone
from tallyhub.agreements.fields import NAME, ORGANIZATION, required
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command, widen
from tallyhub.office.customers import queries
from tallyhub.organizations import queries as organizations
from tallyhub.organizations import steps
from tallyhub.organizations.rules import ACCOUNT_TEAM, ASSIGNED, ROLE_NAMES, Role, may_give_staff, read_market
from tallyhub.organizations.steps import NewGrant


@command
def make_customer(access: Access, *, code: str, name: str, zone: str) -> int:
    """A customer with nothing in it but whoever made it, in the role they have elsewhere. Returns its id.

    Raises Conflict for a code that another organisation has, whosever it is.
    """
    if not organizations.list_served():
        raise Forbidden(Right.MANAGE_AGREEMENTS)
    roles = organizations.list_own_staff_roles(access)
    row = {"code": required(ORGANIZATION, code), "name": required(NAME, name), "zone": read_zone(zone)}
    if steps.find_sellers([row["code"]]).keys() & {row["code"]} or steps.find_customers([row["code"]]):
        raise Conflict("code_taken")
    (customer_id,) = steps.claim_customers([row["code"]]).values()
    inside = replace(
        access, customer_id=customer_id, in_whole=True, workspaces=(), customer_rights=frozenset(Right), rights={}
    )
    widen(inside)
    try:
        with transaction.atomic():
            steps.add_customers([{"id": customer_id, **row}])
    except IntegrityError:  # somebody made one with this code between our look and our writing
        raise Conflict("code_taken") from None
    record(inside, "organizations.customer_made", customer_id)
    steps.give_roles(inside, [_grant(customer_id, access.person_id or 0, role) for role in sorted(roles)])
    return customer_id


@command
def change_customer(access: Access, *, name: str, zone: str, market: str = "") -> None:
    """What the customer worked inside is called, the zone that is proposed for what it makes, and where it buys."""
    access.require(Right.MANAGE_AGREEMENTS)
    steps.touch_customer(access.customers)
    customer = organizations.get_customer(access)
    steps.change_customer(customer, name=required(NAME, name), zone=read_zone(zone), market=read_market(market))
    record(access, "organizations.customer_changed", customer.pk)


@command
def add_staff(access: Access, *, address: str, role: Role) -> None:
    """Somebody who serves another customer already serves this one, too.

    Whether an address has an account is not told: whoever is no staff of any customer is refused like nobody. Raises
    Invalid for a role that may do more than whoever gives it.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    if role not in ASSIGNED:
        raise Invalid("word_unknown", words=", ".join(sorted(ASSIGNED)))
    if not may_give_staff(role, access.customer_rights):
        raise Invalid("role_beyond_own", role=ROLE_NAMES[role])
    steps.lock_people(access.customer_id or 0)
    person = queries.find_staff(address)
    if person is None:
        raise Invalid("staff_unknown")
    steps.give_roles(access, [_grant(access.customer_id or 0, person.pk, role)])


@command
def remove_staff(access: Access, *, person_id: int, role: Role) -> None:
    """Raises DoesNotExist for a role that is not held here, Conflict for the last one who manages agreements.

    Whoever cannot sign in, or whose role ends, is nobody who stays.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    steps.lock_people(access.customer_id or 0)
    held = organizations.list_staff(access)
    gone = [one for one in held if (one.person_id, one.role) == (person_id, role)]
    if not gone:
        raise organizations.NoSuchRole
    left = {one.role for one in held if one not in gone and one.person.is_active and one.ends_at is None}
    if not left & ACCOUNT_TEAM:
        raise Conflict("last_of_account_team")
    customer_id = access.customer_id or 0
    steps.take_roles(access, [NewGrant(customer_id, None, person_id, role, one.source) for one in gone])


def _grant(customer_id: int, person_id: int, role: Role) -> NewGrant:
    return NewGrant(customer_id, None, person_id, role)
