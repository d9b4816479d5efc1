"""Who is named in an agreement is read in the customer in whole; an agreement follows one of the same customer."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, RunRoleSQL, no_same_customer, no_wall, only_for_app, same_customer, wall

KEYS = (
    ("agreements_agreementcontact", "agreement_id", "agreements_agreement"),
    ("agreements_agreement", "follows_id", "agreements_agreement"),
)
# Before a job knows a customer it must learn whose agreements have begun: at 00:00 in the agreement's own zone (R3.1).
BEGUN = """
CREATE FUNCTION agreements_begun(instant timestamptz) RETURNS TABLE (customer_id bigint, agreement_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.customer_id, a.id FROM agreements_agreement a
    WHERE a.approved_at IS NOT NULL AND a.activated_at IS NULL
      AND lower(a.term) <= (instant AT TIME ZONE a.zone)::date
      AND coalesce(a.terminated_on, upper(a.term) - 1) >= (instant AT TIME ZONE a.zone)::date  -- not over
    ORDER BY a.id;
$$;
"""
FORWARD = (
    wall("agreements_agreementcontact", f"customer_id = ANY ({CUSTOMERS})")
    + "".join(same_customer(*key) for key in KEYS)
    + BEGUN
    + only_for_app("agreements_begun")
)
REVERSE = (
    "DROP FUNCTION agreements_begun;"
    + "".join(no_same_customer(table, column) for table, column, _ in KEYS)
    + no_wall("agreements_agreementcontact")
)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_approval_and_contacts")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
