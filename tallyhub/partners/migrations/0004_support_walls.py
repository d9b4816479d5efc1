"""Who reads how a partner supports its customers: itself, the provider, and these; and who stands in for it."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, ORGANIZATIONS, PERSON, RunRoleSQL, append_only, only_for_app

BEFORE = import_module("tallyhub.partners.migrations.0002_walls")
MINE, PROVIDER = BEFORE.MINE, BEFORE.PROVIDER
# A helper, for the functions below: of each customer worked inside, whoever sold it something or has a relationship.
HELPERS = f"""
CREATE FUNCTION partners_own(instant timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT unnest(agreements_partners_of(coalesce({INSIDE}, '{{}}'), instant))
    UNION
    SELECT r.organization_id FROM partners_resale r
    WHERE r.customer_id = ANY (coalesce({INSIDE}, '{{}}')) AND r.accepted_at <= instant
      AND (r.ended_at IS NULL OR r.ended_at > instant);
$$;
REVOKE ALL ON FUNCTION partners_own FROM PUBLIC;
"""
# The indirect provider that has stood behind a reseller for longest, of those that are not suspended themselves.
FUNCTIONS = f"""
CREATE FUNCTION partners_standing(instant timestamptz)
RETURNS TABLE (organization_id bigint, is_suspended boolean, stand_in_id bigint, has_sold boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o, coalesce(p.suspended_at <= instant, false), (
        SELECT s.provider_id FROM partners_partnership s
        LEFT JOIN partners_party q ON q.organization_id = s.provider_id
        WHERE s.reseller_id = o AND s.authorised_at <= instant AND (s.ended_at IS NULL OR s.ended_at > instant)
          AND q.suspended_at IS NULL
        ORDER BY s.authorised_at, s.id LIMIT 1),
        o = ANY (agreements_partners_of(coalesce({INSIDE}, '{{}}'), instant))
    FROM partners_own(instant) o LEFT JOIN partners_party p ON p.organization_id = o ORDER BY o;
$$;
CREATE FUNCTION partners_supporting(instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT found), '{{}}') FROM (
        SELECT unnest({ORGANIZATIONS})
        UNION ALL SELECT s.organization_id FROM partners_standing(instant) s
        UNION ALL SELECT s.stand_in_id FROM partners_standing(instant) s WHERE s.stand_in_id IS NOT NULL
        UNION ALL SELECT s.provider_id FROM partners_partnership s
            WHERE s.reseller_id = ANY ({ORGANIZATIONS}) AND s.authorised_at IS NOT NULL AND s.ended_at IS NULL
        UNION ALL SELECT o.id FROM organizations_organization o
            WHERE o.kind = 'provider' AND ({PERSON} IS NOT NULL OR cardinality({INSIDE}) > 0)
        UNION ALL SELECT o.id FROM organizations_organization o WHERE o.kind = 'partner' AND {PROVIDER}
    ) mine (found);
$$;
"""
FOR_APP = ("partners_standing", "partners_supporting")
SUPPORTING = "organization_id = ANY ((SELECT partners_supporting(now()))::bigint[])"
# Table: (who reads, who adds, who changes and into what, who removes). What is published is changed by nobody.
WALLS = {
    "supportprofile": (SUPPORTING, MINE, (MINE, MINE), "false"),
    "profilechange": (MINE, MINE, ("false", "false"), "false"),
    "supportplan": (
        f"{MINE} OR number IS NOT NULL AND {SUPPORTING}",
        f"{MINE} AND number IS NULL",
        (f"{MINE} AND number IS NULL", MINE),
        f"{MINE} AND number IS NULL",
    ),
    "configurationtask": ("true", f"{MINE} AND {PROVIDER}", (f"{MINE} AND {PROVIDER}", MINE), "false"),
}


def _wall(name: str) -> str:
    table = f"partners_{name}"
    reads, adds, (changes, into), removes = WALLS[name]
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({reads});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({adds});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changes}) WITH CHECK ({into});
CREATE POLICY removed ON {table} FOR DELETE USING ({removes});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {one} ON partners_{name};" for one in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE partners_{name} DISABLE ROW LEVEL SECURITY;"


FORWARD = (
    HELPERS
    + FUNCTIONS
    + "".join(map(only_for_app, FOR_APP))
    + "".join(map(_wall, WALLS))
    + append_only("partners_profilechange")
)
REVERSE = (
    "".join(map(_no_wall, WALLS))
    + "".join(f"DROP FUNCTION {name};" for name in reversed(FOR_APP))
    + "DROP FUNCTION partners_own;"
)


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_profiles_plans_tasks"), ("agreements", "0014_own_partners")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
