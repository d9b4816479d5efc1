"""Signing in with the customer's own account: find the organisation, go to its provider, come back.

A form that leads to another host is blocked by our content security policy, and so is its redirect. So the form leads
to a page of ours, and that leads on. It begins by a form of ours only: a link of another site could otherwise sign a
browser in as whoever that site's owner wants, without a word.
"""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.models import SocialApp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.http import HubRequest, url
from tallyhub.kernel.sentences import sentence
from tallyhub.people.sign_in import openid, queries, rules
from tallyhub.people.sign_in.forms import AddressForm
from tallyhub.people.sign_in.queries import Provider


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponseBase:
    """By the domain of an address alone: so the answer tells nothing about the address."""
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            slug = _find_slug(request, form.cleaned_data["email"])
            return redirect(_with_next(url("people:sso", slug), request))
        except Invalid as error:
            form.add_error("email", sentence(error))
    context = {"form": form, "next": get_next_redirect_url(request) or ""}
    return render(request, "people/sso_find.html", context, status=400 if form.errors else 200)


def _find_slug(request: HttpRequest, address: str) -> str:
    """Raises Invalid for a domain in which nobody signs in on their own, and one that cannot be anybody's."""
    _limit(request)
    try:
        slug = queries.find_slug_of_domain(rules.read_domain(address))
    except Invalid:
        slug = None
    if slug is None:
        raise Invalid("sso_domain_unknown")
    return slug


@require_safe
def offer(request: HubRequest, slug: str) -> HttpResponse:
    """The customer's own address for its people, to be told to them: one button, to its provider.

    Whoever is signed in reads that it takes the place of that.
    """
    context = {
        "provider": _provider(slug),
        "next": get_next_redirect_url(request) or "",
        "instead_of": request.access.person_id,
    }
    return render(request, "people/sso_offer.html", context)


@require_POST
def go(request: HubRequest, slug: str) -> HttpResponseBase:
    """On to the provider. Who is signed in and was not asked about it is asked first."""
    provider = _provider(slug)
    if request.POST.get("instead_of", "") != str(request.access.person_id or ""):
        return redirect(_with_next(url("people:sso", slug), request))
    try:
        _limit(request)
        href = openid.begin(request, slug, get_next_redirect_url(request))
    except HubError as error:
        return _refused(request, slug, error)
    response = render(request, "people/sso_onward.html", {"provider": provider, "href": href})
    response.headers["Refresh"] = f"0; url={href}"
    response.headers["Cache-Control"] = "no-store"  # the link holds a state that counts once
    return response


@require_safe
def come_back(request: HttpRequest, slug: str) -> HttpResponseBase:
    _provider(slug)
    try:
        answer = openid.complete(request, slug)
    except HubError as error:
        return _refused(request, slug, error)
    if getattr(request, "has_cut_groups", False):
        messages.warning(
            request,
            _(
                "Your directory did not say which groups you are in, because you are in too many. Roles that come from "
                "groups were not renewed. Your administrator can limit which groups it says."
            ),
        )
    if full := getattr(request, "full_workspaces", []):
        messages.warning(
            request,
            _(
                "Your directory makes you a support contact in %(workspaces)s, but the agreement allows no more of "
                "them. Everything else was given to you. Ask your administrator."
            )
            % {"workspaces": fmt.listed(full)},
        )
    return answer


def _provider(slug: str) -> Provider:
    provider = queries.find_provider(slug)
    if provider is None:
        raise SocialApp.DoesNotExist
    return provider


def _limit(request: HttpRequest) -> None:
    """As the other form of sign-in, by network address: each beginning keeps a state."""
    if ratelimit.consume(request, app="allauth.account", action="login", limit_get=True) is None:
        raise Invalid("sso_too_often")


def _with_next(href: str, request: HttpRequest) -> str:
    there: Any = get_next_redirect_url(request)
    return f"{href}?{urlencode({'next': there})}" if there else href


def _refused(request: HttpRequest, slug: str, error: HubError) -> HttpResponse:
    """Nobody was signed in; an existing session is as it was."""
    context = {
        "title": _("You were not signed in"),
        "sentence": sentence(error),
        "offers": [
            {"title": _("Try again"), "href": url("people:sso", slug)},
            {"title": _("Sign in with a password"), "href": url("account_login")},
        ],
    }
    return render(request, "site/error.html", context, status=403)
