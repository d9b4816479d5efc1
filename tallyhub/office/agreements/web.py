"""Writing a draft section by section, looking through it, approving it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.agreements.queries import find_agreement
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.office.agreements import commands, page, queries
from tallyhub.office.agreements.check import CONTACTS, TERMS, check, section_of
from tallyhub.office.agreements.content import ContactPart, PackagePart, Terms
from tallyhub.office.agreements.forms import (
    act_on_contacts,
    act_on_package,
    read_contacts,
    read_package,
    read_terms,
    row_of,
)
from tallyhub.office.agreements.queries import Read
from tallyhub.office.domains.page import warning
from tallyhub.office.domains.queries import list_outside
from tallyhub.organizations.queries import list_sellers, names_of

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
SAVE = "save"


@signed_in
@require_POST
def make(request: HubRequest) -> HttpResponseBase:
    return redirect("office:draft_terms", commands.make_draft(request.access).pk)


@signed_in
@require_POST
def copy(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    return redirect("office:draft_terms", commands.copy_agreement(request.access, agreement_id).pk)


@signed_in
@require_POST
def renew(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    return redirect("office:draft", commands.renew(request.access, agreement_id).pk)


@signed_in
@require_POST
def begin_package(request: HubRequest, agreement_id: int) -> HttpResponseBase:
    draft = commands.begin_package(request.access, agreement_id)
    return redirect("office:draft_package", draft.pk, draft.content["packages"][0]["key"])


@signed_in
@require_safe
def draft(request: HubRequest, draft_id: int) -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        read = _read(request, draft_id)
        context = {
            **_about(read),
            "missing": page.missing(read),
            "outside": _outside(request, read),
            "facts": page.terms_facts(read),
            "packages": page.package_rows(read),
            "contacts": page.contacts_text(read.checked),
            "made_by": names_of(request.access, [read.draft.made_by_id]).get(read.draft.made_by_id, ""),
        }
        return render(request, "office/draft.html", context)


def _read(request: HubRequest, draft_id: int) -> Read:
    return queries.read_draft(request.access, queries.get_draft(request.access, draft_id))


def _outside(request: HubRequest, read: Read) -> list[dict[str, Any]]:
    """Who could not sign in: a warning that one may pass. More for an agreement names nobody."""
    if read.amended:
        return []
    named = [one.email for one in read.checked.contacts]
    return [warning(one) for one in list_outside(request.access, read.content.terms.plan, named)]


def _about(read: Read) -> dict[str, Any]:
    return {"draft": read.draft, "title": page.title_of(read), "read": read}


@signed_in
@GET_POST
def terms(request: HubRequest, draft_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    if request.method != "POST":
        return _terms(request, draft_id)
    typed = read_terms(request.POST)
    try:
        commands.save_terms(request.access, draft_id, _version(request), typed)
    except Conflict as error:
        return _terms(request, draft_id, typed=typed, said=error)
    return _saved(request, draft_id, TERMS, "office:draft_terms", draft_id)


def _terms(
    request: HubRequest, draft_id: int, *, typed: Terms | None = None, said: HubError | None = None
) -> HttpResponse:
    with scope(request.access):
        read = _read(request, draft_id)
        if read.amended:
            raise ObjectDoesNotExist
        problems = read.checked.of(TERMS)
        if typed:
            read.content.terms = typed
            problems = check(read.content, read.known).of(TERMS)
        errors = page.errors_of(problems)
        form = page.terms_form(read.content.terms, errors, list_sellers())
        return _render(request, "office/draft_terms.html", read, said, {"form": form})


def _render(
    request: HubRequest, template: str, read: Read, said: HubError | None, context: dict[str, Any]
) -> HttpResponse:
    """A section. What was typed beside a refusal stands in the form, under the version that is there now."""
    about = {**_about(read), "said": sentence(said) if said else ""}
    return render(request, template, about | context, status=409 if said else 200)


def _version(request: HubRequest) -> int:
    return find_id(request.POST.get("version")) or 0


def _saved(request: HubRequest, draft_id: int, section: str, name: str, *args: Any) -> HttpResponseBase:
    """On to the draft, or back to the section where something in it is wrong."""
    with scope(request.access):
        wrong = [one for one in _read(request, draft_id).checked.of(section) if not one.is_missing and one.field]
    if wrong:
        said = ngettext("Saved. %(n)s field needs another look.", "Saved. %(n)s fields need another look.", len(wrong))
        messages.warning(request, said % {"n": fmt.number(len(wrong))})
        return redirect(name, *args)
    messages.success(request, _("Saved."))
    return redirect("office:draft", draft_id)


@signed_in
@require_POST
def package_add(request: HubRequest, draft_id: int) -> HttpResponseBase:
    return redirect("office:draft_package", draft_id, commands.add_package(request.access, draft_id))


@signed_in
@GET_POST
def package(request: HubRequest, draft_id: int, key: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    if request.method != "POST":
        return _package(request, draft_id, key)
    typed = read_package(request.POST, key)
    act = request.POST.get("act", SAVE)
    try:
        _act_on_package(request, draft_id, typed, act)
        commands.save_package(request.access, draft_id, _version(request), typed)
    except Conflict as error:
        return _package(request, draft_id, key, typed=typed, said=error)
    if act != SAVE:
        return redirect(f"{url('office:draft_package', draft_id, key)}#{row_of(act, 'e', len(typed.entitlements))}")
    return _saved(request, draft_id, section_of(typed), "office:draft_package", draft_id, key)


def _act_on_package(request: HubRequest, draft_id: int, typed: PackagePart, act: str) -> None:
    with scope(request.access):
        read = _read(request, draft_id)
    act_on_package(typed, act, page.package_days(typed, read.checked.whole))


def _package(
    request: HubRequest, draft_id: int, key: int, *, typed: PackagePart | None = None, said: HubError | None = None
) -> HttpResponse:
    with scope(request.access):
        read = _read(request, draft_id)
        if typed:
            read.content.put_package(typed)
        found = read.content.package(key)
        if found is None:
            raise ObjectDoesNotExist
        checked = check(read.content, read.known)
        errors = page.errors_of(checked.of(section_of(found)))
        shown = page.package_form(found, errors, read.known.services, checked.whole)
        context = {"key": key, "name": page.package_name(found), **shown}
        return _render(request, "office/draft_package.html", read, said, context)


@signed_in
@require_POST
def package_remove(request: HubRequest, draft_id: int, key: int) -> HttpResponseBase:
    try:
        commands.remove_package(request.access, draft_id, _version(request), key)
    except Conflict as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("The package was removed from the draft."))
    return redirect("office:draft", draft_id)


@signed_in
@GET_POST
def contacts(request: HubRequest, draft_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    if request.method != "POST":
        return _contacts(request, draft_id)
    typed = read_contacts(request.POST)
    act = request.POST.get("act", SAVE)
    try:
        act_on_contacts(typed, act)
        commands.save_contacts(request.access, draft_id, _version(request), typed)
    except Conflict as error:
        return _contacts(request, draft_id, typed=typed, said=error)
    if act != SAVE:
        return redirect(f"{url('office:draft_contacts', draft_id)}#{row_of(act, 'c', len(typed))}")
    return _saved(request, draft_id, CONTACTS, "office:draft_contacts", draft_id)


def _contacts(
    request: HubRequest, draft_id: int, *, typed: list[ContactPart] | None = None, said: HubError | None = None
) -> HttpResponse:
    with scope(request.access):
        read = _read(request, draft_id)
        if read.amended:
            raise ObjectDoesNotExist
        if typed is not None:
            read.content.contacts = typed
        checked = check(read.content, read.known)
        rows = page.contact_forms(read.content.contacts, page.errors_of(checked.of(CONTACTS)))
        return _render(
            request, "office/draft_contacts.html", read, said, {"rows": rows, "named": page.contacts_text(checked)}
        )


@signed_in
@require_POST
def delete(request: HubRequest, draft_id: int) -> HttpResponseBase:
    commands.delete_draft(request.access, draft_id)
    messages.success(request, _("The draft was deleted."))
    return redirect("office:agreements")


@signed_in
@GET_POST
def approve(request: HubRequest, draft_id: int) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    said: HubError | None = None
    if request.method == "POST":
        try:
            agreement = commands.approve(request.access, draft_id, _version(request))
        except ObjectDoesNotExist:
            return _approved_before(request)
        except HubError as error:
            said = error
        else:
            messages.success(request, _("%(number)s is approved.") % {"number": agreement.number})
            return redirect("office:agreement", agreement.pk)
    return _approve(request, draft_id, said)


def _approve(request: HubRequest, draft_id: int, said: HubError | None) -> HttpResponse:
    with scope(request.access):
        read = _read(request, draft_id)
        context = {
            **_about(read),
            "said": sentence(said) if said else "",
            "missing": page.missing(read),
            "outside": _outside(request, read),
            "summary": page.summary(read),
        }
        status = 409 if isinstance(said, Conflict) else 400 if isinstance(said, Invalid) else 200
        return render(request, "office/draft_approve.html", context, status=status)


def _approved_before(request: HubRequest) -> HttpResponseBase:
    """The button was pressed twice, or somebody else was quicker."""
    with scope(request.access):
        agreement = find_agreement(request.access, request.POST.get("number", ""))
    if agreement is None or agreement.approved_at is None:
        raise ObjectDoesNotExist
    messages.info(request, _("%(number)s was approved already.") % {"number": agreement.number})
    return redirect("office:agreement", agreement.pk)
