"""The grid behind support contacts: who is named, who was named when, and how many on which day (R2.3).

People are no consumption: nothing here adds up over time. What counts is who is named on a day.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.drilldown import CHART_MONTHS_MAX, Subject
from tallyhub.activity.filters import Choice
from tallyhub.activity.rows import Reader, Rows, iso, read_day
from tallyhub.agreements.rules import ACTIVE_STATES
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.grid import (
    COUNT_MAX,
    Column,
    Page,
    Place,
    cell,
    count_text,
    cut,
    harmless,
    heading,
    link,
    moment,
    page_links,
)
from tallyhub.kernel.http import url
from tallyhub.people.naming import queries
from tallyhub.people.naming import rules as naming
from tallyhub.people.naming.queries import Known, Row
from tallyhub.people.naming.rules import Wanted

LIST_MAX = 500  # people on the page; the file has them all


def read_filter(query: QueryDict, access: Access, subject: Subject) -> Wanted:
    """Whichever workspaces are chosen, people are counted over all of an agreement's: those are listed that one
    administers. Raises NoSuchChoice for a day that is none.

    A day stands for itself: beside it, a period says nothing.
    """
    agreements = {agreement.id: agreement for agreement, _package, _line in subject.members}
    on = read_day(query.get("on"))
    return Wanted(
        tuple(naming.Agreement(one.id, one.number, one.zone) for one in agreements.values()),
        access.workspaces_with(Right.ADMINISTER),
        on,
        None if on else read_day(query.get("from")),
        None if on else read_day(query.get("to")),
    )


def today_of(subject: Subject) -> date:
    """In the zone of the first agreement, which is the page's."""
    return subject.members[0][0].today


class Contacts:
    """The namings that are wanted, and who they are about, looked up a page or a batch at a time."""

    def __init__(self, access: Access, wanted: Wanted) -> None:
        self._access = access
        self.wanted = wanted
        self._known: dict[int, Known] = {}

    def learn(self, rows: Sequence[Row]) -> None:
        """Know the people of these rows, and forget those before."""
        self._known = queries.learn(self._access, rows)

    def name(self, row: Row) -> str:
        """Of somebody who was only asked, what the inviter wrote; whom the customer no longer knows has none."""
        if row.asked_email:
            return row.asked_name or row.asked_email
        return self.by(row.person_id)

    def account(self, row: Row) -> str:
        """What they sign in with; whoever was only asked has none here."""
        return "" if row.registered_at is None else self._email(row.person_id)

    def email(self, row: Row) -> str:
        return row.asked_email or self._email(row.person_id)

    def _email(self, person_id: int) -> str:
        return self._known[person_id].email if person_id in self._known else ""

    def by(self, person_id: int | None) -> str:
        if person_id is None:
            return _("the hub")
        return self._known[person_id].name if person_id in self._known else _("Erased person")


