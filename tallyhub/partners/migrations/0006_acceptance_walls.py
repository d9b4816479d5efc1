"""Who reads which acceptance; and what a customer may read of a partner before it accepts it."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, INSIDE, ORGANIZATIONS, RunRoleSQL, append_only, only_for_app

WALL = f"""
ALTER TABLE partners_planacceptance ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON partners_planacceptance FOR SELECT
    USING (organization_id = ANY ({ORGANIZATIONS}) OR customer_id = ANY ({INSIDE}));
CREATE POLICY added ON partners_planacceptance FOR INSERT WITH CHECK (customer_id = ANY ({CUSTOMERS}));
ALTER TABLE partners_planacceptance ADD CONSTRAINT partners_planacceptance_version_of_partner
    FOREIGN KEY (organization_id, number) REFERENCES partners_supportplan (organization_id, number);
"""
NO_WALL = """
ALTER TABLE partners_planacceptance DROP CONSTRAINT partners_planacceptance_version_of_partner;
DROP POLICY added ON partners_planacceptance; DROP POLICY readable ON partners_planacceptance;
ALTER TABLE partners_planacceptance DISABLE ROW LEVEL SECURITY;
"""
# For whoever decides for a customer and holds a link: what the partner that sent it has published.
FUNCTIONS = f"""
CREATE FUNCTION partners_asked_plans(the_resale bigint) RETURNS SETOF partners_supportplan
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.* FROM partners_supportplan p JOIN partners_resale r ON r.organization_id = p.organization_id
    WHERE r.id = the_resale AND r.ended_at IS NULL AND p.number IS NOT NULL
      AND cardinality(coalesce({CUSTOMERS}, '{{}}')) > 0
    ORDER BY p.number DESC;
$$;
CREATE FUNCTION partners_asked_profile(the_resale bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM partners_supportprofile p JOIN partners_resale r USING (organization_id)
                   WHERE r.id = the_resale AND cardinality(coalesce({CUSTOMERS}, '{{}}')) > 0);
$$;
"""
FOR_APP = ("partners_asked_plans", "partners_asked_profile")
FORWARD = WALL + append_only("partners_planacceptance") + FUNCTIONS + "".join(map(only_for_app, FOR_APP))
REVERSE = "".join(f"DROP FUNCTION {name};" for name in FOR_APP) + NO_WALL


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_plan_acceptance")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
