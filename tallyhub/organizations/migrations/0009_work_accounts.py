"""A personal account opens nothing where a workspace accepts work accounts only (R3.6, R7.2): one rule for sessions,
jobs and tokens."""

from importlib import import_module

from django.db import migrations, models

from tallyhub.kernel.walls import INSIDE, PERSON, WORKSPACES, RunRoleSQL, only_for_app

# ``vouched``: the customers whose own identity provider vouched for the person: of a session one at most, of a job or
# token, which has none, those who did at some time. ``bound_to``: the customer that opened the session. What its
# identity provider says must not open another customer, unless that customer's mail reaches the person anyway.
WORK = """
CREATE FUNCTION organizations_works_for(the_person bigint, vouched bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
    SELECT unnest(vouched)
    UNION ALL
    SELECT d.customer_id FROM accounts_person p
    JOIN organizations_proveddomain d ON d.domain = split_part(p.email_folded, '@', -1) AND d.proved_at IS NOT NULL
    WHERE p.id = the_person AND p.confirmed_at IS NOT NULL;
$$;
CREATE FUNCTION organizations_counting(the_person bigint, vouched bigint[], bound_to bigint, instant timestamptz)
RETURNS TABLE (customer_id bigint, workspace_id bigint, role varchar)
LANGUAGE sql STABLE AS $$
    SELECT g.customer_id, g.workspace_id, g.role FROM organizations_accessgrant g
    WHERE g.person_id = the_person AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
      AND NOT EXISTS (  -- an archived workspace is read by whoever has the customer in whole
          SELECT FROM organizations_workspace w WHERE w.id = g.workspace_id AND w.archived_at IS NOT NULL)
      AND CASE WHEN g.role IN ('csam', 'account_coordinator', 'engineer') THEN bound_to IS NULL
               ELSE (bound_to IS NULL OR bound_to = g.customer_id
                     OR bound_to IN (SELECT w FROM organizations_works_for(the_person, '{}') w))
                AND (g.customer_id IN (SELECT w FROM organizations_works_for(the_person, vouched) w)
                     OR NOT EXISTS (
                         SELECT FROM organizations_workspace w
                         WHERE w.customer_id = g.customer_id AND w.refuses_personal
                           AND (w.id = g.workspace_id OR g.workspace_id IS NULL AND w.archived_at IS NULL)))
          END;
$$;
REVOKE ALL ON FUNCTION organizations_counting FROM PUBLIC;
REVOKE ALL ON FUNCTION organizations_works_for FROM PUBLIC;
"""
VOUCHED_EVER = "ARRAY(SELECT a.customer_id FROM organizations_workaccount a WHERE a.person_id = {person})"

PERSON_IN = """
DROP FUNCTION organizations_person_in(bigint, bigint, timestamptz);
CREATE FUNCTION organizations_person_in(the_person bigint, wished_customer bigint, vouched bigint[], bound_to bigint,
                                        instant timestamptz)
RETURNS TABLE (customer_id bigint, customer_name varchar, grants jsonb, places jsonb, customer_count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH g AS MATERIALIZED (
        SELECT * FROM organizations_counting(the_person, vouched, bound_to, instant)
    ), c AS (  -- the one customer that is worked inside: the wished one, else the first by name
        SELECT o.id, o.name FROM organizations_organization o
        WHERE o.id IN (SELECT g.customer_id FROM g)
        ORDER BY o.id = wished_customer DESC NULLS LAST, o.name, o.id LIMIT 1
    )
    SELECT c.id, c.name,
           (SELECT jsonb_agg(jsonb_build_array(g.workspace_id, g.role) ORDER BY g.workspace_id, g.role)
            FROM g WHERE g.customer_id = c.id),
           (SELECT jsonb_agg(jsonb_build_array(w.id, w.name)
                             ORDER BY w.archived_at IS NOT NULL, w.is_default DESC, w.name, w.id)
            FROM organizations_workspace w
            WHERE w.customer_id = c.id AND EXISTS (
                SELECT FROM g WHERE g.customer_id = c.id AND (g.workspace_id IS NULL OR g.workspace_id = w.id))),
           (SELECT count(DISTINCT g.customer_id) FROM g)
    FROM c;
END $$;
REVOKE ALL ON FUNCTION organizations_person_in FROM PUBLIC;
"""
_BEFORE = import_module("tallyhub.organizations.migrations.0003_person_in")
_TOKEN = import_module("tallyhub.organizations.migrations.0006_use_token").FORWARD.partition("REVOKE")[0]
_OLD = "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
SIGN_ON, USE_TOKEN = _BEFORE.SIGN_ON.replace(*_OLD), _TOKEN.replace(*_OLD)  # sign-on replaced another there already


