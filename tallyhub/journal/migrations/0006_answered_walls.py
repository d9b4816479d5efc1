"""What was answered belongs to its customer; old answers are removed over all of them."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, RunRoleSQL, no_wall, only_for_app, wall

FORWARD = (
    wall("journal_answered", f"customer_id = ANY ({CUSTOMERS})")
    + """
CREATE FUNCTION journal_forget_answers(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM journal_answered WHERE at < before;
$$;
"""
    + only_for_app("journal_forget_answers")
)
REVERSE = "DROP FUNCTION journal_forget_answers;" + no_wall("journal_answered")


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_answered")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
