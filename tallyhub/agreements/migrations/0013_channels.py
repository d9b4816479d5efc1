"""Who sold what: the one rule of the purchase channel, for whoever works inside the customer and for its sellers."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, INSIDE, ORGANIZATIONS, RunRoleSQL, only_for_app

# In force on the day that it is where the agreement is.
_IN_FORCE = """
    {0}.term @> (instant AT TIME ZONE a.zone)::date
    AND ({0}.terminated_on IS NULL OR {0}.terminated_on >= (instant AT TIME ZONE a.zone)::date)"""
AGREED, PACKED = _IN_FORCE.format("a"), _IN_FORCE.format("p")

# For other definer functions: what they answer is nobody's to ask.
HELPERS = f"""
CREATE FUNCTION agreements_channels_of(the_customers bigint[], instant timestamptz)
RETURNS TABLE (customer_id bigint, product_id bigint, seller_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT p.customer_id, d.id, a.seller_id
    FROM agreements_package p
    JOIN agreements_agreement a ON a.id = p.agreement_id
    JOIN agreements_product d ON p.covers_every_product OR EXISTS (
        SELECT FROM agreements_coverage v WHERE v.package_id = p.id AND v.product_id = d.id)
    WHERE p.customer_id = ANY (the_customers) AND {AGREED} AND {PACKED};
$$;
CREATE FUNCTION agreements_sold_by(the_sellers bigint[], instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT a.customer_id), '{{}}') FROM agreements_agreement a
    JOIN organizations_organization o ON o.id = a.seller_id AND o.kind = 'partner'
    WHERE a.seller_id = ANY (the_sellers) AND {AGREED};
$$;
REVOKE ALL ON FUNCTION agreements_channels_of FROM PUBLIC;
REVOKE ALL ON FUNCTION agreements_sold_by FROM PUBLIC;
"""
# Inside a customer all of its channels; a partner reads what it sold itself, and of nobody else's.
CHANNELS = f"""
CREATE FUNCTION agreements_channels(instant timestamptz)
RETURNS TABLE (customer_id bigint, product_id bigint, seller_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM agreements_channels_of(coalesce({INSIDE}, '{{}}'), instant)
    UNION
    SELECT c.* FROM agreements_channels_of(agreements_sold_by({ORGANIZATIONS}, instant), instant) c
    WHERE c.seller_id = ANY ({ORGANIZATIONS})
    ORDER BY 1, 2, 3;
$$;
CREATE FUNCTION agreements_sold(the_customer bigint, the_seller bigint, instant timestamptz)
RETURNS TABLE (number varchar, name varchar, ends_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.number, a.name, least(upper(a.term) - 1, a.terminated_on) FROM agreements_agreement a
    WHERE a.customer_id = the_customer AND a.seller_id = the_seller AND {AGREED}
      AND (a.seller_id = ANY ({ORGANIZATIONS}) OR a.customer_id = ANY ({CUSTOMERS}))
    ORDER BY a.number;
$$;
"""
FORWARD = HELPERS + CHANNELS + only_for_app("agreements_channels") + only_for_app("agreements_sold")
REVERSE = """
DROP FUNCTION agreements_sold; DROP FUNCTION agreements_channels;
DROP FUNCTION agreements_sold_by; DROP FUNCTION agreements_channels_of;
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0012_unit_runs"), ("organizations", "0011_staff")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
