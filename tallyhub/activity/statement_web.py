"""Statements: those that were made, a form for a new one, the print page, and both files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from tallyhub.activity import commands, queries
from tallyhub.activity.exports import open_statement, statement_file_name
from tallyhub.activity.models import Statement
from tallyhub.activity.queries import AgreementLines
from tallyhub.activity.rows import Reader
from tallyhub.activity.rules import stated_workspaces
from tallyhub.activity.statement_files import LINES_MAX_PDF, pdf_of, xlsx_of
from tallyhub.activity.statement_words import moment, page_columns
from tallyhub.activity.statements import asked_of
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, attachment, render_stream, signed_in, url
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.kernel.streams import LongAnswer
from tallyhub.organizations.queries import names_of

LISTED_MAX = 200
_STATED = Markup("<!--stated-->")  # where the frame around a statement leaves room for it
LINES_AT_ONCE_MAX = 5_000  # beyond, the spreadsheet takes seconds and is made by a job


# Another agreement has another first day.
_ANEW_FOR_ANOTHER = {
    "hx-get": reverse_lazy("activity:statements"),
    "hx-target": "#statement-form",
    "hx-select": "#statement-form",
    "hx-swap": "outerHTML",
}


class StatementForm(forms.Form):
    agreement = forms.TypedChoiceField(
        label=gettext_lazy("Agreement"), coerce=int, widget=forms.Select(attrs=_ANEW_FOR_ANOTHER)
    )
    first_day = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy("Empty: the first day of the agreement."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        help_text=gettext_lazy("Empty: today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, agreements: list[AgreementLines], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["agreement"]
        chosen.choices = [(one.id, f"{one.name} · {one.number}") for one in agreements]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: HubRequest) -> HttpResponseBase:
    """The newest first. A POST makes one and opens its print page."""
    stated = stated_workspaces(request.access)
    with scope(request.access):
        agreements = _offered(request.access, stated)
    form = StatementForm(agreements, request.POST or None, initial=_initial(agreements, request.GET.get("agreement")))
    if request.method == "POST" and form.is_valid():
        made = _make(request, form)
        if made:
            return redirect("activity:statement", made.pk)
    with scope(request.access):
        context = {"form": form, "statements": _listed(request.access)}
        return render(request, "activity/statements.html", context, status=400 if form.is_bound else 200)


def _offered(access: Access, stated: tuple[int, ...] | None) -> list[AgreementLines]:
    found = queries.list_agreements(access, access.workspaces if stated is None else stated)
    return [one for one in found if any(package.lines for package in one.packages)]


def _initial(agreements: list[AgreementLines], wanted: str | None) -> dict[str, Any]:
    """The agreement that was asked for, else the first one; from its start to today."""
    chosen = next((one for one in agreements if str(one.id) == wanted), None) or next(iter(agreements), None)
    if chosen is None:
        return {}
    return {"agreement": chosen.id, "first_day": chosen.starts_on, "last_day": chosen.today}


def _make(request: HubRequest, form: StatementForm) -> Statement | None:
    """The statement, or None with the form saying why not."""
    asked = form.cleaned_data
    try:
        return commands.make_statement(
            request.access,
            agreement_id=asked["agreement"],
            first_day=asked["first_day"],
            last_day=asked["last_day"],
            language=translation.get_language() or "en",
        )
    except Invalid as error:
        form.add_error(None, sentence(error))
        return None


def _listed(access: Access) -> list[dict[str, str]]:
    found = queries.list_statements(access, at_most=LISTED_MAX)
    names = names_of(access, {one.made_by_id for one in found})
    return [
        {
            "title": _("Statement %(number)s") % {"number": one.pk},
            "agreement": one.agreement.name,
            "period": fmt.term(one.first_day, one.last_day),
            "made_at": moment(one.made_at, one.agreement.zone),
            "made_by": names.get(one.made_by_id) or _("Erased person"),
            "href": url("activity:statement", one.pk),
        }
        for one in found
    ]


@signed_in
@require_safe
def statement(request: HubRequest, statement_id: int) -> HttpResponseBase:
    """The print page, piece by piece: it may be a book. It is in the language the statement was made in, its frame in
    the reader's."""
    language = _language(request, statement_id)
    get_token(request)  # the page's forms need the cookie, and the headers go out before them
    body = _page(request, statement_id, language, translation.get_language() or "en")
    return LongAnswer(request, body, content_type="text/html; charset=utf-8")


def _language(request: HubRequest, statement_id: int) -> str:
    """Of one that reaches this person: what is hidden or absent is found out before an answer begins."""
    with scope(request.access):
        found = queries.get_statement(request.access, statement_id)
        queries.list_members(request.access, asked_of(request.access, found).ids)
    return found.language


def _page(request: HubRequest, statement_id: int, language: str, readers: str) -> Iterator[str]:
    """In a scope of the stream's own: the view's has ended by then."""
    zone = timezone.get_current_timezone_name()
    with translation.override(language), timezone.override(zone), scope(request.access):
        words, lines = open_statement(Reader.of(request.sign_on), statement_id)
        stated = {
            "words": words,
            "sections": words.sections(lines),
            "heads": [(column.label, column.is_numeric) for column in page_columns(lines)],
            "pdf_is_cut": words.document.lines_shown > LINES_MAX_PDF,
            "pdf_lines": fmt.number(LINES_MAX_PDF),
        }
        frame = {
            "language": language,
            "title": words.title,
            "is_intact": words.document.is_intact,
            "address": url("activity:statement", statement_id),
            "is_long": words.document.lines_shown > LINES_AT_ONCE_MAX,
            "stated": _STATED,
        }
        with translation.override(readers):
            before, _mark, after = render_to_string("activity/statement.html", frame, request).partition(_STATED)
        yield before
        yield from render_stream(request, "activity/_statement.html", stated)
        yield after


@signed_in
@require_safe
def statement_xlsx(request: HubRequest, statement_id: int) -> HttpResponse:
    with translation.override(_language(request, statement_id)), scope(request.access):
        words, lines = open_statement(Reader.of(request.sign_on), statement_id)
        if words.document.lines_shown > LINES_AT_ONCE_MAX:
            raise Conflict("statement_too_long", lines_max=fmt.number(LINES_AT_ONCE_MAX))
        body = xlsx_of(words, lines, Path(settings.TALLYHUB.data_dir))
        name = statement_file_name(words.document, "xlsx")
    commands.record_download(request.access, statement_id, form="xlsx")
    return _file(body, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@signed_in
@require_safe
def statement_pdf(request: HubRequest, statement_id: int) -> HttpResponse:
    language = _language(request, statement_id)
    with translation.override(language):
        with scope(request.access):
            words, lines = open_statement(Reader.of(request.sign_on), statement_id)
            data = pdf_of(words, lines, language)
            name = statement_file_name(words.document, "pdf")
        body = data.typeset(words.document.statement.made_at)  # outside: nothing is held open meanwhile
    commands.record_download(request.access, statement_id, form="pdf")
    return _file(body, name, "application/pdf")


def _file(body: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": attachment(name)})
