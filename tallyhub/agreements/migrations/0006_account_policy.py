"""Which workspaces refuse personal accounts, as one rule (R3.6): for what settles it, shows it and checks it."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# The agreements mapped to a workspace that have not ended, in their own zones, decide; where all have, those that ended
# last, so that an end by itself changes nothing. Of several the strictest. Nothing mapped yet: work accounts only.
POLICY = """
CREATE FUNCTION agreements_account_policy(the_customers bigint[], instant timestamptz)
RETURNS TABLE (customer_id bigint, workspace_id bigint, refuses boolean, decided_by bigint[])
LANGUAGE sql STABLE AS $$
    WITH mapped AS (
        SELECT DISTINCT m.workspace_id, a.id, a.plan,
               (least(upper(a.term) - 1, a.terminated_on) + 1)::timestamp AT TIME ZONE a.zone AS over_at
        FROM agreements_mapping m
        JOIN agreements_package p ON p.id = m.package_id
        JOIN agreements_agreement a ON a.id = p.agreement_id
        WHERE m.customer_id = ANY (the_customers)
    ), deciding AS (
        SELECT mapped.*, rank() OVER (
            PARTITION BY mapped.workspace_id
            ORDER BY CASE WHEN over_at > instant THEN 'infinity' ELSE over_at END DESC) AS place
        FROM mapped
    )
    SELECT w.customer_id, w.id, NOT w.allows_personal AND coalesce(bool_or(d.plan = 'unified'), true),
           coalesce(array_agg(d.id ORDER BY (d.plan = 'unified') DESC, d.id) FILTER (WHERE d.id IS NOT NULL), '{}')
    FROM organizations_workspace w
    LEFT JOIN deciding d ON d.workspace_id = w.id AND d.place = 1
    WHERE w.customer_id = ANY (the_customers)
    GROUP BY w.id;
$$;
CREATE FUNCTION agreements_unsettled(instant timestamptz) RETURNS TABLE (customer_id bigint, workspaces bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.customer_id, count(*) FROM organizations_workspace w
    JOIN agreements_account_policy(
        ARRAY(SELECT o.id FROM organizations_organization o WHERE o.kind = 'customer'), instant) p
      ON p.workspace_id = w.id AND p.refuses <> w.refuses_personal
    GROUP BY w.customer_id;
$$;
"""
FORWARD = POLICY + only_for_app("agreements_account_policy") + only_for_app("agreements_unsettled")
REVERSE = "DROP FUNCTION agreements_unsettled; DROP FUNCTION agreements_account_policy;"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_contact_walls"), ("organizations", "0009_work_accounts")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
