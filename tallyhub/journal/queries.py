"""Reads of the journal."""

from django.db import connection


def kinds() -> list[str]:
    """Every kind of event that there is, whatever the scope; traces of earlier clearings are never cleared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_kinds()")
        return [kind for (kind,) in cursor.fetchall()]
