"""What a person may do inside a customer, as one rule for sessions, tokens and jobs."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

PERSON_IN = """
CREATE FUNCTION organizations_person_in(the_person bigint, wished_customer bigint, instant timestamptz)
RETURNS TABLE (customer_id bigint, customer_name varchar, grants jsonb, places jsonb, customer_count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH g AS (
        SELECT g.customer_id, g.workspace_id, g.role FROM organizations_accessgrant g
        WHERE g.person_id = the_person AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
    ), c AS (  -- the one customer that is worked inside: the wished one, else the first by name
        SELECT o.id, o.name FROM organizations_organization o
        WHERE o.id IN (SELECT g.customer_id FROM g)
        ORDER BY o.id = wished_customer DESC NULLS LAST, o.name, o.id LIMIT 1
    )
    SELECT c.id, c.name,
           (SELECT jsonb_agg(jsonb_build_array(g.workspace_id, g.role) ORDER BY g.workspace_id, g.role)
            FROM g WHERE g.customer_id = c.id),
           (SELECT jsonb_agg(jsonb_build_array(w.id, w.name) ORDER BY w.is_default DESC, w.name, w.id)
            FROM organizations_workspace w
            WHERE w.customer_id = c.id AND EXISTS (
                SELECT FROM g WHERE g.customer_id = c.id AND (g.workspace_id IS NULL OR g.workspace_id = w.id))),
           (SELECT count(DISTINCT g.customer_id) FROM g)
    FROM c;
END $$;
"""

SIGN_ON = """
CREATE OR REPLACE FUNCTION organizations_sign_on(the_key text, instant timestamptz)
RETURNS TABLE (session_data text, person_id bigint, password varchar, name varchar, email varchar, language varchar,
               zone varchar, theme varchar, workspace_id bigint, customer_id bigint, customer_name varchar,
               grants jsonb, places jsonb, customer_count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.session_data, p.id, p.password, p.name, p.email, p.language, p.zone, p.theme, s.workspace_id,
           i.customer_id, i.customer_name, i.grants, i.places, i.customer_count
    FROM accounts_session s
    LEFT JOIN accounts_person p ON p.id = s.person_id AND p.is_active
    LEFT JOIN LATERAL organizations_person_in(p.id, s.customer_id, instant) i ON true
    WHERE s.session_key = the_key AND s.expire_date > instant;
END $$;
CREATE FUNCTION organizations_act_for(the_person bigint, the_customer bigint, instant timestamptz)
RETURNS TABLE (person_id bigint, password varchar, name varchar, email varchar, language varchar,
               zone varchar, theme varchar, customer_id bigint, customer_name varchar,
               grants jsonb, places jsonb, customer_count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.password, p.name, p.email, p.language, p.zone, p.theme,
           i.customer_id, i.customer_name, i.grants, i.places, i.customer_count
    FROM accounts_person p
    CROSS JOIN LATERAL organizations_person_in(p.id, the_customer, instant) i
    WHERE p.id = the_person AND p.is_active AND i.customer_id = the_customer;
$$;
"""
_BEFORE = import_module("tallyhub.organizations.migrations.0002_walls").SIGN_ON.partition(
    "CREATE FUNCTION organizations_find_customers"
)[0]

FORWARD = (
    PERSON_IN
    + SIGN_ON
    + "REVOKE ALL ON FUNCTION organizations_person_in FROM PUBLIC;"
    + only_for_app("organizations_act_for")
)
REVERSE = (
    "DROP FUNCTION organizations_act_for;"
    + _BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + "DROP FUNCTION organizations_person_in;"
)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
