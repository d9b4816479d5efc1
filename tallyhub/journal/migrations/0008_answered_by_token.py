"""What a token was answered, also of one that acts inside no customer. A token's keys are its own as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0007_request_looks")]
    operations = [
        migrations.AlterField("answered", "customer_id", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "answered", models.UniqueConstraint(fields=["token_id", "key"], name="answered_once_by_token")
        ),
        migrations.RemoveConstraint("answered", "answered_once"),
    ]
