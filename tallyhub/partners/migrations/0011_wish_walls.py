"""Who reads which wish and which follow-up; what a partner may know of what it sold, and of nothing that others did."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    ORGANIZATIONS,
    PERSON,
    RunRoleSQL,
    no_same_customer,
    only_for_app,
    same_customer,
)

MINE = import_module("tallyhub.partners.migrations.0002_walls").MINE
_CHANNELS = import_module("tallyhub.agreements.migrations.0013_channels")
AGREED, PACKED = _CHANNELS.AGREED, _CHANNELS.PACKED

# Partner staff may hold the customer in whole by a delegation, and the account team always does: neither is its
# administrator, to whom alone what was asked of whom belongs. No setting may claim it, so it is looked up.
ADMINISTERED = f"""
CREATE FUNCTION partners_administered() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT g.customer_id), '{{}}') FROM organizations_accessgrant g
    WHERE g.person_id = {PERSON} AND g.workspace_id IS NULL AND g.role = 'customer_administrator'
      AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now());
$$;
""" + only_for_app("partners_administered")


def sees(wish: str = "") -> str:
    """Who is asked: the people of a partner; the account team, where it is the provider. And who asks."""
    return f"""(
    {wish}organization_id = ANY ({ORGANIZATIONS}) AND ({PERSON} IS NULL OR EXISTS (
        SELECT FROM organizations_organization h WHERE h.id = {wish}organization_id AND h.kind = 'partner'))
    OR {wish}customer_id = ANY ((SELECT organizations_served())::bigint[]) AND EXISTS (
        SELECT FROM organizations_organization h WHERE h.id = {wish}organization_id AND h.kind = 'provider')
    OR {wish}customer_id = ANY ({CUSTOMERS})
       AND ({PERSON} IS NULL OR {wish}customer_id = ANY ((SELECT partners_administered())::bigint[])))"""


ASKS = f"""customer_id = ANY ({CUSTOMERS})
    AND ({PERSON} IS NULL OR customer_id = ANY ((SELECT partners_administered())::bigint[]))"""
# Table: (who reads, who adds, who changes, who removes). A wish is never removed: it says what was asked.
WALLS = {
    "subscriptionwish": (sees(), ASKS, sees(), "false"),
    "followup": (MINE, MINE, MINE, MINE),
}


def _wall(name: str) -> str:
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


KEYS = (
    ("partners_subscriptionwish", "package_id", "agreements_package"),
    ("partners_subscriptionwish", "entitlement_id", "agreements_entitlement"),
)
OWNER = """
ALTER TABLE partners_followup ADD CONSTRAINT partners_followup_owner_id_same_partner
    FOREIGN KEY (organization_id, owner_id) REFERENCES organizations_staff (organization_id, id)
    ON DELETE SET NULL (owner_id);
