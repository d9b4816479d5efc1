"""From a request's page: let a partner into this one request."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tallyhub.kernel.access import Right
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.partners import page
from tallyhub.partners.consents import commands, queries
from tallyhub.partners.queries import names_of_organizations
from tallyhub.partners.rules import Template
from tallyhub.partners.words import TEMPLATE_NAMES
from tallyhub.support.queries import get_request
from tallyhub.support.rules import OPEN


@signed_in
@require_safe
def consents(request: HubRequest, number: str) -> HttpResponse:
    access = request.access
    with scope(access):
        ask = get_request(access, number)
        access.require(Right.MANAGE_PARTNERS)
        found = queries.list_consents(access, ask.pk)
        offered = queries.offered_partners(access)
        names = names_of_organizations({one.organization_id for one in found})
        lines = [page.consent_line(one, names[one.organization_id]) for one in found]
        inside = {one.organization_id for one, line in zip(found, lines, strict=True) if line["runs"]}
        context = {
            "ask": ask,
            "lines": lines,
            "is_open": ask.status in OPEN,
            "partners_offered": [
                {"id": one, "label": name, "is_chosen": False}
                for one, name in sorted(offered.items(), key=lambda each: each[1])
                if one not in inside
            ],
            "has_partners": bool(offered),
            "templates": [{"value": one.value, "name": TEMPLATE_NAMES[one]} for one in Template],
            "days": page.consent_days(),
            "zone": page.zone_name(),
        }
        return render(request, "partners/consents.html", context)


@signed_in
@require_POST
def give(request: HubRequest, number: str) -> HttpResponseBase:
    access, data = request.access, request.POST
    with scope(access):
        get_request(access, number)
        access.require(Right.MANAGE_PARTNERS)
    commands.give_consent(access, number, read_id(data.get("partner")), read_word(Template, data.get("template")))
    messages.success(request, _("The partner is let into this request. Whoever serves customers there sees it now."))
    return redirect("partners:consents", number)


@signed_in
@require_POST
def revoke(request: HubRequest, consent_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_PARTNERS)
    number = commands.revoke_consent(request.access, consent_id)
    messages.success(request, _("It is taken back. Nobody of the partner sees the request by it any more."))
    return redirect("partners:consents", number)
