"""An invitation's link opens the account of whoever reads its mail, whatever another customer's provider says."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

_FIRST: str = import_module("tallyhub.people.migrations.0003_invitation_links").INVITATION_OF
_BEFORE = _FIRST.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
_ANY = "WHERE a.person_id = p.id)"
# Another customer's word counts where the address is confirmed, and so was not only claimed by its own provider.
_BELIEVED = "WHERE a.person_id = p.id AND (a.customer_id = i.customer_id OR p.confirmed_at IS NOT NULL))"


def _asking() -> str:
    if _BEFORE.count(_ANY) != 1:
        raise ValueError(f"{_ANY!r} is not there once")
    return _BEFORE.replace(_ANY, _BELIEVED)


class Migration(migrations.Migration):
    dependencies = [("people", "0006_administrators_who_count"), ("organizations", "0009_work_accounts")]
    operations = [RunRoleSQL(_asking(), _BEFORE)]