"""
_OWN = f"(q.organization_id = ANY ({ORGANIZATIONS}) OR o.kind = 'provider')"
# Names for whoever reads a wish: the customer's administrator who asked, and what it is about. The condition is that of
# the table's own policy. Who of a partner answered is the partner's to know.
NAMES = f"""
CREATE FUNCTION partners_wish_names(the_wishes bigint[])
RETURNS TABLE (wish_id bigint, code varchar, customer varchar, zone varchar, organization varchar, kind varchar,
               seller varchar, package varchar, agreement varchar, services jsonb, products jsonb, asked_by varchar,
               answered_by varchar, ended_by varchar, owner varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT q.id, c.code, c.name, c.zone, o.name, o.kind, s.name, p.name, a.number, v.names, d.names, asker.name,
           CASE WHEN {_OWN} THEN answerer.name END,
           CASE WHEN {_OWN} OR q.state = 'withdrawn' THEN ender.name END,
           CASE WHEN q.organization_id = ANY ({ORGANIZATIONS})
                  OR q.customer_id = ANY (organizations_served()) THEN owner.name END
    FROM partners_subscriptionwish q
    JOIN organizations_organization c ON c.id = q.customer_id
    JOIN organizations_organization o ON o.id = q.organization_id
    JOIN organizations_organization s ON s.id = q.seller_id
    LEFT JOIN agreements_package p ON p.id = q.package_id
    LEFT JOIN agreements_agreement a ON a.id = p.agreement_id
    LEFT JOIN agreements_entitlement e ON e.id = q.entitlement_id
    LEFT JOIN agreements_service v ON v.id = e.service_id
    LEFT JOIN agreements_product d ON d.id = q.product_id
    LEFT JOIN accounts_person asker ON asker.id = q.asked_by_id
    LEFT JOIN accounts_person answerer ON answerer.id = q.answered_by_id
    LEFT JOIN accounts_person ender ON ender.id = q.ended_by_id
    LEFT JOIN accounts_person owner ON owner.id = q.owner_id
    WHERE q.id = ANY (the_wishes) AND {sees("q.")};
$$;
""" + only_for_app("partners_wish_names")

# What is in a package and how much of it is left, one row for each line, or one without any. It runs as whoever asks,
# so that a customer's policies hold; what has no fresh snapshot comes with what one is made of.
COLUMNS = """(customer_id bigint, agreement_id bigint, number varchar, name varchar, seller_id bigint, zone varchar,
               agreed daterange, agreement_ended date, follower varchar, package_id bigint, package varchar,
               term daterange, package_ended date, every_product boolean, products bigint[], entitlement_id bigint,
               service_id bigint, kind varchar, unit varchar, names jsonb, is_as_needed boolean, used bigint,
               held bigint, recent bigint, from_day date, segments text, bought text, days text)"""
LINES = f"""
CREATE FUNCTION partners_lines(the_packages bigint[], instant timestamptz)
RETURNS TABLE {COLUMNS}
LANGUAGE sql STABLE AS $$
    SELECT a.customer_id, a.id, a.number, a.name, a.seller_id, a.zone, a.term, a.terminated_on,
           (SELECT min(f.number) FROM agreements_agreement f WHERE f.follows_id = a.id AND f.seller_id = a.seller_id),
           p.id, p.name, p.term, p.terminated_on, p.covers_every_product,
           ARRAY(SELECT v.product_id FROM agreements_coverage v WHERE v.package_id = p.id ORDER BY 1),
           e.id, s.id, s.kind, s.unit, s.names, e.is_as_needed, coalesce(t.charged, 0), coalesce(t.held, 0),
           coalesce((SELECT sum(y.charged) FROM ledger_entitlementday y WHERE y.entitlement_id = e.id
                     AND y.day > (instant AT TIME ZONE a.zone)::date - 90
                     AND y.day <= (instant AT TIME ZONE a.zone)::date), 0)::bigint,
           n.from_day, n.segments::text, replayed.bought, replayed.days
    FROM agreements_package p
    JOIN agreements_agreement a ON a.id = p.agreement_id
    LEFT JOIN agreements_entitlement e ON e.package_id = p.id
    LEFT JOIN agreements_service s ON s.id = e.service_id
    LEFT JOIN ledger_entitlementtotal t ON t.entitlement_id = e.id
    LEFT JOIN ledger_snapshot n ON n.entitlement_id = e.id AND n.version = t.version
        AND n.from_day <= (instant AT TIME ZONE a.zone)::date
    LEFT JOIN LATERAL (
        SELECT (SELECT json_agg(json_build_array(l.id, l.kind, l.amount, lower(l.term), upper(l.term) - 1, l.priority)
                                ORDER BY l.id)
                FROM ledger_allotment l WHERE l.entitlement_id = e.id)::text,
               (SELECT json_agg(json_build_array(y.day, y.charged)) FROM ledger_entitlementday y
                WHERE y.entitlement_id = e.id)::text
        WHERE t.version IS NOT NULL AND n.entitlement_id IS NULL AND NOT e.is_as_needed
    ) replayed (bought, days) ON true
    WHERE p.id = ANY (the_packages)
    ORDER BY a.number, a.id, p.name, p.id, s.kind, e.code, e.id;
$$;
"""
_MINE_SOLD = f"a.seller_id = ANY ({ORGANIZATIONS})"
# For whoever acts for a partner: what it sold itself, to these customers or, by the end of what is in force, to all.
SOLD = (
    f"""
CREATE FUNCTION partners_sold_lines(the_customers bigint[], instant timestamptz)
RETURNS TABLE {COLUMNS}
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.* FROM partners_lines(ARRAY(
        SELECT p.id FROM agreements_package p JOIN agreements_agreement a ON a.id = p.agreement_id
        WHERE a.customer_id = ANY (the_customers) AND {_MINE_SOLD}), instant) l;
$$;
CREATE FUNCTION partners_portfolio(instant timestamptz)
RETURNS TABLE (customer_id bigint, code varchar, name varchar, ends_on date, subscriptions bigint, wishes bigint,
               follow_ups bigint, delegations bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH sold AS MATERIALIZED (
        SELECT p.customer_id, count(*) AS packages,
               min(least(upper(p.term) - 1, p.terminated_on, upper(a.term) - 1, a.terminated_on)) AS ends_on
        FROM agreements_package p JOIN agreements_agreement a ON a.id = p.agreement_id
        WHERE {_MINE_SOLD} AND {AGREED} AND {PACKED}
        GROUP BY p.customer_id
    ), wished AS MATERIALIZED (
        SELECT w.customer_id, count(*) AS open FROM partners_subscriptionwish w
        WHERE w.organization_id = ANY ({ORGANIZATIONS}) AND w.state IN ('asked', 'accepted') GROUP BY w.customer_id
    ), followed AS MATERIALIZED (
        SELECT f.customer_id, count(*) AS open FROM partners_followup f
        WHERE f.organization_id = ANY ({ORGANIZATIONS}) AND f.state IN ('open', 'offered') GROUP BY f.customer_id
    )
    SELECT k.customer_id, k.code, k.name, s.ends_on, coalesce(s.packages, 0), coalesce(w.open, 0),
           coalesce(f.open, 0), k.active
    FROM partners_known(instant) k
    LEFT JOIN sold s ON s.customer_id = k.customer_id
    LEFT JOIN wished w ON w.customer_id = k.customer_id
    LEFT JOIN followed f ON f.customer_id = k.customer_id
    WHERE k.is_current;
$$;
"""
    + only_for_app("partners_sold_lines")
    + only_for_app("partners_portfolio")
)
FORWARD = (
    ADMINISTERED
    + "".join(map(_wall, WALLS))
    + "".join(same_customer(*key) for key in KEYS)
    + OWNER
    + NAMES
    + LINES
    + SOLD
)
REVERSE = (
    """
DROP FUNCTION partners_portfolio; DROP FUNCTION partners_sold_lines; DROP FUNCTION partners_lines;
DROP FUNCTION partners_wish_names;
ALTER TABLE partners_followup DROP CONSTRAINT partners_followup_owner_id_same_partner;
"""
    + "".join(no_same_customer(table, column) for table, column, _ in KEYS)
    + "".join(map(_no_wall, WALLS))
    + "DROP FUNCTION partners_administered;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0010_wishes_and_follow_ups"),
        ("agreements", "0016_partners_of_all"),
        ("organizations", "0013_staff_elsewhere"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
