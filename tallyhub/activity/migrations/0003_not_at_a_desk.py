"""What a customer was told of its balance is nothing for a partner's people at their desk, by the database."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, not_at_a_desk


class Migration(migrations.Migration):
    dependencies = [("activity", "0002_walls")]
    operations = [
        RunRoleSQL(not_at_a_desk("activity_statement"), "DROP POLICY not_at_a_desk ON activity_statement;"),
    ]
