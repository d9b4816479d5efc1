"""Clears every night what has been kept long enough. Safe to repeat."""

from datetime import timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from tallyhub.journal import queries as journal
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.privacy import commands
from tallyhub.privacy.registry import CLEARED


@app.periodic(cron="17 3 * * *")
@app.task(name="privacy.clear_old", queueing_lock="privacy.clear_old", pass_context=False)
def clear_old(timestamp: int) -> None:
    hub = Access.of_system()
    for name, setting, _clear in CLEARED:
        commands.clear(hub, name, clock.now() - timedelta(days=getattr(settings.TALLYHUB, setting)))
    with scope(hub):
        kinds = journal.kinds()
    for kind in kinds:
        if days := keep_days(kind):
            while commands.clear_events(hub, kind, clock.now() - timedelta(days=days)):
                pass


def keep_days(kind: str) -> int:
    """How long events of this kind are kept; 0 is for ever."""
    config = settings.TALLYHUB
    days: int = config.keep_events_of_kind_days.get(kind, config.keep_events_days)
    return days
