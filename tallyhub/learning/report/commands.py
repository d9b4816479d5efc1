"""That the report was taken."""

from collections.abc import Sequence

from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command


@command
def note_export(access: Access, workspaces: Sequence[int]) -> None:
    """Before the first byte: an export that breaks off was begun all the same."""
    only = workspaces[0] if len(workspaces) == 1 else None
    record(access, "activity.exported", workspace_id=only, what="education_report")
