"""The overview of all customers: its columns for page and CSV, its search, its links."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import PAGE_ROWS, Column, Line, Page, Place, cell, harmless, heading, link, page_links
from tallyhub.kernel.http import url
from tallyhub.ledger.words import over_text
from tallyhub.partners.holdings import page as holdings
from tallyhub.partners.portfolio.queries import Account

LINES_SHOWN = 4  # of one customer, those of what ends first; the adviser view shows all


def columns(*, serves: bool) -> list[Column[Account]]:
    """The one declaration, for page and CSV. ``serves``: the reader works at the desk, whose queue counts the same."""
    return [
        Column("customer", _("Customer"), lambda one: one.name, lambda one: harmless(one.name), sort="name",
               sorts_upwards=True, href=lambda one: url("partners:adviser", one.customer_id),
               note=lambda one: one.code),
        Column("code", _("Code"), plain=lambda one: harmless(one.code)),
        Column("ends_on", _("Ends first"), lambda _one: "", lambda one: one.ends_on.isoformat() if one.ends_on else "",
               sort="ends_on", sorts_upwards=True, lines=lambda one: [Line(_ends(one), _days(one))]),
        Column("left", _("What is left"), lambda _one: "", lambda one: harmless("; ".join(_texts(one))), lines=_left),
        Column("over", _("Over"), _over, lambda one: len(one.over)),
        Column("runs_out_on", _("Used up about"), lambda one: _day(one.runs_out_on) or "–",
               lambda one: one.runs_out_on.isoformat() if one.runs_out_on else ""),
        Column("subscriptions", _("Subscriptions"), plain=lambda one: one.subscriptions),
        *([_requests()] if serves else []),
        Column("wishes", _("Open wishes"), lambda one: fmt.number(one.wishes), lambda one: one.wishes, is_numeric=True,
               href=lambda one: f"{url('partners:wishes')}{link([('customer', one.code)])}"),
        Column("follow_ups", _("Follow-ups"), lambda one: fmt.number(one.follow_ups), lambda one: one.follow_ups,
               is_numeric=True, href=lambda one: f"{url('partners:adviser', one.customer_id)}#follow-ups"),
        Column("delegations", _("Delegations"), lambda one: fmt.number(one.delegations), lambda one: one.delegations,
               is_numeric=True, href=lambda one: url("partners:customer", one.customer_id)),
    ]  # fmt: skip


def _requests() -> Column[Account]:
    def href(one: Account) -> str:
        return f"{url('helpdesk:queue')}{link([('customer', str(one.customer_id))])}"

    return Column("requests", _("Open requests"), lambda one: fmt.number(one.requests), lambda one: one.requests,
                  is_numeric=True, href=href)  # fmt: skip


def _day(day: date | None) -> str:
    return fmt.short_day(day) if day else ""


def _ends(one: Account) -> str:
    return _day(one.ends_on) or _("nothing in force")


def _days(one: Account) -> str:
    soonest = next((each for each in one.sold if each.is_active), None)
    return fmt.days_left(soonest.days_left) if soonest else ""


def _left(one: Account) -> list[Line]:
    """The first lines, and how many more there are."""
    shown = [Line(holdings.quantity(line), line.name) for _sold, line in one.lines[:LINES_SHOWN]]
    rest = len(one.lines) - LINES_SHOWN
    if rest > 0:
        shown.append(Line(ngettext("%(n)s more", "%(n)s more", rest) % {"n": fmt.number(rest)}))
    return shown or [Line("–")]


def _texts(one: Account) -> list[str]:
    return [f"{line.name}: {holdings.quantity(line)}" for _sold, line in one.lines]


def _over(one: Account) -> str:
    """Each with its unit: they are never added up."""
    said = [over_text(line.balance) for _sold, line in one.over if line.balance]
    return fmt.listed(said) if said else "–"


def grid(found: Page[Account], place: Place, text: str, *, serves: bool) -> dict[str, Any]:
    """The list, ready to be placed."""
    base, carried = url("partners:portfolio"), [("text", text)] if text else []
    on_page = [column for column in columns(serves=serves) if column.text]
    return {
        "columns": [heading(column, place, base, carried) for column in on_page],
        "rows": [{"cells": [cell(column, one) for column in on_page]} for one in found.rows],
        "filters": [{"name": "text", "label": _("Name or code"), "type": "search", "value": text, "options": []}],
        "action": base,
        "label": _("Portfolio"),
        "search_label": _("Filter the customers"),
        "hidden": [],
        "count": _count(found),
        "shown": None,
        **page_links(base, carried, found, place, lambda one: one.key_of(place.sort)),
        "csv_href": f"{url('partners:portfolio_csv')}{link(carried)}",
        "address": None,
        "empty": None if found.rows else _nothing(text),
    }


def _count(found: Page[Account]) -> str:
    if found.has_before or found.has_after:
        return _("More than %(n)s customers") % {"n": fmt.number(PAGE_ROWS)}
    return ngettext("%(n)s customer", "%(n)s customers", len(found.rows)) % {"n": fmt.number(len(found.rows))}


def _nothing(text: str) -> dict[str, str]:
    if text:
        return {"title": _("No customer fits"), "sentence": _("Search for another part of the name.")}
    return {
        "title": _("No customer yet"),
        "sentence": _("A customer stands here once you sell to it or it lets you do something."),
    }


def exported(*, has_keys: bool, serves: bool) -> tuple[list[str], list[Any]]:
    """Heads and cells of a file."""
    chosen: Sequence[Column[Account]] = [column for column in columns(serves=serves) if column.plain]
    return [one.key if has_keys else one.label for one in chosen], [one.plain for one in chosen]
