"""The queue: where somebody is staff, in all customers, with names; and what lies open there."""

from django.db import migrations, models

from tallyhub.kernel.walls import PERSON, RunRoleSQL, only_for_app

# It tells of customers that are not worked inside, so it asks the person's own grants, which no setting can claim.
FORWARD = f"""
CREATE FUNCTION support_places()
RETURNS TABLE (customer_id bigint, customer varchar, workspace_id bigint, workspace varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id, o.name, w.id, w.name FROM organizations_workspace w
    JOIN organizations_organization o ON o.id = w.customer_id
    WHERE {PERSON} IS NOT NULL AND w.id = ANY ((SELECT support_staffed())::bigint[])
    ORDER BY o.name, o.id, w.name, w.id;
$$;
""" + only_for_app("support_places")


class Migration(migrations.Migration):
    dependencies = [("support", "0003_requests")]
    operations = [
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                fields=["workspace", "severity", "answer_due_at", "id"],
                condition=models.Q(("status__in", ["assigned", "in_progress", "reopened", "submitted", "waiting"])),
                name="request_to_do",
            ),
        ),
        RunRoleSQL(FORWARD, "DROP FUNCTION support_places;"),
    ]
