"""Pieces of writing that others need."""

from django.db import connection

from tallyhub.kernel.scope import require_transaction


def forget_contact(address: str) -> None:
    """Name this address in no draft of the customers that are in scope in whole."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT office_forget_contact(%s)", [address])
