"""Who reads which event, once more, by the database; and whom an event reaches, which no single scope could tell."""

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, ORGANIZATIONS, PERSON, RunRoleSQL, append_only, only_for_app

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
# A partner acts for an organisation, too, and publishes nothing.
WRITTEN = f"{MINE} AND organization_id IN (SELECT o.id FROM organizations_organization o WHERE o.kind = 'provider')"
# In force on the day that it is where the agreement is.
_IN_FORCE = """
    {0}.term @> (instant AT TIME ZONE a.zone)::date
    AND ({0}.terminated_on IS NULL OR {0}.terminated_on >= (instant AT TIME ZONE a.zone)::date)"""
AGREED, PACKED = _IN_FORCE.format("a"), _IN_FORCE.format("p")

# Helpers, for the functions below alone: what they answer is nobody's to ask.
HELPERS = f"""
CREATE FUNCTION health_held(the_customers bigint[], instant timestamptz)
RETURNS TABLE (customer_id bigint, product_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT p.customer_id, d.id
    FROM agreements_package p
    JOIN agreements_agreement a ON a.id = p.agreement_id
    JOIN agreements_product d ON p.covers_every_product OR EXISTS (
        SELECT FROM agreements_coverage v WHERE v.package_id = p.id AND v.product_id = d.id)
    WHERE p.customer_id = ANY (the_customers) AND {AGREED} AND {PACKED}
      AND EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id);
$$;
CREATE FUNCTION health_products_of(the_event bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT c.product_id), '{{}}')
    FROM health_affectedcomponent ac JOIN health_component c ON c.id = ac.component_id WHERE ac.event_id = the_event;
$$;
CREATE FUNCTION health_sold_by(the_sellers bigint[], instant timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT a.customer_id), '{{}}') FROM agreements_agreement a
    JOIN organizations_organization o ON o.id = a.seller_id AND o.kind = 'partner'
    WHERE a.seller_id = ANY (the_sellers) AND {AGREED};
$$;
REVOKE ALL ON FUNCTION health_held FROM PUBLIC;
REVOKE ALL ON FUNCTION health_products_of FROM PUBLIC;
REVOKE ALL ON FUNCTION health_sold_by FROM PUBLIC;
"""
# What only the affected may know of, and the scope is among them: its customers, and those of the partner acted for.
REACHING = """
CREATE FUNCTION health_reaching(instant timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT coalesce(tallyhub_inside(), '{}') || health_sold_by(tallyhub_organizations(), instant) AS customers
    ), held AS MATERIALIZED (
        SELECT coalesce(array_agg(DISTINCT h.product_id), '{}') AS products
        FROM mine, health_held(mine.customers, instant) h
    )
    SELECT e.id FROM health_event e, mine, held WHERE e.visibility = 'affected' AND CASE e.reach
        WHEN 'named' THEN EXISTS (
            SELECT FROM health_affectedcustomer n WHERE n.event_id = e.id AND n.customer_id = ANY (mine.customers))
        ELSE EXISTS (
            SELECT FROM health_affectedcomponent ac JOIN health_component c ON c.id = ac.component_id
            WHERE ac.event_id = e.id AND c.product_id = ANY (held.products))
        END;
$$;
"""
# For rows of customer by product: of the customers worked inside, and those of the partner acted for.
PRODUCTS = """
CREATE FUNCTION health_products_held(instant timestamptz) RETURNS TABLE (customer_id bigint, product_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.customer_id, h.product_id FROM health_held(
        coalesce(tallyhub_inside(), '{}') || health_sold_by(tallyhub_organizations(), instant), instant) h
    ORDER BY 1, 2;
$$;
"""
# For whoever acts for the provider whose event it is: which customers, by code and name, and which people.
REACHED = """
CREATE FUNCTION health_reached(the_event bigint, instant timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.customer_id FROM health_event e JOIN health_affectedcustomer n ON n.event_id = e.id
    WHERE e.id = the_event AND e.organization_id = ANY (tallyhub_organizations()) AND e.reach = 'named'
    UNION
    SELECT h.customer_id FROM health_event e, health_held(
        ARRAY(SELECT o.id FROM organizations_organization o WHERE o.kind = 'customer'), instant) h
    WHERE e.id = the_event AND e.organization_id = ANY (tallyhub_organizations()) AND e.reach = 'everybody'
      AND h.product_id = ANY (health_products_of(e.id));
$$;
CREATE FUNCTION health_named(the_event bigint) RETURNS TABLE (code varchar, name varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.code, o.name FROM health_event e JOIN health_affectedcustomer n ON n.event_id = e.id
    JOIN organizations_organization o ON o.id = n.customer_id
    WHERE e.id = the_event AND e.organization_id = ANY (tallyhub_organizations()) ORDER BY o.name, o.id;
$$;
"""
# A subscription about one of the products goes before one about all; without any, administrators of the customer and
# whoever serves customers at its partner are told.
READERS = f"""
CREATE FUNCTION health_readers(the_event bigint, instant timestamptz)
RETURNS TABLE (person_id bigint, customer_id bigint, organization_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH about AS (
        SELECT e.kind, health_products_of(e.id) AS products FROM health_event e WHERE e.id = the_event
    ), reached AS MATERIALIZED (
        SELECT r AS customer_id FROM health_reached(the_event, instant) r
    ), people AS (
        SELECT g.person_id, g.customer_id, NULL::bigint AS organization_id,
               bool_or(g.role = 'customer_administrator' AND g.workspace_id IS NULL) AS unasked
        FROM organizations_accessgrant g JOIN reached r ON r.customer_id = g.customer_id
        WHERE g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
        GROUP BY g.person_id, g.customer_id
        UNION ALL
        SELECT s.person_id, NULL, s.organization_id, s.roles && ARRAY['admin_agent', 'helpdesk_agent']::varchar[]
        FROM organizations_staff s
        WHERE s.starts_at <= instant AND (s.ends_at IS NULL OR s.ends_at > instant) AND s.organization_id IN (
            SELECT a.seller_id FROM agreements_agreement a JOIN reached r ON r.customer_id = a.customer_id
            JOIN organizations_organization o ON o.id = a.seller_id AND o.kind = 'partner'
            WHERE {AGREED})
    ), wishes AS (
        SELECT w.person_id, bool_or(about.kind = ANY (w.kinds)) FILTER (WHERE w.product_id IS NOT NULL) AS by_product,
               bool_or(about.kind = ANY (w.kinds)) FILTER (WHERE w.product_id IS NULL) AS by_all
        FROM health_subscription w, about
        WHERE w.product_id IS NULL OR w.product_id = ANY (about.products) GROUP BY w.person_id
    )
    SELECT DISTINCT ON (p.person_id) p.person_id, p.customer_id, p.organization_id
    FROM people p JOIN accounts_person a ON a.id = p.person_id AND a.is_active
    LEFT JOIN wishes w ON w.person_id = p.person_id
    WHERE coalesce(w.by_product, w.by_all, p.unasked)
    ORDER BY p.person_id, p.organization_id NULLS LAST, p.customer_id;
$$;
"""
FOR_APP = ("health_reaching", "health_products_held", "health_reached", "health_named", "health_readers")

