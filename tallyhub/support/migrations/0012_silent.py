"""Where a job finds resolved requests of which nobody speaks any more; and what might pay is told by the ledger now."""

import importlib

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

OFFERS = importlib.import_module("tallyhub.support.migrations.0007_time_lookups").OFFERS

SILENT = """
CREATE FUNCTION support_customers_with_silent(before timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM support_request
    WHERE status = 'resolved' AND resolved_at < before AND changed_at < before;
$$;
""" + only_for_app("support_customers_with_silent")

FORWARD = SILENT + "DROP FUNCTION support_offers();"
REVERSE = OFFERS + only_for_app("support_offers") + "DROP FUNCTION support_customers_with_silent;"


class Migration(migrations.Migration):
    dependencies = [("support", "0011_open_and_closed"), ("ledger", "0005_offers")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
