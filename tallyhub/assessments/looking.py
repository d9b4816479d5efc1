"""What the pages of assessments ask before they show anything."""

from collections.abc import Callable
from typing import Any

from django.utils.timezone import get_current_timezone_name

from tallyhub.assessments.models import SetUp
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden


def zone() -> str:
    return get_current_timezone_name()


def get_for_reader(access: Access, find: Callable[[], Any]) -> Any:
    """Whoever reads results nowhere is told so, whether or not there is such a thing."""
    if not access.has_anywhere(Right.VIEW_ASSESSMENTS):
        raise Forbidden(Right.VIEW_ASSESSMENTS)
    return find()


def require_running(access: Access) -> None:
    """Before anything is looked up: whoever has the right nowhere learns nothing."""
    if not access.has_anywhere(Right.SET_UP_ASSESSMENTS):
        raise Forbidden(Right.SET_UP_ASSESSMENTS)


def may_run(access: Access, one: SetUp) -> bool:
    return access.has(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id) and one.ended_on is None
