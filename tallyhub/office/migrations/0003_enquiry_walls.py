"""Enquiries are read across the customers whose account team one is in; and what is bought and reaches nobody yet."""

from django.db import migrations, models
from django.db.models.functions import Lower

from tallyhub.kernel.walls import CUSTOMERS, MANAGED, PERSON, RunRoleSQL, only_for_app

SERVED = "(SELECT organizations_served())::bigint[]"

# Whoever reads an enquiry must learn what it is about, although the package reaches no workspace of theirs, and the
# list of the account team reaches across customers. So the condition is that of the table's own policies.
NAMES = f"""
CREATE FUNCTION office_enquiry_names(enquiries bigint[])
RETURNS TABLE (enquiry_id bigint, customer varchar, workspace varchar, package varchar, agreement varchar,
               asked_by varchar, answered_by varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT q.id, o.name, w.name, p.name, a.name, asker.name, answerer.name
    FROM office_enquiry q
    JOIN organizations_organization o ON o.id = q.customer_id
    LEFT JOIN organizations_workspace w ON w.id = q.workspace_id
    LEFT JOIN agreements_package p ON p.id = q.package_id
    LEFT JOIN agreements_agreement a ON a.id = p.agreement_id
    LEFT JOIN accounts_person asker ON asker.id = q.asked_by_id
    LEFT JOIN accounts_person answerer ON answerer.id = q.answered_by_id
    WHERE q.id = ANY (enquiries)
      AND (q.customer_id = ANY ({CUSTOMERS}) OR q.customer_id = ANY ({SERVED})
           OR q.asked_by_id = {PERSON} OR q.workspace_id = ANY ({MANAGED}));
$$;
"""
# A package that reaches no workspace is readable in the customer in whole only; but the administrator of a workspace,
# too, may ask for it (R3.7). Names and nothing of what is in it; what is over is nothing to ask for.
UNMAPPED = f"""
CREATE FUNCTION office_unmapped(the_customer bigint, instant timestamptz)
RETURNS TABLE (package_id bigint, package varchar, agreement varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name, a.name
    FROM agreements_package p JOIN agreements_agreement a ON a.id = p.agreement_id
    WHERE p.customer_id = the_customer
      AND EXISTS (SELECT FROM organizations_workspace w WHERE w.customer_id = the_customer AND w.id = ANY ({MANAGED}))
      AND NOT EXISTS (SELECT FROM agreements_mapping m WHERE m.package_id = p.id)
      AND (instant AT TIME ZONE a.zone)::date <= least(upper(p.term) - 1, p.terminated_on, upper(a.term) - 1,
                                                       a.terminated_on)
    ORDER BY a.name, p.name, p.id;
$$;
"""
FORWARD = (
    f"CREATE POLICY readable_served ON office_enquiry FOR SELECT USING (customer_id = ANY ({SERVED}));"
    + NAMES
    + only_for_app("office_enquiry_names")
    + UNMAPPED
    + only_for_app("office_unmapped")
)
REVERSE = """
DROP FUNCTION office_unmapped; DROP FUNCTION office_enquiry_names; DROP POLICY readable_served ON office_enquiry;
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0002_walls"), ("agreements", "0005_contact_walls")]
    operations = [
        migrations.AddField("enquiry", "reason", models.TextField(blank=True)),
        migrations.AddConstraint(
            "enquiry",
            models.UniqueConstraint(
                models.F("customer"),
                Lower("name"),
                condition=models.Q(wish="workspace", answer="open"),
                name="enquiry_name_once",
            ),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
