"""The two roles: migrate as the owner, and refuse to serve as a role that could pass the wall."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from psycopg import sql

from tallyhub.kernel.errors import HubError

# Its own powers, and those of roles it is a member of, because it could take them on.
_APP_POWERS = """
SELECT bool_or(r.rolsuper OR r.rolbypassrls),
       bool_or(EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p'))),
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
               AND has_table_privilege(c.oid, 'TRUNCATE'))
FROM pg_roles AS r WHERE pg_has_role(r.oid, 'MEMBER')
"""
# New tables are born with these; append-only ones lose UPDATE and DELETE again in their own migration.
_DEFAULT_RIGHTS = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app};
"""


def migrate() -> None:
    """As the owner: default rights of the app's role first, then every migration."""
    if "owner" not in settings.DATABASES:
        raise HubError("Set TALLYHUB_OWNER_URL: the app's role may not change tables.")
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{settings.TALLYHUB.lock_seconds_max}s'")  # pages go on; try again later
        cursor.execute(sql.SQL(_DEFAULT_RIGHTS).format(app=sql.Identifier(settings.TALLYHUB.app_role)).as_string())
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise HubError(
            f"A migration failed and was rolled back; the release before goes on working. {str(error).strip()}"
        ) from error


def bound_statements() -> None:
    """For a web worker: no statement of a page runs on after its reader has left. Before the first connection.

    Nor is one compiled: policies make short statements look dear, and compiling would take longer than they do.
    """
    options: dict[str, Any] = connections["default"].settings_dict["OPTIONS"]
    bound = f"-c jit=off -c statement_timeout={settings.TALLYHUB.statement_seconds_max}s"
    options["options"] = f"{options.get('options', '')} {bound}".strip()


def renew_broken() -> None:
    """Throw away what the pool still holds of a database that has been restarted."""
    try:
        connection.ensure_connection()
        if connection.is_usable():
            return
    except DatabaseError:
        pass
    let_go()


def let_go() -> None:
    """Close every connection and pool: before workers are forked, who would share them, and before the server stops."""
    for one in connections.all(initialized_only=True):
        one.close()
        if hasattr(one, "close_pool"):
            one.close_pool()


def check_app_role() -> None:
    """Raise when row-level security would not hold for the role we serve as."""
    with connection.cursor() as cursor:
        cursor.execute(_APP_POWERS)
        bypasses, owns, truncates = cursor.fetchone()
    if bypasses:
        raise HubError(
            "TALLYHUB_DATABASE_URL names a role that row-level security does not bind. Use an ordinary role."
        )
    if owns:
        raise HubError(
            "TALLYHUB_DATABASE_URL names a role that owns tables, so their policies do not bind it. Use another."
        )
    if truncates:
        raise HubError(
            "TALLYHUB_DATABASE_URL names a role that may truncate tables, which no policy prevents. Revoke that right."
        )
