"""Who administers a workspace only must learn who sees it by a role in the whole customer (R7.3)."""

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, RunRoleSQL

FORWARD = f"""
CREATE POLICY readable_in_whole ON organizations_accessgrant FOR SELECT USING (
    workspace_id IS NULL AND customer_id = ANY ({INSIDE}));
"""
REVERSE = "DROP POLICY readable_in_whole ON organizations_accessgrant;"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_person_in"), ("journal", "0003_audit")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
