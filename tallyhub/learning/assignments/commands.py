"""What a learning manager does: asks people to complete an activity, and withdraws that."""

from collections.abc import Sequence
from datetime import date

from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.learning import queries as learning
from tallyhub.learning.assignments import queries
from tallyhub.learning.models import Activity, Assignment
from tallyhub.learning.rules import ASSIGNED_MAX, check_due
from tallyhub.organizations.queries import get_workspace, list_members


@command
def assign(access: Access, activity_id: int, *, workspace_id: int, people: Sequence[int], due_on: date) -> int:
    """Ask members of a workspace to complete it until a day. Whoever was asked already has the new day from now on.

    Returns how many. Raises Forbidden without the right there, Invalid for a day in the past or nobody, DoesNotExist
    for somebody who is no member, Conflict where the workspace is archived or the activity not offered.
    """
    workspace = get_workspace(access, workspace_id)
    access.require(Right.ASSIGN_LEARNING, workspace_id=workspace_id)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    today = learning.today(access)
    check_due(due_on, today)
    wanted = sorted(set(people))
    if not wanted or len(wanted) > ASSIGNED_MAX:
        raise Invalid("assigned_to_nobody" if not wanted else "assigned_too_many", people_max=ASSIGNED_MAX)
    if list_members(access, workspace_id, wanted) != set(wanted):
        raise Assignment.DoesNotExist
    activity = Activity.objects.get(pk=activity_id)
    if not activity.is_offered:
        raise Conflict("activity_not_offered")
    Assignment.objects.bulk_create(
        [
            Assignment(
                customer_id=workspace.customer_id,
                workspace_id=workspace_id,
                person_id=person_id,
                activity_id=activity_id,
                due_on=due_on,
                assigned_by_id=access.person_id or 0,
                assigned_on=today,
            )
            for person_id in wanted
        ],
        ignore_conflicts=True,  # asked already, perhaps by somebody else at this moment
    )
    asked = {"workspace_id": workspace_id, "person_id__in": wanted, "activity_id": activity_id, "withdrawn_at": None}
    Assignment.objects.filter(**asked).update(due_on=due_on)
    ids = Assignment.objects.filter(**asked).order_by("pk").values_list("pk", flat=True)
    record_many(access, [_news(workspace.customer_id, workspace_id, one) for one in ids])
    return len(wanted)


def _news(customer_id: int, workspace_id: int, assignment_id: int) -> News:
    return News("learning.assigned", customer_id, assignment_id, workspace_id)


@command
def withdraw(access: Access, assignment_id: int) -> int:
    """It is due no more; what was learnt stays. Returns whose it was. Raises DoesNotExist for one that is hidden."""
    found = queries.get_assignment(access, assignment_id)
    access.require(Right.ASSIGN_LEARNING, workspace_id=found.workspace_id)
    Assignment.objects.filter(pk=found.pk, withdrawn_at=None).update(withdrawn_at=clock.now())
    record(access, "learning.assignment_withdrawn", found.pk, workspace_id=found.workspace_id)
    return found.person_id
