"""Who reads and writes what of partners, once more, by the database; and what no single scope could tell or write."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, ORGANIZATIONS, RunRoleSQL, no_same_customer, only_for_app, same_customer

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
CUSTOMERS_OWN = f"customer_id = ANY ({CUSTOMERS})"
# Whoever acts for the provider: which of them may, Python asks.
PROVIDER = f"""EXISTS (SELECT FROM organizations_organization o
    WHERE o.id = ANY ({ORGANIZATIONS}) AND o.kind = 'provider')"""
OF_BOTH = f"(provider_id = ANY ({ORGANIZATIONS}) OR reseller_id = ANY ({ORGANIZATIONS}))"

# Table: (who reads, who adds, who changes, who removes).
WALLS = {
    "party": (f"{MINE} OR {PROVIDER}", PROVIDER, PROVIDER, "false"),
    "partnership": (f"{OF_BOTH} OR {PROVIDER}", f"provider_id = ANY ({ORGANIZATIONS})", OF_BOTH, "false"),
    "resale": (f"{MINE} OR {CUSTOMERS_OWN}", MINE, f"{MINE} OR {CUSTOMERS_OWN}", "false"),
    "delegation": (
        f"{MINE} OR {CUSTOMERS_OWN} AND state <> 'created' OR {PROVIDER}",
        MINE,
        f"{MINE} OR {CUSTOMERS_OWN} AND state <> 'created' OR {PROVIDER}",
        MINE,
    ),
    "consent": (
        f"{MINE} OR {CUSTOMERS_OWN} OR {PROVIDER}",
        CUSTOMERS_OWN,
        f"{MINE} OR {CUSTOMERS_OWN} OR {PROVIDER}",
        "false",
    ),
    **dict.fromkeys(("securitygroup", "securitygroupmember", "roleassignment", "notice"), (MINE, MINE, MINE, MINE)),
}


def _wall(name: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    table = f"partners_{name}"
    reads, adds, changes, removes = WALLS[name]
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({reads});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({adds});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changes}) WITH CHECK ({changes});
CREATE POLICY removed ON {table} FOR DELETE USING ({removes});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {one} ON partners_{name};" for one in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE partners_{name} DISABLE ROW LEVEL SECURITY;"


# A composite foreign key: nothing of one partner points at another's. What belongs to something goes with it.
WITHIN = (
    ("securitygroupmember", "group_id", "partners_securitygroup"),
    ("securitygroupmember", "staff_id", "organizations_staff"),
    ("roleassignment", "group_id", "partners_securitygroup"),
    ("roleassignment", "delegation_id", "partners_delegation"),
    ("notice", "delegation_id", "partners_delegation"),
)


def _within(table: str, column: str, target: str) -> str:
    return f"""
ALTER TABLE partners_{table} ADD CONSTRAINT partners_{table}_{column}_same_partner
    FOREIGN KEY (organization_id, {column}) REFERENCES {target} (organization_id, id) ON DELETE CASCADE;
"""


OF_REQUEST = """
ALTER TABLE partners_consent ADD CONSTRAINT partners_consent_same_workspace
    FOREIGN KEY (customer_id, workspace_id, request_id)
    REFERENCES support_request (customer_id, workspace_id, id) ON UPDATE CASCADE;
