"""Who reads what assessments found, once more, by the database: administrators of the workspace, and staff.

Whoever else opens Customer activity is told numbers, by definer functions that tell nothing else.
"""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    INSIDE,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    append_only,
    no_same_customer,
    only_for_app,
    same_customer,
)

# The hub itself, or a token of the customer's own: nobody's name, inside customers in whole.
HUB = f"({PERSON} IS NULL AND customer_id = ANY ({CUSTOMERS}))"
HERE = f"workspace_id = ANY ({WORKSPACES}) AND customer_id = ANY ({INSIDE})"
SEEN = f"{HUB} OR {HERE} AND workspace_id = ANY ((SELECT assessments_seen())::bigint[])"
RUN_IN = f"{HUB} OR {HERE} AND workspace_id = ANY ((SELECT assessments_run_in())::bigint[])"


def _held(name: str, roles: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT w.id), '{{}}') FROM organizations_accessgrant g
    JOIN organizations_workspace w
      ON w.customer_id = g.customer_id AND (g.workspace_id IS NULL OR g.workspace_id = w.id)
    WHERE g.person_id = {PERSON} AND g.customer_id = ANY ({INSIDE}) AND g.role IN ({roles})
      AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now());
$$;
"""


_RUNNERS = "'customer_administrator', 'workspace_administrator', 'csam', 'account_coordinator'"
# How many set-ups count now, by entitlement of which the reader sees a tile: in the agreement, and here.
COUNTED = f"""
CREATE FUNCTION assessments_count_setups(chosen bigint[], instant timestamptz)
RETURNS TABLE (entitlement_id bigint, everywhere bigint, here bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.entitlement_id, count(*),
        count(*) FILTER (WHERE s.workspace_id = ANY (chosen) AND s.workspace_id = ANY ({WORKSPACES}))
    FROM assessments_setup s
    JOIN agreements_entitlement e ON e.id = s.entitlement_id
    JOIN agreements_package p ON p.id = e.package_id
    JOIN agreements_agreement a ON a.id = p.agreement_id
    WHERE s.customer_id = ANY ({INSIDE}) AND s.configured_on <= (instant AT TIME ZONE a.zone)::date
      AND (s.ended_on IS NULL OR s.ended_on > (instant AT TIME ZONE a.zone)::date)
      AND EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id AND m.workspace_id = ANY ({WORKSPACES}))
    GROUP BY 1;
$$;
"""
# Of the drill-down of these entitlements, in the chosen workspaces: set-ups, those that are active, and runs.
STATES = f"""
CREATE FUNCTION assessments_count_states(wanted bigint[], chosen bigint[])
RETURNS TABLE (set_ups bigint, active bigint, runs bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT s.id, s.ended_on FROM assessments_setup s
        WHERE s.customer_id = ANY ({INSIDE}) AND s.workspace_id = ANY (chosen) AND s.workspace_id = ANY ({WORKSPACES})
          AND (s.entitlement_id = ANY (wanted) OR EXISTS (SELECT FROM assessments_run r
               WHERE r.set_up_id = s.id AND r.entitlement_id = ANY (wanted) AND r.withdrawn_at IS NULL))
    )
    SELECT count(*), count(*) FILTER (WHERE ended_on IS NULL),
        (SELECT count(*) FROM assessments_run r WHERE r.withdrawn_at IS NULL AND r.set_up_id IN (SELECT id FROM mine))
    FROM mine;
$$;
"""
# How many rows such a drill-down has for all readers together; stops at ``at_most``.
ROWS = f"""
CREATE FUNCTION assessments_count_rows(
    wanted bigint[], chosen bigint[], first_day date, last_day date, reference text, at_most int
) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM (
        (SELECT s.id FROM assessments_setup s
        WHERE s.customer_id = ANY ({INSIDE}) AND s.workspace_id = ANY (chosen) AND s.workspace_id = ANY ({WORKSPACES})
          AND (reference = '' OR s.id::text = reference)
          AND (s.entitlement_id = ANY (wanted)
                AND (first_day IS NULL OR s.configured_on >= first_day)
                AND (last_day IS NULL OR s.configured_on <= last_day)
            OR EXISTS (SELECT FROM assessments_run r JOIN ledger_entry e ON e.id = r.entry_id
                WHERE r.set_up_id = s.id AND r.entitlement_id = ANY (wanted)
                  AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id)
                  AND (first_day IS NULL OR e.occurred_on >= first_day)
                  AND (last_day IS NULL OR e.occurred_on <= last_day)))
        LIMIT at_most)
        UNION ALL
        (SELECT -e.id FROM ledger_entry e
        WHERE e.entitlement_id = ANY (wanted) AND e.workspace_id = ANY (chosen) AND e.workspace_id = ANY ({WORKSPACES})
          AND e.customer_id = ANY ({INSIDE})
          AND NOT EXISTS (SELECT FROM assessments_run r WHERE r.entry_id = coalesce(e.reverses_id, e.id))
          AND (first_day IS NULL OR e.occurred_on >= first_day) AND (last_day IS NULL OR e.occurred_on <= last_day)
          AND (reference = '' OR e.external_id = reference)
        LIMIT at_most)
        LIMIT at_most
    ) counted;
