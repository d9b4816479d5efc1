"""A statement that was voided says when, and not by which: who voided it is erased with what they told."""

from django.db import migrations, models

from tallyhub.kernel.walls import RunRoleSQL, no_same_customer, same_customer

_KEY = ("learning_statement", "voiding_id")
KEPT = """
UPDATE learning_statement s SET voided_at = v.stored_at FROM learning_statement v WHERE v.id = s.voiding_id
"""


class Migration(migrations.Migration):
    dependencies = [("learning", "0002_walls")]
    operations = [
        migrations.AddField(
            model_name="xapistatement",
            name="voided_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        RunRoleSQL(no_same_customer(*_KEY), same_customer(*_KEY, "learning_statement")),
        migrations.RemoveField(model_name="xapistatement", name="voiding"),
    ]