_READ_EVENT = f"""
    {MINE} OR visibility = 'public'
    OR visibility = 'signed_in' AND ({PERSON} IS NOT NULL OR cardinality({INSIDE}) > 0)
    OR visibility = 'affected' AND id = ANY (ARRAY(SELECT health_reaching(now())))"""
_OF_EVENT = f"{MINE} OR event_id IN (SELECT e.id FROM health_event e)"  # which asks that one's policy
_CUSTOMERS_OWN = f"{MINE} OR customer_id = ANY ({INSIDE})"
READ = {
    "component": "true",
    "region": "true",
    "event": _READ_EVENT,
    "affectedcomponent": _OF_EVENT,
    "affectedregion": _OF_EVENT,
    "affectedcustomer": _CUSTOMERS_OWN,
    "update": _OF_EVENT,
}
WITHIN = (
    ("affectedcomponent", "event_id", "health_event"),
    ("affectedcomponent", "component_id", "health_component"),
    ("affectedregion", "event_id", "health_event"),
    ("affectedregion", "region_id", "health_region"),
    ("affectedcustomer", "event_id", "health_event"),
    ("update", "event_id", "health_event"),
)


def _wall(name: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    table = f"health_{name}"
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({READ[name]});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({WRITTEN});
CREATE POLICY changed ON {table} FOR UPDATE USING ({WRITTEN}) WITH CHECK ({WRITTEN});
CREATE POLICY removed ON {table} FOR DELETE USING ({WRITTEN});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {one} ON health_{name};" for one in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE health_{name} DISABLE ROW LEVEL SECURITY;"


def _within(table: str, column: str, target: str) -> str:
    """A composite foreign key: no part of one provider's event is another's."""
    return f"""
ALTER TABLE health_{table} ADD CONSTRAINT health_{table}_{column}_same_provider
    FOREIGN KEY (organization_id, {column}) REFERENCES {target} (organization_id, id);
"""


OWN = f"""
ALTER TABLE health_subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON health_subscription FOR ALL USING (person_id = {PERSON}) WITH CHECK (person_id = {PERSON});
ALTER TABLE health_visitor ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_provider ON health_visitor FOR ALL USING ({WRITTEN}) WITH CHECK ({WRITTEN});
"""
NOT_OWN = """
DROP POLICY own ON health_subscription; ALTER TABLE health_subscription DISABLE ROW LEVEL SECURITY;
DROP POLICY of_provider ON health_visitor; ALTER TABLE health_visitor DISABLE ROW LEVEL SECURITY;
"""
FORWARD = (
    HELPERS
    + REACHING
    + PRODUCTS
    + REACHED
    + READERS
    + "".join(only_for_app(name) for name in FOR_APP)
    + "".join(map(_wall, READ))
    + "".join(_within(*one) for one in WITHIN)
    + append_only("health_update")
    + OWN
)
REVERSE = (
    NOT_OWN
    + "".join(f"ALTER TABLE health_{table} DROP CONSTRAINT health_{table}_{column}_same_provider;"
              for table, column, _ in WITHIN)
    + "".join(map(_no_wall, READ))
    + "".join(f"DROP FUNCTION {name};" for name in reversed(FOR_APP))
    + "DROP FUNCTION health_sold_by; DROP FUNCTION health_products_of; DROP FUNCTION health_held;"
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("health", "0001_initial"),
        ("agreements", "0010_terms_walls"),
        ("organizations", "0011_staff"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
