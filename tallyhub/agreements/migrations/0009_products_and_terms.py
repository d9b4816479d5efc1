"""What requests are about, what a package covers, and the terms by which they are answered and charged."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tallyhub.accounts.rules
import tallyhub.agreements.rules

# What was sold for the whole enterprise was never limited to a product.
KEPT = "UPDATE agreements_package SET covers_every_product = true WHERE scope = 'enterprise';"


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0008_customers_naming"),
        ("organizations", "0010_list_of_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("names", models.JSONField()),
                ("is_offered", models.BooleanField(default=True)),
            ],
        ),
        migrations.AddField(
            model_name="entitlement",
            name="request_cap",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="package",
            name="covers_every_product",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="WorkCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("zone", models.CharField(max_length=64, validators=[tallyhub.accounts.rules.check_zone])),
                ("week", models.JSONField()),
                (
                    "holidays",
                    django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="calendar_of_customer"),
                    models.UniqueConstraint(fields=("customer", "name"), name="calendar_name_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numerator", models.PositiveSmallIntegerField()),
                ("denominator", models.PositiveSmallIntegerField(default=1)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="time_rules",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.workcalendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("denominator__gte", 1), ("numerator__gte", models.F("denominator"))),
                        name="time_rule_never_less",
                    ),
                    models.UniqueConstraint(fields=("agreement", "calendar"), name="time_rule_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResponseGoal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            (tallyhub.agreements.rules.Severity["A"], tallyhub.agreements.rules.Severity["A"]),
                            (tallyhub.agreements.rules.Severity["B"], tallyhub.agreements.rules.Severity["B"]),
                            (tallyhub.agreements.rules.Severity["C"], tallyhub.agreements.rules.Severity["C"]),
                        ],
                        max_length=1,
                    ),
                ),
                ("minutes", models.PositiveIntegerField()),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="goals",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.workcalendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "severity__in",
                                [
                                    tallyhub.agreements.rules.Severity["A"],
                                    tallyhub.agreements.rules.Severity["B"],
                                    tallyhub.agreements.rules.Severity["C"],
                                ],
                            )
                        ),
                        name="goal_severity_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("minutes__gte", 1)), name="goal_takes_time"),
                    models.UniqueConstraint(fields=("agreement", "severity"), name="goal_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "package",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverage",
                        to="agreements.package",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.product"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("package", "product"), name="coverage_once")],
            },
        ),
    ]
