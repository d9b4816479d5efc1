"""Whom a partner sells to is said by the agreements, here and everywhere."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

_OLD = "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
_HELPERS = import_module("tallyhub.health.migrations.0002_walls").HELPERS
BEFORE = (
    "CREATE FUNCTION health_sold_by" + _HELPERS.partition("CREATE FUNCTION health_sold_by")[2].partition("REVOKE")[0]
)
FORWARD = """
CREATE OR REPLACE FUNCTION health_sold_by(the_sellers bigint[], instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agreements_sold_by(the_sellers, instant);
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("health", "0002_walls"), ("agreements", "0013_channels")]
    operations = [RunRoleSQL(FORWARD, BEFORE.replace(*_OLD))]
