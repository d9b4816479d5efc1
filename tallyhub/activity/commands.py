"""What is written down when people look and take away (R7.3). Nothing here changes a fact."""

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command


@command
def note_export(access: Access, what: str, subject_id: int | None = None, *, workspace_id: int | None = None) -> None:
    """Before the first byte: an export that breaks off was begun all the same."""
    record(access, "activity.exported", subject_id, workspace_id=workspace_id, what=what)


@command
def note_look(access: Access, page: str) -> None:
    """By staff of the provider or a partner. The database keeps the first of each person, customer, page and day."""
    record(access, "activity.looked", page=page, day=clock.today("UTC").isoformat())
