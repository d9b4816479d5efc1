"""In which customers something is booked for, or by, a person: for the export and the erasure of what is about them."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# Reads every entry: rare, and an index only for it would make each posting dearer.
FORWARD = """
CREATE FUNCTION ledger_customers_of(the_person bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT e.customer_id FROM ledger_entry e WHERE e.person_id = the_person OR e.recorded_by_id = the_person;
$$;
""" + only_for_app("ledger_customers_of")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_days_as_of")]
    operations = [RunRoleSQL(FORWARD, "DROP FUNCTION ledger_customers_of;")]
