"""The settings that every policy reads, and the wall of the journal."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, PERSON, RunRoleSQL, append_only, setting_functions

FORWARD = (
    setting_functions()
    + append_only("journal_event")
    + f"""
ALTER TABLE journal_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON journal_event FOR SELECT USING (customer_id = ANY ({CUSTOMERS}));
-- Nobody writes an event in another's name; the hub itself has none.
CREATE POLICY writable ON journal_event FOR INSERT WITH CHECK (actor_id IS NOT DISTINCT FROM {PERSON});
"""
)
REVERSE = """
DROP POLICY readable ON journal_event; DROP POLICY writable ON journal_event;
ALTER TABLE journal_event DISABLE ROW LEVEL SECURITY;
DROP FUNCTION tallyhub_customers; DROP FUNCTION tallyhub_workspaces; DROP FUNCTION tallyhub_person;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
