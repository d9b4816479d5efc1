"""Staff of a partner read and work on requests as far as their customer delegates it, and see those it consents to.

A consent ends by itself, so a request is given until then.
"""

from importlib import import_module
from typing import Any

from django.db import migrations, models

from tallyhub.kernel.walls import RunRoleSQL

_BEFORE = import_module("tallyhub.support.migrations.0002_walls")
_OLD = "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
_LOOK_UPS = _BEFORE.LOOK_UPS.partition("CREATE FUNCTION support_groups")[0].replace(*_OLD)


def _delegated(*roles: str) -> str:
    named = ", ".join(f"'{role}'" for role in roles)
    return f"(g.role IN ({named}) AND organizations_delegates(g.person_id, now()))"


WHY = ["opened", "primary", "shared", "default_group", "consent"]
WORKING = _delegated("support_tier_1", "support_tier_2", "full_administration")
READING = _delegated("support_read")


def _look_ups() -> Any:
    """Who works on requests reads what staff write to each other; who may only read does not."""
    staffed, overseen = _LOOK_UPS.split("CREATE OR REPLACE FUNCTION support_overseen")
    staff = f"({_BEFORE._STAFF} OR {WORKING})"
    return (
        staffed.replace(_BEFORE._STAFF, staff)
        + "CREATE OR REPLACE FUNCTION support_overseen"
        + overseen.replace(_BEFORE._STAFF, f"{staff} OR {READING}")
    )


class Migration(migrations.Migration):
    dependencies = [("support", "0013_newest_first"), ("organizations", "0012_delegated_roles")]
    operations = [
        migrations.AddField("requestviewer", "ends_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("requestviewer", "viewer_why_known"),
        migrations.AlterField(
            "requestviewer", "why", models.CharField(choices=[(why, why) for why in WHY], max_length=15)
        ),
        migrations.AddConstraint(
            "requestviewer", models.CheckConstraint(condition=models.Q(why__in=WHY), name="viewer_why_known")
        ),
        RunRoleSQL(_look_ups(), _LOOK_UPS),
    ]
