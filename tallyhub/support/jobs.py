"""Fetches the mail of support requests, books what waited, closes what is silent, clears what nobody needs any more."""

import logging
from itertools import islice

from procrastinate.contrib.django import app

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.support.conversation import fetching, queries, storage
from tallyhub.support.conversation.rules import ORPHANS_KEPT
from tallyhub.support.time import jobs as time
from tallyhub.support.work import jobs as work

__all__ = ["time", "work"]  # the worker looks for jobs here

log = logging.getLogger(__name__)
_KEYS_AT_ONCE = 500


@app.periodic(cron="* * * * *")
@app.task(name="support.fetch_mail", queueing_lock="support.fetch_mail", lock="support.fetch_mail", pass_context=False)
def fetch_mail(timestamp: int) -> None:
    """Every minute, one after the other. A mailbox that cannot be read is tried again."""
    if not fetching.is_ready():
        return
    try:
        fetching.fetch()
    except fetching.MailboxError:
        log.exception("mailbox")


@app.periodic(cron="41 3 * * *")
@app.task(name="support.clear_files", queueing_lock="support.clear_files", pass_context=False)
def clear_files(timestamp: int) -> None:
    """Bytes that no row names: of whoever was killed in the middle, or of what was erased. Safe to repeat."""
    keys = storage.list_before(clock.now() - ORPHANS_KEPT)
    while batch := list(islice(keys, _KEYS_AT_ONCE)):
        with scope(Access()):
            orphans = queries.list_orphans(batch)
        storage.remove(orphans)
