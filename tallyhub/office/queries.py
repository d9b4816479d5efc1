"""What other packages ask about drafts."""

from django.db import connection


def customers_naming(address: str) -> list[int]:
    """The customers whose drafts name the address, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT office_customers_naming(%s)", [address])
        return [customer for (customer,) in cursor.fetchall()]
