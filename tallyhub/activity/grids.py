"""Which grid a drill-down has: that of the records of its kind, or, without one, that of the entries."""

from typing import Any

from tallyhub.activity import assessment_grid, request_grid
from tallyhub.activity.drilldown import Subject
from tallyhub.agreements.rules import ServiceKind

# Each offers rows_of, totals, oversees, names_people, Columns, and a listing with SORTS, list_page, count, count_all,
# stream. What entries have no record of theirs are rows of it, too, so that rows add up to the tile's total.
GRIDS: dict[ServiceKind, Any] = {
    ServiceKind.REACTIVE: request_grid,
    ServiceKind.ADVISORY: request_grid,
    ServiceKind.ASSESSMENTS: assessment_grid,
}


def grid_of(subject: Subject) -> Any:
    """None where its rows are entries."""
    found = {GRIDS.get(kind) for kind in subject.kinds}
    return found.pop() if len(found) == 1 else None
