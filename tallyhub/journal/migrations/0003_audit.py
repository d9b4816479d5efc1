"""The audit page: an event may name its workspace, is found by time, and concerns a customer one works inside."""

import django.db.models.expressions
from django.db import migrations, models
from django.db.models import F, Q

from tallyhub.kernel.walls import CUSTOMERS, INSIDE, PERSON, WORKSPACES, RunRoleSQL

FORWARD = f"""
CREATE FUNCTION tallyhub_inside() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(nullif(current_setting('tallyhub.inside', true), ''), ',')::bigint[];
DROP POLICY readable ON journal_event;
CREATE POLICY readable ON journal_event FOR SELECT USING (
    customer_id = ANY ({CUSTOMERS}) OR workspace_id = ANY ({WORKSPACES}));
DROP POLICY writable ON journal_event;
-- Nobody writes an event in another's name, or into the journal of a customer that they do not work inside.
CREATE POLICY writable ON journal_event FOR INSERT WITH CHECK (
    actor_id IS NOT DISTINCT FROM {PERSON}
    AND (customer_id IS NULL OR customer_id = ANY ({INSIDE}))
    AND (workspace_id IS NULL OR workspace_id = ANY ({WORKSPACES}) OR customer_id = ANY ({CUSTOMERS})));
CREATE UNIQUE INDEX journal_event_look_once ON journal_event (
    customer_id, actor_id, (details ->> 'page'), (details ->> 'day')) WHERE kind = 'activity.looked';
"""
REVERSE = f"""
DROP INDEX journal_event_look_once;
DROP POLICY writable ON journal_event;
CREATE POLICY writable ON journal_event FOR INSERT WITH CHECK (actor_id IS NOT DISTINCT FROM {PERSON});
DROP POLICY readable ON journal_event;
CREATE POLICY readable ON journal_event FOR SELECT USING (customer_id = ANY ({CUSTOMERS}));
DROP FUNCTION tallyhub_inside;
"""


def _newest_first(*columns: str) -> list[django.db.models.expressions.Combinable]:
    return [*map(F, columns), F("at").desc(), F("id").desc()]


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_walls")]
    operations = [
        migrations.AddField("event", "workspace_id", models.BigIntegerField(null=True)),
        migrations.RemoveIndex("event", "event_of_customer"),
        migrations.AddIndex("event", models.Index(*_newest_first("customer_id"), name="event_of_customer_by_time")),
        migrations.AddIndex("event", models.Index(*_newest_first("customer_id", "kind"), name="event_of_kind")),
        migrations.AddIndex("event", models.Index(*_newest_first("customer_id", "actor_id"), name="event_of_actor")),
        migrations.AddIndex(
            "event",
            models.Index(
                *_newest_first("workspace_id"),
                condition=Q(workspace_id__isnull=False),
                name="event_of_workspace",
            ),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
