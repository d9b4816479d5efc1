"""Open invitations in the order of Manage users; and what must be counted beyond what one may read."""

import django.db.models.functions.comparison
from django.db import migrations, models

from tallyhub.kernel.walls import CUSTOMERS, INSIDE, WORKSPACES, RunRoleSQL, only_for_app

# Of plpgsql, which keeps their plans. Who keeps a customer or a workspace in order: administrators who can sign in and
# whose role does not end. Ids only; nothing of a workspace that the asker does not read. By what is read, not by what
# is managed: whoever gives up their own role must be answered after it is gone.
ADMINISTRATORS = f"""
CREATE FUNCTION people_administrators(the_customer bigint, instant timestamptz)
RETURNS TABLE (workspace_id bigint, person_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT DISTINCT g.workspace_id, g.person_id
    FROM organizations_accessgrant g JOIN accounts_person p ON p.id = g.person_id
    WHERE g.customer_id = the_customer AND the_customer = ANY ({INSIDE})
      AND (g.role = 'customer_administrator' AND g.workspace_id IS NULL
           OR g.role = 'workspace_administrator'
              AND (g.workspace_id = ANY ({WORKSPACES}) OR the_customer = ANY ({CUSTOMERS})))
      AND g.starts_at <= instant AND g.ends_at IS NULL AND p.is_active
      AND (p.password NOT LIKE '!%' OR EXISTS (
              SELECT FROM organizations_workaccount v WHERE v.customer_id = the_customer AND v.person_id = p.id));
END $$;
"""
# How many support contacts the agreements that reach these workspaces allow, and how many are named in all workspaces
# of each. Who manages one workspace reads neither a package of another one nor its people: this tells numbers.
_REACHING = f"""
    SELECT k.agreement_id FROM agreements_mapping m JOIN agreements_package k ON k.id = m.package_id
    WHERE m.workspace_id = ANY (workspaces)
      AND (m.workspace_id = ANY ({WORKSPACES}) OR m.customer_id = ANY ({CUSTOMERS}))
"""
CONTACTS = f"""
CREATE FUNCTION people_contact_terms(workspaces bigint[], instant timestamptz)
RETURNS TABLE (agreement_id bigint, number varchar, today date, entitlement_id bigint, is_as_needed boolean,
               allotment_id bigint, kind varchar, amount bigint, starts_on date, ends_on date, priority smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT a.id, a.number, d.today, e.id, e.is_as_needed,
           l.id, l.kind, l.amount, lower(l.term), upper(l.term) - 1, l.priority
    FROM agreements_agreement a CROSS JOIN LATERAL (SELECT (instant AT TIME ZONE a.zone)::date AS today) d
    JOIN agreements_package k ON k.agreement_id = a.id
    JOIN agreements_entitlement e ON e.package_id = k.id
    JOIN agreements_service s ON s.id = e.service_id AND s.kind = 'contacts'
    LEFT JOIN ledger_allotment l ON l.entitlement_id = e.id
    WHERE a.id IN ({_REACHING})
      AND a.term @> d.today AND (a.terminated_on IS NULL OR a.terminated_on >= d.today)
      AND k.term @> d.today AND (k.terminated_on IS NULL OR k.terminated_on >= d.today)
    ORDER BY a.id, e.id, l.id;
END $$;
CREATE FUNCTION people_contacts_named(workspaces bigint[], people bigint[], instant timestamptz)
RETURNS TABLE (agreement_id bigint, named bigint, named_of_these bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT a.id, count(DISTINCT c.person_id),
        count(DISTINCT c.person_id) FILTER (WHERE c.person_id = ANY (people))
    FROM agreements_agreement a LEFT JOIN LATERAL (
        WITH places AS (
            SELECT m.workspace_id FROM agreements_mapping m JOIN agreements_package k ON k.id = m.package_id
            WHERE k.agreement_id = a.id
        )
        SELECT g.person_id FROM organizations_accessgrant g
        WHERE g.customer_id = a.customer_id AND g.role = 'support_contact'
          AND (g.workspace_id IS NULL OR g.workspace_id IN (SELECT workspace_id FROM places))
          AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
        UNION
        SELECT i.person_id FROM people_invitation i
        WHERE i.workspace_id IN (SELECT workspace_id FROM places) AND 'support_contact' = ANY (i.roles)
          AND i.accepted_at IS NULL AND i.voided_at IS NULL
    ) c ON true
    WHERE a.id IN ({_REACHING})
    GROUP BY a.id;
END $$;
"""
FORWARD = (
    ADMINISTRATORS
    + CONTACTS
    + "".join(map(only_for_app, ("people_administrators", "people_contact_terms", "people_contacts_named")))
)
REVERSE = """
DROP FUNCTION people_contacts_named; DROP FUNCTION people_contact_terms; DROP FUNCTION people_administrators;
"""
_OPEN = models.Q(("accepted_at", None), ("voided_at", None))


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_invitation_links"),
        ("organizations", "0010_list_of_people"),
        ("agreements", "0005_contact_walls"),
        ("ledger", "0004_customers_of_person"),
    ]
    operations = [
        migrations.AddField(
            model_name="invitation",
            name="sort_name",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    django.db.models.functions.comparison.Coalesce(
                        django.db.models.functions.comparison.NullIf("name", models.Value("")), "email"
                    ),
                    function="organizations_folded",
                ),
                output_field=models.CharField(db_collation="C", max_length=200),
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(condition=_OPEN, fields=["workspace", "sort_name", "person"], name="invitation_by_name"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(condition=_OPEN, fields=["workspace", "person"], name="invitation_unseen"),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
