"""Subscriptions and wishes as both sides read them: plain values for templates."""

from collections.abc import Sequence
from typing import Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.http import url
from tallyhub.partners.holdings import page as holdings
from tallyhub.partners.holdings.rules import Subscription
from tallyhub.partners.subscriptions.queries import Wished
from tallyhub.partners.subscriptions.rules import OPEN, WishKind, WishState
from tallyhub.partners.subscriptions.words import KIND_NAMES, wish_badge


def subscription(
    one: Subscription, products: dict[int, str], sellers: dict[int, str], provider_id: int | None,
    wished: Sequence[Wished], *, may_ask: bool,
) -> dict[str, Any]:  # fmt: skip
    """``wished``: those about it that are open."""
    asked = {each.wish.kind for each in wished}
    return {
        "id": one.package_id,
        "name": one.package,
        "agreement": _("%(name)s, %(number)s") % {"name": one.agreement, "number": one.number},
        "badge": holdings.badge(one),
        "through": through(one.seller_id, sellers, provider_id),
        "products": holdings.products(one, products),
        "term": fmt.term(one.starts_on, one.ends_on),
        "ends": holdings.ends(one),
        "is_over": one.is_over,
        "lines": [holdings.line(each, one) for each in one.lines],
        "wishes": [row(each) for each in wished],
        "ways": _ways(one, asked) if may_ask and not one.is_over else [],
    }


def through(seller_id: int, sellers: dict[int, str], provider_id: int | None) -> str:
    name = sellers.get(seller_id, "")
    if seller_id == provider_id:
        return _("directly from the provider, %(name)s") % {"name": name}
    return _("through the partner %(name)s") % {"name": name}


def _ways(one: Subscription, asked: set[str]) -> list[dict[str, Any]]:
    """What may be wished of it, but for what was already."""
    names = {
        WishKind.ADD: (_("Ask for more"), _("Ask for more of %(name)s")),
        WishKind.REDUCE: (_("Ask for less"), _("Ask for less of %(name)s")),
        WishKind.CANCEL: (_("Ask to cancel"), _("Ask to cancel %(name)s")),
    }
    return [
        {"href": ask_href(kind, one.package_id), "label": label, "spoken": spoken % {"name": one.package}}
        for kind, (label, spoken) in names.items()
        if kind not in asked or kind is not WishKind.CANCEL
    ]


def ask_href(kind: WishKind, package_id: int | None = None) -> str:
    about = f"&package={package_id}" if package_id is not None else ""
    return f"{url('partners:wish_ask')}?kind={kind}{about}"


def title(one: Wished) -> str:
    """What is wished, and of what."""
    said = {"kind": str(KIND_NAMES[one.wish.kind]), "what": about(one)}
    return _("%(kind)s: %(what)s") % said


def about(one: Wished) -> str:
    if one.package:
        parts = {"service": one.service, "package": one.package}
        return _("%(service)s, %(package)s") % parts if one.service else one.package
    if one.product and one.wish.what:
        return _("%(product)s (%(what)s)") % {"product": one.product, "what": one.wish.what}
    return one.product or one.wish.what


def amount(one: Wished) -> str:
    wish = one.wish
    if wish.amount is None:
        return ""
    said = {"amount": fmt.amount(wish.amount, Unit(wish.unit))}
    if wish.kind == WishKind.REDUCE:
        return _("%(amount)s fewer") % said
    return _("%(amount)s more") % said if wish.kind == WishKind.ADD else said["amount"]


def row(one: Wished) -> dict[str, Any]:
    """Of a list of the customer's own."""
    return {
        "id": one.wish.pk,
        "href": url("partners:wish_own", one.wish.pk),
        "title": title(one),
        "amount": amount(one),
        "badge": wish_badge(one.wish.state),
        "to": one.organization,
        "asked": when(one.wish.asked_at),
        "wanted": fmt.day(one.wish.wanted_from) if one.wish.wanted_from else "",
    }


def asked_row(one: Wished) -> dict[str, Any]:
    """Of a list of those who are asked."""
    return {**row(one), "href": url("partners:wish", one.wish.pk), "customer": one.customer, "owner": one.owner}


def facts(one: Wished) -> list[tuple[str, str]]:
    wish = one.wish
    told = [
        (_("About"), about(one)),
        (_("Agreement"), one.agreement),
        (_("Quantity"), amount(one)),
        (_("Wanted from"), fmt.day(wish.wanted_from) if wish.wanted_from else ""),
        (_("Reason"), wish.reason),
        (_("Asked by"), one.asked_by or _("Somebody who has left")),
        (_("Bought from"), one.seller if wish.seller_id != wish.organization_id else ""),
    ]
    return [(name, text) for name, text in told if text]


def history(one: Wished) -> list[dict[str, str]]:
    """From the asking to the end. Who of a partner answered is named to its own people alone."""
    wish = one.wish
    told = [_told(wish.asked_at, _("Asked of %(name)s") % {"name": one.organization}, "")]
    by = _by(one.organization, one.answered_by)
    if wish.answered_at is not None and wish.state == WishState.DECLINED:
        told.append(_told(wish.answered_at, _("Declined by %(who)s") % {"who": by}, wish.answer))
    elif wish.answered_at is not None:
        told.append(_told(wish.answered_at, _("Accepted by %(who)s") % {"who": by}, ""))
    if wish.ended_at is not None and wish.state == WishState.DONE:
        number = _("It follows from the agreement %(number)s.") % {"number": wish.number} if wish.number else ""
        note = "\n".join(filter(None, (wish.note, number)))
        by = _by(one.organization, one.ended_by)
        told.append(_told(wish.ended_at, _("Done by %(who)s") % {"who": by}, note))
    elif wish.ended_at is not None:
        told.append(_told(wish.ended_at, _("Withdrawn"), ""))
    return told


def _told(at: Any, text: str, note: str) -> dict[str, str]:
    return {"when": when(at), "text": text, "note": note}


def _by(organization: str, name: str) -> str:
    return _("%(organization)s (%(name)s)") % {"organization": organization, "name": name} if name else organization


def when(instant: Any) -> str:
    return fmt.minute(instant, get_current_timezone_name())


def is_open(one: Wished) -> bool:
    return one.wish.state in OPEN


def is_asked(one: Wished) -> bool:
    return one.wish.state == WishState.ASKED
