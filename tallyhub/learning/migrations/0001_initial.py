"""Learning activities, records, assignments, and the systems that tell of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tallyhub.learning.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agreements", "0010_terms_walls"),
        ("ledger", "0005_offers"),
        ("organizations", "0010_list_of_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                (
                    "format",
                    models.CharField(
                        choices=[
                            (tallyhub.learning.rules.Format["COURSE"], tallyhub.learning.rules.Format["COURSE"]),
                            (tallyhub.learning.rules.Format["LAB"], tallyhub.learning.rules.Format["LAB"]),
                            (tallyhub.learning.rules.Format["VIDEO"], tallyhub.learning.rules.Format["VIDEO"]),
                            (tallyhub.learning.rules.Format["WEBCAST"], tallyhub.learning.rules.Format["WEBCAST"]),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            (tallyhub.learning.rules.Level["BEGINNER"], tallyhub.learning.rules.Level["BEGINNER"]),
                            (
                                tallyhub.learning.rules.Level["INTERMEDIATE"],
                                tallyhub.learning.rules.Level["INTERMEDIATE"],
                            ),
                            (tallyhub.learning.rules.Level["ADVANCED"], tallyhub.learning.rules.Level["ADVANCED"]),
                            (tallyhub.learning.rules.Level["EXPERT"], tallyhub.learning.rules.Level["EXPERT"]),
                        ],
                        max_length=12,
                    ),
                ),
                ("language", models.CharField(max_length=3)),
                ("minutes", models.IntegerField()),
                ("names", models.JSONField()),
                ("descriptions", models.JSONField(default=dict)),
                ("url", models.URLField(max_length=500)),
                ("is_offered", models.BooleanField(default=True)),
                ("added_on", models.DateField()),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "format__in",
                                [
                                    tallyhub.learning.rules.Format["COURSE"],
                                    tallyhub.learning.rules.Format["LAB"],
                                    tallyhub.learning.rules.Format["VIDEO"],
                                    tallyhub.learning.rules.Format["WEBCAST"],
                                ],
                            )
                        ),
                        name="learning_activity_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "level__in",
                                [
                                    tallyhub.learning.rules.Level["BEGINNER"],
                                    tallyhub.learning.rules.Level["INTERMEDIATE"],
                                    tallyhub.learning.rules.Level["ADVANCED"],
                                    tallyhub.learning.rules.Level["EXPERT"],
                                ],
                            )
                        ),
                        name="learning_activity_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__regex", "^[a-z]{2,3}$")),
                        name="learning_activity_language_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 100000)),
                        name="learning_activity_takes_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("url__startswith", "https://")), name="learning_activity_is_on_https"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["-added_on", "-id"], name="learning_activity_by_day"),
                    models.Index(fields=["url"], name="learning_activity_by_url"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                ("assigned_by_id", models.BigIntegerField()),
                ("assigned_on", models.DateField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="learning.activity"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("workspace", "person", "activity"),
                        name="learning_assignment_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("assigned_on"))),
                        name="learning_assignment_due_later",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["customer", "person", "due_on"], name="learning_assignment_of_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_on", models.DateField(null=True)),
                ("last_activity_on", models.DateField(null=True)),
                ("completed_on", models.DateField(null=True)),
                ("progress_pct", models.SmallIntegerField(default=0)),
                ("choice", models.JSONField(default=dict)),
                (
                    "unbooked",
                    models.CharField(
                        blank=True,
                        choices=[
                            (tallyhub.learning.rules.Unbooked["MISSING"], tallyhub.learning.rules.Unbooked["MISSING"]),
                            (tallyhub.learning.rules.Unbooked["EXPIRED"], tallyhub.learning.rules.Unbooked["EXPIRED"]),
                            (
                                tallyhub.learning.rules.Unbooked["UNMAPPED"],
                                tallyhub.learning.rules.Unbooked["UNMAPPED"],
                            ),
                            (tallyhub.learning.rules.Unbooked["NOT_YET"], tallyhub.learning.rules.Unbooked["NOT_YET"]),
                            (
                                tallyhub.learning.rules.Unbooked["ARCHIVED"],
                                tallyhub.learning.rules.Unbooked["ARCHIVED"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("serial", models.IntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="learning.activity"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "entitlement",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.entitlement",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "person", "activity"), name="learning_record_once"),
                    models.UniqueConstraint(fields=("customer", "id"), name="learning_record_of_customer"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("completed_on", None),
                                ("last_activity_on", None),
                                ("progress_pct", 0),
                                ("started_on", None),
                            ),
                            models.Q(("last_activity_on__gte", models.F("started_on")), ("started_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="learning_record_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_on", None),
                            models.Q(("completed_on__gte", models.F("started_on")), ("progress_pct", 100)),
                            _connector="OR",
                        ),
                        name="learning_record_completed_in_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress_pct__gte", 0), ("progress_pct__lte", 100)),
                        name="learning_record_progress_pct",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "unbooked__in",
                                [
                                    "",
                                    tallyhub.learning.rules.Unbooked["MISSING"],
                                    tallyhub.learning.rules.Unbooked["EXPIRED"],
                                    tallyhub.learning.rules.Unbooked["UNMAPPED"],
                                    tallyhub.learning.rules.Unbooked["NOT_YET"],
                                    tallyhub.learning.rules.Unbooked["ARCHIVED"],
                                ],
                            )
                        ),
                        name="learning_record_unbooked_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entry", None), ("unbooked", ""), _connector="OR"),
                        name="learning_record_booked_or_not",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["customer", "person", "-started_on", "-id"], name="learning_record_of_person"),
                    models.Index(
                        fields=["entitlement", "workspace", "started_on", "id"], name="learning_record_by_day"
                    ),
                    models.Index(
                        condition=models.Q(("unbooked", ""), _negated=True),
                        fields=["customer"],
                        name="learning_record_unbooked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("external_id", models.CharField(max_length=120)),
                ("started_on", models.DateField(null=True)),
                ("touched_on", models.DateField(null=True)),
                ("completed_on", models.DateField(null=True)),
                ("progress_pct", models.SmallIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.workspace",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="learning.record",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "external_id", "source"), name="learning_fact_once"),
                    models.UniqueConstraint(fields=("customer", "id"), name="learning_fact_of_customer"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True), models.Q(("external_id", ""), _negated=True)
                        ),
                        name="learning_fact_named",
                    ),
                ],
                "indexes": [models.Index(fields=["record"], name="learning_fact_of_record")],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=60, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("home_page", models.CharField(blank=True, max_length=200)),
                ("takes_addresses", models.BooleanField(default=False)),
                ("made_by_id", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("uses", models.IntegerField(default=0)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="learning_source_of_customer"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("home_page", ""), _negated=True), ("takes_addresses", True), _connector="OR"
                        ),
                        name="learning_source_names_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="XapiStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement_id", models.UUIDField()),
                ("digest", models.BinaryField(max_length=32)),
                ("content", models.JSONField()),
                ("stored_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "fact",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="learning.fact",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learning.source",
                    ),
                ),
                (
                    "voiding",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learning.xapistatement",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.workspace",
                    ),
                ),
            ],
            options={
                "db_table": "learning_statement",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "statement_id"), name="learning_statement_once"),
                    models.UniqueConstraint(fields=("customer", "id"), name="learning_statement_of_customer"),
                ],
            },
        ),
    ]
