"""A package that is mapped by itself when its agreement begins is nothing that waits for a hand."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

_BEFORE = import_module("tallyhub.office.migrations.0004_account_teams_round").FORWARD.partition(
    "CREATE FUNCTION office_is_staff"
)[0]
_AGREED = "SELECT a.customer_id, a.id, a.number, lower(a.term)"
_UNMAPPED = "AND NOT EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id)"
# As office.workspaces.steps.places_of: enterprise-wide packages, and those whose code reached something before.
_GOES = """
          AND NOT (a.waits AND (p.scope = 'enterprise' OR EXISTS (
              SELECT FROM agreements_package b JOIN agreements_mapping m ON m.package_id = b.id
              JOIN organizations_workspace w ON w.id = m.workspace_id AND w.archived_at IS NULL
              WHERE b.agreement_id = a.follows_id AND b.code = p.code)))"""


def _replaced(sql: str, before: str, after: str) -> str:
    if sql.count(before) != 1:
        raise ValueError(f"{before!r} is not there once")
    return sql.replace(before, after)


REVERSE = _replaced(_BEFORE, "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
FORWARD = _replaced(
    _replaced(REVERSE, _UNMAPPED, _UNMAPPED + _GOES),
    _AGREED,
    "SELECT a.follows_id, a.approved_at IS NOT NULL AND a.activated_at IS NULL AS waits,\n"
    "               a.customer_id, a.id, a.number, lower(a.term)",
)


class Migration(migrations.Migration):
    dependencies = [("office", "0005_forget_contacts"), ("agreements", "0004_approval_and_contacts")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
