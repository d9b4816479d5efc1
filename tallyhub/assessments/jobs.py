"""Counts what nothing counted, once something does: an agreement follows, a package was mapped. Reads long files."""

from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tallyhub.assessments import commands, files, intakes, queries, rules
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope

ATTEMPTS_MAX = 3


@app.task(name=commands.READ, retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, wait=10), pass_context=True)
def read_intake(context: Any, intake_id: int, person_id: int | None, customer_id: int) -> None:
    """A long file. A worker that is killed in the middle leaves nothing of it, and another one begins anew."""
    attempts = context.job.attempts
    if attempts > ATTEMPTS_MAX:  # its worker was killed each time: perhaps by this very file
        intakes.give_up(Access.of_system([customer_id]), intake_id)
    else:
        intakes.run(intake_id, person_id, customer_id, is_last=attempts >= ATTEMPTS_MAX)


@app.periodic(cron="23 * * * *")
@app.task(name="assessments.clear_intakes", queueing_lock="assessments.clear_intakes", pass_context=False)
def clear_intakes(timestamp: int) -> None:
    """Every hour: bytes that a killed worker left, and what is a month old."""
    before = clock.now() - rules.INTAKES_KEPT
    with scope(Access()):
        customers = queries.customers_with_intakes(before)
    for customer_id in customers:
        commands.clear_intakes(Access.of_system([customer_id]))
    files.remove_before(before)


@app.periodic(cron="*/10 * * * *")
@app.task(name="assessments.settle", queueing_lock="assessments.settle", pass_context=False)
def settle(timestamp: int) -> None:
    """Every ten minutes, one customer at a time. Safe to repeat: what is counted is not counted again."""
    with scope(Access()):
        customers = queries.customers_unsettled()
    for customer_id in customers:
        commands.settle(Access.of_system([customer_id]))