"""

# Whoever acts for the partner, for the provider, or for the customer in whole. What is written follows from what is
# stored, whoever asks for it; this only keeps others from asking.
_ASKS = f"(organization_id = ANY ({ORGANIZATIONS}) OR {CUSTOMERS_OWN} OR {PROVIDER})"
_SERVING = "s.roles && ARRAY['admin_agent', 'helpdesk_agent']::varchar[]"
_NOT_SUSPENDED = """NOT EXISTS (
    SELECT FROM partners_party p WHERE p.organization_id = {0}.organization_id AND p.suspended_at IS NOT NULL)"""
# What somebody holds and should not ends now; it is not deleted, so that the customer still knows whose name it is. In
# plpgsql, because a function in SQL would answer row by row while its foreign keys are not checked yet.
_SETTLE = """
    before AS MATERIALIZED (
        SELECT g.* FROM organizations_accessgrant g JOIN mine ON g.customer_id = mine.customer_id
          AND g.source = mine.source WHERE g.ends_at IS NULL OR g.ends_at > instant
    ), ended AS (
        UPDATE organizations_accessgrant g SET ends_at = greatest(instant, g.starts_at) FROM before b
        WHERE g.id = b.id AND NOT EXISTS (
            SELECT FROM wanted w WHERE w.source = b.source AND w.person_id = b.person_id AND w.role = b.role
              AND w.workspace_id IS NOT DISTINCT FROM b.workspace_id)
        RETURNING g.customer_id, g.person_id, g.role, g.source
    ), given AS (
        INSERT INTO organizations_accessgrant AS g (customer_id, workspace_id, person_id, role, source, starts_at,
                                                    ends_at)
        SELECT w.customer_id, w.workspace_id, w.person_id, w.role, w.source, greatest(instant, w.starts_at), w.ends_at
        FROM wanted w
        ON CONFLICT (customer_id, workspace_id, person_id, role, source) DO UPDATE SET ends_at = excluded.ends_at,
            starts_at = CASE WHEN g.ends_at <= instant THEN excluded.starts_at ELSE g.starts_at END
        RETURNING g.customer_id, g.person_id, g.role, g.source
    )
    SELECT e.customer_id, e.person_id, e.role, e.source, false FROM ended e
    UNION ALL
    SELECT n.customer_id, n.person_id, n.role, n.source, true FROM given n WHERE NOT EXISTS (
        SELECT FROM before b WHERE b.source = n.source AND b.person_id = n.person_id AND b.role = n.role)
    ORDER BY 1, 4, 2, 3;
"""
_CHANGES = "RETURNS TABLE (customer_id bigint, person_id bigint, role varchar, source varchar, is_given boolean)"
SETTLE = f"""
CREATE FUNCTION partners_settle_grants(the_delegations bigint[], instant timestamptz) {_CHANGES}
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH mine AS MATERIALIZED (
        SELECT d.*, 'delegation:' || d.id AS source FROM partners_delegation d
        WHERE d.id = ANY (the_delegations) AND {_ASKS}
    ), wanted AS MATERIALIZED (
        SELECT d.customer_id, NULL::bigint AS workspace_id, s.person_id, role, d.source, max(s.starts_at) AS starts_at,
               least(max(d.ends_at), max(s.ends_at)) AS ends_at
        FROM mine d
        JOIN partners_roleassignment a ON a.delegation_id = d.id
        CROSS JOIN LATERAL unnest(a.roles) AS role
        JOIN partners_securitygroupmember m ON m.group_id = a.group_id
        JOIN organizations_staff s ON s.id = m.staff_id AND s.organization_id = d.organization_id
        WHERE d.state = 'active' AND d.ends_at > instant AND role = ANY (d.granted) AND {_SERVING}
          AND (s.ends_at IS NULL OR s.ends_at > instant) AND {_NOT_SUSPENDED.format("d")}
        GROUP BY d.customer_id, s.person_id, role, d.source
    ), {_SETTLE}
END $$;
CREATE FUNCTION partners_settle_consents(the_consents bigint[], instant timestamptz) {_CHANGES}
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH mine AS MATERIALIZED (
        SELECT c.*, 'consent:' || c.id AS source FROM partners_consent c
        WHERE c.id = ANY (the_consents) AND {_ASKS}
    ), wanted AS MATERIALIZED (
        SELECT c.customer_id, c.workspace_id, s.person_id,
               CASE c.template WHEN 'read' THEN 'request_read' ELSE 'request_work' END AS role, c.source, s.starts_at,
               least(c.ends_at, s.ends_at) AS ends_at, c.request_id, c.given_at, c.given_by_id
        FROM mine c JOIN organizations_staff s ON s.organization_id = c.organization_id
        WHERE c.ended_at IS NULL AND c.ends_at > instant AND {_SERVING}
          AND (s.ends_at IS NULL OR s.ends_at > instant) AND {_NOT_SUSPENDED.format("c")}
    ), unseen AS (
        DELETE FROM support_requestviewer v USING mine c, organizations_staff s
        WHERE v.request_id = c.request_id AND v.why = 'consent' AND s.person_id = v.person_id
          AND s.organization_id = c.organization_id
          AND NOT EXISTS (SELECT FROM wanted w WHERE w.request_id = v.request_id AND w.person_id = v.person_id)
    ), seen AS (
        INSERT INTO support_requestviewer AS v (customer_id, workspace_id, request_id, person_id, why, opened_at,
                                                given_by_id, given_at, ends_at)
        SELECT w.customer_id, w.workspace_id, w.request_id, w.person_id, 'consent', r.opened_at, w.given_by_id,
               w.given_at, w.ends_at
        FROM wanted w JOIN support_request r ON r.id = w.request_id
        ON CONFLICT (request_id, person_id) DO UPDATE SET ends_at = excluded.ends_at, given_at = excluded.given_at
        WHERE v.why = 'consent'
    ), {_SETTLE}
