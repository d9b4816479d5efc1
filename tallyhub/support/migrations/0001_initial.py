"""Requests and what belongs to them."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tallyhub.agreements.rules
import tallyhub.support.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agreements", "0009_products_and_terms"),
        ("ledger", "0004_customers_of_person"),
        ("organizations", "0010_list_of_people"),
        ("people", "0005_sign_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Incoming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("verdict", models.CharField(max_length=40)),
                ("serial", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "author",
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("customer", "id"), name="note_of_customer")],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (tallyhub.support.rules.Kind["PROBLEM"], tallyhub.support.rules.Kind["PROBLEM"]),
                            (tallyhub.support.rules.Kind["ADVICE"], tallyhub.support.rules.Kind["ADVICE"]),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "request_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                tallyhub.support.rules.RequestClass["STANDARD"],
                                tallyhub.support.rules.RequestClass["STANDARD"],
                            ),
                            (tallyhub.support.rules.RequestClass["SU"], tallyhub.support.rules.RequestClass["SU"]),
                            (tallyhub.support.rules.RequestClass["DSA"], tallyhub.support.rules.RequestClass["DSA"]),
                            (tallyhub.support.rules.RequestClass["X85"], tallyhub.support.rules.RequestClass["X85"]),
                            (tallyhub.support.rules.RequestClass["REC"], tallyhub.support.rules.RequestClass["REC"]),
                        ],
                        max_length=3,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                ("impact", models.TextField(blank=True)),
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
                (
                    "status",
                    models.CharField(
                        choices=[
                            (tallyhub.support.rules.Status["SUBMITTED"], tallyhub.support.rules.Status["SUBMITTED"]),
                            (tallyhub.support.rules.Status["ASSIGNED"], tallyhub.support.rules.Status["ASSIGNED"]),
                            (
                                tallyhub.support.rules.Status["IN_PROGRESS"],
                                tallyhub.support.rules.Status["IN_PROGRESS"],
                            ),
                            (tallyhub.support.rules.Status["WAITING"], tallyhub.support.rules.Status["WAITING"]),
                            (tallyhub.support.rules.Status["RESOLVED"], tallyhub.support.rules.Status["RESOLVED"]),
                            (tallyhub.support.rules.Status["CLOSED"], tallyhub.support.rules.Status["CLOSED"]),
                            (tallyhub.support.rules.Status["REOPENED"], tallyhub.support.rules.Status["REOPENED"]),
                            (tallyhub.support.rules.Status["CANCELLED"], tallyhub.support.rules.Status["CANCELLED"]),
                        ],
                        default=tallyhub.support.rules.Status["SUBMITTED"],
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("answer_due_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField(null=True)),
                ("called_at", models.DateTimeField(null=True)),
                ("called_for", models.TextField(blank=True)),
                ("call_heard_at", models.DateTimeField(null=True)),
                ("source", models.CharField(default=tallyhub.support.rules.Source["PAGE"], max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("version", models.IntegerField(default=1)),
                ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.agreement",
                    ),
                ),
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
                    "merged_into",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="support.request",
                    ),
                ),
                (
                    "opened_by",
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
                    "package",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.package",
                    ),
                ),
                (
                    "primary_contact",
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
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.product",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [tallyhub.support.rules.Kind["PROBLEM"], tallyhub.support.rules.Kind["ADVICE"]],
                            )
                        ),
                        name="request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "request_class__in",
                                [
                                    tallyhub.support.rules.RequestClass["STANDARD"],
                                    tallyhub.support.rules.RequestClass["SU"],
                                    tallyhub.support.rules.RequestClass["DSA"],
                                    tallyhub.support.rules.RequestClass["X85"],
                                    tallyhub.support.rules.RequestClass["REC"],
                                ],
                            )
                        ),
                        name="request_class_known",
                    ),
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
                        name="request_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    tallyhub.support.rules.Status["SUBMITTED"],
                                    tallyhub.support.rules.Status["ASSIGNED"],
                                    tallyhub.support.rules.Status["IN_PROGRESS"],
                                    tallyhub.support.rules.Status["WAITING"],
                                    tallyhub.support.rules.Status["RESOLVED"],
                                    tallyhub.support.rules.Status["CLOSED"],
                                    tallyhub.support.rules.Status["REOPENED"],
                                    tallyhub.support.rules.Status["CANCELLED"],
                                ],
                            )
                        ),
                        name="request_status_known",
                    ),
                    models.UniqueConstraint(fields=("customer", "id"), name="request_of_customer"),
                    models.UniqueConstraint(fields=("customer", "workspace", "id"), name="request_of_workspace"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("customer", "external_id", "source"),
                        name="request_once",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["workspace", "-opened_at", "-id"], name="request_by_opening"),
                    models.Index(fields=["workspace", "status", "-opened_at", "-id"], name="request_by_status"),
                    models.Index(fields=["customer", "-changed_at", "-id"], name="request_by_change"),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="request_by_words"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoteFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.BinaryField(max_length=32)),
                ("key", models.CharField(max_length=64, unique=True)),
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
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="support.note",
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="note_files",
                        to="support.request",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["request", "at", "id"], name="note_file_of_request")],
            },
        ),
        migrations.AddField(
            model_name="note",
            name="request",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="support.request",
            ),
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_by_staff", models.BooleanField()),
                ("body", models.TextField()),
                ("source", models.CharField(default=tallyhub.support.rules.Source["PAGE"], max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=255)),
                ("at", models.DateTimeField()),
                (
                    "author",
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="support.request",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="message_of_customer"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("request", "source", "external_id"),
                        name="message_once",
                    ),
                ],
                "indexes": [models.Index(fields=["request", "at", "id"], name="message_of_request")],
            },
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.BinaryField(max_length=32)),
                ("key", models.CharField(max_length=64, unique=True)),
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
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="support.message",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="support.request",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["request", "at", "id"], name="file_of_request")],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("details", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="support.request",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["request", "at", "id"], name="change_of_request")],
            },
        ),
        migrations.CreateModel(
            name="RequestViewer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            (tallyhub.support.rules.Why["OPENED"], tallyhub.support.rules.Why["OPENED"]),
                            (tallyhub.support.rules.Why["PRIMARY"], tallyhub.support.rules.Why["PRIMARY"]),
                            (tallyhub.support.rules.Why["SHARED"], tallyhub.support.rules.Why["SHARED"]),
                            (tallyhub.support.rules.Why["DEFAULT_GROUP"], tallyhub.support.rules.Why["DEFAULT_GROUP"]),
                        ],
                        max_length=15,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("given_by_id", models.BigIntegerField(null=True)),
                ("given_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.group",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="viewers",
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "why__in",
                                [
                                    tallyhub.support.rules.Why["OPENED"],
                                    tallyhub.support.rules.Why["PRIMARY"],
                                    tallyhub.support.rules.Why["SHARED"],
                                    tallyhub.support.rules.Why["DEFAULT_GROUP"],
                                ],
                            )
                        ),
                        name="viewer_why_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", True), ("group__isnull", True), _connector="XOR"),
                        name="viewer_person_or_group",
                    ),
                    models.UniqueConstraint(fields=("request", "person"), name="viewer_person_once"),
                    models.UniqueConstraint(fields=("request", "group"), name="viewer_group_once"),
                ],
                "indexes": [
                    models.Index(fields=["person", "-opened_at", "-request"], name="viewer_of_person"),
                    models.Index(fields=["group", "-opened_at", "-request"], name="viewer_of_group"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Work",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("minutes", models.PositiveIntegerField()),
                ("what", models.CharField(max_length=20)),
                ("note", models.TextField(blank=True)),
                ("is_goodwill", models.BooleanField(default=False)),
                ("serial", models.IntegerField(default=1)),
                ("unbooked", models.CharField(blank=True, max_length=40)),
                ("choice", models.JSONField(default=dict)),
                ("source", models.CharField(default=tallyhub.support.rules.Source["PAGE"], max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "engineer",
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work",
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="work_of_customer"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("customer", "external_id", "source"),
                        name="work_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)), name="work_within_a_day"
                    ),
                ],
                "indexes": [models.Index(fields=["request", "starts_at", "id"], name="work_of_request")],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_reversed", models.BooleanField(default=False)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.entitlement",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="support.request",
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="support.work",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["request"], name="booking_of_request")],
            },
        ),
        migrations.CreateModel(
            name="DefaultGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.group",
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
                "constraints": [models.UniqueConstraint(fields=("workspace", "person"), name="default_group_once")],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("typed", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
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
                "indexes": [models.Index(fields=["person", "-changed_at"], name="draft_of_person")],
            },
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["request", "at", "id"], name="note_of_request"),
        ),
    ]
