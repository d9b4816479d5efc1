"""From which partners the customers of the scope bought what is in force, whether or not it covers a product (R5.3);
and by which agreements, for either side.
"""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, ORGANIZATIONS, RunRoleSQL, only_for_app

AGREED = import_module("tallyhub.agreements.migrations.0013_channels").AGREED
FUNCTIONS = f"""
CREATE FUNCTION agreements_own_partners(instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agreements_partners_of(coalesce(tallyhub_inside(), '{{}}'), instant);
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
NAMES = ("agreements_own_partners", "agreements_sold")


class Migration(migrations.Migration):
    dependencies = [("agreements", "0013_channels")]
    operations = [
        RunRoleSQL(
            FUNCTIONS + "".join(map(only_for_app, NAMES)), "".join(f"DROP FUNCTION {name};" for name in reversed(NAMES))
        )
    ]
