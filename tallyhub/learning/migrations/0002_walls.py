"""Who reads what of whose learning, once more, by the database (R2.2): everybody their own, learning managers that of
their workspaces. The hub alone writes records; others learn numbers only, from definer functions.
"""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    INSIDE,
    MANAGED,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    no_same_customer,
    only_for_app,
    same_customer,
)

# The hub itself: nobody's name, inside customers in whole.
HUB = f"({PERSON} IS NULL AND customer_id = ANY ({CUSTOMERS}))"
OWN = f"person_id = {PERSON} AND customer_id = ANY ({INSIDE})"
FOLLOWED = f"workspace_id = ANY ({WORKSPACES}) AND workspace_id = ANY ((SELECT learning_managed())::bigint[])"
SEEN = f"{HUB} OR {OWN} OR {FOLLOWED}"
# What is erased with the person goes by their own hand (privacy.steps), in every customer that they know in whole.
ERASED = f"{HUB} OR person_id = {PERSON} AND customer_id = ANY ({CUSTOMERS})"
ADMINISTERED = f"workspace_id = ANY ({MANAGED}) AND customer_id = ANY ({INSIDE})"

MANAGERS = f"""
CREATE FUNCTION learning_managed() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT w.id), '{{}}') FROM organizations_accessgrant g
    JOIN organizations_workspace w
      ON w.customer_id = g.customer_id AND (g.workspace_id IS NULL OR g.workspace_id = w.id)
    WHERE g.person_id = {PERSON} AND g.role = 'learning_manager' AND g.customer_id = ANY ({INSIDE})
      AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now());
$$;
"""
# Numbers about what others learn, for whoever may read the workspaces' totals. Ids of people stay inside.
_CHOSEN = f"""e.entitlement_id = ANY (wanted) AND e.workspace_id = ANY (chosen) AND e.workspace_id = ANY ({WORKSPACES})
        AND e.customer_id = ANY ({INSIDE})"""
COUNTS = f"""
CREATE FUNCTION learning_counts(wanted bigint[], chosen bigint[]) RETURNS TABLE (
    started bigint, completed bigint, learners bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(e.real_amount), 0)::bigint, count(r.completed_on), count(DISTINCT e.person_id)
    FROM ledger_entry e LEFT JOIN learning_record r ON r.entry_id = e.id
    WHERE {_CHOSEN} AND e.reverses_id IS NULL
        AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id);
$$;
"""
# Rows of a drill-down: records, and entries that are no record's. What was booked here and taken back is none.
ROWS = f"""
CREATE FUNCTION learning_count_rows(
    wanted bigint[], chosen bigint[], first_day date, last_day date, reference text, at_most int
) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM (
        SELECT FROM ledger_entry e LEFT JOIN learning_record r ON r.entry_id = coalesce(e.reverses_id, e.id)
        WHERE {_CHOSEN} AND (first_day IS NULL OR e.occurred_on >= first_day)
            AND (last_day IS NULL OR e.occurred_on <= last_day) AND (reference = '' OR e.external_id = reference)
            AND (r.id IS NULL OR e.reverses_id IS NULL)
            AND (r.id IS NOT NULL OR e.source <> 'learning' OR e.reverses_id IS NULL
                AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id))
        LIMIT at_most
    ) counted;
$$;
"""
# A job begins without knowing any customer; and whoever left every workspace may still have learnt in one.
CUSTOMERS_OF = """
CREATE FUNCTION learning_customers_with_unbooked() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM learning_record WHERE unbooked <> '';
$$;
CREATE FUNCTION learning_customers_of(the_person bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM (
        SELECT customer_id FROM learning_record WHERE person_id = the_person
        UNION ALL SELECT customer_id FROM learning_assignment WHERE person_id = the_person
        UNION ALL SELECT customer_id FROM learning_statement WHERE person_id = the_person) known;
$$;
"""
# What a mail about an assignment says, to its person alone; a mail is made outside of every customer.
ASKED = f"""
CREATE FUNCTION learning_asked(the_person bigint, the_assignment bigint) RETURNS TABLE (activity_id bigint, due_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.activity_id, s.due_on FROM learning_assignment s
    WHERE s.id = the_assignment AND s.person_id = the_person AND s.person_id = {PERSON} AND s.withdrawn_at IS NULL
        AND NOT EXISTS (SELECT FROM learning_record r WHERE r.workspace_id = s.workspace_id
            AND r.person_id = s.person_id AND r.activity_id = s.activity_id AND r.completed_on IS NOT NULL);
$$;
"""
# Which system speaks, before any customer is known; for whoever shows its secret. Counts its requests by the minute.
USED = """
CREATE FUNCTION learning_use_source(the_key text, the_digest bytea, instant timestamptz)
RETURNS TABLE (source_id bigint, customer_id bigint, workspace_id bigint, home_page text, takes_addresses boolean,
               requests int)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE learning_source s SET used_at = date_trunc('minute', instant),
        uses = CASE WHEN s.used_at = date_trunc('minute', instant) THEN s.uses + 1 ELSE 1 END
    WHERE s.key = the_key AND s.digest = the_digest AND s.revoked_at IS NULL
    RETURNING s.id, s.customer_id, s.workspace_id, s.home_page::text, s.takes_addresses, s.uses;
$$;
"""
NAMES = (
    "learning_managed",
    "learning_counts",
    "learning_count_rows",
    "learning_customers_with_unbooked",
    "learning_customers_of",
    "learning_asked",
    "learning_use_source",
)


