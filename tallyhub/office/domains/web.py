"""Making a mail domain the customer's, from wherever it is missing, and back there."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, address_here, signed_in, url
from tallyhub.kernel.sentences import sentence
from tallyhub.people.sign_in.commands import set_domain
from tallyhub.people.sign_in.forms import SetDomainForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def domain(request: HubRequest) -> HttpResponseBase:
    """``?domain=`` is proposed; ``next`` is the page that one came from."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    came_from = _came_from(request)
    if request.method == "POST":
        form = SetDomainForm(request.POST)
        if form.is_valid():
            try:
                found = set_domain(request.access, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                form.add_error("domain", sentence(error))
            else:
                said = _("Set. Whoever has a confirmed address at %(domain)s can sign in.")
                messages.success(request, said % {"domain": found.domain})
                return redirect(came_from)
    else:
        form = SetDomainForm(initial={"domain": request.GET.get("domain", "")})
    context = {"form": form, "came_from": came_from, "customer": request.sign_on.customer_name}
    return render(request, "office/domain.html", context, status=400 if form.is_bound else 200)


def _came_from(request: HubRequest) -> str:
    """Never another site."""
    said = request.POST if request.method == "POST" else request.GET
    return address_here(request, said.get("next", ""), otherwise=url("office:customer"))
