"""Where a request is listed today, and why, ready to be placed."""

from typing import Any

from django.utils.translation import gettext as _

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.support import words
from tallyhub.support.models import Request
from tallyhub.support.parts import Known, Part
from tallyhub.support.placement import queries
from tallyhub.support.placement.rules import Reason, Wanted, place


def read(access: Access, request: Request) -> Part:
    """As ``placement``, seen from the request's own workspace. One statement; nothing for what is listed nowhere."""
    if request.partner_id or request.merged_into_id is not None or request.status == "cancelled":
        return Part(lambda known: {})
    wanted = queries.wanted_of(request)
    found = place(wanted, {request.workspace_id}, queries.list_offers(), clock.now())
    if found.reason:
        may_mend = access.has(Right.MANAGE_AGREEMENTS) and found.reason is not Reason.CLASS
        return _additional(found.reason, mend_href(wanted) if may_mend else None)
    return _held(found.entitlement_id or 0, found.why or "")


def _additional(reason: Reason, href: str | None) -> Part:
    shown = {
        "is_additional": True,
        "title": _("Additional case"),
        "sentence": words.reason_sentence(reason),
        "badge": {"text": words.reason_name(reason), "tone": "low"},
        "mend_href": href,
    }
    return Part(lambda known: {"placement": shown})


def _held(entitlement_id: int, why: str) -> Part:
    def say(known: Known) -> dict[str, Any]:
        name, _unit = known.entitlements.get(entitlement_id, (_("An entitlement"), None))
        sentence = words.holds_sentence(why)
        shown = {"is_additional": False, "title": name, "sentence": sentence, "badge": None, "mend_href": None}
        return {"placement": shown}

    return Part(say, entitlements=[entitlement_id])


def mend_href(wanted: Wanted) -> str:
    return url("support:mend", write_key(wanted))


def write_key(wanted: Wanted) -> str:
    """A sort of requests in an address."""
    ids = (wanted.agreement_id, wanted.package_id, wanted.product_id)
    return "-".join([str(wanted.workspace_id), wanted.kind, *(str(one or 0) for one in ids)])
