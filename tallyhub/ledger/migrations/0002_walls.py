"""Entries are append-only and seen by their workspace; what is left is seen wherever the entitlement is mapped."""

from django.db import migrations

from tallyhub.kernel.walls import (
    WORKSPACES,
    RunRoleSQL,
    append_only,
    no_same_customer,
    no_wall,
    only_for_app,
    same_customer,
    wall,
    workspace_wall,
)

OF_WORKSPACE = ("ledger_entry", "ledger_entrydetail", "ledger_workspacetotal", "ledger_dailytotal")
OF_ENTITLEMENT = ("ledger_allotment", "ledger_entitlementtotal", "ledger_entitlementday", "ledger_snapshot")
OF_CUSTOMER = ("ledger_customerledger", "ledger_ledgerversion")
APPEND_ONLY = ("ledger_entry", "ledger_allotment", "ledger_ledgerversion")


def mapped(table: str) -> str:
    return f"""EXISTS (SELECT FROM agreements_entitlement e JOIN agreements_mapping m ON m.package_id = e.package_id
                       WHERE e.id = {table}.entitlement_id AND m.workspace_id = ANY ({WORKSPACES}))"""


def any_workspace(table: str) -> str:
    return f"""EXISTS (SELECT FROM organizations_workspace w
                       WHERE w.customer_id = {table}.customer_id AND w.id = ANY ({WORKSPACES}))"""


KEYS = (
    *((table, "workspace_id", "organizations_workspace") for table in OF_WORKSPACE),
    *(
        (table, "entitlement_id", "agreements_entitlement")
        for table in ("ledger_entry", "ledger_workspacetotal", "ledger_dailytotal", *OF_ENTITLEMENT)
    ),
    ("ledger_entry", "reverses_id", "ledger_entry"),
    ("ledger_entrydetail", "entry_id", "ledger_entry"),
)
STALE = """
CREATE FUNCTION ledger_stale_customers() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT t.customer_id FROM ledger_entitlementtotal t
    JOIN agreements_entitlement e ON e.id = t.entitlement_id AND NOT e.is_as_needed
    WHERE NOT EXISTS (
        SELECT FROM ledger_snapshot n WHERE n.entitlement_id = t.entitlement_id AND n.version = t.version)
    ORDER BY 1;
$$;
"""
FORWARD = "".join(
    [
        *(workspace_wall(table) for table in OF_WORKSPACE),
        *(wall(table, mapped(table)) for table in OF_ENTITLEMENT),
        *(wall(table, any_workspace(table)) for table in OF_CUSTOMER),
        *(append_only(table) for table in APPEND_ONLY),
        *(same_customer(*key) for key in KEYS),
        STALE,
        only_for_app("ledger_stale_customers"),
    ]
)
REVERSE = "".join(
    [
        "DROP FUNCTION ledger_stale_customers;",
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(no_wall(table) for table in (*OF_WORKSPACE, *OF_ENTITLEMENT, *OF_CUSTOMER)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("agreements", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
