import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tallyhub.assessments.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agreements", "0012_unit_runs"),
        ("ledger", "0005_offers"),
        ("organizations", "0010_list_of_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "focus",
                    models.CharField(
                        choices=[
                            (
                                tallyhub.assessments.rules.Focus["SECURITY"],
                                tallyhub.assessments.rules.Focus["SECURITY"],
                            ),
                            (
                                tallyhub.assessments.rules.Focus["AVAILABILITY"],
                                tallyhub.assessments.rules.Focus["AVAILABILITY"],
                            ),
                            (
                                tallyhub.assessments.rules.Focus["PERFORMANCE"],
                                tallyhub.assessments.rules.Focus["PERFORMANCE"],
                            ),
                            (
                                tallyhub.assessments.rules.Focus["OPERATION"],
                                tallyhub.assessments.rules.Focus["OPERATION"],
                            ),
                            (tallyhub.assessments.rules.Focus["CHANGE"], tallyhub.assessments.rules.Focus["CHANGE"]),
                            (tallyhub.assessments.rules.Focus["UPGRADE"], tallyhub.assessments.rules.Focus["UPGRADE"]),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            (tallyhub.assessments.rules.Priority["HIGH"], tallyhub.assessments.rules.Priority["HIGH"]),
                            (
                                tallyhub.assessments.rules.Priority["MEDIUM"],
                                tallyhub.assessments.rules.Priority["MEDIUM"],
                            ),
                            (tallyhub.assessments.rules.Priority["LOW"], tallyhub.assessments.rules.Priority["LOW"]),
                        ],
                        max_length=10,
                    ),
                ),
                ("titles", models.JSONField()),
                ("descriptions", models.JSONField(default=dict)),
                ("remedies", models.JSONField(default=dict)),
                ("questions", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "focus__in",
                                [
                                    tallyhub.assessments.rules.Focus["SECURITY"],
                                    tallyhub.assessments.rules.Focus["AVAILABILITY"],
                                    tallyhub.assessments.rules.Focus["PERFORMANCE"],
                                    tallyhub.assessments.rules.Focus["OPERATION"],
                                    tallyhub.assessments.rules.Focus["CHANGE"],
                                    tallyhub.assessments.rules.Focus["UPGRADE"],
                                ],
                            )
                        ),
                        name="check_focus_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "priority__in",
                                [
                                    tallyhub.assessments.rules.Priority["HIGH"],
                                    tallyhub.assessments.rules.Priority["MEDIUM"],
                                    tallyhub.assessments.rules.Priority["LOW"],
                                ],
                            )
                        ),
                        name="check_priority_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Definition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("names", models.JSONField()),
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
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("collected_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("source", models.CharField(default=tallyhub.assessments.rules.Source["FILE"], max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("digest", models.BinaryField(max_length=32)),
                ("prerequisites", models.PositiveIntegerField(default=0)),
                ("prerequisites_passed", models.PositiveIntegerField(default=0)),
                ("passed", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("not_applicable", models.PositiveIntegerField(default=0)),
                ("errors", models.PositiveIntegerField(default=0)),
                ("high", models.PositiveIntegerField(default=0)),
                ("affected", models.PositiveBigIntegerField(default=0)),
                ("choice", models.JSONField(default=dict)),
                ("unbooked", models.CharField(blank=True, max_length=40)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("objects_cleared_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        db_index=False,
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
                    "withdrawn_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    models.UniqueConstraint(fields=("customer", "id"), name="run_of_customer"),
                    models.UniqueConstraint(fields=("customer", "workspace", "id"), name="run_of_workspace"),
                    models.UniqueConstraint(
                        condition=models.Q(models.Q(("external_id", ""), _negated=True), ("withdrawn_at", None)),
                        fields=("customer", "source", "external_id"),
                        name="run_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prerequisites_passed__lte", models.F("prerequisites"))),
                        name="run_prerequisites_in_order",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["entitlement", "workspace"], name="run_of_entitlement"),
                    models.Index(
                        condition=models.Q(models.Q(("unbooked", ""), _negated=True), ("withdrawn_at", None)),
                        fields=["customer"],
                        name="run_unbooked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            (
                                tallyhub.assessments.rules.Outcome["PASSED"],
                                tallyhub.assessments.rules.Outcome["PASSED"],
                            ),
                            (
                                tallyhub.assessments.rules.Outcome["FAILED"],
                                tallyhub.assessments.rules.Outcome["FAILED"],
                            ),
                            (
                                tallyhub.assessments.rules.Outcome["NOT_APPLICABLE"],
                                tallyhub.assessments.rules.Outcome["NOT_APPLICABLE"],
                            ),
                            (tallyhub.assessments.rules.Outcome["ERROR"], tallyhub.assessments.rules.Outcome["ERROR"]),
                        ],
                        max_length=20,
                    ),
                ),
                ("affected", models.PositiveIntegerField(default=0)),
                (
                    "checked",
                    models.ForeignKey(
                        db_column="check_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.check",
                    ),
                ),
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
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="assessments.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    tallyhub.assessments.rules.Outcome["PASSED"],
                                    tallyhub.assessments.rules.Outcome["FAILED"],
                                    tallyhub.assessments.rules.Outcome["NOT_APPLICABLE"],
                                    tallyhub.assessments.rules.Outcome["ERROR"],
                                ],
                            )
                        ),
                        name="finding_outcome_known",
                    ),
                    models.UniqueConstraint(fields=("run", "checked"), name="finding_once"),
                    models.UniqueConstraint(fields=("customer", "workspace", "id"), name="finding_of_workspace"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SetUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(blank=True, max_length=100)),
                ("configured_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("choice", models.JSONField(default=dict)),
                ("unbooked", models.CharField(blank=True, max_length=40)),
                ("is_beyond", models.BooleanField(default=False)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.definition"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entitlement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.entitlement",
                    ),
                ),
                (
                    "set_up_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    models.UniqueConstraint(fields=("customer", "id"), name="setup_of_customer"),
                    models.UniqueConstraint(fields=("customer", "workspace", "id"), name="setup_of_workspace"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)),
                        fields=("workspace", "definition", "label"),
                        name="setup_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("configured_on")), _connector="OR"
                        ),
                        name="setup_days_in_order",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["entitlement", "workspace"], name="setup_of_entitlement"),
                    models.Index(condition=models.Q(("ended_on", None)), fields=["customer"], name="setup_active"),
                ],
            },
        ),
        migrations.AddField(
            model_name="run",
            name="set_up",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="assessments.setup",
            ),
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("published_at", models.DateTimeField()),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="assessments.definition",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("definition", "number"), name="version_once")],
            },
        ),
        migrations.AddField(
            model_name="run",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.version"
            ),
        ),
        migrations.CreateModel(
            name="AnswerDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answers", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                (
                    "set_up",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessments.setup",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.version"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="check",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="assessments.version"
            ),
        ),
        migrations.CreateModel(
            name="AffectedObject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=300)),
                ("kind", models.CharField(blank=True, max_length=60)),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
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
                    "finding",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessments.finding",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["finding", "id"], name="object_of_finding")],
            },
        ),
        migrations.CreateModel(
            name="Prerequisite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=300)),
                ("group", models.CharField(blank=True, max_length=300)),
                ("is_passed", models.BooleanField()),
                ("fix", models.TextField(blank=True)),
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
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessments.run",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "place"), name="prerequisite_once")],
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["set_up", "-collected_at", "-id"], name="run_of_setup"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)), fields=("set_up", "digest"), name="run_file_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="check",
            constraint=models.UniqueConstraint(fields=("version", "code"), name="check_once"),
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("file", models.CharField(blank=True, max_length=100)),
                (
                    "stage",
                    models.CharField(
                        choices=[("asked", "asked"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField()),
                ("problem", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessments.run",
                    ),
                ),
                (
                    "set_up",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessments.setup",
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
                "indexes": [
                    models.Index(fields=["set_up", "-id"], name="intake_of_setup"),
                    models.Index(
                        condition=models.Q(("file", ""), _negated=True), fields=["at"], name="intake_with_file"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["asked", "running", "done", "failed"])),
                        name="intake_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("run__isnull", False), ("stage", "done")),
                            models.Q(models.Q(("stage", "done"), _negated=True), ("run", None)),
                            _connector="OR",
                        ),
                        name="intake_done_has_run",
                    ),
                ],
            },
        ),
    ]
