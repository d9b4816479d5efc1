"""Activating an agreement, and what the account team does with a customer's workspaces."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tallyhub.agreements.queries import lock_agreement
from tallyhub.agreements.rules import State
from tallyhub.agreements.steps import mark_activated
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.office.enquiries import steps as enquiries
from tallyhub.office.mappings.steps import map_packages
from tallyhub.office.rules import Answer, Wish
from tallyhub.office.workspaces import queries, rules, steps
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import list_own_workspaces
from tallyhub.organizations.rules import Role
from tallyhub.organizations.steps import change_workspace, lock_people, lock_workspace, touch_customer
from tallyhub.people.steps import Invitee, invite


@dataclass(frozen=True, slots=True)
class Activated:
    """What an activation did, in numbers of people and of mappings."""

    workspace_id: int
    invited: int
    given: int  # were members already, and got their roles at once
    over: int  # support contacts beyond what the agreement allows
    unreachable: int  # there is no address to write to
    mapped: int


@command
def activate_agreement(access: Access, agreement_id: int) -> Activated | None:
    """Set up what an approved agreement needs to begin (R3.1): by the hub on its first day, or earlier by hand.

    None where it is active already, whoever was faster: the customer comes first, then the agreement, then its people.
    About thirty statements, however many people it names. Raises Conflict for what was not approved here or is over.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    agreement = lock_agreement(access, agreement_id)
    if agreement.activated_at:
        return None
    if not agreement.approved_at:
        raise Conflict("agreement_not_approved")
    if agreement.state(clock.today(agreement.zone)) in (State.EXPIRED, State.TERMINATED):
        raise Conflict("agreement_over", ends_on=agreement.ends_on)
    lock_people(agreement.customer_id)
    workspace = steps.default_workspace(access)
    bought = queries.list_bought(access, [one for one in (agreement.pk, agreement.follows_id) if one])
    mapped = map_packages(access, steps.places_of(agreement, bought, workspace.pk))
    people = queries.list_welcomes(access, agreement, workspace.pk)
    steps.welcome(access, workspace, people)
    mark_activated(agreement)
    done = Activated(workspace.pk, **_counts(people), mapped=mapped)
    record(
        access, "office.agreement_activated", agreement.pk, customer_id=agreement.customer_id,
        invited=done.invited, given=done.given, over=done.over, unreachable=done.unreachable, mapped=done.mapped,
    )  # fmt: skip
    return done


def _counts(people: Collection[rules.Welcome]) -> dict[str, int]:
    strangers = [one for one in people if not one.contact.is_member]
    return {
        "invited": sum(bool(one.contact.email) for one in strangers),
        "given": sum(one.contact.is_member and bool(one.roles) for one in people),
        "over": sum(one.is_over for one in people),
        "unreachable": sum(not one.contact.email for one in strangers),
    }


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """``administrators`` are addresses, which get their invitation in ``language``; ``packages`` are ids."""

    name: str
    goal: str
    administrators: Sequence[str]
    language: str
    packages: Sequence[int] = ()
    allows_personal: bool = False


@command
def make_workspace(access: Access, new: NewWorkspace, *, enquiry_id: int | None = None, note: str = "") -> Workspace:
    """An additional workspace for an agreed goal, with an administrator of its own, who invites the members (R3.2).

    ``enquiry_id``: it is what somebody asked for, and that is granted with it; ``note``: what they read.
    Raises DoesNotExist for a package that is not the customer's or is over, Invalid and Conflict for what the person
    must correct.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    enquiry = enquiries.lock_open(access, enquiry_id, Wish.WORKSPACE) if enquiry_id else None
    _check(new)
    lock_people(access.customer_id or 0)
    places = list_own_workspaces(access)
    _check_name(new.name, places)
    columns = {"goal": new.goal, "allows_personal": new.allows_personal}
    workspace = steps.add_workspace(access, new.name, [one.code for one in places], **columns)
    offered = {one.id for one in queries.list_offered(access)}
    if not offered.issuperset(new.packages):
        raise Workspace.DoesNotExist
    map_packages(access, [(package, workspace.pk) for package in new.packages])
    role = (Role.WORKSPACE_ADMINISTRATOR.value,)
    invite(access, workspace, [Invitee(one, role, new.language) for one in new.administrators])
    if enquiry:
        enquiries.answer(access, [enquiry], Answer.GRANTED, note)
    return workspace


def _check(new: NewWorkspace) -> None:
    if not new.name:
        raise Invalid("workspace_name_missing")
    if not new.goal:
        raise Invalid("goal_missing")
    if not new.administrators:
        raise Invalid("administrator_missing")
    if len(new.administrators) > rules.ADMINISTRATORS_MAX:
        raise Invalid("administrators_too_many", administrators_max=rules.ADMINISTRATORS_MAX)


def _check_name(name: str, others: Collection[Workspace]) -> None:
    if name.casefold() in {one.name.casefold() for one in others}:
        raise Invalid("workspace_name_taken", name=name)


@command
def change_goal(access: Access, workspace_id: int, *, name: str, goal: str) -> Workspace:
    """Another name or goal; the code stays, because files name the workspace by it."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    lock_people(access.customer_id or 0)
    workspace = lock_workspace(access, workspace_id)
    if not name:
        raise Invalid("workspace_name_missing")
    _check_name(name, [one for one in list_own_workspaces(access) if one.pk != workspace.pk])
    if (name, goal) != (workspace.name, workspace.goal):
        change_workspace(workspace, name=name, goal=goal)
        record(access, "office.workspace_changed", workspace.pk, workspace_id=workspace.pk)
    return workspace


@command
def archive_workspace(access: Access, workspace_id: int) -> Workspace:
    """Keep it, and let nothing new happen in it; never deleted. Raises Conflict for the default and the last one.

    Archiving what is archived changes nothing. One at a time per customer: two must not archive the last two.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    lock_people(access.customer_id or 0)
    workspace = lock_workspace(access, workspace_id)
    if workspace.archived_at:
        return workspace
    if workspace.is_default:
        raise Conflict("workspace_is_default")
    if not any(one.pk != workspace.pk and not one.archived_at for one in list_own_workspaces(access)):
        raise Conflict("workspace_is_last")
    change_workspace(workspace, archived_at=clock.now())
    record(access, "office.workspace_archived", workspace.pk, workspace_id=workspace.pk)
    return workspace


@command
def restore_workspace(access: Access, workspace_id: int) -> Workspace:
    """Out of the archive: whoever was in it is in it again."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    workspace = lock_workspace(access, workspace_id)
    if workspace.archived_at:
        change_workspace(workspace, archived_at=None)
        record(access, "office.workspace_restored", workspace.pk, workspace_id=workspace.pk)
    return workspace
