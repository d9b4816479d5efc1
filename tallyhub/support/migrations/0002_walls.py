"""Who sees a request, once more, by the database (R1.5): whoever oversees its workspace, and those it was given to.

Nothing here asks a policy of another table in a circle: what a policy of viewers must know of requests, and where a
person oversees or is staff, definer functions look up.
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
OVERSEEN = "(SELECT support_overseen())::bigint[]"
STAFFED = "(SELECT support_staffed())::bigint[]"
GROUPS = "(SELECT support_groups())::bigint[]"
HERE = f"(workspace_id = ANY ({WORKSPACES}) AND customer_id = ANY ({INSIDE}))"
GIVEN = f"(v.person_id = {PERSON} OR v.group_id = ANY ({GROUPS}))"

_HELD = f"""
    SELECT coalesce(array_agg(DISTINCT w.id), '{{}}') FROM organizations_accessgrant g
    JOIN organizations_workspace w
      ON w.customer_id = g.customer_id AND (g.workspace_id IS NULL OR g.workspace_id = w.id)
    WHERE g.person_id = {PERSON} AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now())
"""
_STAFF = "g.role IN ('csam', 'account_coordinator', 'engineer')"
# Staff read the queue of all their customers at once; everybody else what belongs to the one they work inside.
LOOK_UPS = (
    f"""
CREATE FUNCTION support_staffed() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {_HELD} AND {_STAFF}; $$;
CREATE FUNCTION support_overseen() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {_HELD} AND ({_STAFF}
    OR g.role IN ('customer_administrator', 'workspace_administrator', 'view_all_support_requests')
       AND g.customer_id = ANY ({INSIDE})); $$;
"""
    + f"""
CREATE FUNCTION support_groups() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(m.group_id), '{{}}') FROM people_groupmember m WHERE m.person_id = {PERSON};
$$;
-- Its cost is what it takes, in operators: a plan that asks it of every row must look as dear as it is.
CREATE FUNCTION support_sees(the_request bigint) RETURNS boolean
LANGUAGE sql STABLE COST 5000 SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM support_request WHERE id = the_request AND ({HUB} OR workspace_id = ANY ({OVERSEEN})
            OR workspace_id = ANY ({WORKSPACES}) AND EXISTS (
                SELECT FROM support_requestviewer v WHERE v.request_id = the_request AND {GIVEN})));
$$;
CREATE FUNCTION support_may_give(the_request bigint) RETURNS boolean  -- whoever sees it, and first whoever opened it
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT support_sees(the_request) OR EXISTS (SELECT FROM support_request WHERE id = the_request
            AND opened_by_id = {PERSON} AND workspace_id = ANY ({WORKSPACES}))
        AND NOT EXISTS (SELECT FROM support_requestviewer WHERE request_id = the_request);
$$;
"""
)
LOOK_UP_NAMES = ("support_staffed", "support_overseen", "support_groups", "support_sees", "support_may_give")

SEEN = f"""{HUB} OR workspace_id = ANY ({OVERSEEN}) OR workspace_id = ANY ({WORKSPACES}) AND EXISTS (
    SELECT FROM support_requestviewer v WHERE v.request_id = support_request.id AND {GIVEN})"""
VIEWERS_SEEN = f"""{HUB} OR workspace_id = ANY ({OVERSEEN}) OR workspace_id = ANY ({WORKSPACES})
    AND (person_id = {PERSON} OR group_id = ANY ({GROUPS}) OR support_sees(request_id))"""


def _wall(table: str, readable: str, changeable: str, added: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({readable});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({added});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changeable}) WITH CHECK ({added});
CREATE POLICY removed ON {table} FOR DELETE USING ({changeable});
"""


def _of_request(table: str) -> str:
    """Whoever sees the request sees what belongs to it."""
    seen = f"{HUB} OR EXISTS (SELECT FROM support_request r WHERE r.id = {table}.request_id)"
    here = f"{HUB} OR {HERE} AND EXISTS (SELECT FROM support_request r WHERE r.id = {table}.request_id)"
    return _wall(table, seen, here, here)


def _of_staff(table: str, *, or_hub: bool = False) -> str:
    hub = f"{HUB} OR " if or_hub else ""
    staffed = f"workspace_id = ANY ({STAFFED})"
    return _wall(table, hub + staffed, f"{hub}{staffed} AND {HERE}", f"{hub}{staffed} AND {HERE}")


def _of_person(table: str) -> str:
    own = f"{HUB} OR person_id = {PERSON} AND {HERE}"
    return _wall(table, own, own, own)


OF_REQUEST = ("support_change", "support_message", "support_file", "support_booking")
OF_STAFF = ("support_note", "support_notefile")
OF_PERSON = ("support_draft", "support_defaultgroup")
TABLES = ("support_request", "support_requestviewer", "support_work", *OF_REQUEST, *OF_STAFF, *OF_PERSON)

PARTS = tuple(table for table in TABLES if table not in ("support_request", *OF_PERSON))
KEYS = (
    *((table, "workspace_id", "organizations_workspace") for table in ("support_request", *OF_PERSON)),
    ("support_request", "agreement_id", "agreements_agreement"),
    ("support_request", "package_id", "agreements_package"),
    ("support_request", "merged_into_id", "support_request"),
    ("support_requestviewer", "group_id", "people_group"),
    ("support_defaultgroup", "group_id", "people_group"),
    ("support_file", "message_id", "support_message"),
    ("support_notefile", "note_id", "support_note"),
    ("support_booking", "work_id", "support_work"),
    ("support_booking", "entry_id", "ledger_entry"),
    ("support_booking", "entitlement_id", "agreements_entitlement"),
)


def _part_of_request(table: str) -> str:
    """What belongs to a request lies in its workspace, and goes along where the request is moved to another one."""
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_same_workspace
    FOREIGN KEY (customer_id, workspace_id, request_id)
    REFERENCES support_request (customer_id, workspace_id, id) ON UPDATE CASCADE;
"""


SERIAL = """
CREATE SEQUENCE support_request_serial START 100001;
GRANT USAGE ON SEQUENCE support_request_serial TO {app};
"""

FORWARD = "".join(
    [
        LOOK_UPS,
        *map(only_for_app, LOOK_UP_NAMES),
        _wall("support_request", SEEN, f"({SEEN}) AND ({HUB} OR {HERE})", f"{HUB} OR {HERE}"),
        _wall(
            "support_requestviewer",
            VIEWERS_SEEN,
            f"{HUB} OR {HERE} AND support_sees(request_id)",
            f"{HUB} OR {HERE} AND support_may_give(request_id)",
        ),
        *map(_of_request, OF_REQUEST),
        *map(_of_staff, OF_STAFF),
        _of_staff("support_work", or_hub=True),
        *map(_of_person, OF_PERSON),
        append_only("support_change"),
        *(same_customer(*key) for key in KEYS),
        *map(_part_of_request, PARTS),
        SERIAL,
    ]
)
REVERSE = "".join(
    [
        "DROP SEQUENCE support_request_serial;",
        *(f"ALTER TABLE {table} DROP CONSTRAINT {table}_same_workspace;" for table in PARTS),
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(
            "".join(f"DROP POLICY {act} ON {table};" for act in ("readable", "added", "changed", "removed"))
            + f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
            for table in TABLES
        ),
        *(f"DROP FUNCTION {name};" for name in reversed(LOOK_UP_NAMES)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("agreements", "0010_terms_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
