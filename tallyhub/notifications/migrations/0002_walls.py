"""Mail is its reader's, whichever customers they belong to. Anybody may be written to, and only the reader reads it."""

from django.db import migrations

from tallyhub.kernel.walls import PERSON, RunRoleSQL, only_for_app

# Definer functions pass the wall: each answers one narrow question of the job that sends, or of one that clears.
FUNCTIONS = """
CREATE FUNCTION notifications_due(instant timestamptz, at_most int) RETURNS TABLE (key varchar, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.key, m.person_id FROM notifications_mail m
    WHERE m.state = 'waiting' AND m.next_at <= instant ORDER BY m.next_at LIMIT at_most;
$$;
CREATE FUNCTION notifications_person_of(the_key text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.person_id FROM notifications_mail m WHERE m.key = the_key;
$$;
CREATE FUNCTION notifications_clear(before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM notifications_mail m WHERE m.created_at < before AND m.state <> 'waiting' RETURNING 1
    ) SELECT count(*) FROM gone;
$$;
"""
NAMES = ("notifications_due", "notifications_person_of", "notifications_clear")


def own(table: str) -> str:
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON {table} FOR ALL USING (person_id = {PERSON}) WITH CHECK (person_id = {PERSON});
"""


FORWARD = (
    own("notifications_mail")
    + own("notifications_mailbox")
    + "CREATE POLICY to_anybody ON notifications_mail FOR INSERT WITH CHECK (state = 'waiting');"
    + FUNCTIONS
    + "".join(only_for_app(name) for name in NAMES)
)
REVERSE = (
    "".join(f"DROP FUNCTION {name};" for name in NAMES)
    + "DROP POLICY to_anybody ON notifications_mail;"
    + "".join(
        f"DROP POLICY own ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
        for table in ("notifications_mail", "notifications_mailbox")
    )
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("journal", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
