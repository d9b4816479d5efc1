"""Mail to visitors is the provider's whose public page they follow, as they are themselves."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

BEFORE = import_module("tallyhub.notifications.migrations.0002_walls")
WALL = """
CREATE POLICY of_visitor ON notifications_mail FOR ALL USING (visitor_id IN (SELECT v.id FROM health_visitor v))
    WITH CHECK (visitor_id IN (SELECT v.id FROM health_visitor v));
"""
FUNCTIONS = """
CREATE FUNCTION notifications_due(instant timestamptz, at_most int)
RETURNS TABLE (key varchar, person_id bigint, organization_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.key, m.person_id, v.organization_id
    FROM notifications_mail m LEFT JOIN health_visitor v ON v.id = m.visitor_id
    WHERE m.state = 'waiting' AND m.next_at <= instant ORDER BY m.next_at LIMIT at_most;
$$;
CREATE FUNCTION notifications_reader_of(the_key text) RETURNS TABLE (person_id bigint, organization_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.person_id, v.organization_id
    FROM notifications_mail m LEFT JOIN health_visitor v ON v.id = m.visitor_id WHERE m.key = the_key;
$$;
"""
NAMES = ("notifications_due", "notifications_reader_of")
OLD = ("notifications_due", "notifications_person_of")
_OLD_FUNCTIONS = BEFORE.FUNCTIONS.partition("CREATE FUNCTION notifications_clear")[0]


def _drop(names: tuple[str, ...]) -> str:
    return "".join(f"DROP FUNCTION {name};" for name in names)


FORWARD = _drop(OLD) + WALL + FUNCTIONS + "".join(map(only_for_app, NAMES))
REVERSE = (
    _drop(NAMES) + "DROP POLICY of_visitor ON notifications_mail;" + _OLD_FUNCTIONS + "".join(map(only_for_app, OLD))
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_visitors"), ("health", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
