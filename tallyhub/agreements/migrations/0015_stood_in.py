"""For which partners the provider itself stands in: of none, as long as nobody above says so (``partners`` does)."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

NONE = """
CREATE OR REPLACE FUNCTION agreements_stood_in(instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT '{}'::bigint[] $$;
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0014_own_partners")]
    operations = [RunRoleSQL(NONE + only_for_app("agreements_stood_in"), "DROP FUNCTION agreements_stood_in;")]
