"""Who reads and writes escalations, once more, by the database; and what no single scope could tell."""

from django.db import migrations

from tallyhub.kernel.walls import ORGANIZATIONS, RunRoleSQL, append_only, only_for_app

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
# The partner's own; the indirect provider's and the provider's once it is with them. Nobody of a customer.
SEEN = """({0}organization_id = ANY ({1}) OR {0}via_id = ANY ({1}) AND {0}forwarded_at IS NOT NULL
    OR {0}provider_id = ANY ({1}) AND {0}submitted_at IS NOT NULL)"""
READ = SEEN.format("", ORGANIZATIONS)
OF_SEEN = "EXISTS (SELECT FROM helpdesk_escalation e WHERE e.id = escalation_id {0})"  # under the wall of that table
# What came before the provider got it is between the partner and its indirect provider.
EVENT_SEEN = OF_SEEN.format(
    f"AND (e.organization_id = ANY ({ORGANIZATIONS}) OR e.via_id = ANY ({ORGANIZATIONS}) OR at >= e.submitted_at)"
)
PROVIDER = f"""EXISTS (SELECT FROM organizations_organization o
    WHERE o.id = ANY ({ORGANIZATIONS}) AND o.kind = 'provider') AND {MINE}"""

# Table: (who reads, who adds, who changes, who removes).
WALLS = {
    "escalation": (READ, MINE, READ, "false"),
    "escalationevent": (EVENT_SEEN, OF_SEEN.format(""), "false", "false"),
    "escalationfile": (OF_SEEN.format(""), MINE, "false", MINE),
    "escalationtenant": (OF_SEEN.format(""), MINE, "false", MINE),
    "desksettings": ("true", PROVIDER, PROVIDER, "false"),
}


def _wall(name: str) -> str:
    table = f"helpdesk_{name}"
    reads, adds, changes, removes = WALLS[name]
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({reads});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({adds});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changes}) WITH CHECK ({changes});
CREATE POLICY removed ON {table} FOR DELETE USING ({removes});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {one} ON helpdesk_{name};" for one in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE helpdesk_{name} DISABLE ROW LEVEL SECURITY;"


OF_REQUEST = ("escalation", "escalationtenant")
CHILDREN = ("escalationevent", "escalationfile", "escalationtenant")
KEYS = "".join(
    f"""
ALTER TABLE helpdesk_{table} ADD CONSTRAINT helpdesk_{table}_same_workspace
    FOREIGN KEY (customer_id, workspace_id, request_id)
    REFERENCES support_request (customer_id, workspace_id, id) ON UPDATE CASCADE;
"""
    for table in OF_REQUEST
) + "".join(
    f"""
ALTER TABLE helpdesk_{table} ADD CONSTRAINT helpdesk_{table}_same_partner
    FOREIGN KEY (organization_id, escalation_id) REFERENCES helpdesk_escalation (organization_id, id);
"""
    for table in CHILDREN
)
NO_KEYS = "".join(
    f"ALTER TABLE helpdesk_{table} DROP CONSTRAINT helpdesk_{table}_same_partner;" for table in CHILDREN
) + "".join(f"ALTER TABLE helpdesk_{table} DROP CONSTRAINT helpdesk_{table}_same_workspace;" for table in OF_REQUEST)

FUNCTIONS = f"""
-- What a customer may know of the escalation of a request that it sees: neither evidence nor notes.
CREATE FUNCTION helpdesk_escalation_states(the_requests bigint[])
RETURNS TABLE (request_id bigint, escalation_id bigint, status varchar, organization_id bigint, via_id bigint,
               provider_id bigint, was_submitted boolean, sent_at timestamptz, changed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (e.request_id) e.request_id, e.id, e.status, e.organization_id, e.via_id, e.provider_id,
           e.submitted_at IS NOT NULL, coalesce(e.forwarded_at, e.submitted_at), e.changed_at
    FROM helpdesk_escalation e
    WHERE e.request_id = ANY (the_requests) AND coalesce(e.forwarded_at, e.submitted_at) IS NOT NULL
      AND support_sees(e.request_id)
    ORDER BY e.request_id, e.id DESC;
$$;
-- Whose trouble it is, for whoever reads the escalation: the customer of its request first, then further ones.
CREATE FUNCTION helpdesk_escalation_customers(the_escalations bigint[])
RETURNS TABLE (escalation_id bigint, customer_id bigint, code varchar, name varchar, request_id bigint,
               is_first boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, o.id, o.code, o.name, e.request_id, true FROM helpdesk_escalation e
    JOIN organizations_organization o ON o.id = e.customer_id
    WHERE e.id = ANY (the_escalations) AND {SEEN.format("e.", ORGANIZATIONS)}
    UNION ALL
    SELECT e.id, o.id, o.code, o.name, t.request_id, false FROM helpdesk_escalation e
    JOIN helpdesk_escalationtenant t ON t.escalation_id = e.id
    JOIN organizations_organization o ON o.id = t.customer_id
    WHERE e.id = ANY (the_escalations) AND {SEEN.format("e.", ORGANIZATIONS)}
    ORDER BY 1, 6 DESC, 4, 2;
$$;
-- Who did something to it, with whom they work for, for whoever reads it: all sides know each other by name.
CREATE FUNCTION helpdesk_escalation_names(the_escalations bigint[], people bigint[])
RETURNS TABLE (id bigint, name varchar, organization varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (p.id) p.id, p.name, o.name FROM helpdesk_escalation e
    JOIN organizations_staff s ON s.organization_id IN (e.organization_id, e.via_id, e.provider_id)
        AND s.person_id = ANY (people)
    JOIN organizations_organization o ON o.id = s.organization_id
    JOIN accounts_person p ON p.id = s.person_id
    WHERE e.id = ANY (the_escalations) AND {SEEN.format("e.", ORGANIZATIONS)}
    ORDER BY p.id, s.ends_at DESC NULLS FIRST;
$$;
"""
NAMES = ("helpdesk_escalation_states", "helpdesk_escalation_customers", "helpdesk_escalation_names")
# The bytes of evidence, and of what a customer is writing to its partner, lie beside those of requests.
UNNAMED = """
CREATE OR REPLACE FUNCTION support_unnamed_files(keys text[]) RETURNS TABLE (key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k FROM unnest(keys) AS k
    WHERE NOT EXISTS (SELECT FROM support_file f WHERE f.key = k)
        AND NOT EXISTS (SELECT FROM support_notefile n WHERE n.key = k)
        AND NOT EXISTS (SELECT FROM support_draftfile d WHERE d.key = k){more};
$$;
"""
MORE = """
        AND NOT EXISTS (SELECT FROM helpdesk_escalationfile e WHERE e.key = k)
        AND NOT EXISTS (SELECT FROM helpdesk_contactfile c WHERE c.key = k)"""
FORWARD = (
    "".join(map(_wall, WALLS))
    + KEYS
    + append_only("helpdesk_escalationevent")
    + FUNCTIONS
    + "".join(map(only_for_app, NAMES))
    + UNNAMED.replace("{more}", MORE)
)
REVERSE = (
    UNNAMED.replace("{more}", "")
    + "".join(f"DROP FUNCTION {name};" for name in reversed(NAMES))
    + NO_KEYS
    + "".join(map(_no_wall, WALLS))
)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0005_escalations"), ("partners", "0009_staff_invitations")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
