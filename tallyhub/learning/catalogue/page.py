"""What the page of an activity says, in words."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.learning import words
from tallyhub.learning.models import Activity, Assignment, Record
from tallyhub.learning.queries import Due
from tallyhub.learning.rules import Format, Level


def facts(activity: Activity) -> list[tuple[str, str]]:
    found = [
        (_("Format"), str(words.FORMAT_NAMES[Format(activity.format)])),
        (_("Level"), str(words.LEVEL_NAMES[Level(activity.level)])),
        (_("Product"), activity.product.name if activity.product else ""),
        (_("Language"), words.language_name(activity.language)),
        (_("Duration"), words.minutes(activity.minutes)),
        (_("New since"), fmt.day(activity.added_on)),
        (_("Code"), activity.code),
    ]
    return [(name, value) for name, value in found if value]


def own(record: Record | None, assignment: Assignment | None, today: date) -> dict[str, Any]:
    """How far the reader is in this workspace."""
    started_on = record.started_on if record else None
    completed_on = record.completed_on if record else None
    found = []
    if record and record.started_on and record.last_activity_on:
        found = [
            (_("Started"), fmt.day(record.started_on)),
            (_("Last activity"), fmt.day(record.last_activity_on)),
            (_("Progress"), words.progress(record.progress_pct)),
        ]
    if completed_on:
        found.append((_("Completed"), fmt.day(completed_on)))
    due = words.due_badge(assignment.due_on, completed_on, today) if assignment else None
    return {
        "badge": words.badge(started_on, completed_on),
        "due": due if not completed_on else None,
        "facts": found,
        "is_started": started_on is not None,
        "is_completed": completed_on is not None,
    }


def due_row(one: Due, today: date) -> dict[str, Any]:
    return {"id": one.activity_id, "title": one.title, "badge": words.due_badge(one.due_on, None, today)}


def may_learn(access: Access) -> bool:
    """Staff of the provider look; whoever belongs to a workspace learns in it."""
    return bool(access.workspace_id) and not access.is_staff


def may_assign(access: Access) -> bool:
    return access.has_anywhere(Right.ASSIGN_LEARNING)
