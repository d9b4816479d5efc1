"""The provider stands in for a partner that it suspended, where no indirect provider does: as the cards say it, too."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

NONE = import_module("tallyhub.agreements.migrations.0015_stood_in").NONE
# Of the partners of the customers worked inside. card.rules.responsible: of two who could, the one who can be reached.
STOOD_IN = """
CREATE OR REPLACE FUNCTION agreements_stood_in(instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(s.organization_id), '{}') FROM partners_standing(instant) s
    WHERE s.is_suspended AND (s.stand_in_id IS NULL OR (
        NOT EXISTS (SELECT FROM partners_supportprofile f WHERE f.organization_id = s.stand_in_id)
        AND EXISTS (SELECT FROM partners_supportprofile f JOIN organizations_organization o
                    ON o.id = f.organization_id AND o.kind = 'provider')));
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_delegations_for_resellers"), ("agreements", "0015_stood_in")]
    operations = [RunRoleSQL(STOOD_IN, NONE)]
