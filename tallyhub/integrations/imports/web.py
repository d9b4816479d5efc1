"""The import page, for the account team inside the customer they work in (R8.1)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.integrations.importing import mapping as mappings
from tallyhub.integrations.importing.files import Unreadable
from tallyhub.integrations.importing.importer import KINDS, OF_CUSTOMER, plan_of
from tallyhub.integrations.importing.mapping import Format, Mapping
from tallyhub.integrations.imports import codes as listing
from tallyhub.integrations.imports import commands, files, page, queries
from tallyhub.integrations.imports.forms import build_mapping, columns_form, default_mapping, read_format
from tallyhub.integrations.imports.rules import NAME_MAX, Stage
from tallyhub.integrations.models import Import
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.grid import csv_lines
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    problem = ""
    if request.method == "POST":
        try:
            return redirect("integrations:import", _upload(request).pk)
        except HubError as error:
            problem = sentence(error)
    with scope(request.access):
        context = {
            "cards": page.cards(request.access, queries.list_imports(request.access)),
            "mappings": queries.list_mappings(request.access),
            "problem": problem,
            "megabytes_max": settings.TALLYHUB.import_megabytes,
            "rows_max": settings.TALLYHUB.import_rows,
        }
        return render(request, "integrations/imports.html", context, status=400 if problem else 200)


def _upload(request: HubRequest) -> Import:
    """Keep the file privately, under a name of ours. Raises Invalid."""
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        megabytes = settings.TALLYHUB.import_megabytes
        is_large = int(request.META.get("CONTENT_LENGTH") or 0) > megabytes * 1024 * 1024
        raise Invalid("upload_too_large", megabytes_max=megabytes) if is_large else Invalid("upload_missing")
    kept = files.keep(sent)
    try:
        return commands.add_import(request.access, name=(sent.name or "")[:NAME_MAX], file=kept)
    except BaseException:
        files.remove(kept)
        raise


@signed_in
@require_safe
def one(request: HubRequest, import_id: int) -> HttpResponse:
    return _one(request, import_id)


def _one(request: HubRequest, import_id: int, problem: str = "") -> HttpResponse:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        found = queries.get_import(request.access, import_id)
        is_silent = page.is_silent(found)
        is_busy = found.stage in (Stage.WAITING, Stage.RUNNING) and not is_silent
        mapping = _mapping_of(found) if _is_open(found, is_busy=is_busy) else None
        context = {
            "one": found,
            "card": page.cards(request.access, [found])[0],
            "is_busy": is_busy,
            "is_silent": is_silent,
            "result": page.result(found),
            "choices": _choices(request),
            "problem": problem or (mapping["unreadable"] if mapping else ""),
            "mapping": mapping,
            "can_choose": _is_open(found, is_busy=is_busy),
        }
        return render(request, "integrations/import.html", context, status=400 if problem else 200)


def _is_open(found: Import, *, is_busy: bool) -> bool:
    return bool(found.file) and not is_busy and found.stage != Stage.DONE


def _mapping_of(found: Import) -> dict[str, Any] | None:
    """The form of the columns, where it can be edited, and the first rows as they will be read.

    Of a file that cannot be read only why, and how it is written: another encoding may be all that it needs.
    """
    if found.mapping is None:
        return None
    mapping, path = Mapping.model_validate(found.mapping), files.path_of(found.file)
    try:
        form = columns_form(mapping, page.columns_of(path, mapping.format))
    except Unreadable as broken:
        return {"form": columns_form(mapping, []), "unreadable": page.unreadable(broken)}
    return {
        "form": form,
        "unreadable": "",
        "previews": page.previews(path, mapping),
        "passed_over": [one.kind for one in mapping.records if one.kind not in OF_CUSTOMER],
    }


def _choices(request: HubRequest) -> list[dict[str, Any]]:
    saved = [{"id": f"saved:{one.pk}", "label": one.name} for one in queries.list_mappings(request.access)]
    shipped = [{"id": f"shipped:{name}", "label": name} for name in mappings.shipped_names()]
    kinds = [{"id": f"kind:{name}", "label": name} for name in OF_CUSTOMER]
    groups = (
        (_("One kind of row"), kinds),
        (_("Saved mappings"), saved),
        (_("Mappings that come with the hub"), shipped),
    )
    return [{"label": label, "options": options} for label, options in groups if options]


@signed_in
@require_POST
def choose(request: HubRequest, import_id: int) -> HttpResponseBase:
    """A kind, a saved mapping or a shipped one; or the columns of the kind that was chosen, or only its format."""
    return _act(request, import_id, lambda: _choose(request, import_id))


def _choose(request: HubRequest, import_id: int) -> None:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        found = queries.get_import(request.access, import_id)
        mapping = _chosen(request, found)
        plan_of(mapping)  # what cannot be brought in here is said now
    commands.choose_mapping(request.access, import_id, mapping)


def _chosen(request: HubRequest, found: Import) -> Mapping:
    sort, _colon, name = request.POST.get("what", "").partition(":")
    if sort == "saved" and (mapping_id := find_id(name)) is not None:
        return Mapping.model_validate(queries.get_mapping(request.access, mapping_id).mapping)
    if sort == "shipped" and mappings.is_shipped(name):
        return mappings.load(name)
    if sort in ("kind", "format") and name in OF_CUSTOMER:
        form = read_format(request.POST) if sort == "format" else Format()
        return default_mapping(KINDS[name], _columns(found, form), form)
    if sort == "columns" and name in OF_CUSTOMER:
        return build_mapping(KINDS[name], request.POST)
    raise Invalid("mapping_elsewhere", kinds=", ".join(OF_CUSTOMER))


def _columns(found: Import, form: Format) -> list[str]:
    """None where it cannot be read, which the page says."""
    try:
        return page.columns_of(files.path_of(found.file), form) if found.file else []
    except Unreadable:
        return []


@signed_in
@require_POST
def start(request: HubRequest, import_id: int) -> HttpResponseBase:
    is_dry = request.POST.get("how") != "import"
    return _act(request, import_id, lambda: commands.start_import(request.access, import_id, dry_run=is_dry))


@signed_in
@require_POST
def save(request: HubRequest, import_id: int) -> HttpResponseBase:
    def keep() -> None:
        commands.save_mapping(request.access, import_id, request.POST.get("name", ""))
        messages.success(request, _("The mapping was saved."))

    return _act(request, import_id, keep)


def _act(request: HubRequest, import_id: int, do: Callable[[], None]) -> HttpResponseBase:
    """Do it and show the page; what is wrong is said there."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    try:
        do()
    except HubError as error:
        return _one(request, import_id, sentence(error))
    return redirect("integrations:import", import_id)


