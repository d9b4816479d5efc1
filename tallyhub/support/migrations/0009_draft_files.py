"""Files of a draft: whoever writes the draft sees them, and nobody else. They go with it, also past the ORM."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tallyhub.kernel.walls import CUSTOMERS, INSIDE, PERSON, WORKSPACES, RunRoleSQL, no_same_customer, same_customer

TABLE = "support_draftfile"
HUB = f"({PERSON} IS NULL AND customer_id = ANY ({CUSTOMERS}))"
HERE = f"(workspace_id = ANY ({WORKSPACES}) AND customer_id = ANY ({INSIDE}))"
OWN = f"{HUB} OR added_by_id = {PERSON} AND {HERE}"
WALL = import_module("tallyhub.support.migrations.0002_walls")._wall(TABLE, OWN, OWN, OWN)
GOES_WITH_ITS_DRAFT = f"""
ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_draft_id_same_customer
    FOREIGN KEY (customer_id, draft_id) REFERENCES support_draft (customer_id, id) ON DELETE CASCADE;
"""
UNNAMED = """
CREATE OR REPLACE FUNCTION support_unnamed_files(keys text[]) RETURNS TABLE (key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k FROM unnest(keys) AS k
    WHERE NOT EXISTS (SELECT FROM support_file f WHERE f.key = k)
        AND NOT EXISTS (SELECT FROM support_notefile n WHERE n.key = k){more};
$$;
"""
MORE = "\n        AND NOT EXISTS (SELECT FROM support_draftfile d WHERE d.key = k)"
FORWARD = "".join(
    [
        WALL,
        same_customer(TABLE, "workspace_id", "organizations_workspace"),
        GOES_WITH_ITS_DRAFT,
        UNNAMED.replace("{more}", MORE),
    ]
)
REVERSE = "".join(
    [
        UNNAMED.replace("{more}", ""),
        no_same_customer(TABLE, "draft_id"),
        no_same_customer(TABLE, "workspace_id"),
        *(f"DROP POLICY {act} ON {TABLE};" for act in ("readable", "added", "changed", "removed")),
        f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY;",
    ]
)


def _to(model: str, rule: object, **more: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(on_delete=rule, related_name="+", to=model, **more)  # type: ignore[arg-type]


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0010_list_of_people"),
        ("support", "0008_intake"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddConstraint("draft", models.UniqueConstraint(fields=["customer", "id"], name="draft_of_customer")),
        migrations.CreateModel(
            name="DraftFile",
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
                    _to(
                        settings.AUTH_USER_MODEL,
                        django.db.models.deletion.DO_NOTHING,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                    ),
                ),
                ("customer", _to("organizations.organization", django.db.models.deletion.PROTECT)),
                (
                    "draft",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="support.draft",
                    ),
                ),
                ("workspace", _to("organizations.workspace", django.db.models.deletion.PROTECT, db_constraint=False)),
            ],
            options={"abstract": False},
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
