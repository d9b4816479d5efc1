"""For whom somebody works, to a job that does in their name what they asked for by mail: no session says it then."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

FORWARD = """
CREATE FUNCTION organizations_at_work(the_person bigint, instant timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT organizations_staff_of(p.id, NULL, instant) FROM accounts_person p WHERE p.id = the_person AND p.is_active;
$$;
""" + only_for_app("organizations_at_work")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0013_staff_elsewhere")]
    operations = [RunRoleSQL(FORWARD, "DROP FUNCTION organizations_at_work;")]
