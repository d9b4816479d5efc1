"""Holds are append-only and seen by their workspace; how much an agreement holds is told wherever it is mapped."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    WORKSPACES,
    RunRoleSQL,
    append_only,
    no_same_customer,
    no_wall,
    only_for_app,
    same_customer,
    workspace_wall,
)

KEYS = (
    ("ledger_hold", "workspace_id", "organizations_workspace"),
    ("ledger_hold", "entitlement_id", "agreements_entitlement"),
)
# As ledger_days_as_of: sums, never rows.
HELD = f"""
CREATE FUNCTION ledger_held_as_of(entitlements bigint[], as_of bigint, last_day date)
RETURNS TABLE (entitlement_id bigint, held bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.entitlement_id, sum(h.amount)::bigint
    FROM ledger_hold h JOIN agreements_entitlement e ON e.id = h.entitlement_id
    WHERE h.entitlement_id = ANY (entitlements) AND h.ledger_version <= as_of AND h.day <= last_day
      AND (e.customer_id = ANY ({CUSTOMERS}) OR EXISTS (
           SELECT FROM agreements_mapping m WHERE m.package_id = e.package_id AND m.workspace_id = ANY ({WORKSPACES})))
    GROUP BY h.entitlement_id;
$$;
"""
FORWARD = "".join(
    [
        workspace_wall("ledger_hold"),
        append_only("ledger_hold"),
        *(same_customer(*key) for key in KEYS),
        HELD,
        only_for_app("ledger_held_as_of"),
    ]
)
REVERSE = "".join(
    [
        "DROP FUNCTION ledger_held_as_of;",
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        no_wall("ledger_hold"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_holds")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
