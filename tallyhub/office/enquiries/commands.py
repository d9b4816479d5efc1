"""Asking the account team, and its answers."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.office.enquiries import queries, steps
from tallyhub.office.mappings.steps import map_packages
from tallyhub.office.models import Enquiry
from tallyhub.office.rules import Answer, Wish
from tallyhub.organizations.queries import get_workspace
from tallyhub.organizations.steps import lock_workspace, touch_customer


@command
def ask_for_package(access: Access, *, package_id: int, workspace_id: int) -> Enquiry:
    """One click: a package that is bought and reaches no workspace, for this one (R3.7). Twice is once.

    Raises DoesNotExist for a package that is not there, is over or is mapped.
    """
    if workspace_id not in access.workspaces:
        raise ObjectDoesNotExist
    access.require(Right.ADMINISTER, workspace_id=workspace_id)
    if package_id not in {one.id for one in queries.list_unmapped(access)}:
        raise ObjectDoesNotExist
    workspace = get_workspace(access, workspace_id)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    columns = {"wish": Wish.MAPPING, "package_id": package_id, "workspace_id": workspace_id}
    return _ask_once(access, columns, lambda: queries.find_open(access, **columns))


@command
def ask_for_workspace(access: Access, *, name: str, goal: str, reason: str) -> Enquiry:
    """A workspace of its own for a goal (R3.2). The same name while the first is open is the same enquiry."""
    access.require(Right.ADMINISTER)
    if not name:
        raise Invalid("workspace_name_missing")
    columns = {"wish": Wish.WORKSPACE, "name": name, "goal": goal, "reason": reason}
    return _ask_once(
        access, columns, lambda: queries.find_open(access, wish=Wish.WORKSPACE, workspace=None, name__iexact=name)
    )


def _ask_once(access: Access, columns: Mapping[str, Any], find: Callable[[], Enquiry | None]) -> Enquiry:
    """A new one, or the one that is open: the database lets no second one in, even where two ask at the same time."""
    try:
        with transaction.atomic():  # a refused insert would spoil the command
            made = Enquiry.objects.create(
                customer_id=access.customer_id or 0, asked_by_id=access.person_id or 0, asked_at=clock.now(), **columns
            )
    except IntegrityError:
        if found := find():
            return found
        raise
    record(access, "office.enquiry_made", made.pk, workspace_id=made.workspace_id, wish=made.wish)
    return made


@command
def grant_package(access: Access, enquiry_id: int, *, note: str = "") -> Enquiry:
    """The package reaches the workspace, and the answer says so: both or neither."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    enquiry = steps.lock_open(access, enquiry_id, Wish.MAPPING)
    workspace = lock_workspace(access, enquiry.workspace_id or 0)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    steps.answer(access, [enquiry], Answer.GRANTED, note)
    map_packages(access, [(enquiry.package_id or 0, workspace.pk)])
    return enquiry


@command
def decline(access: Access, enquiry_id: int, *, note: str) -> Enquiry:
    """No, and why: the note is what whoever asked reads."""
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)
    enquiry = steps.lock_open(access, enquiry_id)
    if not note:
        raise Invalid("enquiry_note_missing")
    steps.answer(access, [enquiry], Answer.DECLINED, note)
    return enquiry
