"""A look of staff at a support request is told once a day."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

FORWARD = """
CREATE UNIQUE INDEX journal_event_request_look_once ON journal_event (
    customer_id, actor_id, subject_id, (details ->> 'day')) WHERE kind = 'support.request_looked';
"""
REVERSE = "DROP INDEX journal_event_request_look_once;"


class Migration(migrations.Migration):
    dependencies = [("journal", "0006_answered_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