def _wall(table: str, *, readable: str, added: str, changed: str, removed: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({readable});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({added});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changed}) WITH CHECK ({changed});
CREATE POLICY removed ON {table} FOR DELETE USING ({removed});
"""


OF_HUB = ("learning_record", "learning_fact", "learning_statement")
TABLES = (*OF_HUB, "learning_assignment", "learning_source")
_BY_HUB_OR_ADMINISTRATOR = f"{HUB} OR {ADMINISTERED}"
_BY_HUB_OR_MANAGER = f"{HUB} OR {FOLLOWED}"
WALLS = (
    *(_wall(table, readable=SEEN, added=HUB, changed=HUB, removed=ERASED) for table in OF_HUB),
    _wall(
        "learning_assignment",
        readable=SEEN,
        added=_BY_HUB_OR_MANAGER,
        changed=_BY_HUB_OR_MANAGER,
        removed=ERASED,
    ),
    _wall(
        "learning_source",
        readable=_BY_HUB_OR_ADMINISTRATOR,
        added=_BY_HUB_OR_ADMINISTRATOR,
        changed=_BY_HUB_OR_ADMINISTRATOR,
        removed=_BY_HUB_OR_ADMINISTRATOR,
    ),
)
KEYS = (
    *((table, "workspace_id", "organizations_workspace") for table in TABLES),
    ("learning_record", "entry_id", "ledger_entry"),
    ("learning_record", "entitlement_id", "agreements_entitlement"),
    ("learning_fact", "record_id", "learning_record"),
    ("learning_statement", "source_id", "learning_source"),
    ("learning_statement", "fact_id", "learning_fact"),
    ("learning_statement", "voiding_id", "learning_statement"),
)
FORWARD = "".join(
    [
        MANAGERS,
        COUNTS,
        ROWS,
        CUSTOMERS_OF,
        ASKED,
        USED,
        *map(only_for_app, NAMES),
        *WALLS,
        *(same_customer(*key) for key in KEYS),
    ]
)
REVERSE = "".join(
    [
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(
            "".join(f"DROP POLICY {act} ON {table};" for act in ("readable", "added", "changed", "removed"))
            + f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
            for table in TABLES
        ),
        *(f"DROP FUNCTION {name};" for name in reversed(NAMES)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_initial"), ("ledger", "0005_offers")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
