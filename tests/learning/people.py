"""Who learnt what, for tests: by the steps that everything goes through."""

from datetime import date
from typing import Any

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.learning import steps
from tallyhub.learning.models import Assignment, Record
from tallyhub.learning.rules import Said


def learn(workspace: Any, person: Any, activity: Any, started_on: date, completed_on: date | None = None) -> Record:
    access = Access.of_system([workspace.customer_id])
    said = Said(started_on, completed_on or started_on, completed_on, 100 if completed_on else 0)
    name = f"{workspace.pk}:{person.pk}:{activity.pk}"
    learnt = steps.Learnt(workspace.customer_id, workspace.pk, person.pk, activity.pk, "test", name, said)
    with scope(access, writing=True), steps.as_hub(access, [workspace.customer_id]) as hub:
        (record,) = steps.learn(hub, [learnt])
        steps.book(hub, [record])
    return record


def ask(workspace: Any, person: Any, activity: Any, by: Any, due_on: date, assigned_on: date) -> Assignment:
    where = {"customer_id": workspace.customer_id, "workspace_id": workspace.pk, "person_id": person.pk}
    return Assignment.objects.using("owner").create(
        **where, activity=activity, due_on=due_on, assigned_on=assigned_on, assigned_by_id=by.pk
    )
