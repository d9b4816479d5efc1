"""Asking a partner, as the form and the API do: what was chosen and typed, checked as one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.agreements.models import Product
from tallyhub.helpdesk.intake import queries, steps
from tallyhub.helpdesk.intake.rules import Asked, Channel, Offered, Problem, check_accepted, check_asked, read_asked
from tallyhub.helpdesk.intake.steps import Place
from tallyhub.journal.steps import record
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.queries import find_archived
from tallyhub.partners.card.queries import Supported
from tallyhub.support.models import Request


class Refused(Invalid):
    """Several fields of one form are wrong; nothing was sent. ``problems``: which, each with why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].error.code, **problems[0].error.params)
        self.problems = list(problems)


def require_own(access: Access) -> None:
    """Whoever is of the customer, in any workspace of it. Raises Forbidden for staff of anybody, and without any."""
    if access.is_staff or access.person_id is None or not access.workspaces:
        raise Forbidden("contact_is_customers")


def ask_partner(access: Access, supported: Supported, seller_id: int, asked: Asked) -> Request:
    """Ask the partner that sold something, or whoever stands in for it. ``supported``: read in this transaction.

    Raises Refused for what is wrong, DoesNotExist for another's partner, and Conflict where the provider itself
    supports what it sold (S003-53).
    """
    require_transaction()
    require_own(access)
    if seller_id not in supported.partners:
        raise ObjectDoesNotExist
    addressee = queries.find_addressee(supported, seller_id)
    if addressee is None:
        raise Conflict("contact_is_providers")
    terms = queries.terms_for(supported, addressee.organization_id)
    products = supported.products_of(seller_id)
    places = set(access.workspaces) - find_archived(access.workspaces)
    asked, wrong = read_asked(replace(asked, channel=Channel.PORTAL.value, contact=None))
    wrong += check_asked(asked, Offered(places, {one.pk for one in products}))
    try:
        check_accepted(terms.cost, asked.accepted)
    except Invalid as error:
        wrong.append(Problem("accepted", error))
    if wrong:
        raise Refused(wrong)
    place = Place(access.customer_id or 0, asked.workspace or 0, access.person_id)
    routed = queries.read_routed(terms, addressee.organization_id, code_of(products, asked.product_id), asked.severity)
    request = steps.take_in(access, place, asked, addressee, terms, routed)
    about: dict[str, Any] = {"partner": addressee.organization_id, "mode": routed.route.mode.value}
    record(access, "helpdesk.contacted", request.pk, workspace_id=request.workspace_id, **about)
    return request


def code_of(products: Collection[Product], product_id: int | None) -> str:
    return next((one.code for one in products if one.pk == product_id), "")