class ContactRows(Rows):
    """Who was named when, in the workspaces that one administers; the others are counted."""

    sorts = queries.SORTS

    def __init__(self, reader: Reader, subject: Subject, query: QueryDict, choice: Choice) -> None:
        self._wanted = read_filter(query, reader.access, subject)
        self._contacts = Contacts(reader.access, self._wanted)
        super().__init__(reader, subject, query, choice)

    @staticmethod
    def fits(subject: Subject) -> bool:
        """Not so where a number was allowed that is not in force: of it, there is what was recorded."""
        return any(
            agreement.state in ACTIVE_STATES and package.is_active for agreement, package, _line in subject.members
        )

    @property
    def workspaces(self) -> tuple[int, ...]:
        return self._wanted.workspaces

    @property
    def days(self) -> tuple[date | None, date | None]:
        on = self._wanted.on
        return on or self._wanted.first_day, on or self._wanted.last_day

    def columns(self) -> list[Column[Any]]:
        return Columns(self.subject, self.workspace_names, self._contacts).declared(with_end=True)

    def page(self, place: Place) -> list[Row]:
        return queries.list_page(self.access, self._wanted, place) if self.workspaces else []

    def stream(self) -> Iterator[Sequence[Row]]:
        return queries.stream(self.access, self._wanted) if self.workspaces else iter(())

    def count(self, *, exact_max: int = COUNT_MAX) -> int:
        return queries.count(self.access, self._wanted, exact_max=exact_max) if self.workspaces else 0

    def count_all(self) -> int:
        return queries.count_all(self._wanted)

    def learn(self, rows: Sequence[Row]) -> None:
        self._contacts.learn(rows)

    def parts(self, base: str) -> dict[str, Any]:
        """The people of today and the months, whatever is asked of the history."""
        today = read_filter(QueryDict(), self.access, self.subject)
        return {
            "workspaces": _("All workspaces of the agreement"),
            "people": named_now(self.access, self.subject, today, self.workspace_names, base, [*self.choice.pairs()]),
            "charts": chart(self.subject, today),
            "grid_title": _("Who was named when"),
        }

    def grid(self, base: str, place: Place) -> dict[str, Any]:
        found = cut(self.page(place), place)
        self.learn(found.rows)
        return self._grid(base, place, found, self.count(), self.count_all())

    def _grid(self, base: str, place: Place, found: Page[Row], shown: int, total: int) -> dict[str, Any]:
        wanted, choice = self._wanted, [*self.choice.pairs()]
        said = on_day(wanted)
        carried = [*choice, *_bounds(wanted)]
        on_page = [column for column in self.columns() if column.text]
        may_read = bool(wanted.workspaces)
        return {
            "columns": [heading(column, place, base, carried) for column in on_page],
            "rows": [{"cells": [cell(column, row) for column in on_page]} for row in found.rows],
            "filters": [
                _date("on", _("Named on"), wanted.on),
                _date("from", _("From"), wanted.first_day),
                _date("to", _("To"), wanted.last_day),
            ],
            "action": base,
            "search_label": _("Filter who was named"),
            "hidden": choice,
            "count": said or ngettext("%(n)s line", "%(n)s lines", shown) % {"n": count_text(shown, fmt.number)},
            "shown": _hidden(shown, total),
            **page_links(base, carried, found, place, lambda row: f"{moment(row.named_at)}~{row.id}"),
            "csv_href": f"{base}entries.csv{link(carried)}" if may_read else None,
            "address": base + link(carried) if may_read else "",
            "empty": None if found.rows else _nothing(wanted, total),
        }


class Columns:
    """The one declaration for page, CSV and spreadsheet. Days are in the zone of the first agreement."""

    def __init__(self, subject: Subject, workspaces: Mapping[int, str], people: Contacts) -> None:
        self._zone = subject.members[0][0].zone
        self._several = len(people.wanted.agreements) > 1
        self._workspaces = workspaces
        self._people = people
        self._now = clock.now()
        self._at = people.wanted.bounds(self._zone, self._now)[1]

    def declared(self, *, with_end: bool) -> list[Column[Row]]:
        """``with_end``: of the history; of those who are named on a day it says nothing."""
        return [
            self._text("name", _("Name"), self._people.name),
            self._text("account", _("Account name"), self._people.account, on_page=not with_end),
            self._text("email", _("Email address"), self._people.email, on_page=not with_end),
            self._text("status", _("Status"), self._status),
            self._on("since", _("Support contact since"), lambda row: row.named_at, sort="named_at"),
            self._on("registered", _("Registered on"), lambda row: row.registered_at, on_page=False),
            self._on("until", _("Until"), self._ended, on_page=with_end),
            self._text("workspace", _("Workspace"), self._workspace),
            self._text("named_by", _("Named by"), lambda row: self._people.by(row.named_by_id)),
            self._text("ended_by", _("Ended by"), self._ended_by, on_page=with_end),
            self._text("agreement", _("Agreement"), lambda row: ", ".join(row.agreements), on_page=self._several),
            Column("naming", _("Number"), plain=lambda row: row.id),
        ]

    def _text(self, key: str, label: str, of: Callable[[Row], str], *, on_page: bool = True) -> Column[Row]:
        return Column(key, label, (lambda row: of(row) or "–") if on_page else None, lambda row: harmless(of(row)), of)

    def _on(
        self,
        key: str,
        label: str,
        of: Callable[[Row], datetime | None],
        *,
        on_page: bool = True,
        sort: str | None = None,
    ) -> Column[Row]:
        def day(row: Row) -> date | None:
            at = of(row)
            return at.astimezone(ZoneInfo(self._zone)).date() if at else None

        def text(row: Row) -> str:
            found = day(row)
            return fmt.short_day(found) if found else "–"

        def iso(row: Row) -> str:
            found = day(row)
            return found.isoformat() if found else ""

        return Column(key, label, text if on_page else None, iso, day, sort=sort)

    def _status(self, row: Row) -> str:
        """As it was at the end of the day or period that is asked for."""
        if row.registered_at is not None and row.registered_at <= self._at:
            return _("Registered")
        return _("Invite sent")

    def _ended(self, row: Row) -> datetime | None:
        """Not an end to come: the directory may give the role once more before."""
        return row.ended_at if row.ended_at and row.ended_at <= self._now else None

    def _ended_by(self, row: Row) -> str:
        return self._people.by(row.ended_by_id) if self._ended(row) else ""

    def _workspace(self, row: Row) -> str:
        return self._workspaces.get(row.workspace_id, "") if row.workspace_id else _("All workspaces")


