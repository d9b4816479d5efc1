"""Keeps what was answered no longer than is promised."""

from procrastinate.contrib.django import app

from tallyhub.journal import commands
from tallyhub.kernel.access import Access


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="journal.forget_answers", pass_context=False)
def forget_answers(timestamp: int) -> None:
    """Every night. Safe to repeat."""
    commands.forget_answers(Access())
