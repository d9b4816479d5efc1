"""Account policy: which accounts the workspaces accept, the customer's domains, provider and directory (R3.6, R7.2)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import list_account_policies
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden, HubError
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.work import queries as work
from tallyhub.people import policy
from tallyhub.people.models import IdentityProvider
from tallyhub.people.policy import Effect
from tallyhub.people.sign_in import commands, discovery, names, page, queries
from tallyhub.people.sign_in.forms import ClaimForm, DirectoryGroupForm, ProviderForm, SetDomainForm

PAGE = "people:account_policy"


@signed_in
@require_safe
def account_policy(request: HubRequest) -> HttpResponse:
    return _page(request, status=200)


def _page(
    request: HubRequest, *, status: int, claim_form: Form | None = None, set_form: Form | None = None
) -> HttpResponse:
    access = request.access
    commands.require_part(access)
    with scope(access):
        policies = list_account_policies(access)
        provider = queries.find_identity_provider(access)
        context = {
            "workspaces": [page.workspace(one, policies[one.pk]) for one in work.list_workspaces(access)],
            "domains": [page.domain(one) for one in work.list_domains(access)],
            "provider": provider,
            "sso": request.build_absolute_uri(url("people:sso", provider.slug)) if provider else "",
            "groups": [page.group(*one) for one in queries.list_directory_groups(access)],
            "may": page.may(access),
            "claim_form": claim_form or ClaimForm(),
            "set_form": set_form or SetDomainForm(),
            "customer": request.sign_on.customer_name,
        }
        return render(request, "people/account_policy.html", context, status=status)


@signed_in
@require_POST
def allow(request: HubRequest, workspace_id: int) -> HttpResponseBase:
    commands.allow_personal(request.access, workspace_id)
    messages.success(request, _("The workspace accepts personal accounts from now on."))
    return redirect(PAGE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HubRequest, workspace_id: int) -> HttpResponseBase:
    """First who would no longer fit, then it is done."""
    commands.require_part(request.access)
    with scope(request.access):
        workspace = work.get_workspace(request.access, workspace_id)

    def found() -> Effect:
        return policy.refusing(request.access, workspace)

    def done() -> str:
        commands.refuse_personal(request.access, workspace_id)
        return _("You do not allow personal accounts there any more.")

    words = {
        "title": _("Refuse personal accounts in %(name)s") % {"name": workspace.name},
        "act": _("Refuse personal accounts"),
    }
    return _consider(request, words, found, done)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remove_domain(request: HubRequest, domain_id: int) -> HttpResponseBase:
    commands.require_part(request.access)
    with scope(request.access):
        domain = work.get_domain(request.access, domain_id)

    def found() -> Effect:
        return policy.taking_domain(request.access, domain)

    def done() -> str:
        commands.remove_domain(request.access, domain_id)
        return _("The domain was removed.")

    words = {"title": _("Remove the domain %(name)s") % {"name": domain.domain}, "act": _("Remove the domain")}
    return _consider(request, words, found, done)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remove_provider(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_SIGN_IN)
    with scope(request.access):
        provider = queries.find_identity_provider(request.access)
    if provider is None:
        raise IdentityProvider.DoesNotExist

    def found() -> Effect:
        return policy.ending_provider(request.access)

    def done() -> str:
        commands.remove_provider(request.access)
        return _("Nobody signs in with it any more. Whoever was signed in by it is signed out.")

    words = {"title": _("Remove the sign-in %(name)s") % {"name": provider.name}, "act": _("Remove the sign-in")}
    return _consider(request, words, found, done)


def _consider(
    request: HubRequest, words: dict[str, str], found: Callable[[], Effect], done: Callable[[], str]
) -> HttpResponseBase:
    problem = ""
    if request.method == "POST":
        try:
            messages.success(request, done())
            return redirect(PAGE)
        except Forbidden:
            raise
        except HubError as error:
            problem = sentence(error)
    with scope(request.access):
        effect = found()
        context = {**words, "effect": page.effect(effect, policy.names), "problem": problem}
        return render(request, "people/account_policy_effect.html", context, status=409 if problem else 200)


@signed_in
@require_POST
def claim_domain(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_SIGN_IN)
    form = ClaimForm(request.POST)
    if _done(form, "domain", lambda: commands.claim_domain(request.access, **form.cleaned_data)):
        messages.success(request, _("Claimed. Now set the record that is shown below, and check."))
        return redirect(PAGE)
    return _page(request, status=400, claim_form=form)


@signed_in
@require_POST
def set_domain(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    form = SetDomainForm(request.POST)
    if _done(form, "domain", lambda: commands.set_domain(request.access, **form.cleaned_data)):
        messages.success(request, _("Addresses in the domain are work accounts from now on."))
        return redirect(PAGE)
    return _page(request, status=400, set_form=form)


@signed_in
@require_POST
def check_domain(request: HubRequest, domain_id: int) -> HttpResponseBase:
    """DNS is asked outside of any transaction; what it said is judged inside of one."""
    request.access.require(Right.MANAGE_SIGN_IN)
    with scope(request.access):
        domain = work.get_domain(request.access, domain_id)
    try:
        texts = names.look_up(domain.domain, settings.TALLYHUB.name_server_addresses)
        commands.prove_domain(request.access, domain_id, texts=texts)
        messages.success(request, _("Proved. Addresses in the domain are work accounts from now on."))
    except HubError as error:
        messages.error(request, sentence(error))
    return redirect(PAGE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HubRequest) -> HttpResponseBase:
    """Saved only when the issuer answers as itself."""
    request.access.require(Right.MANAGE_SIGN_IN)
    with scope(request.access):
        stored = queries.find_identity_provider(request.access)
        slug = stored.slug if stored else queries.slug_of_customer(request.access)
    form = ProviderForm(request.POST) if request.method == "POST" else ProviderForm.of(stored)
    if _done(form, "issuer", lambda: _save(request, form)):
        messages.success(request, _("Saved. The provider answers as it should."))
        return redirect(PAGE)
    context = {"form": form, "stored": stored, "callback": request.build_absolute_uri(url("people:sso_return", slug))}
    return render(request, "people/provider.html", context, status=400 if form.errors else 200)


def _save(request: HubRequest, form: Any) -> None:
    fields = form.fields_said
    discovery.read_directions(discovery.check_issuer(fields.issuer))
    commands.save_provider(request.access, fields)


@signed_in
@require_POST
def test_provider(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_SIGN_IN)
    with scope(request.access):
        stored = queries.find_identity_provider(request.access)
    if stored is None:
        raise IdentityProvider.DoesNotExist
    try:
        directions = discovery.read_directions(stored.issuer)
        discovery.ask("GET", directions.keys)
        messages.success(request, _("The provider answers as it should, and its keys can be read."))
    except HubError as error:
        messages.error(request, sentence(error))
    return redirect(PAGE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add_group(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_SIGN_IN)
    with scope(request.access):
        workspaces = work.list_workspaces(request.access)
    form = DirectoryGroupForm(workspaces, *([request.POST] if request.method == "POST" else []))
    if _done(form, "key", lambda: commands.add_directory_group(request.access, **form.cleaned_data)):
        messages.success(request, _("Added. It counts for each member from their next sign-in."))
        return redirect(PAGE)
    return render(request, "people/directory_group.html", {"form": form}, status=400 if form.errors else 200)


@signed_in
@require_POST
def remove_group(request: HubRequest, group_id: int) -> HttpResponseBase:
    commands.remove_directory_group(request.access, group_id)
    messages.success(request, _("Removed. What it gave was taken from its members."))
    return redirect(PAGE)


def _done(form: Form, field: str, act: Callable[[], object]) -> bool:
    """Do it where the form is well; where it is refused, say so beside the field."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act()
    except Forbidden:
        raise
    except HubError as error:
        form.add_error(field, sentence(error))
        return False
    return True
