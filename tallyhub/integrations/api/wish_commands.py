"""What a token may ask for. The rules are those of the page, and so are the steps."""

import json
from collections.abc import Mapping
from typing import Any

from tallyhub.agreements.steps import find_products
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.journal.steps import Answer, find_answer, keep_answer
from tallyhub.journal.steps import Request as Sent
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import list_sellers
from tallyhub.partners.subscriptions.rules import Typed, WishKind, WishState
from tallyhub.partners.subscriptions.steps import ask as ask_one

_PLACE_OF = {
    "wish_what_missing": "/what",
    "product_unknown": "/product",
    "wish_unit_missing": "/unit",
    "wish_amount": "/amount",
    "wish_more_than_there": "/amount",
    "wish_amount_or_reason": "/amount",
    "wish_day": "/wanted_from",
    "wish_other_seller": "/to",
    "wish_whom_missing": "/to",
}


@command
def ask(access: Access, said: Mapping[str, Any], sent: Sent) -> Answer:
    """Raises Refused with all that is wrong, DoesNotExist, and Conflict for what was asked already."""
    if answered := find_answer(access, sent):
        return answered
    try:
        made = ask_one(access, _read(said))
    except Invalid as error:
        if error.code not in _PLACE_OF:
            raise
        raise Refused([Flaw(_PLACE_OF[error.code], error)]) from error
    return keep_answer(access, sent, Answer(200, json.dumps({"id": made.pk, "state": WishState.ASKED})))


def _read(said: Mapping[str, Any]) -> Typed:
    read: dict[str, Any] = {}
    flaws = []
    for name, reader in (
        ("kind", cells.one_of(WishKind)),
        ("unit", cells.one_of(Unit)),
        ("wanted_from", cells.day),
        ("product", _product),
        ("to", _seller),
    ):
        try:
            if name in said:
                read[name] = reader(str(said[name]))
        except HubError as error:
            flaws.append(Flaw(f"/{name}", error))
    if flaws:
        raise Refused(flaws)
    return Typed(
        package=said.get("subscription_id"),
        entitlement=said.get("entitlement_id"),
        what=said.get("what", ""),
        amount=said.get("amount"),
        reason=said.get("reason", ""),
        **read,
    )


def _product(code: str) -> int:
    found = find_products([cells.text(60)(code)])
    if code not in found:
        raise Invalid("product_unknown")
    return found[code]


def _seller(code: str) -> int:
    for one in list_sellers():
        if one.code == code:
            return one.pk
    raise Invalid("wish_other_seller")
