"""Terms are read by everybody who works inside the customer, and written by whoever has it in whole."""

from django.db import migrations

from tallyhub.kernel.walls import INSIDE, RunRoleSQL, no_same_customer, no_wall, same_customer, wall

TABLES = ("coverage", "workcalendar", "responsegoal", "timerule")
KEYS = (
    ("agreements_coverage", "package_id", "agreements_package"),
    ("agreements_responsegoal", "agreement_id", "agreements_agreement"),
    ("agreements_responsegoal", "calendar_id", "agreements_workcalendar"),
    ("agreements_timerule", "agreement_id", "agreements_agreement"),
    ("agreements_timerule", "calendar_id", "agreements_workcalendar"),
)
FORWARD = "".join(
    [
        *(wall(f"agreements_{table}", f"customer_id = ANY ({INSIDE})") for table in TABLES),
        *(same_customer(*key) for key in KEYS),
    ]
)
REVERSE = "".join(
    [
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *(no_wall(f"agreements_{table}") for table in TABLES),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0009_products_and_terms")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
