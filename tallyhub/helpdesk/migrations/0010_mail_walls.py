"""Who reads mails to a partner's desk, once more, by the database; and whose account the address of one may be."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import ORGANIZATIONS, PERSON, RunRoleSQL, only_for_app

# Where the person serves customers now. No setting says as what somebody works there, so it is looked up.
SERVING_FUNCTION = f"""
CREATE FUNCTION helpdesk_serving() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN {PERSON} IS NULL THEN {ORGANIZATIONS} ELSE (
        SELECT coalesce(array_agg(s.organization_id), '{{}}') FROM organizations_staff s
        WHERE s.person_id = {PERSON} AND s.organization_id = ANY ({ORGANIZATIONS})
          AND s.roles && ARRAY['admin_agent', 'helpdesk_agent']::varchar[]
          AND s.starts_at <= now() AND (s.ends_at IS NULL OR s.ends_at > now())) END;
$$;
"""
DESK = "organization_id = ANY ((SELECT helpdesk_serving())::bigint[])"
HUB = f"({PERSON} IS NULL AND organization_id = ANY ({ORGANIZATIONS}))"
# Whoever has the address takes along what was written in its name, and has it erased (R10.4).
OWN = f"sender = (SELECT p.email_folded FROM accounts_person p WHERE p.id = {PERSON})"
OWN_FILE = f"""EXISTS (SELECT FROM helpdesk_deskmail m WHERE m.id = mail_id
    AND m.sender = (SELECT p.email_folded FROM accounts_person p WHERE p.id = {PERSON}))"""

# Table: (who reads, who adds, who changes, who removes).
WALLS = {
    "deskmail": (f"{DESK} OR {OWN}", HUB, DESK, OWN),
    "deskmailfile": (f"{DESK} OR {OWN_FILE}", HUB, "false", f"{DESK} OR {OWN_FILE}"),
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


SAME_PARTNER = """
ALTER TABLE helpdesk_deskmailfile ADD CONSTRAINT helpdesk_deskmailfile_same_partner
    FOREIGN KEY (organization_id, mail_id) REFERENCES helpdesk_deskmail (organization_id, id) ON DELETE CASCADE;
"""
SERVED = import_module("tallyhub.helpdesk.migrations.0002_walls")._SERVED.replace("the_customer", "g.customer_id")
FUNCTIONS = f"""
-- Who may have sent a mail that one reads: those alone whom its partner may name as contacts anyway. That the address
-- is somebody's of another customer is told no more than that it is nobody's.
CREATE FUNCTION helpdesk_senders(the_mails bigint[], instant timestamptz)
RETURNS TABLE (mail_id bigint, customer_id bigint, customer varchar, person_id bigint, person varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT m.id, o.id, o.name, p.id, p.name FROM helpdesk_deskmail m
    JOIN accounts_person p ON p.email_folded = m.sender AND p.is_active
    JOIN organizations_accessgrant g ON g.person_id = p.id AND g.role IN ('customer_administrator', 'support_contact')
        AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
    JOIN organizations_organization o ON o.id = g.customer_id
    WHERE m.id = ANY (the_mails) AND m.organization_id = ANY (helpdesk_serving()) AND {SERVED}
    ORDER BY o.name, o.id;
$$;
-- For the hub itself, of every partner at once.
CREATE FUNCTION helpdesk_clear_mails(instant timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM helpdesk_deskmail WHERE at < instant AND {PERSON} IS NULL RETURNING 1)
    SELECT count(*) FROM gone;
$$;
"""
NAMES = ("helpdesk_senders", "helpdesk_clear_mails")
# The bytes of what came with mails lie beside those of requests.
_FILES = import_module("tallyhub.helpdesk.migrations.0006_escalation_walls")
UNNAMED = _FILES.UNNAMED.replace(
    "{more}", f"{_FILES.MORE}\n        AND NOT EXISTS (SELECT FROM helpdesk_deskmailfile m WHERE m.key = k)"
)
FORWARD = (
    SERVING_FUNCTION
    + only_for_app("helpdesk_serving")
    + "".join(map(_wall, WALLS))
    + SAME_PARTNER
    + FUNCTIONS
    + "".join(map(only_for_app, NAMES))
    + UNNAMED
)
REVERSE = (
    _FILES.UNNAMED.replace("{more}", _FILES.MORE)
    + "".join(f"DROP FUNCTION {name};" for name in reversed(NAMES))
    + "ALTER TABLE helpdesk_deskmailfile DROP CONSTRAINT helpdesk_deskmailfile_same_partner;"
    + "".join(map(_no_wall, WALLS))
    + "DROP FUNCTION helpdesk_serving;"
)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0009_mails"), ("partners", "0009_staff_invitations")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
