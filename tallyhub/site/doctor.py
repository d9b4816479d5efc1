"""What ``tallyhub doctor`` looks at: the server, the app's role, the schema, and every figure of the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from tallyhub.kernel.errors import HubError
from tallyhub.ledger import doctor as ledger
from tallyhub.notifications import doctor as mail
from tallyhub.site import database
from tallyhub.site.config import Config

POSTGRES_MIN = 15
LISTED_MAX = 1_000  # differences that are printed; all are counted


@dataclass(frozen=True, slots=True)
class Finding:
    text: str
    is_fault: bool = False


def examine(config: Config) -> Iterator[Finding]:
    """One finding after the other; ends early where the next ones would make no sense."""
    yield _server(config)
    yield _role()
    if "owner" not in settings.DATABASES:
        yield Finding("Set TALLYHUB_OWNER_URL: only the owner reads the figures of every customer.", is_fault=True)
        return
    schema = _schema()
    yield schema
    if not schema.is_fault:
        yield _mail(config)
        yield from _figures()


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
    where = f"embedded, data in {config.data_dir}" if config.is_embedded else "at TALLYHUB_DATABASE_URL"
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


def _figures() -> Iterator[Finding]:
    found = 0
    for difference in ledger.find_differences():
        found += 1
        if found <= LISTED_MAX:
            yield Finding(str(difference), is_fault=True)
    checked = ", ".join(f"{count:,} {name}" for name, count in ledger.count_checked().items())
    yield Finding(f"{found:,} differences found in {checked}." if found else f"No difference found in {checked}.")
