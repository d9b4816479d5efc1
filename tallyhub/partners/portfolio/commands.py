"""That a partner took its overview home."""

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command


@command
def note_export(access: Access) -> None:
    """Before the first byte: an export that breaks off was begun all the same."""
    record_many(access, [News("partners.portfolio_exported", None)])
