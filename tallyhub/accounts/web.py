"""One's own profile and access tokens, and the tokens of the customer."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.accounts import commands, queries
from tallyhub.accounts.forms import ProfileForm, TokenForm
from tallyhub.accounts.models import Token
from tallyhub.accounts.tokens import TokenScope, may_make_for_customer, offered_at_work, offered_scopes
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.scope import scope


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HubRequest) -> HttpResponseBase:
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.of(request.user)
    if form.is_valid():
        commands.change_profile(request.access, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile was saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=400 if form.is_bound else 200)


@signed_in
@require_safe
def no_password(request: HubRequest) -> HttpResponseBase:
    """allauth sends whoever has none here. One is set by a link that goes to the address, and in no other way."""
    context = {
        "title": _("You have no password here"),
        "sentence": _("You sign in by your organisation, and there your password is changed."),
        "offers": [{"title": _("Go to the home page"), "href": "/"}],
    }
    return render(request, "site/error.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HubRequest) -> HttpResponseBase:
    """One's own, inside the customer that is worked in."""
    return _tokens(request, is_of_customer=False)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def customer_tokens(request: HubRequest) -> HttpResponseBase:
    """Those of the customer itself, which belong to no person."""
    if not may_make_for_customer(request.access):
        raise Forbidden(Right.ADMINISTER)
    return _tokens(request, is_of_customer=True)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def work_tokens(request: HubRequest) -> HttpResponseBase:
    """One's own, for the provider or partner that one works for, whichever customer is worked inside."""
    access = request.access
    offered = offered_at_work(access)
    if not offered:
        raise Forbidden(Right.SERVE_CUSTOMERS)
    return _page(
        request,
        offered,
        lambda **said: commands.make_work_token(access, **said),
        lambda: queries.list_work_tokens(access),
        is_of_work=True,
    )


def _tokens(request: HubRequest, *, is_of_customer: bool) -> HttpResponseBase:
    access = request.access
    return _page(
        request,
        offered_scopes(access, is_of_customer=is_of_customer),
        lambda **said: commands.make_token(access, **said, is_of_customer=is_of_customer),
        lambda: queries.list_tokens(access, is_of_customer=is_of_customer),
        is_of_customer=is_of_customer,
    )


def _page(
    request: HubRequest,
    offered: list[TokenScope],
    make: Callable[..., str],
    list_made: Callable[[], Iterable[Token]],
    **which: bool,
) -> HttpResponseBase:
    """The secret is on the page that answers its making and nowhere afterwards: so no redirect."""
    form = TokenForm(offered, request.POST) if request.method == "POST" else TokenForm(offered)
    status, secret = 200, None
    if form.is_valid():
        secret = make(**form.cleaned_data)
        form = TokenForm(offered)
    elif form.is_bound:
        status = 400
    with scope(request.access):
        rows = [_row(one) for one in list_made()]
    context = {
        "form": form if offered else None,
        "secret": secret,
        "tokens": rows,
        "is_of_customer": False,
        "is_of_work": False,
        **which,
        "customer": request.sign_on.customer_name,
        "house": request.sign_on.house.name if offered_at_work(request.access) and request.sign_on.house else "",
        "has_customer_tokens": may_make_for_customer(request.access),
    }
    response = render(request, "accounts/tokens.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _row(token: Token) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "scopes": ", ".join(token.scopes),
        "expires": _day(token.expires_at),
        "used": _day(token.last_used_at) if token.last_used_at else _("never"),
        "state": _state(token),
        "is_valid": token.revoked_at is None and token.expires_at > clock.now(),
    }


def _day(instant: datetime) -> str:
    return fmt.short_day(timezone.localtime(instant).date())


def _state(token: Token) -> str:
    if token.revoked_at:
        return _("revoked")
    return _("valid") if token.expires_at > clock.now() else _("expired")


@signed_in
@require_POST
def revoke_token(request: HubRequest, token_id: int) -> HttpResponseBase:
    token = commands.revoke_token(request.access, token_id)
    messages.success(request, _("The token was revoked. It opens nothing any more."))
    if token.organization_id:
        return redirect("accounts:work_tokens")
    return redirect("accounts:tokens" if token.person_id else "accounts:customer_tokens")
