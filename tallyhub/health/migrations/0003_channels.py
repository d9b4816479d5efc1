"""Who holds what and who sold it is asked of the agreements, as everybody else does."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

BEFORE = import_module("tallyhub.health.migrations.0002_walls")
OWN = BEFORE.REACHING + BEFORE.PRODUCTS + BEFORE.REACHED + BEFORE.READERS
_SELLERS = """
            SELECT a.seller_id FROM agreements_agreement a JOIN reached r ON r.customer_id = a.customer_id
            JOIN organizations_organization o ON o.id = a.seller_id AND o.kind = 'partner'
            WHERE """


def _asking_agreements(functions: str) -> str:
    found = functions.replace("health_held(", "agreements_channels(").replace("health_sold_by(", "agreements_sold_by(")
    sellers = _SELLERS + BEFORE.AGREED
    if sellers not in found:
        raise ValueError("the function that this one replaces is another one")
    asked = "SELECT unnest(agreements_partners_of(ARRAY(SELECT r.customer_id FROM reached r), instant))"
    once = found.replace("SELECT h.customer_id, h.product_id", "SELECT DISTINCT h.customer_id, h.product_id")
    return once.replace(sellers, asked)


def _replaced(functions: str) -> str:
    return functions.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


FORWARD = _replaced(_asking_agreements(OWN)) + "DROP FUNCTION health_sold_by; DROP FUNCTION health_held;"
REVERSE = BEFORE.HELPERS.replace(
    "CREATE FUNCTION health_products_of", "CREATE OR REPLACE FUNCTION health_products_of"
) + _replaced(OWN)


class Migration(migrations.Migration):
    dependencies = [("health", "0002_walls"), ("agreements", "0013_channels")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
