"""What a suspended partner leaves behind, for the hub, which hands it to whoever stands in."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import PERSON, RunRoleSQL, only_for_app

_WALLS = import_module("tallyhub.helpdesk.migrations.0002_walls")

FORWARD = f"""
CREATE FUNCTION helpdesk_left_with(the_partner bigint)  -- open requests that are asked of it, or lie at its desk
RETURNS TABLE (customer_id bigint, number varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.customer_id, r.number FROM support_request r
    JOIN partners_party p ON p.organization_id = the_partner AND p.suspended_at IS NOT NULL
    WHERE {PERSON} IS NULL AND (r.partner_id = the_partner OR r.desk_id = the_partner)
      AND r.status IN ('submitted', 'assigned', 'in_progress', 'waiting', 'reopened')
    ORDER BY r.id;
$$;
{only_for_app("helpdesk_left_with")}
CREATE POLICY added_by_hub ON helpdesk_handover FOR INSERT WITH CHECK ({_WALLS.HUB} AND {_WALLS.AT_DESK});
"""
REVERSE = "DROP POLICY added_by_hub ON helpdesk_handover; DROP FUNCTION helpdesk_left_with;"


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0010_mail_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
