"""What is found out at a desk about a partner request, and what a partner solves by itself."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tallyhub.helpdesk.gates.rules


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0016_partners_of_all"),
        ("health", "0003_channels"),
        ("helpdesk", "0002_walls"),
        ("organizations", "0013_staff_elsewhere"),
        ("partners", "0009_staff_invitations"),
        ("support", "0015_partner_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="BaselineItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("titles", models.JSONField()),
                ("texts", models.JSONField()),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_used", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
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
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hypothesis", models.TextField(blank=True)),
                ("step", models.TextField(blank=True)),
                ("result", models.TextField(blank=True)),
                ("acted_as", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.request",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.configurationtask",
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
        ),
        migrations.CreateModel(
            name="HealthCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            (
                                tallyhub.helpdesk.gates.rules.Result["MATCH"],
                                tallyhub.helpdesk.gates.rules.Result["MATCH"],
                            ),
                            (
                                tallyhub.helpdesk.gates.rules.Result["NO_MATCH"],
                                tallyhub.helpdesk.gates.rules.Result["NO_MATCH"],
                            ),
                            (
                                tallyhub.helpdesk.gates.rules.Result["NONE"],
                                tallyhub.helpdesk.gates.rules.Result["NONE"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "shown",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "despite",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                tallyhub.helpdesk.gates.rules.Despite["NEEDS_HELP"],
                                tallyhub.helpdesk.gates.rules.Despite["NEEDS_HELP"],
                            ),
                            (
                                tallyhub.helpdesk.gates.rules.Despite["DIFFERS"],
                                tallyhub.helpdesk.gates.rules.Despite["DIFFERS"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="health.healthevent",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.product",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.request",
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
        ),
        migrations.CreateModel(
            name="IncidentLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("left_by_id", models.BigIntegerField(null=True)),
                (
                    "left_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                tallyhub.helpdesk.gates.rules.Left["NEEDS_HELP"],
                                tallyhub.helpdesk.gates.rules.Left["NEEDS_HELP"],
                            ),
                            (
                                tallyhub.helpdesk.gates.rules.Left["DIFFERS"],
                                tallyhub.helpdesk.gates.rules.Left["DIFFERS"],
                            ),
                            (tallyhub.helpdesk.gates.rules.Left["GONE"], tallyhub.helpdesk.gates.rules.Left["GONE"]),
                            (tallyhub.helpdesk.gates.rules.Left["STAYS"], tallyhub.helpdesk.gates.rules.Left["STAYS"]),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="health.healthevent"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.request",
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
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="helpdesk.baselineitem"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.message",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.request",
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
        ),
        migrations.CreateModel(
            name="RightsNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("consent_asked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.request",
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
        ),
        migrations.AddConstraint(
            model_name="baselineitem",
            constraint=models.UniqueConstraint(fields=("organization", "code"), name="baseline_code_once"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["request", "at", "id"], name="entry_of_request"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="entry_of_customer_and_request"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hypothesis", ""), ("result", ""), ("step", ""), _negated=True),
                    ("task__isnull", False),
                    _connector="OR",
                ),
                name="entry_says_something",
            ),
        ),
        migrations.AddIndex(
            model_name="healthcheck",
            index=models.Index(fields=["request", "-at", "-id"], name="health_check_newest"),
        ),
        migrations.AddConstraint(
            model_name="healthcheck",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="health_check_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="healthcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "result__in",
                        [
                            tallyhub.helpdesk.gates.rules.Result["MATCH"],
                            tallyhub.helpdesk.gates.rules.Result["NO_MATCH"],
                            tallyhub.helpdesk.gates.rules.Result["NONE"],
                        ],
                    )
                ),
                name="health_check_result_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="healthcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event__isnull", False), ("result", tallyhub.helpdesk.gates.rules.Result["MATCH"])),
                    models.Q(
                        models.Q(("result", tallyhub.helpdesk.gates.rules.Result["MATCH"]), _negated=True),
                        ("despite", ""),
                        ("event", None),
                    ),
                    _connector="OR",
                ),
                name="health_check_match_names_event",
            ),
        ),
        migrations.AddIndex(
            model_name="incidentlink",
            index=models.Index(condition=models.Q(("left_at", None)), fields=["event"], name="incident_link_running"),
        ),
        migrations.AddIndex(
            model_name="incidentlink",
            index=models.Index(fields=["request", "-since"], name="incident_link_newest"),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="incident_link_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)), fields=("request",), name="incident_link_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left_at", None), ("left_why", "")),
                    models.Q(("left_at__isnull", False), models.Q(("left_why", ""), _negated=True)),
                    _connector="OR",
                ),
                name="incident_link_left_for_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="resolution",
            index=models.Index(fields=["request", "-at", "-id"], name="resolution_newest"),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="resolution_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="rightsneed",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="rights_need_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="rightsneed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("request",), name="rights_need_one"
            ),
        ),
    ]
