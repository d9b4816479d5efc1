"""Reads about agreements, and what follows from them."""

from dataclasses import dataclass

from django.db import connection

from tallyhub.agreements.models import Agreement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access


def list_unsettled() -> list[tuple[int, int]]:
    """(customer, how many workspaces) where sign-on does not know yet what follows from the agreements (R3.6)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_unsettled(%s)", [clock.now()])
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """Whether a workspace refuses personal accounts, and the agreements that decide it, the strictest first."""

    refuses: bool
    decided_by: list[Agreement]


def list_account_policies(access: Access) -> dict[int, AccountPolicy]:
    """By workspace. Needs the customer in whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM agreements_account_policy(%s::bigint[], %s)", [list(access.customers_in_whole), clock.now()]
        )
        found = cursor.fetchall()
    wanted = {agreement for _customer, _workspace, _refuses, decided_by in found for agreement in decided_by}
    agreements = Agreement.objects.in_bulk(wanted)
    return {
        workspace: AccountPolicy(refuses, [agreements[one] for one in decided_by])
        for _customer, workspace, refuses, decided_by in found
    }


def get_agreement(access: Access, agreement_id: int) -> Agreement:
    return Agreement.objects.visible_to(access).get(pk=agreement_id)
