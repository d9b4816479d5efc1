"""Who may read which organisation, workspace and grant; and the one look-up that comes before that is known."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    no_same_customer,
    no_wall,
    only_for_app,
    same_customer,
    wall,
)

ORGANIZATIONS = f"""
ALTER TABLE organizations_organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON organizations_organization FOR SELECT USING (
    kind <> 'customer'
    OR id = ANY ({CUSTOMERS})
    OR EXISTS (SELECT FROM organizations_workspace w
               WHERE w.customer_id = organizations_organization.id AND w.id = ANY ({WORKSPACES}))
    OR EXISTS (SELECT FROM organizations_accessgrant g  -- to switch there
               WHERE g.customer_id = organizations_organization.id AND g.person_id = {PERSON}));
CREATE POLICY writable ON organizations_organization FOR ALL
    USING (id = ANY ({CUSTOMERS}) OR (kind <> 'customer' AND {PERSON} IS NULL))
    WITH CHECK (id = ANY ({CUSTOMERS}) OR (kind <> 'customer' AND {PERSON} IS NULL));
"""

# Definer functions pass the wall, so each answers one narrow question and pins its search path.
SIGN_ON = """
CREATE FUNCTION organizations_sign_on(the_key text, instant timestamptz)
RETURNS TABLE (session_data text, person_id bigint, password varchar, name varchar, email varchar, language varchar,
               zone varchar, theme varchar, workspace_id bigint, customer_id bigint, customer_name varchar,
               grants jsonb, places jsonb, customer_count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH s AS (
        SELECT * FROM accounts_session WHERE session_key = the_key AND expire_date > instant
    ), p AS (
        SELECT p.* FROM s JOIN accounts_person p ON p.id = s.person_id AND p.is_active
    ), g AS (
        SELECT g.customer_id, g.workspace_id, g.role FROM p JOIN organizations_accessgrant g ON g.person_id = p.id
        WHERE g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
    ), c AS (  -- the one customer that is worked inside: the wished one, else the first by name
        SELECT o.id, o.name FROM organizations_organization o
        WHERE o.id IN (SELECT g.customer_id FROM g)
        ORDER BY o.id = (SELECT s.customer_id FROM s) DESC NULLS LAST, o.name, o.id LIMIT 1
    )
    SELECT s.session_data, p.id, p.password, p.name, p.email, p.language, p.zone, p.theme, s.workspace_id, c.id, c.name,
           (SELECT jsonb_agg(jsonb_build_array(g.workspace_id, g.role) ORDER BY g.workspace_id, g.role)
            FROM g WHERE g.customer_id = c.id),
           (SELECT jsonb_agg(jsonb_build_array(w.id, w.name) ORDER BY w.is_default DESC, w.name, w.id)
            FROM organizations_workspace w
            WHERE w.customer_id = c.id AND EXISTS (
                SELECT FROM g WHERE g.customer_id = c.id AND (g.workspace_id IS NULL OR g.workspace_id = w.id))),
           (SELECT count(DISTINCT g.customer_id) FROM g)
    FROM s LEFT JOIN p ON true LEFT JOIN c ON true;
END $$;
CREATE FUNCTION organizations_find_customers(codes text[])  -- an import must know which codes are taken
RETURNS TABLE (code varchar, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.code, o.id FROM organizations_organization o WHERE o.code = ANY (codes);
$$;
"""

FORWARD = (
    ORGANIZATIONS
    + wall("organizations_workspace", f"id = ANY ({WORKSPACES})")
    + wall("organizations_membership", f"workspace_id = ANY ({WORKSPACES}) OR person_id = {PERSON}")
    + wall("organizations_accessgrant", f"workspace_id = ANY ({WORKSPACES}) OR person_id = {PERSON}")
    + wall("organizations_personkey", f"customer_id = ANY ({CUSTOMERS})")
    + wall("organizations_proveddomain", f"customer_id = ANY ({CUSTOMERS})")
    + same_customer("organizations_membership", "workspace_id", "organizations_workspace")
    + same_customer("organizations_accessgrant", "workspace_id", "organizations_workspace")
    + SIGN_ON
    + only_for_app("organizations_sign_on")
    + only_for_app("organizations_find_customers")
)
REVERSE = """
DROP FUNCTION organizations_find_customers; DROP FUNCTION organizations_sign_on;
""" + "".join(
    [
        no_same_customer("organizations_accessgrant", "workspace_id"),
        no_same_customer("organizations_membership", "workspace_id"),
    ]
    + [
        no_wall(f"organizations_{name}")
        for name in ("proveddomain", "personkey", "accessgrant", "membership", "workspace", "organization")
    ]
)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial"), ("accounts", "0002_cache"), ("journal", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
