"""Who reads and writes how a request came to a partner, once more, by the database; and what a partner's people may ask
of a customer that they sell to, to write a request down for it.
"""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    INSIDE,
    ORGANIZATIONS,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    append_only,
    only_for_app,
)

HUB = f"({PERSON} IS NULL AND customer_id = ANY ({CUSTOMERS}))"
HERE = f"(workspace_id = ANY ({WORKSPACES}) AND customer_id = ANY ({INSIDE}))"
# Whoever sees the request: its own policies say who that is.
SEEN = "EXISTS (SELECT FROM support_request r WHERE r.id = request_id)"
AT_DESK = f"""EXISTS (SELECT FROM support_request r WHERE r.id = request_id
    AND (r.partner_id = ANY ({ORGANIZATIONS}) OR r.desk_id = ANY ({ORGANIZATIONS})))"""
OWN = f"{HUB} OR person_id = {PERSON} AND customer_id = ANY ({INSIDE})"
OWN_FILE = f"{HUB} OR added_by_id = {PERSON} AND {HERE}"

# Table: (who reads, who writes).
WALLS = {
    "intake": (f"{HUB} OR {SEEN}", f"{HUB} OR {HERE} AND {SEEN}"),
    "reach": (f"{HUB} OR {SEEN}", f"{HUB} OR {HERE} AND {SEEN}"),
    "handover": (AT_DESK, f"{AT_DESK} AND {HERE}"),
    "contactdraft": (OWN, OWN),
    "contactfile": (OWN_FILE, OWN_FILE),
}
OF_REQUEST = ("intake", "reach", "handover")


def _wall(name: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    table, (reads, writes) = f"helpdesk_{name}", WALLS[name]
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({reads});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({writes});
CREATE POLICY changed ON {table} FOR UPDATE USING ({writes}) WITH CHECK ({writes});
CREATE POLICY removed ON {table} FOR DELETE USING ({writes});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {act} ON helpdesk_{name};" for act in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE helpdesk_{name} DISABLE ROW LEVEL SECURITY;"


def _part_of_request(name: str) -> str:
    """It lies in the request's workspace, and goes along where the request is moved to another one."""
    return f"""
ALTER TABLE helpdesk_{name} ADD CONSTRAINT helpdesk_{name}_same_workspace
    FOREIGN KEY (customer_id, workspace_id, request_id)
    REFERENCES support_request (customer_id, workspace_id, id) ON UPDATE CASCADE;
"""


WITHIN = """
ALTER TABLE helpdesk_contactfile ADD CONSTRAINT helpdesk_contactfile_workspace_id_same_customer
    FOREIGN KEY (customer_id, workspace_id) REFERENCES organizations_workspace (customer_id, id);
ALTER TABLE helpdesk_contactfile ADD CONSTRAINT helpdesk_contactfile_draft_id_same_customer
    FOREIGN KEY (customer_id, draft_id) REFERENCES helpdesk_contactdraft (customer_id, id) ON DELETE CASCADE;
"""
NOT_WITHIN = """
ALTER TABLE helpdesk_contactfile DROP CONSTRAINT helpdesk_contactfile_draft_id_same_customer;
ALTER TABLE helpdesk_contactfile DROP CONSTRAINT helpdesk_contactfile_workspace_id_same_customer;
"""

# The customers of the partner that is acted for: sold to, or accepted. What is delegated is another matter.
_SERVED = f"""(the_customer = ANY (agreements_sold_by(coalesce({ORGANIZATIONS}, '{{}}'), instant)) OR EXISTS (
    SELECT FROM partners_resale s WHERE s.organization_id = ANY ({ORGANIZATIONS}) AND s.customer_id = the_customer
      AND s.accepted_at <= instant AND (s.ended_at IS NULL OR s.ended_at > instant)))"""
FUNCTIONS = f"""
CREATE FUNCTION helpdesk_places(the_customer bigint, instant timestamptz)
RETURNS TABLE (workspace_id bigint, name varchar, is_default boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.name, w.is_default FROM organizations_workspace w
    WHERE w.customer_id = the_customer AND w.archived_at IS NULL AND {_SERVED}
    ORDER BY w.is_default DESC, w.name, w.id;
$$;
-- Whom a partner's people may name as having asked: who decides there, and who asks for support.
CREATE FUNCTION helpdesk_contacts(the_customer bigint, instant timestamptz)
RETURNS TABLE (person_id bigint, name varchar, workspace_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name, g.workspace_id FROM organizations_accessgrant g
    JOIN accounts_person p ON p.id = g.person_id AND p.is_active
    WHERE g.customer_id = the_customer AND g.role IN ('customer_administrator', 'support_contact')
      AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant) AND {_SERVED}
    ORDER BY p.name, p.id, g.workspace_id NULLS FIRST;
$$;
"""
FOR_APP = ("helpdesk_places", "helpdesk_contacts")
# Files of what somebody has begun to write to a partner are named, too.
_DRAFT_FILES = import_module("tallyhub.support.migrations.0009_draft_files")
NAMED = _DRAFT_FILES.UNNAMED.replace(
    "{more}",
    f"{_DRAFT_FILES.MORE}\n        AND NOT EXISTS (SELECT FROM helpdesk_contactfile c WHERE c.key = k)",
)
NAMED_BEFORE = _DRAFT_FILES.UNNAMED.replace("{more}", _DRAFT_FILES.MORE)

FORWARD = (
    "".join(map(_wall, WALLS))
    + "".join(map(_part_of_request, OF_REQUEST))
    + WITHIN
    + append_only("helpdesk_handover")
    + FUNCTIONS
    + "".join(map(only_for_app, FOR_APP))
    + NAMED
)
REVERSE = (
    NAMED_BEFORE
    + "".join(f"DROP FUNCTION {name};" for name in reversed(FOR_APP))
    + NOT_WITHIN
    + "".join(f"ALTER TABLE helpdesk_{name} DROP CONSTRAINT helpdesk_{name}_same_workspace;" for name in OF_REQUEST)
    + "".join(map(_no_wall, WALLS))
)


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0001_initial"),
        ("partners", "0009_staff_invitations"),
        ("support", "0015_partner_requests"),
        ("organizations", "0013_staff_elsewhere"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
