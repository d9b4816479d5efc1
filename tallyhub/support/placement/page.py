"""Where a request is listed today, and why, ready to be placed."""

from typing import Any

from django.utils.translation import gettext as _

from tallyhub.agreements.queries import list_entitlements
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.support import words
from tallyhub.support.models import Request
from tallyhub.support.placement import queries
from tallyhub.support.placement.rules import Reason, Wanted, place


def sections(access: Access, request: Request) -> dict[str, Any]:
    """For the request's page. Needs a scope; the request is one that one sees. Seen from its own workspace."""
    if request.merged_into_id is not None or request.status == "cancelled":
        return {}
    wanted = queries.wanted_of(request)
    found = place(wanted, {request.workspace_id}, queries.list_offers(), clock.now())
    if found.reason:
        may_mend = access.has(Right.MANAGE_AGREEMENTS) and found.reason is not Reason.CLASS
        return {
            "placement": {
                "is_additional": True,
                "title": _("Additional case"),
                "sentence": words.reason_sentence(found.reason),
                "badge": {"text": words.reason_name(found.reason), "tone": "low"},
                "mend_href": mend_href(wanted) if may_mend else None,
            }
        }
    entitlement = next(iter(list_entitlements(access, [found.entitlement_id or 0])), None)
    name = f"{entitlement.service.name}, {entitlement.package.name}" if entitlement else _("An entitlement")
    return {
        "placement": {
            "is_additional": False,
            "title": name,
            "sentence": words.holds_sentence(found.why or ""),
            "badge": None,
            "mend_href": None,
        }
    }


def mend_href(wanted: Wanted) -> str:
    return url("support:mend", write_key(wanted))


def write_key(wanted: Wanted) -> str:
    """A sort of requests in an address."""
    ids = (wanted.agreement_id, wanted.package_id, wanted.product_id)
    return "-".join([str(wanted.workspace_id), wanted.kind, *(str(one or 0) for one in ids)])
