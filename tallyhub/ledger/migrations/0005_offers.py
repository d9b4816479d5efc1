"""What might pay: the entitlements of given kinds, those too that reach no workspace of the reader.

One that reaches nobody here still decides why nothing pays, so a definer function tells what of it decides.
"""

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, RunRoleSQL, only_for_app

OFFERS = f"""
CREATE FUNCTION ledger_offers(kinds text[]) RETURNS TABLE (
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
    WHERE e.customer_id = ANY ({INSIDE}) AND s.kind = ANY (kinds) ORDER BY e.id;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_customers_of_person"), ("agreements", "0010_terms_walls")]
    operations = [RunRoleSQL(OFFERS + only_for_app("ledger_offers"), "DROP FUNCTION ledger_offers(text[]);")]
