"""What a customer's token may ask of a partner. The rules are those of the form, and so are the steps."""

import json
from collections.abc import Mapping
from typing import Any

from tallyhub.helpdesk.intake.asking import Refused as Unfit
from tallyhub.helpdesk.intake.asking import ask_partner, require_own
from tallyhub.helpdesk.intake.rules import OTHER, Asked, choose_sellers
from tallyhub.integrations.api.problems import Flaw, Refused
from tallyhub.journal.steps import Answer, find_answer, keep_answer
from tallyhub.journal.steps import Request as Sent
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.steps import find_workspaces
from tallyhub.partners.card.queries import Supported, read_supported

_AS_TYPED = ("kind", "title", "description", "severity", "impact", "reach")


@command
def ask(access: Access, said: Mapping[str, Any], sent: Sent) -> Answer:
    """Raises Forbidden for a token of nobody, Refused with all that is wrong, Conflict for what the provider sold."""
    if answered := find_answer(access, sent):
        return answered
    require_own(access)
    supported = read_supported(access)
    product = _product(supported, said["product"])
    asked = Asked(
        workspace=_workspace(access, said["workspace"]),
        product=str(product) if product else OTHER,
        accepted=said["accepted_plan"],
        **{name: said[name] for name in _AS_TYPED},
    )
    try:
        request = ask_partner(access, supported, _seller(supported, product, said["partner"]), asked)
    except Unfit as error:
        raise refused(error) from error
    return keep_answer(
        access, sent, Answer(200, json.dumps({"id": request.pk, "number": request.number, "status": "new"}))
    )


def refused(error: Unfit) -> Refused:
    """By the names of the body."""
    names = {"accepted": "accepted_plan"}
    return Refused([Flaw(f"/{names.get(one.field, one.field)}", one.error) for one in error.problems])


def _workspace(access: Access, code: str) -> int:
    try:
        named = (access.customer_id or 0, cells.text(80)(code))
    except Invalid as error:
        raise Refused([Flaw("/workspace", error)]) from error
    found = find_workspaces([named]).get(named)
    if found is None or found not in access.workspaces:
        raise Refused([Flaw("/workspace", Invalid("workspace_unknown"))])
    return found


def _product(supported: Supported, code: str | None) -> int | None:
    if code is None:
        return None
    found = next((one.pk for one in supported.products if one.code == code), None)
    if found is None:
        raise Refused([Flaw("/product", Invalid("contact_product_gone"))])
    return found


def _seller(supported: Supported, product: int | None, code: str | None) -> int:
    """Whoever sold it; of several the one that is named. Raises Conflict where the provider sold it itself."""
    sellers = choose_sellers(product, None, supported.sellers, supported.partners)
    if not sellers:
        raise Conflict("contact_is_providers")
    named = [one for one in sellers if code in (None, supported.organizations[one].code)]
    if len(named) != 1:
        raise Refused([Flaw("/partner", Invalid("wish_other_seller" if code else "wish_whom_missing"))])
    return named[0]
