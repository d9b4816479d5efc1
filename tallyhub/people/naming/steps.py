"""Keeping the history of support contacts. Demands an open transaction, in the scope of the customer."""

from collections.abc import Collection

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction

_SETTLE = "SELECT people_settle_namings(%s, %s::bigint[], %s, %s)"


def settle_namings(access: Access, customer_id: int, people: Collection[int]) -> None:
    """Write down what has changed of who is a support contact, or asked in as one, by whom it was changed.

    After whatever gives or takes a role, or changes an invitation, of these people. A definer function compares what
    they hold with what stands in the history: the app's role cannot write there, and whoever has just given up their
    own role may write nothing else. Again changes nothing. One statement.
    """
    require_transaction()
    if people:
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [customer_id, sorted(set(people)), access.person_id, clock.now()])
