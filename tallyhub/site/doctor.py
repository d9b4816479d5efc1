"""What ``tallyhub doctor`` looks at: settings, disk, server, the app's role, schema, jobs, and every figure."""

import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from tallyhub.agreements import queries as agreements
from tallyhub.kernel.errors import HubError
from tallyhub.ledger import doctor as ledger
from tallyhub.notifications import doctor as mail
from tallyhub.site import database, postgres
from tallyhub.site.config import SECRET_LENGTH_MIN, Config

POSTGRES_MIN = 15
LISTED_MAX = 1_000  # differences that are printed; all are counted


DISK_BYTES_MIN = 512 * 1024 * 1024
WORKER_SECONDS_MAX, JOB_SECONDS_MAX = 60, 300

_JOBS = """
SELECT (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)),
       count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) < now() - make_interval(secs => %s))
FROM procrastinate_jobs
"""


@dataclass(frozen=True, slots=True)
class Finding:
    text: str
    is_fault: bool = False


def examine(config: Config) -> Iterator[Finding]:
    """One finding after the other; ends early where the next ones would make no sense."""
    yield from _settings(config)
    for folder in _folders(config):
        yield _disk(folder)
    yield _server(config)
    yield _role()
    if "owner" not in settings.DATABASES:
        yield Finding("Set TALLYHUB_OWNER_URL: only the owner reads the figures of every customer.", is_fault=True)
        return
    schema = _schema()
    yield schema
    if not schema.is_fault:
        yield from _jobs()
        yield from _policies()
        yield _mail(config)
        yield from _figures()


def _settings(config: Config) -> Iterator[Finding]:
    """What can be set and still be wrong together."""
    if config.secret_key and len(config.secret_key) < SECRET_LENGTH_MIN:
        yield Finding(f"TALLYHUB_SECRET_KEY is shorter than {SECRET_LENGTH_MIN} characters: it can be guessed.", True)
    elif not config.secret_key and stat.S_IMODE(config.secret_file.stat().st_mode) & 0o077:
        yield Finding(f"{config.secret_file} can be read by others. Run: chmod 600 {config.secret_file}", is_fault=True)
    if config.base_url and not re.fullmatch(r"https?://[^/?#\s]+/?", config.base_url):
        yield Finding("TALLYHUB_BASE_URL is not of the form https://hub.example.org", is_fault=True)
    elif config.base_url and not config.is_tls:
        yield Finding("TALLYHUB_BASE_URL is not https: passwords and cookies can be read on their way.")
    if config.base_url and not config.trusted_proxies:
        yield Finding("TALLYHUB_TRUSTED_PROXIES is not set: failed sign-ins are counted by the proxy's address.")
    if not config.base_url and not config.is_for_this_machine:
        yield Finding("TALLYHUB_BASE_URL is not set: whatever host a request names is answered.")
    if config.demo:
        yield Finding("TALLYHUB_DEMO is on: the sign-in page tells accounts and their password.")
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        yield Finding("There is no time zone data. Install the package tzdata.", is_fault=True)


def _folders(config: Config) -> list[Path]:
    """Of our own data, and of the embedded server's where that is another one."""
    ours, servers = config.data_dir.resolve(), postgres.folder_of(config.data_dir.resolve())
    return [ours, servers] if config.is_embedded and not servers.is_relative_to(ours) else [ours]


def _disk(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        return Finding(f"{folder} cannot be written: {error.strerror}", is_fault=True)
    free = shutil.disk_usage(folder).free
    text = f"{folder} can be written, {free // 1024**2:,} MiB are free."
    return Finding(f"{text} That is little." if free < DISK_BYTES_MIN else text, free < DISK_BYTES_MIN)


def _jobs() -> Iterator[Finding]:
    """A worker gives a sign every ten seconds, and no job waits long while one works."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, [WORKER_SECONDS_MAX, JOB_SECONDS_MAX])
        workers, failed, late = cursor.fetchone()
    if late and not workers:
        yield Finding(f"No job worker runs, and {late} jobs wait for one. Start: tallyhub worker", is_fault=True)
    else:
        yield Finding(f"{workers} job workers run; {late} jobs are late." if workers else "No job worker runs.")
    if failed:
        yield Finding(f"{failed} jobs failed; the log has their ids.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_stale_customers()")
        (stale,) = cursor.fetchone()
    if stale:
        yield Finding(
            f"The snapshots of {stale} customers are behind: pages are right, but slower until a worker runs."
        )


def examine_mail(config: Config) -> Iterator[Finding]:
    """Settings, mail server and DNS; asks others over the network, so it is not part of the ordinary examination."""
    yield from (Finding(*one) for one in mail.examine(config))


def _mail(config: Config) -> Finding:
    """Mail that waits for a mail server is kept, not lost; somebody must know."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_mail WHERE state = 'waiting'")
        waiting = cursor.fetchone()[0]
    if config.smtp_url and config.mail_from:
        return Finding(f"Mail is sent; {waiting:,} are waiting.")
    return Finding(f"Mail is kept and not sent; {waiting:,} are waiting. Set TALLYHUB_SMTP_URL and TALLYHUB_MAIL_FROM.")


def _server(config: Config) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    folder = postgres.folder_of(config.data_dir.resolve())
    where = f"embedded, data in {folder}" if config.is_embedded else "at TALLYHUB_DATABASE_URL"
    text = f"PostgreSQL {version // 10_000}.{version % 10_000}, {where}"
    is_too_old = version < POSTGRES_MIN * 10_000
    return Finding(f"{text}; at least {POSTGRES_MIN} is needed" if is_too_old else text, is_too_old)


def _role() -> Finding:
    try:
        database.check_app_role()
    except HubError as error:
        return Finding(error.code, is_fault=True)
    return Finding("Row-level security binds the app's role.")


def _schema() -> Finding:
    executor = MigrationExecutor(connections["owner"])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding(f"{len(missing)} migrations are not applied. Run: tallyhub migrate", is_fault=True)
    return Finding("The schema is that of this release.")


def _policies() -> Iterator[Finding]:
    """What sign-on reads is what follows from the agreements; a job settles it where one ended by date (R3.6)."""
    unsettled = sum(workspaces for _customer, workspaces in agreements.list_unsettled())
    if unsettled:
        yield Finding(
            f"{unsettled} workspaces accept other accounts than their agreements say. A running worker settles that "
            "within a quarter of an hour.",
            is_fault=True,
        )


def _figures() -> Iterator[Finding]:
    found = 0
    for difference in ledger.find_differences():
        found += 1
        if found <= LISTED_MAX:
            yield Finding(str(difference), is_fault=True)
    checked = ", ".join(f"{count:,} {name}" for name, count in ledger.count_checked().items())
    yield Finding(f"{found:,} differences found in {checked}." if found else f"No difference found in {checked}.")
