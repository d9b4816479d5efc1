"""A person reads what they did, to export it; and the one way in which old events go, which leaves a trace."""

from django.db import migrations

from tallyhub.kernel.walls import PERSON, RunRoleSQL, only_for_app

# The app's role may not delete events. This function may, and even if the app were made to call it at will: never an
# event of the last thirty days, never the traces of earlier clearings, and never without leaving one.
FORWARD = (
    f"""
CREATE POLICY own ON journal_event FOR SELECT USING (actor_id = {PERSON});
CREATE FUNCTION journal_clear(the_kind text, before timestamptz, at_most int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT e.id FROM journal_event e
        WHERE e.kind = the_kind AND e.kind <> 'journal.cleared' AND e.at < least(before, now() - interval '30 days')
        ORDER BY e.id LIMIT at_most
    ), gone AS (
        DELETE FROM journal_event e USING old WHERE e.id = old.id RETURNING e.customer_id
    ), noted AS (
        INSERT INTO journal_event (customer_id, actor_id, kind, subject_id, details, at)
        SELECT g.customer_id, NULL, 'journal.cleared', NULL,
               jsonb_build_object('kind', the_kind, 'before', before::date::text, 'count', count(*)), now()
        FROM gone g GROUP BY g.customer_id
    ) SELECT count(*) FROM gone;
$$;
CREATE FUNCTION journal_kinds() RETURNS SETOF varchar
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT e.kind FROM journal_event e WHERE e.kind <> 'journal.cleared';
$$;
"""
    + only_for_app("journal_clear")
    + only_for_app("journal_kinds")
)
REVERSE = "DROP FUNCTION journal_kinds; DROP FUNCTION journal_clear; DROP POLICY own ON journal_event;"


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_audit")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
