"""Who administers a workspace writes who belongs to it; what a person administers and serves, the database looks up."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    PERSON,
    RunRoleSQL,
    managed_wall,
    no_managed_wall,
    no_wall,
    only_for_app,
    wall,
)

# No setting can claim these, and no policy could read them: the policies of grants would ask themselves.
LOOK_UPS = f"""
CREATE FUNCTION organizations_managed() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(w.id), '{{}}') FROM organizations_workspace w
    WHERE EXISTS (
        SELECT FROM organizations_accessgrant g
        WHERE g.person_id = {PERSON} AND g.customer_id = w.customer_id
          AND (g.role = 'customer_administrator' AND g.workspace_id IS NULL
               OR g.role = 'workspace_administrator' AND g.workspace_id = w.id)
          AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
$$;
CREATE FUNCTION organizations_served() RETURNS bigint[]  -- the customers whose account team the person is in
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT g.customer_id), '{{}}') FROM organizations_accessgrant g
    WHERE g.person_id = {PERSON} AND g.workspace_id IS NULL AND g.role IN ('csam', 'account_coordinator')
      AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now());
$$;
"""
MANAGED_TABLES = ("organizations_membership", "organizations_accessgrant")

FORWARD = (
    LOOK_UPS
    + only_for_app("organizations_managed")
    + only_for_app("organizations_served")
    + "".join(map(managed_wall, MANAGED_TABLES))
    + wall("organizations_workaccount", f"customer_id = ANY ({CUSTOMERS}) OR person_id = {PERSON}")
)
REVERSE = (
    no_wall("organizations_workaccount")
    + "".join(map(no_managed_wall, MANAGED_TABLES))
    + "DROP FUNCTION organizations_served; DROP FUNCTION organizations_managed;"
)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0007_account_policy")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
