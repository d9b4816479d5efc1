"""Tokens that ask for changes of subscriptions."""

from django.db import migrations, models

SCOPES = [
    "agreements:read",
    "entries:read",
    "entries:write",
    "requests:read",
    "requests:write",
    "learning:read",
    "assessments:read",
    "assessments:write",
    "services:read",
    "services:write",
    "health:read",
    "messages:read",
    "articles:read",
    "wishes:write",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_article_scope")]
    operations = [
        migrations.RemoveConstraint("token", "token_scopes_known"),
        migrations.AddConstraint(
            "token",
            models.CheckConstraint(condition=models.Q(scopes__contained_by=SCOPES), name="token_scopes_known"),
        ),
    ]
