"""Who got mail about a message of the provider, so that they learn that it was corrected."""

from django.db import migrations, models

from tallyhub.kernel.walls import ORGANIZATIONS, RunRoleSQL, only_for_app

# For whoever acts for the provider, and about messages alone. Left out are mailboxes that are gone or stopped, and
# whoever was told of this correction, or of a later one, already.
HAD = f"""
CREATE FUNCTION notifications_had(the_thread text, the_version int, instant timestamptz)
RETURNS TABLE (person_id bigint, customer_id bigint, organization_id bigint, address_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (m.person_id, m.address_id) m.person_id,
           coalesce(a.customer_id, (m.params ->> 'customer')::bigint), (m.params ->> 'organization')::bigint, a.id
    FROM notifications_mail m LEFT JOIN notifications_newsaddress a ON a.id = m.address_id
    WHERE m.thread = the_thread AND the_thread LIKE 'message-%' AND m.state = 'sent' AND m.sent_at < instant
      AND m.visitor_id IS NULL AND a.stopped_at IS NULL
      AND EXISTS (SELECT FROM organizations_organization o
                  WHERE o.kind = 'provider' AND o.id = ANY ({ORGANIZATIONS}))
      AND NOT EXISTS (SELECT FROM notifications_mail n
                      WHERE n.thread = m.thread AND (n.params ->> 'version')::int >= the_version
                        AND (n.person_id, n.address_id) IS NOT DISTINCT FROM (m.person_id, m.address_id))
    ORDER BY m.person_id, m.address_id, m.sent_at DESC;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_address_walls"), ("organizations", "0011_staff")]
    operations = [
        RunRoleSQL(HAD + only_for_app("notifications_had"), "DROP FUNCTION notifications_had;"),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["thread"], condition=~models.Q(thread=""), name="mail_in_thread"),
        ),
    ]
