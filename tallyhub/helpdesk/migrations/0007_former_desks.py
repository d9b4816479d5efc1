"""A supplier that gave a request back is at no desk any more, and what its people said there keeps its name."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, RunRoleSQL

_BEFORE = import_module("tallyhub.support.migrations.0015_partner_requests").LOOK_UPS
_NAMES = "CREATE OR REPLACE FUNCTION support_desk_names" + _BEFORE.partition("CREATE FUNCTION support_desk_names")[2]
_WORKED = f"""s.person_id = ANY (people) AND (EXISTS (
        SELECT FROM helpdesk_handover h WHERE h.customer_id = ANY ({INSIDE}) AND h.was_id = o.id) OR EXISTS ("""
FORWARD = _NAMES.replace("s.person_id = ANY (people) AND EXISTS (", _WORKED).replace(
    "o.id IN (r.partner_id, r.desk_id));", "o.id IN (r.partner_id, r.desk_id)));"
)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0006_escalation_walls"), ("support", "0015_partner_requests")]
    operations = [RunRoleSQL(FORWARD, _NAMES)]
