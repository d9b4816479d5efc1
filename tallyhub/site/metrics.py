"""What ``/metrics`` tells: times, counts and the state of jobs and snapshots; never a customer or a person.

Imported only where requests or jobs run: the library reads PROMETHEUS_MULTIPROC_DIR when it is imported.
"""

import os
from collections.abc import Iterator

from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tallyhub.ledger import queries as ledger

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # others count as one: anybody may invent some

_own = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "tallyhub_request_seconds",
    "Time to answer a request.",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_own,
)
REQUEST_STATEMENTS = Histogram(
    "tallyhub_request_statements",
    "SQL statements of a request.",
    ["view"],
    buckets=(0, 1, 2, 4, 8, 16, 32, 64),
    registry=_own,
)
JOB_SECONDS = Histogram(
    "tallyhub_job_seconds",
    "Time of a background job.",
    ["task", "outcome"],
    buckets=(0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900),
    registry=_own,
)

_JOBS = "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"
# A job worker gives a sign every ten seconds; one that was killed gives none, and its row stays for a while.
_WORKERS = """
SELECT count(*) FILTER (WHERE last_heartbeat > now() - interval '30 seconds'),
       extract(epoch FROM now() - max(last_heartbeat))::float8
FROM procrastinate_workers
"""
# The sequence counts every customer's versions without reading a row of theirs.
_VERSIONS = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ledger_ledgerversion_id_seq"


class _Database(Collector):
    """Read anew at each visit."""

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        try:
            found = list(_figures())
        except DatabaseError:
            yield GaugeMetricFamily("tallyhub_database_up", "1 when the database answers.", value=0)
            return
        yield GaugeMetricFamily("tallyhub_database_up", "1 when the database answers.", value=1)
        yield from found


def _figures() -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(_JOBS)
        counts = dict(cursor.fetchall())
        cursor.execute(_WORKERS)
        workers, silent_for = cursor.fetchone()
        cursor.execute(_VERSIONS)
        (versions,) = cursor.fetchone()
    jobs = GaugeMetricFamily("tallyhub_jobs", "Background jobs by state.", labels=["state"])
    for state, status in (("waiting", "todo"), ("running", "doing"), ("failed", "failed")):
        jobs.add_metric([state], counts.get(status, 0))
    yield jobs
    yield GaugeMetricFamily("tallyhub_job_workers", "Job workers that gave a sign within 30 seconds.", value=workers)
    if silent_for is not None:
        about = "Seconds since the last sign of any job worker."
        yield GaugeMetricFamily("tallyhub_job_workers_silent_seconds", about, value=silent_for)
    yield CounterMetricFamily("tallyhub_ledger_versions", "Ledger versions posted.", value=versions)
    stale = len(ledger.customers_with_stale_snapshots())
    yield GaugeMetricFamily("tallyhub_stale_snapshot_customers", "Customers whose snapshots are behind.", value=stale)


def text() -> bytes:
    """In Prometheus' text format, over all worker processes."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_own)
    registry.register(_Database())
    return generate_latest(registry)
