"""What the hub itself does to the journal."""

from tallyhub.journal import steps
from tallyhub.journal.rules import ANSWERS_KEPT
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command


@command
def forget_answers(access: Access) -> None:
    """After 30 days an idempotency key is free again."""
    steps.forget_answers(clock.now() - ANSWERS_KEPT)
