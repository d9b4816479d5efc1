"""In which customers an agreement names a person: who is named and never came is known by nothing else."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

FORWARD = """
CREATE FUNCTION agreements_customers_naming(the_person bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT customer_id FROM agreements_agreementcontact WHERE person_id = the_person;
$$;
""" + only_for_app("agreements_customers_naming")


class Migration(migrations.Migration):
    dependencies = [("agreements", "0007_contact_as_written")]
    operations = [RunRoleSQL(FORWARD, "DROP FUNCTION agreements_customers_naming;")]
