"""What a whole agreement had used of an entitlement, day by day, as a version of the ledger knew it.

``ledger_entitlementday`` says the same for the newest version only, and entries are seen by their own workspace. Who
may read one workspace that the entitlement is mapped to must see what was left in all of them, so this passes the wall
for sums, never for rows.
"""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, WORKSPACES, RunRoleSQL, only_for_app

FORWARD = f"""
CREATE FUNCTION ledger_days_as_of(entitlements bigint[], as_of bigint)
RETURNS TABLE (entitlement_id bigint, day date, charged bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.entitlement_id, n.occurred_on, sum(n.charged)::bigint
    FROM ledger_entry n JOIN agreements_entitlement e ON e.id = n.entitlement_id
    WHERE n.entitlement_id = ANY (entitlements) AND n.ledger_version <= as_of
      AND (e.customer_id = ANY ({CUSTOMERS}) OR EXISTS (
           SELECT FROM agreements_mapping m WHERE m.package_id = e.package_id AND m.workspace_id = ANY ({WORKSPACES})))
    GROUP BY n.entitlement_id, n.occurred_on;
$$;
""" + only_for_app("ledger_days_as_of")
REVERSE = "DROP FUNCTION ledger_days_as_of;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
