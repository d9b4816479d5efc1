"""For the provider: from which partners each customer bought what is in force, whether or not it covers a product."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

RESOLD = import_module("tallyhub.agreements.migrations.0013_channels")._RESOLD
FUNCTION = f"""
CREATE FUNCTION agreements_list_partners(wanted bigint[], instant timestamptz)
RETURNS TABLE (customer_id bigint, seller_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT a.customer_id, a.seller_id {RESOLD}
      AND (wanted IS NULL OR a.customer_id = ANY (wanted))
      AND EXISTS (SELECT FROM organizations_organization y
                  WHERE y.kind = 'provider' AND y.id = ANY (tallyhub_organizations()));
$$;
""" + only_for_app("agreements_list_partners")


class Migration(migrations.Migration):
    dependencies = [("agreements", "0015_stood_in")]
    operations = [RunRoleSQL(FUNCTION, "DROP FUNCTION agreements_list_partners;")]
