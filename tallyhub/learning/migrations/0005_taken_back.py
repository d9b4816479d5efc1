"""What somebody took back in the ledger is told, and keeps its entry: it is not booked again behind their back."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

WHY = ["missing", "expired", "unmapped", "not_yet", "archived", "taken_back"]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("learning", "0004_rows_of_nothing")]
    operations: ClassVar = [
        migrations.AlterField(
            "record", "unbooked", models.CharField(blank=True, choices=[(one, one) for one in WHY], max_length=10)
        ),
        migrations.RemoveConstraint("record", "learning_record_unbooked_known"),
        migrations.AddConstraint(
            "record",
            models.CheckConstraint(condition=Q(unbooked__in=["", *WHY]), name="learning_record_unbooked_known"),
        ),
        migrations.RemoveConstraint("record", "learning_record_booked_or_not"),
        migrations.AddConstraint(
            "record",
            models.CheckConstraint(
                condition=Q(entry=None) | Q(unbooked__in=["", "taken_back"]), name="learning_record_booked_or_not"
            ),
        ),
    ]
