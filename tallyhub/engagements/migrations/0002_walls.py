"""What a workspace ordered is seen by whoever reads the workspace; its people write what they do there.

Which of them may do what is said by the commands (``Right.PLAN_SERVICES``, ``DELIVER_SERVICES``, the requester).
"""

from django.db import migrations

from tallyhub.kernel.walls import (
    INSIDE,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    append_only,
    no_same_customer,
    no_wall,
    only_for_app,
    same_customer,
    workspace_wall,
)

TABLES = tuple(
    f"engagements_{name}"
    for name in ("engagement", "engagementchange", "slot", "engagementdelivery", "engagementbooking")
)
PARTS = TABLES[1:]
WRITTEN = TABLES[:-1]
KEYS = (
    ("engagements_engagement", "workspace_id", "organizations_workspace"),
    ("engagements_engagement", "entitlement_id", "agreements_entitlement"),
    ("engagements_engagementdelivery", "corrects_id", "engagements_engagementdelivery"),
    ("engagements_engagementbooking", "delivery_id", "engagements_engagementdelivery"),
    ("engagements_engagementbooking", "entitlement_id", "agreements_entitlement"),
    ("engagements_engagementbooking", "entry_id", "ledger_entry"),
)
HERE = f"workspace_id = ANY ({WORKSPACES}) AND customer_id = ANY ({INSIDE})"
WORKED = "(SELECT engagements_worked())::bigint[]"
# Where the person plans, delivers or administers now, which no setting may claim.
LOOK_UP = f"""
CREATE FUNCTION engagements_worked() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT w.id), '{{}}') FROM organizations_accessgrant g
    JOIN organizations_workspace w
      ON w.customer_id = g.customer_id AND (g.workspace_id IS NULL OR g.workspace_id = w.id)
    WHERE g.person_id = {PERSON} AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now())
      AND g.role IN ('csam', 'account_coordinator', 'engineer', 'customer_administrator', 'workspace_administrator');
$$;
"""


def _own(table: str) -> str:
    """Of an engagement that one requested."""
    if table == "engagements_engagement":
        return f"requested_by_id = {PERSON}"
    return f"""EXISTS (SELECT FROM engagements_engagement g
        WHERE g.id = {table}.engagement_id AND g.requested_by_id = {PERSON})"""


def _written_here(table: str) -> str:
    """By whoever works there, and by the requester. What is booked is written by the hub alone."""
    mine = f"{HERE} AND (workspace_id = ANY ({WORKED}) OR {_own(table)})"
    return f"""
CREATE POLICY added_here ON {table} FOR INSERT WITH CHECK ({mine});
CREATE POLICY changed_here ON {table} FOR UPDATE USING ({mine}) WITH CHECK ({mine});
CREATE POLICY removed_here ON {table} FOR DELETE USING ({mine});
"""


def _not_written_here(table: str) -> str:
    return "".join(f"DROP POLICY {act}_here ON {table};" for act in ("added", "changed", "removed"))


def _part(table: str) -> str:
    """What belongs to an engagement lies in its workspace."""
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_same_workspace
    FOREIGN KEY (customer_id, workspace_id, engagement_id)
    REFERENCES engagements_engagement (customer_id, workspace_id, id);
"""


# When an engineer is busy, at whichever customer: hours and ids, no names. The commands ask it for staff alone.
BUSY = """
CREATE FUNCTION engagements_busy(the_engineer bigint, from_at timestamptz, until_at timestamptz) RETURNS TABLE (
    slot_id bigint, engagement_id bigint, customer_id bigint, starts_at timestamptz, ends_at timestamptz,
    is_whole_day boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.engagement_id, s.customer_id, s.starts_at, s.ends_at, s.is_whole_day FROM engagements_slot s
    WHERE s.engineer_id = the_engineer AND s.starts_at < until_at AND s.ends_at > from_at ORDER BY s.starts_at, s.id;
$$;
"""
# A job begins without knowing any customer.
WAITING = """
CREATE FUNCTION engagements_customers_to_settle(today date) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_id), '{}') FROM engagements_engagementdelivery
    WHERE removed_at IS NULL AND (unbooked <> '' OR acceptance IN ('open', 'answered') AND due_on < today);
$$;
"""
# In which customers somebody requested, planned, delivered or judged anything: for export and erasure.
OF_PERSON = """
CREATE FUNCTION engagements_customers_of(the_person bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT customer_id FROM engagements_engagement WHERE requested_by_id = the_person OR engineer_id = the_person
    UNION SELECT customer_id FROM engagements_engagementdelivery
        WHERE engineer_id = the_person OR judged_by_id = the_person
    UNION SELECT customer_id FROM engagements_engagementchange WHERE actor_id = the_person
    UNION SELECT customer_id FROM engagements_slot WHERE engineer_id = the_person;
$$;
"""
NAMES = ("engagements_worked", "engagements_busy", "engagements_customers_to_settle", "engagements_customers_of")
SERIAL = """
CREATE SEQUENCE engagements_serial START 200001;
GRANT USAGE ON SEQUENCE engagements_serial TO {app};
"""
FORWARD = "".join(
    [
        LOOK_UP,
        *map(workspace_wall, TABLES),
        *map(_written_here, WRITTEN),
        append_only("engagements_engagementchange"),
        *(same_customer(*key) for key in KEYS),
        *map(_part, PARTS),
        BUSY,
        WAITING,
        OF_PERSON,
        *map(only_for_app, NAMES),
        SERIAL,
    ]
)
REVERSE = "".join(
    [
        "DROP SEQUENCE engagements_serial;",
        *(f"ALTER TABLE {table} DROP CONSTRAINT {table}_same_workspace;" for table in PARTS),
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *map(_not_written_here, WRITTEN),
        *map(no_wall, TABLES),
        *(f"DROP FUNCTION {name};" for name in NAMES),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("engagements", "0001_initial"), ("ledger", "0007_hold_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
