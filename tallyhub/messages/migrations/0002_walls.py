"""Who reads which message, once more, by the database; and whom mail about one goes to."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, INSIDE, ORGANIZATIONS, PERSON, RunRoleSQL, append_only, only_for_app

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
# A partner acts for an organisation, too, and publishes nothing.
WRITTEN = f"{MINE} AND organization_id IN (SELECT o.id FROM organizations_organization o WHERE o.kind = 'provider')"
# What was decided for a customer: its own people, but of privacy those in whole; and the partners whom it concerns.
_SENDING = f"""
    {MINE} OR customer_id = ANY ({CUSTOMERS})
    OR message_class <> 'privacy' AND (customer_id = ANY ({INSIDE}) OR partners && {ORGANIZATIONS})"""
_SENT = "SELECT s.post_id FROM messages_sending s WHERE s.reason = '' AND s.post_id IS NOT NULL"  # by that one's policy
_OF_POST = f"{MINE} OR post_id IN (SELECT p.id FROM messages_post p)"
READ = {
    "post": f"{MINE} OR id IN ({_SENT})",
    "postproduct": _OF_POST,
    "postcustomer": f"{MINE} OR customer_id = ANY ({INSIDE}) AND post_id IN (SELECT p.id FROM messages_post p)",
    "postversion": _OF_POST,
    "sending": _SENDING,
    "digest": MINE,
    "guideversion": "true",
}
WITHIN = ("postproduct", "postcustomer", "postversion", "sending")
APPENDED = ("postversion", "guideversion", "digest")

# For whoever decides: which customers want advertising.
PROMOTED = """
CREATE FUNCTION messages_promoted() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(c.customer_id), '{}') FROM messages_promotionchoice c
    WHERE c.takes_promotions AND EXISTS (
        SELECT FROM organizations_organization o WHERE o.kind = 'provider' AND o.id = ANY (tallyhub_organizations()));
