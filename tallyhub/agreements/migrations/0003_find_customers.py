"""The look-up that an import makes before its scope is known."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

FORWARD = """
CREATE FUNCTION agreements_find_customers(numbers text[]) RETURNS TABLE (customer_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT a.customer_id FROM agreements_agreement a WHERE a.number = ANY (numbers);
$$;
""" + only_for_app("agreements_find_customers")
REVERSE = "DROP FUNCTION agreements_find_customers;"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
