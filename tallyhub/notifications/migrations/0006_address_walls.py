"""A customer's mailboxes, and the mail to them, are the customer's in whole: to nobody else may it be known."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, RunRoleSQL, only_for_app

BEFORE = import_module("tallyhub.notifications.migrations.0004_visitor_walls")
NAMES = BEFORE.NAMES
WALLS = f"""
ALTER TABLE notifications_newsaddress ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_customer ON notifications_newsaddress FOR ALL USING (customer_id = ANY ({CUSTOMERS}))
    WITH CHECK (customer_id = ANY ({CUSTOMERS}));
CREATE POLICY of_address ON notifications_mail FOR ALL
    USING (address_id IN (SELECT a.id FROM notifications_newsaddress a))
    WITH CHECK (address_id IN (SELECT a.id FROM notifications_newsaddress a));
"""
NO_WALLS = """
DROP POLICY of_address ON notifications_mail;
DROP POLICY of_customer ON notifications_newsaddress;
ALTER TABLE notifications_newsaddress DISABLE ROW LEVEL SECURITY;
"""
_OF = """m.person_id, v.organization_id, a.customer_id
    FROM notifications_mail m LEFT JOIN health_visitor v ON v.id = m.visitor_id
    LEFT JOIN notifications_newsaddress a ON a.id = m.address_id"""
FUNCTIONS = f"""
CREATE FUNCTION notifications_due(instant timestamptz, at_most int)
RETURNS TABLE (key varchar, person_id bigint, organization_id bigint, customer_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.key, {_OF}
    WHERE m.state = 'waiting' AND m.next_at <= instant ORDER BY m.next_at LIMIT at_most;
$$;
CREATE FUNCTION notifications_reader_of(the_key text)
RETURNS TABLE (person_id bigint, organization_id bigint, customer_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT {_OF} WHERE m.key = the_key;
$$;
"""
_DROP = "".join(f"DROP FUNCTION {name};" for name in NAMES)
FORWARD = WALLS + _DROP + FUNCTIONS + "".join(map(only_for_app, NAMES))
REVERSE = NO_WALLS + _DROP + BEFORE.FUNCTIONS + "".join(map(only_for_app, NAMES))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_addresses")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
