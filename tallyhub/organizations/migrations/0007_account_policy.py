"""Which accounts a workspace accepts, and how the customer proves which are its own (R3.6, R7.2)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was there goes on: its domains count as proved, and its workspaces accept whom they accepted.
KEPT = """
UPDATE organizations_proveddomain SET proved_at = now(), reason = CASE proved_by WHEN 'csam' THEN 'import' ELSE '' END;
UPDATE organizations_workspace SET allows_personal = true;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_use_token"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vouched_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="proveddomain",
            name="domain_once",
        ),
        migrations.AddField(
            model_name="proveddomain",
            name="challenge",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="proveddomain",
            name="proved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="proveddomain",
            name="reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="allows_personal",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="workspace",
            name="archived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="goal",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="refuses_personal",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="proveddomain",
            constraint=models.UniqueConstraint(fields=("customer", "domain"), name="domain_claimed_once"),
        ),
        migrations.AddConstraint(
            model_name="proveddomain",
            constraint=models.UniqueConstraint(
                condition=models.Q(("proved_at__isnull", False)), fields=("domain",), name="domain_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proveddomain",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proved_by", "csam"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="domain_set_with_reason",
            ),
        ),
        migrations.AddField(
            model_name="workaccount",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
            ),
        ),
        migrations.AddField(
            model_name="workaccount",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="work_accounts", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="workaccount",
            constraint=models.UniqueConstraint(fields=("customer", "person"), name="work_account_once"),
        ),
    ]