@signed_in
@require_POST
def remove(request: HubRequest, import_id: int) -> HttpResponseBase:
    commands.remove_import(request.access, import_id)
    messages.success(request, _("The file was removed."))
    return redirect("integrations:imports")


@signed_in
@require_POST
def remove_mapping(request: HubRequest, mapping_id: int) -> HttpResponseBase:
    commands.delete_mapping(request.access, mapping_id)
    messages.success(request, _("The mapping was deleted."))
    return redirect("integrations:imports")


@signed_in
@require_safe
def problems(request: HubRequest, import_id: int) -> HttpResponseBase:
    """Those that are kept, each with the reason in the reader's language."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        rows = list(page.problem_rows(queries.get_import(request.access, import_id)))
    header = [_("Line"), _("Column"), _("Value"), _("Code"), _("Reason")]
    answer = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return answer


@signed_in
@require_safe
def codes(request: HubRequest) -> HttpResponse:
    """What a file may name, so that nobody has to ask an operator for it."""
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        groups = listing.groups(listing.list_codes(request.access))
    context = {"groups": groups, "customer": request.sign_on.customer_name}
    return render(request, "integrations/codes.html", context)


@signed_in
@require_safe
def codes_csv(request: HubRequest) -> HttpResponseBase:
    request.access.require(Right.MANAGE_AGREEMENTS)
    with scope(request.access):
        rows = list(listing.csv_rows(listing.list_codes(request.access)))
    answer = StreamingHttpResponse(csv_lines(listing.COLUMNS, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="codes.csv"'
    return answer