def _asked(sql: str, before: str, after: str) -> str:
    if sql.count(before) != 1:
        raise ValueError(f"{before!r} is not there once")
    return sql.replace(before, after)


def _callers() -> str:
    """Those three functions as they were, and what they ask now."""
    sql = _asked(
        SIGN_ON,
        "organizations_person_in(p.id, s.customer_id, instant)",
        "organizations_person_in(p.id, s.customer_id, array_remove(ARRAY[s.vouched_by_id], NULL),\n"
        "                                                   s.vouched_by_id, instant)",
    )
    ever = VOUCHED_EVER.format(person="p.id")
    sql = _asked(
        sql,
        "organizations_person_in(p.id, the_customer, instant)",
        f"organizations_person_in(p.id, the_customer, {ever}, NULL, instant)",
    )
    return sql + _asked(
        USE_TOKEN,
        "organizations_person_in(p.id, t.customer_id, instant)",
        f"organizations_person_in(p.id, t.customer_id, {ever}, NULL, instant)",
    )


# Which customers the session opens, for its own person, and whether it must not reach what others know of them; which
# of these people have a personal account there; and which roles count in a workspace that is in scope.
QUESTIONS = f"""
CREATE FUNCTION organizations_open(vouched_by bigint, instant timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT c.customer_id
    FROM organizations_counting({PERSON}, array_remove(ARRAY[vouched_by], NULL), vouched_by, instant) c;
$$;
CREATE FUNCTION organizations_is_bound(vouched_by bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT vouched_by IS NOT NULL
       AND vouched_by NOT IN (SELECT w FROM organizations_works_for({PERSON}, '{{}}') w)
       AND EXISTS (SELECT FROM organizations_customers_of({PERSON}) c WHERE c <> vouched_by);
$$;
CREATE FUNCTION organizations_personal(the_customer bigint, people bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id FROM unnest(people) AS p (id)
    WHERE the_customer = ANY ({INSIDE}) AND the_customer NOT IN (
        SELECT w FROM organizations_works_for(p.id, {VOUCHED_EVER.format(person="p.id")}) w);
$$;
CREATE FUNCTION organizations_counted_in(the_workspace bigint, instant timestamptz)
RETURNS TABLE (person_id bigint, workspace_id bigint, role varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, c.workspace_id, c.role
    FROM organizations_workspace w
    JOIN LATERAL (
        SELECT DISTINCT g.person_id AS id FROM organizations_accessgrant g
        WHERE g.customer_id = w.customer_id AND (g.workspace_id = w.id OR g.workspace_id IS NULL)) p ON true
    JOIN LATERAL organizations_counting(p.id, {VOUCHED_EVER.format(person="p.id")}, NULL, instant) c
      ON c.customer_id = w.customer_id AND (c.workspace_id = w.id OR c.workspace_id IS NULL)
    WHERE w.id = the_workspace AND w.id = ANY ({WORKSPACES});
$$;
"""
# As before, and inside the scope: whoever is refused in a workspace has it in no scope, so they administer it no more.
_MANAGED = (
    import_module("tallyhub.organizations.migrations.0008_managed_walls")
    .LOOK_UPS.partition("CREATE FUNCTION organizations_served")[0]
    .replace(*_OLD)
)
MANAGED = _asked(_MANAGED, "WHERE EXISTS (", f"WHERE w.id = ANY ({WORKSPACES}) AND EXISTS (")

FORWARD = (
    WORK
    + PERSON_IN
    + _callers()
    + QUESTIONS
    + only_for_app("organizations_open")
    + only_for_app("organizations_is_bound")
    + only_for_app("organizations_personal")
    + only_for_app("organizations_counted_in")
    + MANAGED
)
REVERSE = (
    _MANAGED
    + """
DROP FUNCTION organizations_counted_in; DROP FUNCTION organizations_personal; DROP FUNCTION organizations_is_bound;
DROP FUNCTION organizations_open;
DROP FUNCTION organizations_person_in(bigint, bigint, bigint[], bigint, timestamptz);
DROP FUNCTION organizations_counting; DROP FUNCTION organizations_works_for;
"""
    + _BEFORE.PERSON_IN
    + "REVOKE ALL ON FUNCTION organizations_person_in FROM PUBLIC;"
    + SIGN_ON
    + USE_TOKEN
)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0008_managed_walls"), ("accounts", "0005_confirmed_and_vouched")]
    operations = [
        RunRoleSQL(FORWARD, REVERSE),
        migrations.AddIndex(  # sign-on asks, for each grant in a whole customer, whether any workspace refuses
            "workspace",
            models.Index(
                fields=["customer"], condition=models.Q(refuses_personal=True), name="workspace_refusing_personal"
            ),
        ),
    ]
