"""Who reads and writes what partners may escalate, once more, by the database; and how much of it is used."""

from django.db import migrations

from tallyhub.kernel.walls import ORGANIZATIONS, RunRoleSQL, only_for_app

MINE = f"(organization_id = ANY ({ORGANIZATIONS}) OR provider_id = ANY ({ORGANIZATIONS}))"
PROVIDER = f"""(provider_id = ANY ({ORGANIZATIONS}) AND EXISTS (
    SELECT FROM organizations_organization o WHERE o.id = provider_id AND o.kind = 'provider'))"""
FORWARD = f"""
ALTER TABLE helpdesk_allowance ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON helpdesk_allowance FOR SELECT USING ({MINE});
CREATE POLICY added ON helpdesk_allowance FOR INSERT WITH CHECK ({PROVIDER});
CREATE POLICY changed ON helpdesk_allowance FOR UPDATE USING ({PROVIDER}) WITH CHECK ({PROVIDER});
CREATE POLICY removed ON helpdesk_allowance FOR DELETE USING (false);
-- With what came to the provider in each, through the partner: for itself, and for the provider.
CREATE FUNCTION helpdesk_allowances(partners bigint[], zone text)
RETURNS TABLE (id bigint, organization_id bigint, starts_on date, ends_on date, included integer, used bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.organization_id, a.starts_on, a.ends_on, a.included, (
        SELECT count(*) FROM helpdesk_escalation e
        WHERE coalesce(e.via_id, e.organization_id) = a.organization_id AND e.provider_id = a.provider_id
          AND (e.submitted_at AT TIME ZONE zone)::date BETWEEN a.starts_on AND a.ends_on
          AND e.status <> 'withdrawn' AND e.category <> 'agreed')
    FROM helpdesk_allowance a
    WHERE a.organization_id = ANY (partners) AND a.withdrawn_at IS NULL
      AND (a.organization_id = ANY ({ORGANIZATIONS}) OR a.provider_id = ANY ({ORGANIZATIONS}))
    ORDER BY a.starts_on DESC, a.id DESC;
$$;
{only_for_app("helpdesk_allowances")}
"""
REVERSE = """
DROP FUNCTION helpdesk_allowances;
DROP POLICY readable ON helpdesk_allowance; DROP POLICY added ON helpdesk_allowance;
DROP POLICY changed ON helpdesk_allowance; DROP POLICY removed ON helpdesk_allowance;
ALTER TABLE helpdesk_allowance DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0012_allowance")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
