"""Pieces of making workspaces that several commands need. Each demands an open transaction."""

from collections.abc import Collection, Iterable

from tallyhub.agreements.models import Agreement
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.office.workspaces import rules
from tallyhub.office.workspaces.queries import list_bought
from tallyhub.office.workspaces.rules import Bought, Welcome
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import get_customer, list_own_workspaces
from tallyhub.organizations.steps import NewGrant, add_workspaces, give_roles
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.rules import roles_in
from tallyhub.people.steps import Invitee, invite


def add_workspace(access: Access, name: str, taken: Collection[str], **columns: object) -> Workspace:
    """``taken``: the codes of the customer's other workspaces, under the lock of its people."""
    require_transaction()
    (customer_id,) = access.customers
    code = rules.code_for(name, taken)
    made = add_workspaces([{"customer_id": customer_id, "code": code, "name": name, **columns}]).rows[0]
    record_many(access, [News("office.workspace_made", customer_id, made.pk, made.pk)])
    return made


def default_workspace(access: Access) -> Workspace:
    """The customer's default workspace; made where there is none, under the customer's name (R3.1)."""
    require_transaction()
    places = list_own_workspaces(access)
    found = next((one for one in places if one.is_default), None)
    return found or add_workspace(access, get_customer(access).name, [one.code for one in places], is_default=True)


def places_of(agreement: Agreement, bought: dict[int, list[Bought]], default_id: int) -> set[tuple[int, int]]:
    """(package, workspace): what the base agreement gives goes to the default workspace; add-ons wait (R3.7).

    Of a renewal, everything goes on where it reached before.
    """
    packages = bought[agreement.pk]
    followed = bought[agreement.follows_id] if agreement.follows_id else []
    places = {(one.id, default_id) for one in packages if one.is_enterprise and default_id not in one.workspaces}
    return places | {(one, place) for one, reached in rules.reach(packages, followed).items() for place in reached}


def list_going(access: Access, agreements: Iterable[Agreement]) -> set[int]:
    """The packages of these agreements that are mapped by themselves when theirs begins. One statement, or none."""
    waiting = [one for one in agreements if one.approved_at and not one.activated_at]
    if not waiting:
        return set()
    bought = list_bought(access, {pk for one in waiting for pk in (one.pk, one.follows_id) if pk})
    return {package for one in waiting for package, _place in places_of(one, bought, 0)}


def welcome(access: Access, workspace: Workspace, people: Collection[Welcome]) -> None:
    """Members get their roles at once, the others an invitation, with what an open one offers them besides.

    The same number of statements, however many people.
    """
    require_transaction()
    give_roles(
        access,
        [
            NewGrant(workspace.customer_id, place, one.contact.person_id, role)
            for one in people
            if one.contact.is_member and one.roles
            for place, role in roles_in(workspace.pk, one.roles)
        ],
    )
    settle_namings(access, workspace.customer_id, [one.contact.person_id for one in people if one.contact.is_member])
    asked = [one for one in people if not one.contact.is_member and one.contact.email]
    invite(
        access,
        workspace,
        [
            Invitee(
                one.contact.email,
                tuple(sorted({*one.roles, *one.contact.open_roles})),
                one.contact.language,
                one.contact.name,
            )
            for one in asked
        ],
    )
