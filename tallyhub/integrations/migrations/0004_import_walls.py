"""Files that are brought in, and saved mappings, are for whoever works inside the whole customer."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, RunRoleSQL, no_wall, only_for_app, wall

TABLES = ("integrations_import", "integrations_savedmapping")
# The hourly round asks whose files are too old before it enters a customer; ids only.
OLD = """
CREATE FUNCTION integrations_import_customers(oldest_file timestamptz, oldest timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT customer_id FROM integrations_import
    WHERE made_at < oldest OR (made_at < oldest_file AND file <> '') ORDER BY 1;
$$;
"""
FORWARD = (
    "".join(wall(table, f"customer_id = ANY ({CUSTOMERS})") for table in TABLES)
    + OLD
    + only_for_app("integrations_import_customers")
)
REVERSE = "DROP FUNCTION integrations_import_customers;" + "".join(no_wall(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_imports")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
