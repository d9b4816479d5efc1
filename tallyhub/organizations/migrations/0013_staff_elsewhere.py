"""Whoever has left an organisation may work for another, which reads nothing of the first one."""

from django.db import migrations

from tallyhub.kernel.walls import ORGANIZATIONS, RunRoleSQL, only_for_app

# A row that has ended gives nothing to anybody. What belongs to it there, as a place in a security group, goes with it.
FORWARD = f"""
CREATE FUNCTION organizations_employed_elsewhere(people bigint[], instant timestamptz) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM organizations_staff s
    WHERE s.person_id = ANY (people) AND s.ends_at <= instant AND NOT (s.organization_id = ANY ({ORGANIZATIONS}));
    RETURN QUERY SELECT s.person_id FROM organizations_staff s
    WHERE s.person_id = ANY (people) AND NOT (s.organization_id = ANY ({ORGANIZATIONS}));
END $$;
""" + only_for_app("organizations_employed_elsewhere")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0012_delegated_roles")]
    operations = [RunRoleSQL(FORWARD, "DROP FUNCTION organizations_employed_elsewhere;")]
