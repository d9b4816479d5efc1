"""The catalogue and a data sheet, ready to be placed."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from tallyhub.agreements.models import Product
from tallyhub.engagements import words
from tallyhub.engagements.catalogue.queries import Wanted
from tallyhub.engagements.models import Offering
from tallyhub.engagements.rules import Category, OfferingKind
from tallyhub.kernel import markdown
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.http import url

SHEET_TOP = 3  # the highest heading of a data sheet, below the one of its section


def filters(wanted: Wanted, products: Collection[Product]) -> list[dict[str, Any]]:
    return [
        _select("kind", _("Type of service"), _("All types"), words.KIND_NAMES, list(OfferingKind), wanted.kind),
        _select("category", _("Category"), _("All categories"), words.CATEGORY_NAMES, list(Category), wanted.category),
        _select(
            "product",
            _("Product"),
            _("All products"),
            {str(one.pk): one.name for one in products},
            [str(one.pk) for one in products],
            str(wanted.product or ""),
        ),
    ]


def _select(
    name: str, label: str, everything: str, names: dict[str, Any], values: Collection[str], chosen: str
) -> dict[str, Any]:
    options = [{"id": "", "label": everything, "is_chosen": not chosen}]
    options += [{"id": one, "label": names[one], "is_chosen": one == chosen} for one in values]
    return {"name": name, "label": label, "options": options}


def card(one: Offering, units: set[Unit]) -> dict[str, Any]:
    return {
        "name": one.name,
        "description": one.description,
        "href": url("engagements:offering", one.code),
        "kind": words.kind_name(one.kind),
        "category": words.category_name(one.category),
        "product": one.product.name if one.product else "",
        "costs": words.costs(one.planned_minutes, one.credit_rate),
        "badge": badge(one, units),
    }


def badge(one: Offering, units: set[Unit]) -> dict[str, str] | None:
    """How the reader's workspaces can pay for it."""
    if Unit.MINUTES in units:
        return {"tone": "ok", "text": _("Included in your hours")}
    if one.credit_rate and Unit.CREDITS in units:
        return {"tone": "ok", "text": _("For your credits")}
    return None


def sheet(one: Offering) -> dict[str, Any]:
    """The data sheet: an address to open, or text."""
    text = one.data_sheet.strip()
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.netloc) and len(text.split()) == 1
    except ValueError:
        is_address = False
    return {
        "href": text if is_address else "",
        "text": markdown.render(text, SHEET_TOP) if text and not is_address else "",
    }
