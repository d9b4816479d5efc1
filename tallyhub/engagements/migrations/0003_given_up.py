"""Which entries an engagement took back itself: what others take back is not booked anew behind their backs."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("engagements", "0002_walls")]
    operations: ClassVar = [
        migrations.AddField("engagementbooking", "is_given_up", models.BooleanField(default=False, db_default=False)),
    ]
