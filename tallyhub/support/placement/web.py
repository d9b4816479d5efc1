"""Mending what makes requests additional cases: what will happen is said beforehand."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tallyhub.agreements.queries import list_packages
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import list_workspaces
from tallyhub.support import words
from tallyhub.support.models import Request
from tallyhub.support.placement import commands, queries
from tallyhub.support.placement.rules import Mend, Wanted, mends_of, place
from tallyhub.support.rules import Kind

_KEY = re.compile(r"(\d{1,18})-(problem|advice)-(\d{1,18})-(\d{1,18})-(\d{1,18})", re.ASCII)
ADDITIONAL = "activity:additional"  # the list that one comes from


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mend(request: HubRequest, key: str) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    wanted = _read_key(key)
    if request.method != "POST":
        return _ask(request, key, wanted)
    package = find_id(request.POST.get("package"))
    if package is None:
        return _ask(request, key, wanted, said=_("Choose a package."), status=400)
    try:
        count = commands.mend(request.access, wanted, package)
    except Conflict as error:
        return _ask(request, key, wanted, said=sentence(error), status=409)
    done = ngettext(
        "%(n)s request is listed under its entitlement now.",
        "%(n)s requests are listed under their entitlement now.",
        count,
    )
    messages.success(request, done % {"n": fmt.number(count)})
    return redirect(ADDITIONAL)


def _read_key(key: str) -> Wanted:
    found = _KEY.fullmatch(key)
    if not found:
        raise Request.DoesNotExist
    workspace, kind, *ids = found.groups()
    agreement, package, product = (int(one) or None for one in ids)
    return Wanted(int(workspace), Kind(kind), agreement_id=agreement, package_id=package, product_id=product)


def _ask(request: HubRequest, key: str, wanted: Wanted, *, said: str = "", status: int = 200) -> HttpResponse:
    with scope(request.access):
        places = {one.pk: one.name for one in list_workspaces(request.access)}
        if wanted.workspace_id not in places:
            raise Workspace.DoesNotExist
        offers = queries.list_offers()
        count = queries.list_of(request.access, [wanted]).count()
        reason = place(wanted, {wanted.workspace_id}, offers, clock.now()).reason
        if not count:
            raise Request.DoesNotExist
        packages = {one.pk: one for one in list_packages(request.access)}
        ways = mends_of(wanted, offers, clock.now()) if reason else []
        context = {
            "key": key,
            "said": said,
            "count": ngettext("%(n)s request", "%(n)s requests", count) % {"n": fmt.number(count)},
            "workspace": places[wanted.workspace_id],
            "type": words.type_name(wanted.kind),
            "reason": words.reason_sentence(reason) if reason else "",
            "ways": [_option(one, packages, places[wanted.workspace_id], count) for one in ways],
            "unbooked": _unbooked(queries.count_unbooked(request.access, [wanted])),
        }
        return render(request, "support/mend.html", context, status=status)


def _unbooked(minutes: int) -> str:
    if not minutes:
        return ""
    amount = {"amount": fmt.amount(minutes, Unit.MINUTES)}
    return _("%(amount)s of real time is kept unbooked. What lies in the package’s term is booked at once.") % amount


def _option(one: Mend, packages: dict[int, Any], workspace: str, count: int) -> dict[str, Any]:
    package = packages[one.offer.package_id]
    said = []
    if one.maps:
        said.append(_("The package is mapped to %(workspace)s.") % {"workspace": workspace})
    if one.names:
        said.append(
            ngettext(
                "The request names this package from then on.",
                "The %(n)s requests name this package from then on.",
                count,
            )
            % {"n": fmt.number(count)}
        )
    return {
        "id": package.pk,
        "name": package.name,
        "about": f"{package.agreement.number} · {fmt.term(package.starts_on, package.ends_on)}",
        "meaning": said,
    }
