"""What is found out at a desk about a partner request is read there and nowhere else; how it was resolved, by whoever
sees the request. Of the rest the customer learns where the request stands, by a function that says no more.
"""

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
# As support has it: of the partner that is asked, and of its supplier that works on it now.
AT_DESK = f"""EXISTS (SELECT FROM support_request r WHERE r.id = request_id AND r.partner_id IS NOT NULL
    AND (r.partner_id = ANY ({ORGANIZATIONS}) OR r.desk_id = ANY ({ORGANIZATIONS})))"""
SEEN = "EXISTS (SELECT FROM support_request r WHERE r.id = request_id)"
PROVIDER = f"""(organization_id = ANY ({ORGANIZATIONS}) AND EXISTS (
    SELECT FROM organizations_organization o WHERE o.id = organization_id AND o.kind = 'provider'))"""
KEPT = ("helpdesk_healthcheck", "helpdesk_entry", "helpdesk_resolution")  # added and never changed
CHANGED = ("helpdesk_incidentlink", "helpdesk_rightsneed")
OF_REQUEST = (*KEPT, *CHANGED)


def _of_request(table: str) -> str:
    reads = f"{HUB} OR {SEEN}" if table == "helpdesk_resolution" else AT_DESK
    changes = f"{AT_DESK} AND {HERE}" if table in CHANGED else "false"
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_same_workspace
    FOREIGN KEY (customer_id, workspace_id, request_id)
    REFERENCES support_request (customer_id, workspace_id, id) ON UPDATE CASCADE;
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({reads});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({AT_DESK} AND {HERE});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changes}) WITH CHECK ({changes});
"""


def _no_wall(table: str) -> str:
    return f"""
DROP POLICY changed ON {table}; DROP POLICY added ON {table}; DROP POLICY readable ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


BASELINE = f"""
ALTER TABLE helpdesk_resolution ADD CONSTRAINT helpdesk_resolution_message_id_same_customer
    FOREIGN KEY (customer_id, message_id) REFERENCES support_message (customer_id, id);
ALTER TABLE helpdesk_baselineitem ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON helpdesk_baselineitem FOR SELECT USING (true);
CREATE POLICY added ON helpdesk_baselineitem FOR INSERT WITH CHECK ({PROVIDER});
CREATE POLICY changed ON helpdesk_baselineitem FOR UPDATE USING ({PROVIDER}) WITH CHECK ({PROVIDER});
"""
# Rights of the desk inside the customer: by a delegation to the partner or its supplier that somebody there holds, or
# by a consent to this request. A row for each of these requests that the reader sees.
FUNCTIONS = f"""
CREATE FUNCTION helpdesk_facts(requests bigint[], instant timestamptz)
RETURNS TABLE (request_id bigint, is_checked boolean, follows boolean, is_over boolean, needs boolean, is_asked boolean,
               holds boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id,
        EXISTS (SELECT FROM helpdesk_healthcheck h WHERE h.request_id = r.id),
        l.id IS NOT NULL, e.ended_at IS NOT NULL, n.id IS NOT NULL,
        n.consent_asked_at IS NOT NULL OR EXISTS (
            SELECT FROM partners_delegation d
            WHERE n.id IS NOT NULL AND d.customer_id = r.customer_id AND d.organization_id IN (r.partner_id, r.desk_id)
              AND d.state = 'pending' AND d.requested_at > instant - interval '90 days'),
        EXISTS (
            SELECT FROM organizations_accessgrant g
            JOIN organizations_staff s
              ON s.person_id = g.person_id AND s.organization_id IN (r.partner_id, r.desk_id)
            WHERE n.id IS NOT NULL AND g.customer_id = r.customer_id AND g.starts_at <= instant
              AND (g.ends_at IS NULL OR g.ends_at > instant)
              AND (s.ends_at IS NULL OR s.ends_at > instant)
              AND (g.source LIKE 'delegation:%' OR g.source IN (
                  SELECT 'consent:' || c.id FROM partners_consent c
                  WHERE c.request_id = r.id AND c.ended_at IS NULL AND c.ends_at > instant)))
    FROM support_request r
    LEFT JOIN helpdesk_incidentlink l ON l.request_id = r.id AND l.left_at IS NULL
    LEFT JOIN health_event e ON e.id = l.event_id
    LEFT JOIN helpdesk_rightsneed n ON n.request_id = r.id AND n.ended_at IS NULL
    WHERE r.id = ANY (requests) AND r.partner_id IS NOT NULL AND support_sees(r.id);
$$;
CREATE FUNCTION helpdesk_following(the_request bigint)  -- which incident; for whoever sees the request
RETURNS TABLE (event_id bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.event_id, l.since FROM helpdesk_incidentlink l
    WHERE l.request_id = the_request AND l.left_at IS NULL AND support_sees(the_request);
$$;
CREATE FUNCTION helpdesk_followers(the_event bigint)  -- for the hub: open requests, of all customers
RETURNS TABLE (customer_id bigint, request_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.customer_id, l.request_id FROM helpdesk_incidentlink l JOIN support_request r ON r.id = l.request_id
    WHERE {PERSON} IS NULL AND l.event_id = the_event AND l.left_at IS NULL
      AND r.status IN ('submitted', 'assigned', 'in_progress', 'waiting', 'reopened')
    ORDER BY l.customer_id, l.request_id;
$$;
-- For the hub: open partner requests of somebody who serves customers at their desk no more (edge 37).
CREATE FUNCTION helpdesk_left_behind(the_person bigint, instant timestamptz)
RETURNS TABLE (customer_id bigint, number varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.customer_id, r.number FROM support_request r
    WHERE {PERSON} IS NULL AND r.assigned_to_id = the_person AND r.partner_id IS NOT NULL
      AND r.status IN ('submitted', 'assigned', 'in_progress', 'waiting', 'reopened')
      AND NOT EXISTS (SELECT FROM organizations_staff s
          WHERE s.person_id = the_person AND s.organization_id = r.desk_id AND s.starts_at <= instant
            AND (s.ends_at IS NULL OR s.ends_at > instant)
            AND s.roles && ARRAY['admin_agent', 'helpdesk_agent']::varchar[])
    ORDER BY r.id;
$$;
"""
FOR_APP = ("helpdesk_facts", "helpdesk_following", "helpdesk_followers", "helpdesk_left_behind")
FORWARD = (
    "".join(map(_of_request, OF_REQUEST))
    + "".join(map(append_only, KEPT))
    + BASELINE
    + FUNCTIONS
    + "".join(map(only_for_app, FOR_APP))
)
REVERSE = (
    "".join(f"DROP FUNCTION {name};" for name in FOR_APP)
    + _no_wall("helpdesk_baselineitem")
    + "ALTER TABLE helpdesk_resolution DROP CONSTRAINT helpdesk_resolution_message_id_same_customer;"
    + "".join(_no_wall(table) + f"ALTER TABLE {table} DROP CONSTRAINT {table}_same_workspace;" for table in OF_REQUEST)
)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0003_gates")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
