"""Assessments may be sold by the run."""

from django.db import migrations, models
from django.db.models import Q

from tallyhub.kernel.amounts import Unit

KNOWN = ["minutes", "cases", "credits", "activities", "setups", "runs", "people"]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0011_late_cancel")]
    operations = [
        migrations.RemoveConstraint("service", "service_unit_known"),
        migrations.AlterField("service", "unit", models.CharField(max_length=20, choices=[(u, u) for u in Unit])),
        migrations.AddConstraint(
            "service", models.CheckConstraint(condition=Q(unit__in=KNOWN), name="service_unit_known")
        ),
    ]
