"""A workspace sees the agreements and packages that reach it; keys never point across customers."""

from django.db import migrations

from tallyhub.kernel.walls import WORKSPACES, RunRoleSQL, no_same_customer, no_wall, same_customer, wall, workspace_wall


def mapped(condition: str) -> str:
    return f"EXISTS (SELECT FROM agreements_mapping m WHERE {condition} AND m.workspace_id = ANY ({WORKSPACES}))"


OF_AGREEMENT = mapped(
    "m.package_id IN (SELECT p.id FROM agreements_package p WHERE p.agreement_id = agreements_agreement.id)"
)

KEYS = (
    ("agreements_package", "agreement_id", "agreements_agreement"),
    ("agreements_entitlement", "package_id", "agreements_package"),
    ("agreements_mapping", "package_id", "agreements_package"),
    ("agreements_mapping", "workspace_id", "organizations_workspace"),
)
FORWARD = "".join(
    [
        workspace_wall("agreements_mapping"),
        wall("agreements_agreement", OF_AGREEMENT),
        wall("agreements_package", mapped("m.package_id = agreements_package.id")),
        wall("agreements_entitlement", mapped("m.package_id = agreements_entitlement.package_id")),
        *(same_customer(*key) for key in KEYS),
    ]
)
REVERSE = "".join(
    [
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(no_wall(f"agreements_{name}") for name in ("entitlement", "package", "agreement", "mapping")),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial"), ("organizations", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
