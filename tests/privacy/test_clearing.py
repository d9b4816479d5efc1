"""What has been kept long enough goes, each kind after its own time, and leaves a trace (R10.3)."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import override_settings

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.privacy import jobs
from tallyhub.site.config import Config
from tests.world import NOW


def keep(**days: Any) -> override_settings:
    return override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update=days))


def add_event(owner: Any, kind: str, days_ago: int, customer_id: int | None = None) -> None:
    statement = "INSERT INTO journal_event (customer_id, kind, details, at) VALUES (%s, %s, '{}', %s)"
    owner.execute(statement, [customer_id, kind, NOW - timedelta(days=days_ago)])


def kinds(owner: Any) -> dict[str, int]:
    found = owner.execute("SELECT kind, count(*) FROM journal_event GROUP BY 1").fetchall()
    return dict(found)


def test_events_go_after_the_time_of_their_kind(world: SimpleNamespace, owner: Any) -> None:
    for kind in ("x.short", "x.ordinary", "x.kept"):
        for days_ago in (40, 400):
            add_event(owner, kind, days_ago)
    with keep(keep_events_days=365, keep_events_of_kind_days={"x.short": 35, "x.kept": 0}):
        jobs.clear_old(0)
    assert kinds(owner) == {"x.ordinary": 1, "x.kept": 2, "journal.cleared": 2}


def test_each_customer_finds_in_its_audit_how_many_went(world: SimpleNamespace, owner: Any) -> None:
    for customer, count in ((world.cedar.pk, 3), (world.birch.pk, 1)):
        for _ in range(count):
            add_event(owner, "x.y", 2000, customer)
    jobs.clear_old(0)
    found = owner.execute(
        "SELECT customer_id, details->>'kind', (details->>'count')::int FROM journal_event ORDER BY customer_id"
    ).fetchall()
    assert found == [(world.cedar.pk, "x.y", 3), (world.birch.pk, "x.y", 1)]


def test_what_was_cleared_is_not_cleared_itself(world: SimpleNamespace, owner: Any) -> None:
    add_event(owner, "journal.cleared", 9000)
    jobs.clear_old(0)
    assert kinds(owner) == {"journal.cleared": 1}


def test_again_there_is_nothing_to_do(world: SimpleNamespace, owner: Any) -> None:
    add_event(owner, "x.y", 2000)
    jobs.clear_old(0)
    jobs.clear_old(0)
    assert kinds(owner) == {"journal.cleared": 1}


def test_the_app_cannot_clear_the_last_thirty_days_even_if_it_is_told_to(world: SimpleNamespace, owner: Any) -> None:
    """A hole in the app must not wipe out its own tracks."""
    owner.execute("INSERT INTO journal_event (kind, details, at) VALUES ('x.y', '{}', now() - interval '29 days')")
    with scope(Access(), writing=True), connection.cursor() as cursor:
        cursor.execute("SELECT journal_clear('x.y', now() + interval '1 day', 1000)")
        assert cursor.fetchone() == (0,)
    with pytest.raises(DatabaseError) as refused, scope(Access(), writing=True), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_event")
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert kinds(owner) == {"x.y": 1}


def test_expired_sessions_old_mails_and_failed_jobs_go(world: SimpleNamespace, owner: Any) -> None:
    for days in (0, 5):
        at = NOW - timedelta(days=days * 30)
        owner.execute("INSERT INTO accounts_session VALUES (%s, '', %s)", [f"s{days}", at])
        for state in ("sent", "waiting"):
            add_mail(owner, f"{days}{state}", world.reader.pk, state, at)
    old, new = add_failed_job(owner, NOW - timedelta(days=31)), add_failed_job(owner, NOW - timedelta(days=29))
    jobs.clear_old(0)
    assert owner.execute("SELECT session_key FROM accounts_session").fetchall() == [("s0",)]
    assert {key for (key,) in owner.execute("SELECT key FROM notifications_mail")} == {"0sent", "0waiting", "5waiting"}
    left = {job for (job,) in owner.execute("SELECT id FROM procrastinate_jobs WHERE status = 'failed'")}
    assert new in left
    assert old not in left
    found = owner.execute(
        "SELECT details->>'what', (details->>'count')::int FROM journal_event WHERE kind = 'privacy.cleared' ORDER BY 1"
    ).fetchall()
    assert found == [("jobs", 1), ("mails", 1), ("sessions", 1)]


def add_mail(owner: Any, key: str, person_id: int, state: str, at: datetime) -> None:
    owner.execute(
        "INSERT INTO notifications_mail (key, person_id, letter, params, thread, state, attempts, next_at, created_at,"
        " error) VALUES (%s, %s, 'x', '{}', '', %s, 0, %s, %s, '')",
        [key, person_id, state, at, at],
    )


def add_failed_job(owner: Any, at: datetime) -> int:
    statement = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 't', 'failed') RETURNING id"
    )
    (job,) = owner.execute(statement).fetchone()
    owner.execute("UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [at, job])
    owner.execute("INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', %s)", [job, at])
    return int(job)


@pytest.mark.parametrize(("field", "value"), [("keep_events_days", -1), ("keep_mails_days", 0), ("keep_jobs_days", 0)])
def test_a_time_that_makes_no_sense_is_refused(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=field):
        Config(**{field: value})
