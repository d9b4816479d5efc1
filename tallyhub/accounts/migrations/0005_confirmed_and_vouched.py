"""Whether an address is confirmed, and whether the customer's own identity provider signed somebody in."""

from django.db import migrations, models

# Whoever has a password used a link that went to the address, or an operator set it.
CONFIRMED = "UPDATE accounts_person SET confirmed_at = created_at WHERE email IS NOT NULL AND password NOT LIKE '!%%'"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_token_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(CONFIRMED, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="session",
            name="vouched_by_id",
            field=models.BigIntegerField(null=True),
        ),
    ]
