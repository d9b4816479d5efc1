"""What customers wish of their subscriptions, and what partners mean to do about what a customer may need."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0016_partners_of_all"),
        ("organizations", "0013_staff_elsewhere"),
        ("partners", "0009_staff_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("reason", models.TextField(blank=True)),
                (
                    "requests",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("offered", "offered"), ("won", "won"), ("lost", "lost")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField(null=True)),
                ("notes", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organizations.staff",
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
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.service",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "customer", "-id"], name="follow_up_of_customer"),
                    models.Index(
                        condition=models.Q(("state__in", ["offered", "open"])),
                        fields=["organization", "due_on"],
                        name="follow_up_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "offered", "won", "lost"])),
                        name="follow_up_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="follow_up_has_title"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("buy", "buy"), ("add", "add"), ("reduce", "reduce"), ("cancel", "cancel")],
                        max_length=10,
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=200)),
                ("amount", models.BigIntegerField(null=True)),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("minutes", "minutes"),
                            ("cases", "cases"),
                            ("credits", "credits"),
                            ("activities", "activities"),
                            ("setups", "setups"),
                            ("runs", "runs"),
                            ("people", "people"),
                        ],
                        max_length=20,
                    ),
                ),
                ("wanted_from", models.DateField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("accepted", "accepted"),
                            ("done", "done"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by_id", models.BigIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by_id", models.BigIntegerField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("note", models.TextField(blank=True)),
                ("number", models.CharField(blank=True, max_length=60)),
                ("owner_id", models.BigIntegerField(null=True)),
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
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
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
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.product",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "-id"], name="wish_of_organization"),
                    models.Index(fields=["customer", "-id"], name="wish_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["buy", "add", "reduce", "cancel"])), name="wish_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "accepted", "done", "declined", "withdrawn"])),
                        name="wish_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unit", ""),
                            ("unit__in", ["minutes", "cases", "credits", "activities", "setups", "runs", "people"]),
                            _connector="OR",
                        ),
                        name="wish_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount", None),
                            models.Q(("amount__gte", 1), models.Q(("unit", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="wish_amount_in_a_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "buy"), ("package__isnull", False), _connector="OR"),
                        name="wish_about_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "buy"), _negated=True),
                            ("product__isnull", False),
                            models.Q(("what", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="wish_for_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="wish_declined_with_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["accepted", "asked"])),
                        fields=("customer", "kind", "package", "entitlement", "product", "what"),
                        name="wish_open_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(fields=("customer", "id"), name="wish_of_customer"),
                ],
            },
        ),
    ]
