"""Escalations, their evidence and history, and what the provider's desk says to partners."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0016_partners_of_all"),
        ("health", "0003_channels"),
        ("organizations", "0013_staff_elsewhere"),
        ("helpdesk", "0004_gate_walls"),
        ("support", "0015_partner_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskSettings",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="organizations.organization",
                    ),
                ),
                ("takes_agreed", models.BooleanField(default=False)),
                ("security_channel", models.CharField(blank=True, max_length=300)),
                ("security_note", models.TextField(blank=True)),
                ("hours_a", models.PositiveSmallIntegerField(default=2)),
                ("hours_b", models.PositiveSmallIntegerField(default=4)),
                ("hours_c", models.PositiveSmallIntegerField(default=8)),
                ("changed_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("deviation", "deviation"),
                            ("outage", "outage"),
                            ("defect", "defect"),
                            ("network", "network"),
                            ("regional", "regional"),
                            ("agreed", "agreed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("severity", models.CharField(choices=[("A", "A"), ("B", "B"), ("C", "C")], max_length=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("awaiting_indirect_provider", "awaiting_indirect_provider"),
                            ("submitted", "submitted"),
                            ("accepted", "accepted"),
                            ("returned_incomplete", "returned_incomplete"),
                            ("in_progress", "in_progress"),
                            ("needs_partner", "needs_partner"),
                            ("solution_provided", "solution_provided"),
                            ("closed", "closed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=30,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                ("content", models.JSONField(default=dict)),
                ("health", models.JSONField(null=True)),
                ("diagnosis", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                ("forwarded_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "assigned_to",
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
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="health.healthevent",
                    ),
                ),
                (
                    "made_by",
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
                (
                    "provider",
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
                    "via",
                    models.ForeignKey(
                        null=True,
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
            ],
        ),
        migrations.CreateModel(
            name="EscalationEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("status", models.CharField(blank=True, max_length=30)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("partner", "partner"),
                            ("indirect_provider", "indirect_provider"),
                            ("provider", "provider"),
                            ("hub", "hub"),
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), default=list, size=None
                    ),
                ),
                ("number", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="helpdesk.escalationevent",
                    ),
                ),
                (
                    "actor",
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
                    "escalation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="helpdesk.escalation",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EscalationFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.BinaryField(max_length=32)),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "findings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "added_by",
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
                    "escalation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="helpdesk.escalation",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EscalationTenant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tenants",
                        to="helpdesk.escalation",
                    ),
                ),
                (
                    "organization",
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
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["request", "-id"], name="escalation_of_request"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["provider", "-changed_at", "-id"], name="escalation_at_provider"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["via", "-changed_at", "-id"], name="escalation_at_via"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["organization", "-changed_at", "-id"], name="escalation_at_partner"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "awaiting_indirect_provider",
                            "submitted",
                            "accepted",
                            "returned_incomplete",
                            "in_progress",
                            "needs_partner",
                            "solution_provided",
                            "closed",
                            "withdrawn",
                        ],
                    )
                ),
                name="escalation_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("category__in", ["deviation", "outage", "defect", "network", "regional", "agreed"])
                ),
                name="escalation_category_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ["A", "B", "C"])), name="escalation_severity_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("forwarded_at", None), ("submitted_at", None)), ("health__isnull", False), _connector="OR"
                ),
                name="escalation_sent_with_health_check",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["awaiting_indirect_provider", "submitted"]), _negated=True),
                    ("forwarded_at__isnull", False),
                    ("submitted_at__isnull", False),
                    _connector="OR",
                ),
                name="escalation_sent_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("via", None), models.Q(("via", models.F("organization")), _negated=True), _connector="OR"
                ),
                name="escalation_via_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["closed", "withdrawn"]), _negated=True),
                fields=("request",),
                name="escalation_runs_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(fields=("organization", "id"), name="escalation_of_partner"),
        ),
        migrations.AddIndex(
            model_name="escalationevent",
            index=models.Index(fields=["escalation", "at", "id"], name="escalation_event_of"),
        ),
        migrations.AddConstraint(
            model_name="escalationevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["partner", "indirect_provider", "provider", "hub"])),
                name="escalation_event_side_known",
            ),
        ),
        migrations.AddIndex(
            model_name="escalationfile",
            index=models.Index(fields=["escalation", "id"], name="escalation_file_of"),
        ),
        migrations.AddConstraint(
            model_name="escalationtenant",
            constraint=models.UniqueConstraint(fields=("escalation", "customer"), name="escalation_tenant_once"),
        ),
    ]
