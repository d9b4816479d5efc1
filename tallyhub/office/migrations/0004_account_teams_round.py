"""What waits at the customers whose account team one is in; and who may be added to such a team."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# Both tell something of customers that are not worked inside, so they ask the person's own grants, which no setting can
# claim, and tell numbers, days and the numbers of agreements.
FORWARD = (
    """
CREATE FUNCTION office_round(instant timestamptz, within int)
RETURNS TABLE (customer_id bigint, drafts bigint, enquiries bigint, unmapped bigint, soon jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS MATERIALIZED (SELECT unnest(organizations_served()) AS id
    ), agreed AS MATERIALIZED (
        SELECT a.customer_id, a.id, a.number, lower(a.term) AS starts_on,
               least(upper(a.term) - 1, a.terminated_on) AS ends_on, (instant AT TIME ZONE a.zone)::date AS today
        FROM agreements_agreement a WHERE a.customer_id IN (SELECT id FROM mine)
    )
    SELECT mine.id,
           (SELECT count(*) FROM office_agreementdraft d WHERE d.customer_id = mine.id),
           (SELECT count(*) FROM office_enquiry e WHERE e.customer_id = mine.id AND e.answer = 'open'),
           coalesce(u.packages, 0), s.soon
    FROM mine
    LEFT JOIN (
        SELECT a.customer_id, count(*) AS packages FROM agreed a
        JOIN agreements_package p ON p.agreement_id = a.id
        WHERE least(a.ends_on, upper(p.term) - 1, p.terminated_on) >= a.today
          AND NOT EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id)
        GROUP BY 1) u ON u.customer_id = mine.id
    LEFT JOIN (
        SELECT a.customer_id, jsonb_agg(jsonb_build_array(a.id, a.number, a.starts_on, a.ends_on, a.today)
                                        ORDER BY a.ends_on, a.id) AS soon
        FROM agreed a
        WHERE a.starts_on > a.today AND a.starts_on - a.today <= within
           OR a.ends_on >= a.today AND a.ends_on - a.today <= within
        GROUP BY 1) s ON s.customer_id = mine.id;
$$;
CREATE FUNCTION office_is_staff(the_person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT cardinality(organizations_served()) > 0 AND EXISTS (
        SELECT FROM organizations_accessgrant g
        WHERE g.person_id = the_person AND g.workspace_id IS NULL
          AND g.role IN ('csam', 'account_coordinator', 'engineer')
          AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
$$;
"""
    + only_for_app("office_round")
    + only_for_app("office_is_staff")
)
REVERSE = "DROP FUNCTION office_is_staff; DROP FUNCTION office_round;"


class Migration(migrations.Migration):
    dependencies = [("office", "0003_enquiry_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
