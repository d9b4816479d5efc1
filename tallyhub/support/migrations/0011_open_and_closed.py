"""How many requests behind an entitlement are open and how many are closed: totals, told to whoever opens the page."""

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, WORKSPACES, RunRoleSQL, only_for_app

HERE = f"workspace_id = ANY (chosen) AND r.workspace_id = ANY ({WORKSPACES}) AND r.customer_id = ANY ({INSIDE})"
IS_OPEN = "(r.status IN ('submitted', 'assigned', 'in_progress', 'waiting', 'reopened')) = are_open"
# Requests that drew of these entitlements or are placed there, as support_count_rows has them.
FORWARD = f"""
CREATE FUNCTION support_count_requests(
    wanted bigint[], chosen bigint[], placed jsonb, are_open boolean, at_most int
) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM (
        SELECT r.id FROM support_request r JOIN support_booking b ON b.request_id = r.id
            JOIN ledger_entry e ON e.id = b.entry_id
        WHERE b.entitlement_id = ANY (wanted) AND e.workspace_id = ANY (chosen) AND e.workspace_id = ANY ({WORKSPACES})
            AND e.customer_id = ANY ({INSIDE})
            AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id) AND {IS_OPEN}
        UNION
        SELECT r.id FROM support_request r JOIN jsonb_to_recordset(placed) AS p (
            workspace_id bigint, kind text, request_class text, agreement_id bigint, package_id bigint,
            product_id bigint)
            ON p.workspace_id = r.workspace_id AND p.kind = r.kind AND p.request_class = r.request_class
                AND p.agreement_id IS NOT DISTINCT FROM r.agreement_id
                AND p.package_id IS NOT DISTINCT FROM r.package_id
                AND p.product_id IS NOT DISTINCT FROM r.product_id
        WHERE r.{HERE} AND r.merged_into_id IS NULL AND r.status <> 'cancelled' AND {IS_OPEN}
        LIMIT at_most
    ) counted;
$$;
""" + only_for_app("support_count_requests")


class Migration(migrations.Migration):
    dependencies = [("support", "0010_refused")]
    operations = [RunRoleSQL(FORWARD, "DROP FUNCTION support_count_requests;")]
