"""Who keeps a customer or a workspace in order is whoever counts at sign-on, too: a refused administrator is none."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

_FIRST: str = import_module("tallyhub.people.migrations.0004_list_of_people").ADMINISTRATORS
_BEFORE = _FIRST.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
_EVER = import_module("tallyhub.organizations.migrations.0009_work_accounts").VOUCHED_EVER.format(person="p.id")
_END = "v.person_id = p.id));"
# By the rule of sign-on itself, so that there is no second one to forget.
_COUNTS = f"""v.person_id = p.id))
      AND EXISTS (SELECT FROM organizations_counting(p.id, {_EVER}, NULL, instant) c
                  WHERE c.customer_id = g.customer_id AND c.role = g.role
                    AND c.workspace_id IS NOT DISTINCT FROM g.workspace_id);"""


def _counting() -> str:
    if _BEFORE.count(_END) != 1:
        raise ValueError(f"{_END!r} is not there once")
    return _BEFORE.replace(_END, _COUNTS)


class Migration(migrations.Migration):
    dependencies = [("people", "0005_sign_in"), ("organizations", "0009_work_accounts")]
    operations = [RunRoleSQL(_counting(), _BEFORE)]
