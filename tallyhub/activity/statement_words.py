"""A statement in words, for its page, its spreadsheet and its PDF. Nothing is reckoned here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.queries import AgreementLines, Line
from tallyhub.activity.rules import Figures
from tallyhub.activity.statements import Document, Lines
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.grid import Column
from tallyhub.kernel.spreadsheets import Cell, Quantity, Sheet
from tallyhub.ledger.entries import EntryRow

NONE = "–"


def moment(instant: datetime, zone: str) -> str:
    """A day and time in the agreement's zone, so that it reads the same for everybody."""
    local = instant.astimezone(ZoneInfo(zone))
    said = {"day": fmt.day(local.date()), "time": local.strftime("%H:%M"), "zone": zone}
    return _("%(day)s, %(time)s (%(zone)s)") % said


class Words:
    def __init__(
        self, document: Document, *, customer: str, workspaces: dict[int, str], made_by: str, known_at: datetime | None
    ) -> None:
        """``workspaces`` by name; ``made_by`` empty where the person was erased."""
        self.document = document
        self._customer = customer
        self._workspaces = {one: workspaces[one] for one in document.asked.workspaces if one in workspaces}
        self._made_by = made_by
        self._known_at = known_at

    @property
    def title(self) -> str:
        return _("Statement %(number)s") % {"number": self.document.statement.pk}

    @property
    def subtitle(self) -> str:
        said = {"agreement": self._agreement.name, "period": self._period}
        return _("%(agreement)s, %(period)s") % said

    @property
    def _agreement(self) -> AgreementLines:
        return self.document.agreement

    @property
    def _period(self) -> str:
        return fmt.term(self.document.asked.first_day, self.document.asked.last_day)

    def about(self) -> list[tuple[str, str, str]]:
        """(key, label, value)"""
        statement, agreement = self.document.statement, self._agreement
        is_whole = statement.workspaces is None
        by = self._made_by or _("Erased person")
        made = {"name": by, "moment": moment(statement.made_at, agreement.zone)}
        return [
            ("customer", _("Customer"), self._customer),
            ("seller", _("Seller"), agreement.seller),
            ("agreement", _("Agreement"), f"{agreement.name} · {agreement.number}"),
            ("period", _("Period"), self._period),
            ("workspaces", _("Workspaces"), _("All workspaces") if is_whole else ", ".join(self._workspaces.values())),
            ("known", _("As known on"), self._known),
            ("made", _("Made by"), _("%(name)s on %(moment)s") % made),
        ]

    @property
    def _known(self) -> str:
        version = fmt.number(self.document.asked.version)
        if self._known_at is None:
            return _("before the first entry")
        said = {"moment": moment(self._known_at, self._agreement.zone), "version": version}
        return _("%(moment)s, ledger version %(version)s") % said

    @property
    def rule(self) -> str:
        """How the figures of a row hang together, and what they are of where that is not plain."""
        said = _("Bought = left + expired + delivered in total − over, each as of %(day)s.") % {
            "day": fmt.day(self.document.asked.last_day)
        }
        if self.document.contacts is None:
            return said
        return f"{said} {self._contacts}"

    @property
    def _contacts(self) -> str:
        """People are a number on a day: what was recorded of them adds up to nothing."""
        n = self.document.contacts or 0
        text = ngettext(
            "Of support contacts it lists what was recorded; at the end of %(day)s, %(n)s person was named.",
            "Of support contacts it lists what was recorded; at the end of %(day)s, %(n)s people were named.",
            n,
        )
        return text % {"day": fmt.day(self.document.asked.last_day), "n": fmt.number(n)}

    @property
    def is_partial(self) -> bool:
        """Quantities are the agreement's; what is stated was delivered in some of its workspaces only."""
        return self.document.statement.workspaces is not None

    def columns(self) -> list[tuple[str, str]]:
        """Of the summary, by key; the service's own column comes before them."""
        found = [
            ("bought", _("Bought")),
            ("before", _("Delivered before")),
            ("in_period", _("Delivered in the period")),
            ("here", _("Of it in these workspaces")) if self.is_partial else None,
            ("delivered", _("Delivered in total")),
            ("over", _("Over")),
            ("left", _("Left")),
            ("expired", _("Expired unused")),
            ("held", _("Planned")) if any(one.held for one in self.document.figures.values()) else None,
            ("upcoming", _("To come")) if any(one.upcoming for one in self.document.figures.values()) else None,
        ]
        return [column for column in found if column]

    def packages(self) -> list[dict[str, Any]]:
        """Per package its term, a row per consumable service, and the names of its additional benefits."""
        keys = [key for key, _label in self.columns()]
        found = []
        for _id, group in groupby(self.document.members, key=lambda member: member[1].id):
            members = list(group)
            package = members[0][1]
            lines = [line for *_rest, line in members]
            found.append(
                {
                    "name": package.name,
                    "term": fmt.term(package.starts_on, package.ends_on),
                    "rows": [self._row(line, keys) for line in lines if line.kind is not ServiceKind.BENEFIT],
                    "benefits": [line.title for line in lines if line.kind is ServiceKind.BENEFIT],
                }
            )
        return found

    def _row(self, line: Line, keys: Sequence[str]) -> dict[str, Any]:
        figures = self.document.figures[line.id]
        return {"title": line.title, "cells": [self._said(figures, key, line) for key in keys]}

    def _said(self, figures: Figures, key: str, line: Line) -> str:
        if figures.bought is None and key not in _OF_USE:
            return _("as needed") if key == "bought" else NONE
        return fmt.amount(getattr(figures, key), line.unit)

    def sections(self, lines: Lines) -> Iterator[dict[str, Any]]:
        """Per service its lines and what they add up to. ``rows`` is read while it is placed."""
        columns = page_columns(lines)
        for entitlement_id, rows in lines.by_entitlement():
            package, line = self._found(entitlement_id)
            figures = self.document.figures[entitlement_id]
            yield {
                "id": entitlement_id,
                "title": line.title,
                "package": package,
                "rows": ([column.text(row) if column.text else "" for column in columns] for row in rows),
                "sum": fmt.amount(figures.here, line.unit),
                "count": line_count(figures.lines),
            }

    def _found(self, entitlement_id: int) -> tuple[str, Line]:
        return next(
            (package.name, line) for _agreement, package, line in self.document.members if line.id == entitlement_id
        )

    def hidden(self) -> list[str]:
        """What is counted and summed, but listed for others only."""
        found = []
        for _agreement, package, line in self.document.members:
            figures = self.document.figures[line.id]
            if line.id in self.document.shown or not figures.lines:
                continue
            found.append(
                _("%(service)s, %(package)s: %(count)s, %(sum)s in total. %(reason)s")
                % {
                    "service": line.title,
                    "package": package.name,
                    "count": line_count(figures.lines),
                    "sum": fmt.amount(figures.here, line.unit),
                    "reason": _reason(line.kind),
                }
            )
        return found

    def sheets(self, lines: Lines) -> Iterable[Sheet]:
        """Of the workbook. The lines come last, because they are read as they are written."""
        about = ([label, value] for _key, label, value in self.about())
        yield Sheet(_("About"), [("name", _("Name")), ("value", _("Value"))], about)
        header = [
            ("agreement", _("Agreement")),
            ("package", _("Package")),
            ("package_name", _("Package name")),
            ("service", _("Service")),
            ("unit", _("Unit")),
            *self.columns(),
            ("lines", _("Entries")),
        ]
        yield Sheet(_("Summary"), header, self._summary_rows())
        exported = [column for column in lines.columns() if column.cell or column.plain]
        labels = [(column.key, column.label) for column in exported]
        yield Sheet(_("Entries"), labels, (cells_of(exported, row) for row in lines.rows()))

    def _summary_rows(self) -> Iterator[list[Cell]]:
        keys = [key for key, _label in self.columns()]
        for agreement, package, line in self.document.members:
            figures = self.document.figures[line.id]
            if line.kind is ServiceKind.BENEFIT:
                yield [agreement.number, package.code, package.name, line.title, "", *[None] * len(keys), None]
                continue
            is_as_needed = figures.bought is None
            yield [
                agreement.number,
                package.code,
                package.name,
                line.title,
                fmt.unit_name(line.unit),
                *(
                    None if is_as_needed and key not in _OF_USE else Quantity(getattr(figures, key), line.unit)
                    for key in keys
                ),
                figures.lines,
            ]


_OF_USE = {"before", "in_period", "here", "delivered"}
_IN_PRINT = ("occurred_on", "workspace", "reference", "title", "person", "charged")


def page_columns(lines: Lines) -> list[Column[EntryRow]]:
    """What print page and PDF show of a line; the spreadsheet has all."""
    shown = {column.key: column for column in lines.columns() if column.text}
    return [shown[key] for key in _IN_PRINT if key in shown]


def cells_of(columns: Sequence[Column[EntryRow]], row: EntryRow) -> list[Cell]:
    """A row of a spreadsheet, typed where the column says how."""
    return [column.cell(row) if column.cell else column.plain(row) if column.plain else None for column in columns]


def line_count(count: int) -> str:
    return ngettext("%(n)s entry", "%(n)s entries", count) % {"n": fmt.number(count)}


def _reason(kind: ServiceKind) -> str:
    if kind is ServiceKind.EDUCATION:
        return _("Named people's learning is shown to learning managers only.")
    return _("The entries are shown to administrators of their workspace only.")
