"""What people say about a file: what it holds, and which column means what."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from tallyhub.accounts.rules import zone_choices
from tallyhub.integrations.importing import cells
from tallyhub.integrations.importing.importer import KINDS
from tallyhub.integrations.importing.kinds import Kind
from tallyhub.integrations.importing.mapping import Format, Mapping
from tallyhub.kernel.errors import Invalid

DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")
TIMES = ("%Y-%m-%d %H:%M:%S", *(f"{day} %H:%M" for day in DAYS))
_EXAMPLES = {"%Y": "2026", "%m": "11", "%d": "30", "%H": "14", "%M": "30", "%S": "00"}
ENCODINGS = ("utf-8", "cp1252", "cp1251", "iso-8859-15")


def _example(pattern: str) -> str:
    for code, text in _EXAMPLES.items():
        pattern = pattern.replace(code, text)
    return pattern


class FormatForm(forms.Form):
    """How the file writes days and times."""

    day = forms.ChoiceField(label=_("Days look like"), choices=[(one, _example(one)) for one in DAYS])
    time = forms.ChoiceField(label=_("Times look like"), choices=[(one, _example(one)) for one in TIMES])
    zone = forms.ChoiceField(
        label=_("Zone of times that name none"), required=False, choices=lambda: [("", "–"), *zone_choices()]
    )
    encoding = forms.ChoiceField(label=_("Encoding"), choices=[(one, one) for one in ENCODINGS])


def default_mapping(kind: Kind, columns: Sequence[str], form: Format) -> Mapping:
    """Columns that are called like our fields are taken for them."""
    called = {name.strip().lower().replace(" ", "_"): name for name in columns}
    same = {one.name: {"column": called[one.name]} for one in kind.fields if one.name in called}
    return Mapping.model_validate({"format": form, "records": [{"kind": kind.name, "columns": same}]})


def read_format(data: Any) -> Format:
    """Raises Invalid."""
    form = FormatForm(data)
    if not form.is_valid():
        raise Invalid("mapping_malformed", reason="; ".join(form.errors))
    return Format.model_validate({name: text for name, text in form.cleaned_data.items() if text})


def build_mapping(kind: Kind, data: Any) -> Mapping:
    """From the form's fields. A fixed value goes before a column. Raises Invalid."""
    form = read_format(data)
    columns = {}
    for one in kind.fields:
        value, column = data.get(f"value-{one.name}", "").strip(), data.get(f"column-{one.name}", "")
        if value:
            columns[one.name] = {"value": value}
        elif column:
            columns[one.name] = {"column": column}
    try:
        return Mapping.model_validate({"format": form, "records": [{"kind": kind.name, "columns": columns}]})
    except ValidationError as error:
        raise Invalid("mapping_malformed", reason=error.errors()[0]["msg"]) from None


def columns_form(mapping: Mapping, columns: Sequence[str]) -> dict[str, Any] | None:
    """The fields of a mapping that can be edited on the page: one section of plain columns and fixed values."""
    section = mapping.records[0]
    plain = all(one.template is None and not one.map for one in section.columns.values())
    if len(mapping.records) != 1 or not plain or section.wins or section.only_with or section.key:
        return None
    kind = KINDS[section.kind]
    fields = []
    for one in kind.fields:
        source = section.columns.get(one.name)
        chosen = source.column if source else None
        offered = [*columns, *([chosen] if chosen and chosen not in columns else [])]
        fields.append(
            {
                "name": one.name,
                "is_required": one.is_required,
                "is_day": one.read is cells.day,
                "value": (source.value or "") if source else "",
                "options": [{"id": name, "label": name, "is_chosen": name == chosen} for name in offered],
            }
        )
    return {"kind": kind.name, "fields": fields, "format": FormatForm(initial=_initial(mapping.format))}


def _initial(form: Format) -> dict[str, Any]:
    return {"day": form.day, "time": form.time, "zone": form.zone or "", "encoding": form.encoding}
