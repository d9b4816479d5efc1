"""A statement is read where its workspaces are, and only added; exports and saved views are of one person."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    append_only,
    no_same_customer,
    only_for_app,
    same_customer,
)

OF_PERSON = ("activity_export", "activity_savedview")


def in_scope(table: str) -> str:
    """The customer is worked inside: one of its workspaces is readable."""
    return f"""EXISTS (SELECT FROM organizations_workspace w
                       WHERE w.customer_id = {table}.customer_id AND w.id = ANY ({WORKSPACES}))"""


def person_wall(table: str) -> str:
    """One's own rows inside the customer that one works in; the hub itself removes old ones."""
    allowed = f"customer_id = ANY ({CUSTOMERS}) OR (person_id = {PERSON} AND {in_scope(table)})"
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON {table} FOR ALL USING ({allowed}) WITH CHECK ({allowed});
"""


OF_STATEMENT = f"workspaces <@ {WORKSPACES} AND {in_scope('activity_statement')}"
STATEMENT = f"""
ALTER TABLE activity_statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON activity_statement FOR SELECT
    USING (customer_id = ANY ({CUSTOMERS}) OR ({OF_STATEMENT}));
-- Nobody makes a statement in another's name.
CREATE POLICY writable ON activity_statement FOR INSERT
    WITH CHECK ((customer_id = ANY ({CUSTOMERS}) OR ({OF_STATEMENT})) AND made_by_id = {PERSON});
"""
OLD_EXPORTS = """
CREATE FUNCTION activity_customers_with_exports_before(instant timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT customer_id FROM activity_export WHERE asked_at < instant ORDER BY 1;
$$;
"""
FORWARD = "".join(
    [
        STATEMENT,
        append_only("activity_statement"),
        same_customer("activity_statement", "agreement_id", "agreements_agreement"),
        *(person_wall(table) for table in OF_PERSON),
        OLD_EXPORTS,
        only_for_app("activity_customers_with_exports_before"),
    ]
)
REVERSE = "".join(
    [
        "DROP FUNCTION activity_customers_with_exports_before;",
        *(f"DROP POLICY own ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;" for table in OF_PERSON),
        no_same_customer("activity_statement", "agreement_id"),
        "DROP POLICY readable ON activity_statement; DROP POLICY writable ON activity_statement;",
        "ALTER TABLE activity_statement DISABLE ROW LEVEL SECURITY;",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial"), ("agreements", "0002_walls"), ("ledger", "0003_days_as_of")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
