"""The second wall: row-level security and the other SQL that migrations need.

What these functions return is part of old migrations: give a changed policy a new function, never change one.
"""

import re
from typing import Any

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Read once per statement because they stand in a sub-select; a bare call would run for every row.
# The cast makes ANY take them as an array, not as a query.
CUSTOMERS = "(SELECT tallyhub_customers())::bigint[]"
WORKSPACES = "(SELECT tallyhub_workspaces())::bigint[]"
PERSON = "(SELECT tallyhub_person())"
ORGANIZATIONS = "(SELECT tallyhub_organizations())::bigint[]"  # the provider or partner for which one acts
INSIDE = "(SELECT tallyhub_inside())::bigint[]"  # the customers worked inside, whether in whole or in a workspace only
# The workspaces that the person administers now, which no setting may claim: a definer function looks it up.
MANAGED = "(SELECT organizations_managed())::bigint[]"

_SETTING = """
CREATE FUNCTION tallyhub_{name}() RETURNS {type} LANGUAGE sql STABLE PARALLEL SAFE
RETURN {value};
"""


def setting_functions() -> str:
    """The three settings as typed functions. Unset means NULL, and NULL matches no row."""
    ids = "string_to_array(nullif(current_setting('tallyhub.{}', true), ''), ',')::bigint[]"
    return "".join(
        [
            _SETTING.format(name="customers", type="bigint[]", value=ids.format("customers")),
            _SETTING.format(name="workspaces", type="bigint[]", value=ids.format("workspaces")),
            _SETTING.format(
                name="person", type="bigint", value="nullif(current_setting('tallyhub.person', true), '')::bigint"
            ),
        ]
    )


def wall(table: str, readable: str) -> str:
    """Rows of ``table`` can be read where ``readable`` holds; read and written inside the customers in whole."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({readable});
CREATE POLICY writable ON {table} FOR ALL USING (customer_id = ANY ({CUSTOMERS}))
    WITH CHECK (customer_id = ANY ({CUSTOMERS}));
"""


def workspace_wall(table: str) -> str:
    """For rows that belong to one workspace."""
    return wall(table, f"workspace_id = ANY ({WORKSPACES})")


def managed_wall(table: str) -> str:
    """For rows of one workspace that its administrator writes, too, without the customer in whole.

    Beside another wall. Not FOR ALL: that would ask it at each read as well.
    """
    managed = f"workspace_id = ANY ({MANAGED}) AND customer_id = ANY ({INSIDE})"
    return f"""
CREATE POLICY managed_added ON {table} FOR INSERT WITH CHECK ({managed});
CREATE POLICY managed_changed ON {table} FOR UPDATE USING ({managed}) WITH CHECK ({managed});
CREATE POLICY managed_removed ON {table} FOR DELETE USING ({managed});
"""


def not_at_a_desk(table: str) -> str:
    """Whoever is inside a workspace for one request at a partner's desk reads no row, whatever else lets them."""
    return f"""
CREATE POLICY not_at_a_desk ON {table} AS RESTRICTIVE FOR SELECT
    USING ((SELECT current_setting('tallyhub.acts_as', true)) IS DISTINCT FROM 'at_desk');
"""


def no_managed_wall(table: str) -> str:
    return "".join(f"DROP POLICY managed_{act} ON {table};" for act in ("added", "changed", "removed"))


def no_wall(table: str) -> str:
    return f"""
DROP POLICY readable ON {table}; DROP POLICY writable ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


def same_customer(table: str, column: str, target: str) -> str:
    """A composite foreign key: foreign keys ignore row-level security, so the customer is part of the key."""
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_customer
    FOREIGN KEY (customer_id, {column}) REFERENCES {target} (customer_id, id);
"""


def no_same_customer(table: str, column: str) -> str:
    return f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_customer;"


def only_for_app(function: str) -> str:
    """A definer function is for the app's role alone."""
    return f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {function} TO {{app}};"


def append_only(table: str) -> str:
    """The app's role may add and read, nothing else: a correction is a new row."""
    return f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{app}};"


class RunRoleSQL(migrations.RunSQL):
    """SQL that may name the app's role as ``{app}``. Waits five seconds for a lock, then fails and changes nothing."""

    def _run_sql(self, schema_editor: BaseDatabaseSchemaEditor, sqls: Any) -> None:
        role = settings.TALLYHUB.app_role
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", role):
            raise ValueError(f"not a role name: {role!r}")
        filled = "SET LOCAL lock_timeout = '5s';" + sqls.replace("{app}", role)
        schema_editor.connection.cursor().execute(filled)
