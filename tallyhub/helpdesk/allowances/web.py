"""What partners may escalate: the page of whoever oversees them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.helpdesk.allowances import commands, page, queries
from tallyhub.helpdesk.allowances.rules import INCLUDED_MAX
from tallyhub.helpdesk.escalations.steps import require_provider
from tallyhub.kernel import cells
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.partners.parties.queries import list_partners
from tallyhub.partners.queries import find_parties
from tallyhub.partners.rules import PartyType

FIELDS = ("partner", "starts_on", "ends_on", "included")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def allowances(request: HubRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request, dict.fromkeys(FIELDS, ""), {})
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    errors, read = _read(typed)
    if not errors:
        try:
            commands.add_allowance(request.access, **read)
        except Invalid as error:
            errors["starts_on"] = str(sentence(error))
    if errors:
        return _page(request, typed, errors)
    messages.success(request, _("It is agreed, and the partner reads what is left."))
    return redirect("helpdesk:allowances")


def _read(typed: dict[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Every mistake at once, and what was understood."""
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "partner_id": ("partner", read_id),
        "starts_on": ("starts_on", cells.day),
        "ends_on": ("ends_on", cells.day),
        "included": ("included", lambda text: cells.whole(1, INCLUDED_MAX)(text) if text else None),
    }
    errors, read = {}, {}
    for name, (field, reader) in readers.items():
        if field == "partner" and not typed[field]:
            errors[field] = _("Choose the partner.")
            continue
        try:
            read[name] = reader(typed[field])
        except Invalid as error:
            errors[field] = str(sentence(error))
    return errors, read


def _page(request: HubRequest, typed: dict[str, str], errors: dict[str, str]) -> HttpResponse:
    with scope(request.access):
        require_provider(request.access, Right.OVERSEE_PARTNERS)
        partners = list_partners()
        ids = [one.pk for one in partners]
        found, parties, today = queries.list_agreed(ids), find_parties(ids), queries.today()
        context = {
            "partners": [
                {
                    "id": one.pk,
                    "name": one.name,
                    "is_reseller": parties[one.pk].type is PartyType.INDIRECT_RESELLER,
                    **page.agreed([each for each in found if each.partner_id == one.pk], today),
                }
                for one in partners
            ],
            "options": [
                {"id": one.pk, "label": one.name, "is_chosen": str(one.pk) == typed["partner"]} for one in partners
            ],
            "typed": typed,
            "errors": errors,
        }
        return render(request, "helpdesk/allowances.html", context, status=400 if errors else 200)


@signed_in
@require_POST
def withdraw(request: HubRequest, allowance_id: int) -> HttpResponseBase:
    try:
        commands.withdraw_allowance(request.access, allowance_id)
    except Conflict as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("It counts for nothing any more."))
    return redirect("helpdesk:allowances")