$$;
"""
# Jobs begin without knowing any customer.
WAITING = """
CREATE FUNCTION assessments_customers_unsettled(instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM (
        SELECT customer_id FROM assessments_run WHERE unbooked <> '' AND withdrawn_at IS NULL
        UNION ALL
        SELECT s.customer_id FROM assessments_setup s
        LEFT JOIN agreements_entitlement e ON e.id = s.entitlement_id
        LEFT JOIN agreements_package p ON p.id = e.package_id
        LEFT JOIN agreements_agreement a ON a.id = p.agreement_id
        WHERE s.ended_on IS NULL AND (s.entitlement_id IS NULL OR (instant AT TIME ZONE a.zone)::date >
            least(upper(p.term) - 1, upper(a.term) - 1, p.terminated_on, a.terminated_on))
    ) found;
$$;
CREATE FUNCTION assessments_customers_with_objects(before timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM assessments_run
    WHERE collected_at < before AND objects_cleared_at IS NULL;
$$;
CREATE FUNCTION assessments_customers_with_intakes(before timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM assessments_intake
    WHERE at < before OR file <> '' AND stage IN ('done', 'failed');
$$;
"""
NAMES = (
    "assessments_seen",
    "assessments_run_in",
    "assessments_count_setups",
    "assessments_count_states",
    "assessments_count_rows",
    "assessments_customers_unsettled",
    "assessments_customers_with_objects",
    "assessments_customers_with_intakes",
)

OF_RUN = ("assessments_prerequisite", "assessments_finding")
TABLES = ("assessments_setup", "assessments_run", *OF_RUN, "assessments_affectedobject", "assessments_answerdraft",
          "assessments_intake")  # fmt: skip
CATALOGUE = ("assessments_definition", "assessments_version", "assessments_check")
KEYS = (
    ("assessments_setup", "workspace_id", "organizations_workspace"),
    ("assessments_setup", "entitlement_id", "agreements_entitlement"),
    ("assessments_run", "entitlement_id", "agreements_entitlement"),
    ("assessments_run", "entry_id", "ledger_entry"),
)
PARTS = (
    ("assessments_run", "set_up_id", "assessments_setup"),
    ("assessments_answerdraft", "set_up_id", "assessments_setup"),
    ("assessments_intake", "set_up_id", "assessments_setup"),
    ("assessments_intake", "run_id", "assessments_run"),
    *((table, "run_id", "assessments_run") for table in OF_RUN),
    ("assessments_affectedobject", "finding_id", "assessments_finding"),
)
ACTS = ("readable", "added", "changed", "removed")


def _wall(table: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({SEEN});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({RUN_IN});
CREATE POLICY changed ON {table} FOR UPDATE USING ({RUN_IN}) WITH CHECK ({RUN_IN});
CREATE POLICY removed ON {table} FOR DELETE USING ({RUN_IN});
"""


def _part(table: str, column: str, target: str) -> str:
    """What belongs to something lies in its workspace."""
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_workspace
    FOREIGN KEY (customer_id, workspace_id, {column}) REFERENCES {target} (customer_id, workspace_id, id);
"""


FORWARD = "".join(
    [
        _held("assessments_seen", f"{_RUNNERS}, 'engineer'"),
        _held("assessments_run_in", _RUNNERS),
        COUNTED,
        STATES,
        ROWS,
        WAITING,
        *map(only_for_app, NAMES),
        *map(_wall, TABLES),
        *map(append_only, CATALOGUE),
        *(same_customer(*key) for key in KEYS),
        *(_part(*part) for part in PARTS),
    ]
)
REVERSE = "".join(
    [
        *(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_workspace;" for table, column, _ in PARTS),
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(
            "".join(f"DROP POLICY {act} ON {table};" for act in ACTS)
            + f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
            for table in TABLES
        ),
        *(f"DROP FUNCTION {name};" for name in reversed(NAMES)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial"), ("ledger", "0005_offers"), ("organizations", "0008_managed_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
