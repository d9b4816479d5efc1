"""Through whom a customer bought what it holds: one rule for service health, messages and technical support (R5.6)."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# In force on the day that it is where the agreement is.
_IN_FORCE = """
    {0}.term @> (instant AT TIME ZONE a.zone)::date
    AND ({0}.terminated_on IS NULL OR {0}.terminated_on >= (instant AT TIME ZONE a.zone)::date)"""
AGREED, PACKED = _IN_FORCE.format("a"), _IN_FORCE.format("p")
_RESOLD = f"""
    FROM agreements_agreement a JOIN organizations_organization o ON o.id = a.seller_id AND o.kind = 'partner'
    WHERE {AGREED}"""

# Helpers, for definer functions alone: what they answer is nobody's to ask.
HELPERS = f"""
CREATE FUNCTION agreements_channels(the_customers bigint[], instant timestamptz)
RETURNS TABLE (customer_id bigint, product_id bigint, seller_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT p.customer_id, d.id, a.seller_id
    FROM agreements_package p
    JOIN agreements_agreement a ON a.id = p.agreement_id
    JOIN agreements_product d ON p.covers_every_product OR EXISTS (
        SELECT FROM agreements_coverage v WHERE v.package_id = p.id AND v.product_id = d.id)
    WHERE p.customer_id = ANY (the_customers) AND {AGREED} AND {PACKED}
      AND EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id);
$$;
CREATE FUNCTION agreements_sold_by(the_sellers bigint[], instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT a.customer_id), '{{}}') {_RESOLD} AND a.seller_id = ANY (the_sellers);
$$;
CREATE FUNCTION agreements_partners_of(the_customers bigint[], instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT a.seller_id), '{{}}') {_RESOLD} AND a.customer_id = ANY (the_customers);
$$;
CREATE FUNCTION agreements_known(instant timestamptz) RETURNS bigint[]  -- inside, sold to; for the provider: everybody
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM organizations_organization o
                     WHERE o.kind = 'provider' AND o.id = ANY (tallyhub_organizations()))
        THEN ARRAY(SELECT o.id FROM organizations_organization o WHERE o.kind = 'customer')
        ELSE coalesce(tallyhub_inside(), '{{}}') || agreements_sold_by(tallyhub_organizations(), instant) END;
$$;
"""
NAMES = ("agreements_channels", "agreements_sold_by", "agreements_partners_of", "agreements_known")
# For the app: of the customers that the scope may know, by what it is inside and whom it acts for. A partner learns of
# what it sold itself alone, unless it works inside the customer.
FUNCTIONS = """
CREATE FUNCTION agreements_list_channels(wanted bigint[], instant timestamptz)
RETURNS TABLE (customer_id bigint, product_id bigint, seller_id bigint, is_partner boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.customer_id, h.product_id, h.seller_id, o.kind = 'partner'
    FROM agreements_channels(ARRAY(
        SELECT k FROM unnest(agreements_known(instant)) k WHERE wanted IS NULL OR k = ANY (wanted)), instant) h
    JOIN organizations_organization o ON o.id = h.seller_id
    WHERE h.customer_id = ANY (coalesce(tallyhub_inside(), '{}')) OR h.seller_id = ANY (tallyhub_organizations())
      OR EXISTS (SELECT FROM organizations_organization y
                 WHERE y.kind = 'provider' AND y.id = ANY (tallyhub_organizations()))
    ORDER BY 1, 2, 3;
$$;
CREATE FUNCTION agreements_buyers(instant timestamptz) RETURNS TABLE (customer_id bigint, code varchar, name varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id, o.code, o.name FROM organizations_organization o
    WHERE o.id = ANY (agreements_known(instant)) ORDER BY o.name, o.id;
$$;
"""
FOR_APP = ("agreements_list_channels", "agreements_buyers")
FORWARD = (
    HELPERS
    + "".join(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC;" for name in NAMES)
    + FUNCTIONS
    + "".join(map(only_for_app, FOR_APP))
)
REVERSE = "".join(f"DROP FUNCTION {name};" for name in (*FOR_APP, *reversed(NAMES)))


class Migration(migrations.Migration):
    dependencies = [("agreements", "0012_unit_runs"), ("organizations", "0011_staff")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