END $$;
"""
# For whoever acts for a partner: each customer that it is or was related to, and how.
KNOWN = f"""
CREATE FUNCTION partners_known(instant timestamptz)
RETURNS TABLE (customer_id bigint, code varchar, name varchar, zone varchar, market varchar, since timestamptz,
               resale_id bigint, is_sold boolean, is_current boolean, active bigint, pending bigint,
               ends_at timestamptz, is_mine boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH sold AS MATERIALIZED (
        SELECT unnest(agreements_sold_by({ORGANIZATIONS}, instant)) AS customer_id
    ), resold AS MATERIALIZED (
        SELECT r.customer_id, max(r.id) FILTER (WHERE r.ended_at IS NULL) AS id,
               max(r.accepted_at) FILTER (WHERE r.ended_at IS NULL) AS accepted_at
        FROM partners_resale r WHERE r.organization_id = ANY ({ORGANIZATIONS}) AND r.customer_id IS NOT NULL
        GROUP BY r.customer_id
    ), delegated AS MATERIALIZED (
        SELECT d.customer_id,
               count(*) FILTER (WHERE d.state = 'active' AND d.ends_at > instant) AS active,
               count(*) FILTER (WHERE d.state = 'pending' AND d.requested_at > instant - interval '90 days') AS pending,
               min(d.ends_at) FILTER (WHERE d.state = 'active' AND d.ends_at > instant) AS ends_at
        FROM partners_delegation d WHERE d.organization_id = ANY ({ORGANIZATIONS}) GROUP BY d.customer_id
    )
    SELECT o.id, o.code, o.name, o.zone, o.market, r.accepted_at, r.id, s.customer_id IS NOT NULL,
           r.id IS NOT NULL OR s.customer_id IS NOT NULL OR coalesce(d.active + d.pending, 0) > 0,
           coalesce(d.active, 0), coalesce(d.pending, 0), d.ends_at,
           EXISTS (SELECT FROM organizations_accessgrant g WHERE g.customer_id = o.id
                   AND g.person_id = (SELECT tallyhub_person()) AND g.starts_at <= instant
                   AND (g.ends_at IS NULL OR g.ends_at > instant))
    FROM organizations_organization o
    LEFT JOIN sold s ON s.customer_id = o.id
    LEFT JOIN resold r ON r.customer_id = o.id
    LEFT JOIN delegated d ON d.customer_id = o.id
    WHERE o.kind = 'customer' AND (s.customer_id, r.customer_id, d.customer_id) IS DISTINCT FROM (NULL, NULL, NULL);
$$;
-- Who holds something from a delegation now, for either side; names are the partner's own people.
CREATE FUNCTION partners_holders(the_delegations bigint[], instant timestamptz)
RETURNS TABLE (delegation_id bigint, person_id bigint, name varchar, role varchar, starts_at timestamptz,
               ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, g.person_id, p.name, g.role, g.starts_at, g.ends_at
    FROM partners_delegation d
    JOIN organizations_accessgrant g ON g.customer_id = d.customer_id AND g.source = 'delegation:' || d.id
    JOIN accounts_person p ON p.id = g.person_id AND p.is_active
    WHERE d.id = ANY (the_delegations) AND {
    _ASKS.replace("organization_id", "d.organization_id", 1).replace("customer_id", "d.customer_id", 1)
}
      AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
      AND organizations_delegates(g.person_id, instant)
    ORDER BY d.id, p.name, p.id, g.role;
$$;
"""
# What others may know of a partner: what it is. And of whoever opens the link that they hold, who sent it.
OTHERS = f"""
CREATE FUNCTION partners_parties(the_organizations bigint[])
RETURNS TABLE (organization_id bigint, type varchar, market varchar, suspended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.organization_id, p.type, p.market, p.suspended_at FROM partners_party p
    WHERE p.organization_id = ANY (the_organizations);
$$;
CREATE FUNCTION partners_asked_by(the_resale bigint)
RETURNS TABLE (organization_id bigint, asked_at timestamptz, customer_id bigint, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.organization_id, r.asked_at, r.customer_id, r.ended_at FROM partners_resale r WHERE r.id = the_resale;
$$;
CREATE FUNCTION partners_accept(the_resale bigint, the_customer bigint, instant timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE partners_resale SET customer_id = the_customer, accepted_at = instant,
        accepted_by_id = (SELECT tallyhub_person())
    WHERE id = the_resale AND customer_id IS NULL AND ended_at IS NULL AND the_customer = ANY ({CUSTOMERS});
    RETURN FOUND;
END $$;
"""
# For the hub itself, which acts for the one or the other: whom to write to, and what is due.
HUBS = f"""
CREATE FUNCTION partners_recipients(the_organization bigint, the_customer bigint, instant timestamptz)
RETURNS TABLE (person_id bigint, customer_id bigint, organization_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.person_id, NULL::bigint, s.organization_id FROM organizations_staff s
    JOIN accounts_person p ON p.id = s.person_id AND p.is_active
    WHERE s.organization_id = the_organization AND the_organization = ANY ({ORGANIZATIONS})
      AND 'admin_agent' = ANY (s.roles) AND s.starts_at <= instant AND (s.ends_at IS NULL OR s.ends_at > instant)
    UNION
    SELECT g.person_id, g.customer_id, NULL FROM organizations_accessgrant g
    JOIN accounts_person p ON p.id = g.person_id AND p.is_active
    WHERE g.customer_id = the_customer AND the_customer = ANY ({CUSTOMERS}) AND g.workspace_id IS NULL
      AND g.role = 'customer_administrator' AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
    ORDER BY 1;
$$;
CREATE FUNCTION partners_due(instant timestamptz)
RETURNS TABLE (delegation_id bigint, organization_id bigint, customer_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.organization_id, d.customer_id FROM partners_delegation d
    WHERE d.state = 'active' AND d.ends_at BETWEEN instant - interval '7 days' AND instant + interval '31 days'
       OR d.state = 'pending' AND d.requested_at BETWEEN instant - interval '97 days' AND instant - interval '90 days'
    ORDER BY d.id;
$$;
CREATE FUNCTION partners_consents_due(instant timestamptz)
RETURNS TABLE (consent_id bigint, organization_id bigint, customer_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.organization_id, c.customer_id FROM partners_consent c
    WHERE c.ended_at IS NULL AND c.ends_at <= instant ORDER BY c.id;
$$;
"""
FOR_APP = (
    "partners_settle_grants",
    "partners_settle_consents",
    "partners_known",
    "partners_holders",
    "partners_parties",
    "partners_asked_by",
    "partners_accept",
    "partners_recipients",
    "partners_due",
    "partners_consents_due",
)
KEYS = (("partners_consent", "workspace_id", "organizations_workspace"),)
FORWARD = (
    "".join(map(_wall, WALLS))
    + "".join(_within(*one) for one in WITHIN)
    + OF_REQUEST
    + "".join(same_customer(*key) for key in KEYS)
    + SETTLE
    + KNOWN
    + OTHERS
    + HUBS
    + "".join(map(only_for_app, FOR_APP))
)
REVERSE = (
    "".join(f"DROP FUNCTION {name};" for name in reversed(FOR_APP))
    + "".join(no_same_customer(table, column) for table, column, _ in KEYS)
    + "ALTER TABLE partners_consent DROP CONSTRAINT partners_consent_same_workspace;"
    + "".join(f"ALTER TABLE partners_{table} DROP CONSTRAINT partners_{table}_{column}_same_partner;"
              for table, column, _ in WITHIN)
    + "".join(map(_no_wall, WALLS))
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("agreements", "0013_channels"),
        ("organizations", "0012_delegated_roles"),
        ("support", "0014_delegated"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
