"""The page of refused mails reads them by time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0009_draft_files")]
    operations = [
        migrations.AddIndex(
            "incoming",
            models.Index(
                fields=["-at", "-id"], condition=models.Q(("verdict", "taken"), _negated=True), name="incoming_refused"
            ),
        ),
    ]
