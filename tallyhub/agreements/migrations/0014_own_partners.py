"""From which partners the customers of the scope bought what is in force, whether or not it covers a product (R5.3)."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

FUNCTION = """
CREATE FUNCTION agreements_own_partners(instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agreements_partners_of(coalesce(tallyhub_inside(), '{}'), instant);
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0013_channels")]
    operations = [
        RunRoleSQL(FUNCTION + only_for_app("agreements_own_partners"), "DROP FUNCTION agreements_own_partners;")
    ]
