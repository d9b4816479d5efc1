"""Endpoints and what they were sent are for whoever works inside the whole customer."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    RunRoleSQL,
    no_same_customer,
    no_wall,
    only_for_app,
    same_customer,
    wall,
)

TABLES = ("integrations_endpoint", "integrations_delivery", "integrations_attempt")
KEYS = (
    ("integrations_delivery", "endpoint_id", "integrations_endpoint"),
    ("integrations_attempt", "delivery_id", "integrations_delivery"),
)
# The minute's round asks who has work before it enters a customer; ids only.
WAITING = """
CREATE FUNCTION integrations_waiting_customers(instant timestamptz, oldest timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT customer_id FROM integrations_delivery WHERE state = 'pending' AND next_at <= instant
    UNION SELECT customer_id FROM integrations_delivery WHERE made_at < oldest
    ORDER BY 1;
$$;
"""
FORWARD = "".join(
    [
        *(wall(table, f"customer_id = ANY ({CUSTOMERS})") for table in TABLES),
        *(same_customer(*key) for key in KEYS),
        WAITING,
        only_for_app("integrations_waiting_customers"),
    ]
)
REVERSE = "".join(
    [
        "DROP FUNCTION integrations_waiting_customers;",
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(no_wall(table) for table in TABLES),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial"), ("organizations", "0004_who_sees"), ("journal", "0003_audit")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
