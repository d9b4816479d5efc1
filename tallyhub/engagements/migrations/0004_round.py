"""What waits of services at the customers whose account team one is in."""

from typing import ClassVar

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# It tells something of customers that are not worked inside, so it asks the person's own grants, which no setting can
# claim, and tells numbers.
FORWARD = """
CREATE FUNCTION engagements_round() RETURNS TABLE (customer_id bigint, requested bigint, disputed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id,
           (SELECT count(*) FROM engagements_engagement e WHERE e.customer_id = o.id AND e.state = 'requested'),
           (SELECT count(*) FROM engagements_engagementdelivery d
            WHERE d.customer_id = o.id AND d.removed_at IS NULL AND d.acceptance = 'disputed')
    FROM unnest(organizations_served()) AS o (id);
$$;
""" + only_for_app("engagements_round")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("engagements", "0003_given_up"), ("organizations", "0008_managed_walls")]
    operations: ClassVar = [RunRoleSQL(FORWARD, "DROP FUNCTION engagements_round;")]
