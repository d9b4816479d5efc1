"""What a learner does: starts an activity, goes on with it, and says that it is completed."""

from collections.abc import Callable
from datetime import date

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import command
from tallyhub.learning import steps
from tallyhub.learning.models import Activity
from tallyhub.learning.queries import get_activity
from tallyhub.learning.rules import PAGE, Said, day_of
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import get_customer, get_workspace


@command
def open_activity(access: Access, activity_id: int) -> bool:
    """Start it, or go on with it, in the workspace one is signed in to. True where it was started by this.

    Started twice, or by two clicks at once, it is one start and one entry. Raises DoesNotExist for what is not there,
    Conflict where it is not offered any more or the workspace is archived.
    """
    return _learn(access, activity_id, lambda day: Said(started_on=day, touched_on=day))


@command
def complete_activity(access: Access, activity_id: int) -> None:
    """By the learner's own word. Doing it again changes nothing."""
    _learn(access, activity_id, lambda day: Said(day, day, day, 100))


@command
def note_export(access: Access) -> None:
    """Before the first byte: an export that breaks off was begun all the same."""
    record(access, "learning.transcript_exported")


def _learn(access: Access, activity_id: int, say: Callable[[date], Said]) -> bool:
    """Returns whether it was started by this."""
    activity = get_activity(access, activity_id)
    workspace = _place(access)
    zone = get_customer(access).zone
    with steps.as_hub(access, [workspace.customer_id]) as hub:
        offers = steps.offers_of_education()
        day = day_of(offers, workspace.pk, clock.now(), activity.product_id, zone)
        learnt = _learnt(access, workspace, activity, say(day))
        (before,) = steps.lock_or_make([learnt]).values()
        if before.started_on is None and not activity.is_offered:
            raise Conflict("activity_not_offered")
        (after,) = steps.learn(hub, [learnt], replaces=False)
        was_started = before.started_on is not None
        steps.tell(hub, after, was_started=was_started, was_completed=before.completed_on is not None)
        steps.book(hub, [after])
    return not was_started


def _place(access: Access) -> Workspace:
    """Staff of the provider do not use up what a customer bought."""
    if access.is_staff:
        raise Forbidden()
    workspace = get_workspace(access, access.workspace_id or 0)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    return workspace


def _learnt(access: Access, workspace: Workspace, activity: Activity, said: Said) -> steps.Learnt:
    person_id = access.person_id or 0
    name = f"{workspace.pk}:{person_id}:{activity.pk}"
    return steps.Learnt(workspace.customer_id, workspace.pk, person_id, activity.pk, PAGE, name, said)
