"""The catalogue: its columns, its filters, its links."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.agreements.models import Product
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import PAGE_ROWS, Column, Line, Page, Place, cell, heading, link, page_links, select
from tallyhub.kernel.http import url
from tallyhub.kernel.ids import read_id, read_word
from tallyhub.learning import words
from tallyhub.learning.catalogue.queries import CatalogueFilter, CatalogueRow
from tallyhub.learning.rules import Format, Level, standing_of

TEXT_MAX = 200  # characters of what is searched for
MINE = ("assigned", "due", "open", "started", "completed")


def read_filter(query: QueryDict) -> CatalogueFilter:
    """What the address says. Raises DoesNotExist for what is not on offer."""
    mine, language = query.get("mine") or "", query.get("language") or ""
    if mine not in ("", *MINE) or len(language) > 3:
        raise ObjectDoesNotExist
    return CatalogueFilter(
        text=(query.get("text") or "").replace("\x00", "").strip()[:TEXT_MAX],
        format=read_word(Format, said) if (said := query.get("format")) else None,
        level=read_word(Level, said) if (said := query.get("level")) else None,
        product_id=read_id(said) if (said := query.get("product")) else None,
        language=language.replace("\x00", ""),
        mine=mine,
    )


def columns() -> list[Column[CatalogueRow]]:
    return [
        Column("title", _("Activity"), lambda one: one.title, sort="title", sorts_upwards=True, href=_address),
        Column("format", _("Format"), lambda one: str(words.FORMAT_NAMES[one.format])),
        Column("level", _("Level"), lambda one: str(words.LEVEL_NAMES[one.level])),
        Column("product", _("Product"), lambda one: one.product or "–"),
        Column("language", _("Language"), lambda one: words.language_name(one.language)),
        Column("minutes", _("Duration"), lambda one: words.minutes(one.minutes), sort="minutes", is_numeric=True),
        Column("added_on", _("New since"), lambda one: fmt.short_day(one.added_on), sort="added_on"),
        Column("mine", _("How far you are"), _standing, lines=lambda one: [Line(_standing(one), _due(one))]),
    ]


def _address(row: CatalogueRow) -> str:
    return url("learning:activity", row.id)


def _standing(row: CatalogueRow) -> str:
    return words.standing_name(standing_of(row.started_on, row.completed_on))


def _due(row: CatalogueRow) -> str:
    if not row.due_on or row.completed_on:
        return ""
    return _("due %(day)s") % {"day": fmt.short_day(row.due_on)}


def grid(
    found: Page[CatalogueRow],
    place: Place,
    wanted: CatalogueFilter,
    *,
    products: Sequence[Product],
    languages: Sequence[str],
) -> dict[str, Any]:
    """The catalogue, ready to be placed."""
    base, carried = url("learning:catalogue"), _carried(wanted)
    declared = columns()
    return {
        "columns": [heading(column, place, base, carried) for column in declared],
        "rows": [{"cells": [cell(column, one) for column in declared]} for one in found.rows],
        "filters": _filters(wanted, products, languages),
        "action": base,
        "label": _("Learning activities"),
        "search_label": _("Filter the activities"),
        "hidden": [],
        "count": _count(found),
        "shown": None,
        **page_links(base, carried, found, place, lambda one: f"{getattr(one, place.sort)}~{one.id}"),
        "csv_href": None,
        "address": None,
        "empty": None if found.rows else _nothing(wanted),
    }


def _count(found: Page[CatalogueRow]) -> str:
    """Exact where one page holds all."""
    if found.has_before or found.has_after:
        return _("More than %(n)s activities") % {"n": fmt.number(PAGE_ROWS)}
    return ngettext("%(n)s activity", "%(n)s activities", len(found.rows)) % {"n": fmt.number(len(found.rows))}


def _carried(wanted: CatalogueFilter) -> list[tuple[str, str]]:
    named = {
        "text": wanted.text,
        "format": wanted.format or "",
        "level": wanted.level or "",
        "product": str(wanted.product_id or ""),
        "language": wanted.language,
        "mine": wanted.mine,
    }
    return [(name, str(value)) for name, value in named.items() if value]


def _filters(wanted: CatalogueFilter, products: Sequence[Product], languages: Sequence[str]) -> list[dict[str, Any]]:
    mine = {
        "assigned": _("Assigned to me"),
        "due": _("Assigned to me, not completed"),
        "open": _("Not started by me"),
        "started": _("Started by me, not completed"),
        "completed": _("Completed by me"),
    }
    found = [
        {"name": "text", "label": _("Words"), "type": "search", "value": wanted.text, "options": []},
        select("format", _("Format"), [("", _("Any format")), *_named(words.FORMAT_NAMES)], wanted.format or ""),
        select("level", _("Level"), [("", _("Any level")), *_named(words.LEVEL_NAMES)], wanted.level or ""),
        select("mine", _("Mine"), [("", _("Everything")), *mine.items()], wanted.mine),
    ]
    if products:
        offered = [(str(one.pk), one.name) for one in products]
        found.append(select("product", _("Product"), [("", _("Any product")), *offered], str(wanted.product_id or "")))
    if len(languages) > 1 or wanted.language:
        named = [(one, words.language_name(one)) for one in languages]
        found.append(select("language", _("Language"), [("", _("Any language")), *named], wanted.language))
    return found


def _named(names: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(value), str(name)) for value, name in names.items()]


def _nothing(wanted: CatalogueFilter) -> dict[str, str]:
    if carried := _carried(wanted):
        everything = {"href": url("learning:catalogue") + link([]), "link": _("Show all activities")}
        if carried == [("mine", "assigned")]:
            return {"title": _("Nothing is assigned to you"), "sentence": _("Choose what you like."), **everything}
        return {"title": _("No activities fit the filters"), "sentence": _("Widen them."), **everything}
    return {
        "title": _("No activities yet"),
        "sentence": _("Your provider’s catalogue is empty. As soon as it has something, you find it here."),
    }
