"""Whoever worked on a request at a supplier's desk has a name there after it was given back."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

_LOOK_UPS = import_module("tallyhub.support.migrations.0015_partner_requests").LOOK_UPS
BEFORE = _LOOK_UPS[_LOOK_UPS.index("CREATE FUNCTION support_desk_names") :].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
NOW = BEFORE.replace(
    "o.id IN (r.partner_id, r.desk_id))",
    "o.id IN (r.partner_id, r.desk_id)) OR s.person_id = ANY (people) AND EXISTS (\n"
    "        SELECT FROM helpdesk_handover h WHERE h.customer_id = ANY (tallyhub_inside()) AND h.was_id = o.id)",
)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0012_unsent_evidence")]
    operations = [RunRoleSQL(NOW, BEFORE)]
