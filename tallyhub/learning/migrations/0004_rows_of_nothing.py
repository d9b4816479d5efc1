"""How many rows behind a figure of education count nothing: so that whoever sees the figure alone can add up."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

_CHOSEN = import_module("tallyhub.learning.migrations.0002_walls")._CHOSEN
# Of the rows that learning_count_rows counts those that were taken back or take back; a number, as there.
FORWARD = f"""
CREATE FUNCTION learning_count_rows_of_nothing(wanted bigint[], chosen bigint[])
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM ledger_entry e LEFT JOIN learning_record r ON r.entry_id = coalesce(e.reverses_id, e.id)
    WHERE {_CHOSEN} AND (r.id IS NULL OR e.reverses_id IS NULL) AND (r.id IS NOT NULL OR e.source <> 'learning')
        AND (e.reverses_id IS NOT NULL OR EXISTS (SELECT FROM ledger_entry v WHERE v.reverses_id = e.id));
$$;
""" + only_for_app("learning_count_rows_of_nothing")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("learning", "0003_voided_at")]
    operations: ClassVar = [RunRoleSQL(FORWARD, "DROP FUNCTION learning_count_rows_of_nothing;")]
