"""What a customer delegates to a partner counts for whoever serves customers there, and no moment longer."""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

from tallyhub.kernel.walls import RunRoleSQL

ROLES = [
    "customer_administrator",
    "workspace_administrator",
    "customer_activity",
    "learning_manager",
    "support_contact",
    "view_all_support_requests",
    "member",
    "csam",
    "account_coordinator",
    "engineer",
    "support_read",
    "support_tier_1",
    "support_tier_2",
    "full_administration",
    "request_read",
    "request_work",
]
# Asked by policies and definer functions of other packages, too, so that each list of roles stands once.
HELPERS = """
CREATE FUNCTION organizations_delegated_roles() RETURNS varchar[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
ARRAY['support_read', 'support_tier_1', 'support_tier_2', 'full_administration', 'request_read', 'request_work'];
CREATE FUNCTION organizations_delegates(the_person bigint, instant timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM organizations_staff s JOIN organizations_organization o ON o.id = s.organization_id
        WHERE s.person_id = the_person AND o.kind = 'partner'
          AND s.roles && ARRAY['admin_agent', 'helpdesk_agent']::varchar[]
          AND s.starts_at <= instant AND (s.ends_at IS NULL OR s.ends_at > instant));
$$;
REVOKE ALL ON FUNCTION organizations_delegates FROM PUBLIC;
"""
_WORK = import_module("tallyhub.organizations.migrations.0009_work_accounts").WORK
_COUNTING = "CREATE FUNCTION organizations_counting" + _WORK.partition("CREATE FUNCTION organizations_counting")[2]
_OLD = "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
BEFORE = _COUNTING.partition("REVOKE")[0].replace(*_OLD)
_STAFF = "WHEN g.role IN ('csam', 'account_coordinator', 'engineer') THEN bound_to IS NULL"
COUNTING = BEFORE.replace(
    _STAFF,
    f"""{_STAFF}
               WHEN g.role = ANY (organizations_delegated_roles())
               THEN bound_to IS NULL AND organizations_delegates(the_person, instant)""",
)
REVERSE = BEFORE + "DROP FUNCTION organizations_delegates; DROP FUNCTION organizations_delegated_roles;"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0011_staff")]
    operations = [
        migrations.AddField("organization", "market", models.CharField(blank=True, default="", max_length=2)),
        migrations.AlterField("organization", "market", models.CharField(blank=True, max_length=2)),
        migrations.AddConstraint(
            "staff", models.UniqueConstraint(fields=["organization", "id"], name="staff_of_organization")
        ),
        migrations.RemoveConstraint("accessgrant", "grant_role_known"),
        migrations.AlterField(
            "accessgrant", "role", models.CharField(choices=[(role, role) for role in ROLES], max_length=30)
        ),
        migrations.AddConstraint(
            "accessgrant", models.CheckConstraint(condition=Q(role__in=ROLES), name="grant_role_known")
        ),
        RunRoleSQL(HELPERS + COUNTING, REVERSE),
    ]