def named_now(
    access: Access,
    subject: Subject,
    wanted: Wanted,
    workspaces: Mapping[int, str],
    base: str,
    choice: list[tuple[str, str]],
) -> dict[str, Any]:
    """The list of today, by name; who is named where one does not look is counted."""
    count = sum(line.balance.used for line in subject.lines if line.balance)
    now = Wanted(wanted.agreements, wanted.workspaces, on=today_of(subject))
    people = Contacts(access, now)
    rows = queries.list_rows(access, now, at_most=LIST_MAX) if wanted.workspaces else []
    people.learn(rows)
    columns = [each for each in Columns(subject, workspaces, people).declared(with_end=False) if each.text]
    rows.sort(key=lambda row: (people.name(row).casefold(), row.id))
    here = link([*choice, ("on", today_of(subject).isoformat())])
    shown = len({(number, row.person_id) for row in rows for number in row.agreements})
    return {
        "columns": [(each.key, each.label, "") for each in columns],
        "rows": [{each.key: cell(each, row)["text"] for each in columns} for row in rows],
        "note": _note(min(shown, count), count),
        "csv_href": f"{base}entries.csv{here}" if rows else None,
        "address": f"{base}{here}" if rows else "",
        "manage_href": url("people:users") if access.has_anywhere(Right.MANAGE_USERS) else None,
    }


def _note(shown: int, count: int) -> str:
    if not count:
        return _("Nobody is named yet.")
    if shown >= count:
        return ""
    said = {"n": fmt.number(shown), "count": fmt.number(count)}
    text = ngettext(
        "%(n)s of %(count)s person is shown: the others are named in workspaces that you do not administer.",
        "%(n)s of %(count)s people are shown: the others are named in workspaces that you do not administer.",
        count,
    )
    return text % said


def chart(subject: Subject, wanted: Wanted) -> list[dict[str, Any]]:
    """How many were named at the end of each month, over all workspaces of the agreements; of this one, today."""
    since = min(package.starts_on for _agreement, package, _line in subject.members)
    days = naming.month_ends(today_of(subject), CHART_MONTHS_MAX, since)
    counted = queries.named_on(wanted.agreements, days)
    named = {day: sum(counted[day].values()) for day in days}
    highest = max(named.values(), default=0)
    if not highest:
        return []
    return [
        {
            "title": _("Named at the end of each month"),
            "unit": fmt.unit_name(Unit.PEOPLE),
            "highest": fmt.amount(highest, Unit.PEOPLE),
            "bars": [
                {
                    "label": fmt.month(day),
                    "short": fmt.short_month(day),
                    "year": str(day.year),
                    "value_text": fmt.amount(count, Unit.PEOPLE),
                    "height": round(100 * count / highest),
                }
                for day, count in named.items()
            ],
        }
    ]


def on_day(wanted: Wanted) -> str:
    """How many were named on the day that is asked for, in all workspaces of the agreements."""
    if not wanted.on:
        return ""
    n = sum(queries.named_on(wanted.agreements, [wanted.on])[wanted.on].values())
    text = ngettext(
        "On %(day)s, %(n)s person was named.",
        "On %(day)s, %(n)s people were named.",
        n,
    )
    return text % {"day": fmt.day(wanted.on), "n": fmt.number(n)}


def _hidden(shown: int, total: int) -> str | None:
    if shown >= total:
        return None
    said = {"shown": fmt.number(shown), "total": fmt.number(total)}
    text = _("%(shown)s of %(total)s shown. The others are of workspaces that you do not administer.")
    return text % said


def _nothing(wanted: Wanted, total: int) -> dict[str, str]:
    if total:
        return {
            "title": _("Nobody whom you may see"),
            "sentence": _("Who was named is shown to those who administer the workspace."),
        }
    if _bounds(wanted):
        return {"title": _("Nobody was named then"), "sentence": _("Choose another day, or widen the period.")}
    return {
        "title": _("Nobody was named yet"),
        "sentence": _("Name support contacts on Manage users; from then on it is written down here."),
    }


def _bounds(wanted: Wanted) -> list[tuple[str, str]]:
    named = {"on": iso(wanted.on), "from": iso(wanted.first_day), "to": iso(wanted.last_day)}
    return [(name, value) for name, value in named.items() if value]


def _date(name: str, label: str, value: date | None) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "date", "value": iso(value), "options": []}
