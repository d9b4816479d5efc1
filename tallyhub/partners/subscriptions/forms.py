"""What a customer types into a wish, and what is wrong with it beside its field."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tallyhub.agreements.models import Product
from tallyhub.kernel import cells
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import HubError, Invalid
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.sentences import sentence
from tallyhub.partners.holdings import page as holdings
from tallyhub.partners.holdings.rules import Line, Subscription
from tallyhub.partners.subscriptions.rules import NUMBER_MAX, REASON_MAX, WHAT_MAX, Typed, WishKind

FIELD_OF = {
    "wish_what_missing": "what",
    "product_unknown": "product",
    "wish_unit_missing": "unit",
    "wish_amount": "amount",
    "wish_more_than_there": "amount",
    "wish_amount_or_reason": "amount",
    "wish_day": "wanted_from",
    "day_malformed": "wanted_from",
    "day_out_of_bounds": "wanted_from",
    "wish_other_seller": "to",
    "wish_whom_missing": "to",
    "amount_malformed": "amount",
    "amount_not_whole": "amount",
    "amount_too_fine": "amount",
    "amount_too_large": "amount",
    "hours_not_whole_minutes": "amount",
    "unit_unknown": "unit",
    "text_too_long": "reason",
    "control_character": "reason",
}
# In what something new may be counted; hours stand for minutes.
UNITS = (Unit.PEOPLE, Unit.MINUTES, Unit.CASES, Unit.CREDITS, Unit.ACTIVITIES, Unit.RUNS, Unit.SETUPS)


def read(data: QueryDict, kind: WishKind, held: Subscription | None) -> Typed:
    """Raises Invalid for what cannot be read."""
    line = _line(held, data.get("line", ""))
    amount, unit = _amount(data, line)
    return Typed(
        kind=kind,
        package=held.package_id if held else None,
        entitlement=line.entitlement_id if line else None,
        product=find_id(data.get("product")) if kind is WishKind.BUY else None,
        what=data.get("what", ""),
        amount=amount,
        unit=unit,
        wanted_from=cells.day(day) if (day := data.get("wanted_from", "").strip()) else None,
        reason=data.get("reason", ""),
        to=find_id(data.get("to")),
    )


def _line(held: Subscription | None, text: str) -> Line | None:
    wanted = find_id(text)
    return next((one for one in counted(held) if one.entitlement_id == wanted), None) if held else None


def counted(held: Subscription) -> list[Line]:
    """Lines that have a quantity to be more or less of."""
    return [one for one in held.lines if one.balance is not None and not one.balance.is_as_needed]


def _amount(data: QueryDict, line: Line | None) -> tuple[int | None, Unit | None]:
    text, unit = data.get("amount", "").strip().replace(",", "."), data.get("unit", "")
    if not text:
        return None, None
    if line is None and not unit:
        raise Invalid("wish_unit_missing")
    word = line.unit if line else unit
    read_unit, amount = cells.quantity(text, "hours" if word == Unit.MINUTES else word)
    return amount, read_unit


def form(
    data: Mapping[str, Any], kind: WishKind, held: Subscription | None, products: list[Product],
    sellers: dict[int, str], error: HubError | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The form with what was typed, and what is wrong beside its field."""
    typed = {name: data.get(name, "") for name in ("what", "amount", "wanted_from", "reason")}
    lines = counted(held) if held else []
    return {
        **typed,
        "kind": kind,
        "lines": [
            {
                "id": one.entitlement_id,
                "label": _("%(service)s (%(unit)s): %(quantity)s") % _of_line(one),
                "is_chosen": str(one.entitlement_id) == data.get("line", ""),
            }
            for one in lines
        ],
        "products": _choices([(one.pk, one.name) for one in products], data.get("product", "")),
        "sellers": _choices(sellers.items(), data.get("to", "")),
        "units": [
            {"id": one.value, "label": fmt.unit_name(one), "is_chosen": one.value == data.get("unit", "")}
            for one in UNITS
        ],
        "errors": {FIELD_OF.get(error.code, ""): sentence(error)} if error else {},
        "maxima": {"what": WHAT_MAX, "reason": REASON_MAX, "number": NUMBER_MAX},
    }


def _of_line(one: Line) -> dict[str, str]:
    return {"service": one.name, "unit": fmt.unit_name(one.unit), "quantity": holdings.quantity(one)}


def _choices(items: Any, chosen: str) -> list[dict[str, Any]]:
    return [{"id": key, "label": label, "is_chosen": str(key) == chosen} for key, label in items]
