"""Mails that came to a partner's desk, and their files."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0008_unsent_evidence"),
        ("organizations", "0014_at_work"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.CharField(max_length=254)),
                ("sender_name", models.CharField(blank=True, max_length=200)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("left_out", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("taken", "taken"),
                            ("spam", "spam"),
                            ("stranger", "stranger"),
                            ("known", "known"),
                            ("other", "other"),
                        ],
                        max_length=10,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "done_by",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeskMailFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.BinaryField(max_length=32)),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "mail",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="helpdesk.deskmail",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="deskmail",
            index=models.Index(
                condition=models.Q(("outcome", "")), fields=["organization", "-at", "-id"], name="desk_mail_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="deskmail",
            index=models.Index(
                condition=models.Q(("outcome", ""), _negated=True),
                fields=["organization", "-at", "-id"],
                name="desk_mail_done",
            ),
        ),
        migrations.AddIndex(
            model_name="deskmail",
            index=models.Index(fields=["sender"], name="desk_mail_of_sender"),
        ),
        migrations.AddConstraint(
            model_name="deskmail",
            constraint=models.UniqueConstraint(fields=("organization", "id"), name="desk_mail_of_organization"),
        ),
        migrations.AddConstraint(
            model_name="deskmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["", "taken", "spam", "stranger", "known", "other"])),
                name="desk_mail_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="deskmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("outcome", "")),
                    models.Q(models.Q(("outcome", ""), _negated=True), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="desk_mail_done_or_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="deskmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "taken"), models.Q(("number", ""), _negated=True)),
                    models.Q(models.Q(("outcome", "taken"), _negated=True), ("number", "")),
                    _connector="OR",
                ),
                name="desk_mail_taken_has_request",
            ),
        ),
    ]
