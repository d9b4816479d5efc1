"""What placement and booking must know of rows that a reader may not see: definer functions that tell ids, codes, days
and numbers, and nothing of another customer or of a workspace outside the scope.
"""

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, WORKSPACES, RunRoleSQL, only_for_app

# Entitlements that reach no workspace of the reader decide, too, whether a request is unmapped or missing.
OFFERS = f"""
CREATE FUNCTION support_offers() RETURNS TABLE (
    entitlement_id bigint, package_id bigint, agreement_id bigint, kind text, unit text, scope text, starts_on date,
    ends_on date, zone text, workspaces bigint[], products bigint[], covers_every_product boolean, rounding_step int,
    request_cap int
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, p.id, a.id, s.kind, s.unit, p.scope, lower(p.term),
        least(upper(p.term) - 1, upper(a.term) - 1, p.terminated_on, a.terminated_on), a.zone,
        ARRAY(SELECT m.workspace_id FROM agreements_mapping m WHERE m.package_id = p.id ORDER BY 1),
        ARRAY(SELECT c.product_id FROM agreements_coverage c WHERE c.package_id = p.id ORDER BY 1),
        p.covers_every_product, e.rounding_step, e.request_cap
    FROM agreements_entitlement e
    JOIN agreements_package p ON p.id = e.package_id
    JOIN agreements_agreement a ON a.id = p.agreement_id
    JOIN agreements_service s ON s.id = e.service_id
    WHERE e.customer_id = ANY ({INSIDE}) AND s.kind IN ('reactive', 'advisory') ORDER BY e.id;
$$;
"""
# How many requests there are of each sort that is placed alike. Totals are told to whoever opens Customer activity.
COUNTED = f"""
CREATE FUNCTION support_placed_alike(chosen bigint[]) RETURNS TABLE (
    workspace_id bigint, kind text, request_class text, agreement_id bigint, package_id bigint, product_id bigint,
    requests bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.workspace_id, r.kind, r.request_class, r.agreement_id, r.package_id, r.product_id, count(*)
    FROM support_request r
    WHERE r.workspace_id = ANY (chosen) AND r.workspace_id = ANY ({WORKSPACES}) AND r.customer_id = ANY ({INSIDE})
        AND r.merged_into_id IS NULL AND r.status <> 'cancelled'
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6;
$$;
"""
# How many rows a drill-down of these entitlements has, those included that the reader may not see: requests that drew
# of them or are placed there (``placed``: sorts as above), and entries that are no request's. Stops at ``at_most``.
ROWS = f"""
CREATE FUNCTION support_count_rows(
    wanted bigint[], chosen bigint[], first_day date, last_day date, reference text, placed jsonb, at_most int
) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM (
        (SELECT r.id FROM support_request r JOIN support_booking b ON b.request_id = r.id
            JOIN ledger_entry e ON e.id = b.entry_id
        WHERE b.entitlement_id = ANY (wanted) AND e.workspace_id = ANY (chosen) AND e.workspace_id = ANY ({WORKSPACES})
            AND e.customer_id = ANY ({INSIDE})
            AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id)
            AND (first_day IS NULL OR e.occurred_on >= first_day) AND (last_day IS NULL OR e.occurred_on <= last_day)
            AND (reference = '' OR r.number = reference)
        UNION
        SELECT r.id FROM support_request r JOIN jsonb_to_recordset(placed) AS p (
            workspace_id bigint, kind text, request_class text, agreement_id bigint, package_id bigint,
            product_id bigint)
            ON p.workspace_id = r.workspace_id AND p.kind = r.kind AND p.request_class = r.request_class
                AND p.agreement_id IS NOT DISTINCT FROM r.agreement_id
                AND p.package_id IS NOT DISTINCT FROM r.package_id
                AND p.product_id IS NOT DISTINCT FROM r.product_id
        WHERE r.workspace_id = ANY (chosen) AND r.workspace_id = ANY ({WORKSPACES}) AND r.customer_id = ANY ({INSIDE})
            AND r.merged_into_id IS NULL AND r.status <> 'cancelled'
            AND (first_day IS NULL OR r.opened_at::date >= first_day)
            AND (last_day IS NULL OR r.opened_at::date <= last_day)
            AND (reference = '' OR r.number = reference)
        LIMIT at_most)
        UNION ALL
        (SELECT -e.id FROM ledger_entry e
        WHERE e.entitlement_id = ANY (wanted) AND e.workspace_id = ANY (chosen) AND e.workspace_id = ANY ({WORKSPACES})
            AND e.customer_id = ANY ({INSIDE})
            AND NOT EXISTS (SELECT FROM support_booking b WHERE b.entry_id = coalesce(e.reverses_id, e.id))
            AND (first_day IS NULL OR e.occurred_on >= first_day) AND (last_day IS NULL OR e.occurred_on <= last_day)
            AND (reference = '' OR e.external_id = reference)
        LIMIT at_most)
        LIMIT at_most
    ) counted;
$$;
"""
# A job begins without knowing any customer.
WAITING = """
CREATE FUNCTION support_customers_with_unbooked() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM support_work
    WHERE unbooked <> '' AND removed_at IS NULL;
$$;
"""
NAMES = ("support_offers", "support_placed_alike", "support_count_rows", "support_customers_with_unbooked")
FORWARD = "".join([OFFERS, COUNTED, ROWS, WAITING, *map(only_for_app, NAMES)])
REVERSE = "".join(f"DROP FUNCTION {name};" for name in reversed(NAMES))


class Migration(migrations.Migration):
    dependencies = [("support", "0006_time")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