$$;
"""
# Whom messages were sent to that they may read now, and what they want: of a post that was not told yet, or of a week.
# Of privacy, the customer's administrators alone. Somebody in several customers gets one mail.
_PEOPLE = """
    people AS (
        SELECT g.person_id, r.customer_id, NULL::bigint AS organization_id, r.severity,
               g.role = 'customer_administrator' AND g.workspace_id IS NULL AS unasked, r.post_id
        FROM reached r JOIN organizations_accessgrant g ON g.customer_id = r.customer_id
        WHERE g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
          AND (r.message_class <> 'privacy' OR g.role = 'customer_administrator' AND g.workspace_id IS NULL)
        UNION ALL
        SELECT s.person_id, NULL, s.organization_id, r.severity,
               s.roles && ARRAY['admin_agent', 'helpdesk_agent']::varchar[], r.post_id
        FROM reached r JOIN organizations_staff s ON s.organization_id = ANY (r.partners)
        WHERE s.starts_at <= instant AND (s.ends_at IS NULL OR s.ends_at > instant) AND r.message_class <> 'privacy'
    )"""
_REACHED = """
        SELECT s.customer_id, s.partners, s.message_class, p.severity, s.post_id
        FROM messages_sending s JOIN messages_post p ON p.id = s.post_id
        WHERE s.reason = '' AND s.organization_id = ANY (tallyhub_organizations())"""
READERS = f"""
CREATE FUNCTION messages_readers(the_post bigint, first timestamptz, instant timestamptz)
RETURNS TABLE (person_id bigint, customer_id bigint, organization_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH reached AS MATERIALIZED ({_REACHED} AND s.post_id = the_post AND s.told_at IS NULL AND s.at >= first
    ), {_PEOPLE}
    SELECT DISTINCT ON (p.person_id) p.person_id, p.customer_id, p.organization_id
    FROM people p JOIN accounts_person a ON a.id = p.person_id AND a.is_active
    LEFT JOIN messages_mailchoice w ON w.person_id = p.person_id
    WHERE CASE coalesce(w.at_once, CASE WHEN p.unasked THEN 'critical' ELSE 'nothing' END)
        WHEN 'everything' THEN true WHEN 'critical' THEN p.severity = 'critical' ELSE false END
    ORDER BY p.person_id, p.organization_id NULLS LAST, p.customer_id;
$$;
CREATE FUNCTION messages_digest_readers(first timestamptz, instant timestamptz)
RETURNS TABLE (person_id bigint, customer_id bigint, organization_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH reached AS MATERIALIZED ({_REACHED} AND s.at >= first AND s.at < instant
    ), {_PEOPLE}
    SELECT DISTINCT p.person_id, p.customer_id, p.organization_id
    FROM people p JOIN accounts_person a ON a.id = p.person_id AND a.is_active
    LEFT JOIN messages_mailchoice w ON w.person_id = p.person_id
    LEFT JOIN messages_reading r ON r.person_id = p.person_id AND r.post_id = p.post_id
    WHERE coalesce(w.takes_digest, p.unasked) AND r.read_at IS NULL
    ORDER BY 1, 3 NULLS LAST, 2;
$$;
"""
FOR_APP = ("messages_promoted", "messages_readers", "messages_digest_readers")
OWN = f"""
ALTER TABLE messages_reading ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON messages_reading FOR ALL USING (person_id = {PERSON}) WITH CHECK (person_id = {PERSON});
ALTER TABLE messages_mailchoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON messages_mailchoice FOR ALL USING (person_id = {PERSON}) WITH CHECK (person_id = {PERSON});
ALTER TABLE messages_promotionchoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON messages_promotionchoice FOR SELECT USING (customer_id = ANY ({INSIDE}));
CREATE POLICY writable ON messages_promotionchoice FOR ALL USING (customer_id = ANY ({CUSTOMERS}))
    WITH CHECK (customer_id = ANY ({CUSTOMERS}));
"""
NOT_OWN = """
DROP POLICY own ON messages_reading; ALTER TABLE messages_reading DISABLE ROW LEVEL SECURITY;
DROP POLICY own ON messages_mailchoice; ALTER TABLE messages_mailchoice DISABLE ROW LEVEL SECURITY;
DROP POLICY readable ON messages_promotionchoice; DROP POLICY writable ON messages_promotionchoice;
ALTER TABLE messages_promotionchoice DISABLE ROW LEVEL SECURITY;
"""


def _wall(name: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    table = f"messages_{name}"
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({READ[name]});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({WRITTEN});
CREATE POLICY changed ON {table} FOR UPDATE USING ({WRITTEN}) WITH CHECK ({WRITTEN});
CREATE POLICY removed ON {table} FOR DELETE USING ({WRITTEN});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {one} ON messages_{name};" for one in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE messages_{name} DISABLE ROW LEVEL SECURITY;"


def _within(table: str) -> str:
    """A composite foreign key: no part of one provider's message is another's."""
    return f"""
ALTER TABLE messages_{table} ADD CONSTRAINT messages_{table}_post_id_same_provider
    FOREIGN KEY (organization_id, post_id) REFERENCES messages_post (organization_id, id);
"""


# What was sent stays sent: only when mail about it was written is noted later.
SENDING_STAYS = """
REVOKE UPDATE, DELETE, TRUNCATE ON messages_sending FROM {app};
GRANT UPDATE (told_at) ON messages_sending TO {app};
"""
FORWARD = (
    PROMOTED
    + READERS
    + "".join(map(only_for_app, FOR_APP))
    + "".join(map(_wall, READ))
    + "".join(map(_within, WITHIN))
    + "".join(append_only(f"messages_{name}") for name in APPENDED)
    + SENDING_STAYS
    + OWN
)
REVERSE = (
    NOT_OWN
    + "".join(f"ALTER TABLE messages_{table} DROP CONSTRAINT messages_{table}_post_id_same_provider;"
              for table in WITHIN)
    + "".join(map(_no_wall, READ))
    + "".join(f"DROP FUNCTION {name};" for name in reversed(FOR_APP))
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("message_centre", "0001_initial"),
        ("health", "0003_channels"),
        ("organizations", "0011_staff"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
