"""Mending the cause of additional cases: those it concerns leave by themselves, and their time is booked (R4.5)."""

from django.db.models import F

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command
from tallyhub.office.mappings.steps import map_packages
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import list_workspaces
from tallyhub.organizations.steps import touch_customer
from tallyhub.support import steps as support
from tallyhub.support.models import Change, Request
from tallyhub.support.placement import queries
from tallyhub.support.placement.rules import Mend, Wanted, mends_of
from tallyhub.support.time import queries as time
from tallyhub.support.time.steps import book


@command
def mend(access: Access, wanted: Wanted, package_id: int) -> int:
    """Place the requests of a sort under a package: map it to their workspace, name it on them, or both.

    All or nothing; what is booked stays where it is, and what was kept unbooked in the workspace is tried anew. Returns
    how many requests there were. Raises DoesNotExist for a workspace, package or sort that is not there, Conflict for
    a workspace that is archived.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)  # and it is this customer's turn: two must not mend the same
    _check_workspace(access, wanted.workspace_id)
    way = _way(wanted, package_id)
    if not (way.maps or way.names):
        raise Conflict("mend_not_needed")
    requests = list(queries.list_of(access, [wanted]).values_list("pk", flat=True))
    if not requests:
        raise Request.DoesNotExist
    if way.maps:
        map_packages(access, [(package_id, wanted.workspace_id)])
    if way.names:
        _name(access, wanted, way)
    record(access, "support.additional_mended", package_id, workspace_id=wanted.workspace_id, requests=len(requests))
    waiting = [one for one in time.list_unbooked(access) if one.workspace_id == wanted.workspace_id]
    if waiting:
        book(access, [support.lock_request(access, one.number) for one in waiting], "mended")
    return len(requests)


def _check_workspace(access: Access, workspace_id: int) -> None:
    found = next((one for one in list_workspaces(access) if one.pk == workspace_id), None)
    if found is None:
        raise Workspace.DoesNotExist
    if found.archived_at:
        raise Conflict("workspace_archived", name=found.name)


def _way(wanted: Wanted, package_id: int) -> Mend:
    for one in mends_of(wanted, queries.list_offers(), clock.now()):
        if one.offer.package_id == package_id:
            return one
    raise Request.DoesNotExist


def _name(access: Access, wanted: Wanted, way: Mend) -> None:
    """On all of them at once, with a line in the timeline of each."""
    named = {"agreement": way.offer.agreement_id, "package": way.offer.package_id}
    mine = queries.list_of(access, [wanted]).select_for_update(no_key=True).order_by("pk")
    found = [(one.pk, one.customer_id, one.workspace_id) for one in mine]
    changed = {f"{name}_id": value for name, value in named.items()}
    Request.objects.filter(pk__in=[pk for pk, *_rest in found]).update(
        **changed, version=F("version") + 1, changed_at=clock.now()
    )
    Change.objects.bulk_create(
        Change(
            customer_id=customer,
            workspace_id=workspace,
            request_id=pk,
            kind="package_named",
            actor_id=access.person_id,
            details=named,
            at=clock.now(),
        )
        for pk, customer, workspace in found
    )
