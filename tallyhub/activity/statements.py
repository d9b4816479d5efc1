"""What a statement says: figures and lines as of a ledger version, and the names of today beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from tallyhub.activity import drilldown, queries
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.entry_grid import Columns
from tallyhub.activity.models import Statement
from tallyhub.activity.queries import AgreementLines, Member
from tallyhub.activity.rows import People
from tallyhub.activity.rules import Figures, digest_of, figures_of
from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.grid import Column
from tallyhub.ledger import entries
from tallyhub.ledger.entries import EntryFilter, EntryRow
from tallyhub.ledger.queries import allotments_of, days_as_of, held_as_of
from tallyhub.ledger.rules import Sum
from tallyhub.people.naming import rules as naming
from tallyhub.people.naming.queries import named_on

NO_LINES = Sum()


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are made of: the same again gives the same again."""

    entitlements: tuple[tuple[int, date], ...]  # with the last day in force of their packages, as it was then
    workspaces: tuple[int, ...]
    first_day: date
    last_day: date
    version: int

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one for one, _ends_on in self.entitlements)


def asked_of(access: Access, statement: Statement) -> Asked:
    """A workspace that is newer than a statement over the whole customer has no entry that it could count."""
    return Asked(
        tuple((one, date.fromisoformat(ends_on)) for one, ends_on in statement.entitlements),
        access.workspaces if statement.workspaces is None else tuple(statement.workspaces),
        statement.first_day,
        statement.last_day,
        statement.ledger_version,
    )


def read_figures(asked: Asked) -> list[Figures]:
    """Five statements, however many entitlements there are."""
    allotments = allotments_of(asked.ids, version=asked.version)
    daily = days_as_of(asked.ids, asked.version)
    listed = entries.sums(_filter(asked, asked.ids))
    held = held_as_of(asked.ids, asked.version, asked.last_day)
    return [
        figures_of(
            one,
            allotments[one],
            daily[one],
            listed.get(one, NO_LINES),
            first_day=asked.first_day,
            last_day=asked.last_day,
            ends_on=ends_on,
            held=held[one],
        )
        for one, ends_on in asked.entitlements
    ]


def _filter(asked: Asked, entitlements: Sequence[int]) -> EntryFilter:
    return EntryFilter(tuple(entitlements), asked.workspaces, asked.first_day, asked.last_day, version=asked.version)


@dataclass(frozen=True, slots=True)
class Document:
    """A statement read for one person, who may see some of its lines and the people of some of those."""

    statement: Statement
    asked: Asked
    members: list[Member]
    figures: dict[int, Figures]
    is_intact: bool  # its figures are those that it was made with
    shown: tuple[int, ...]  # entitlements whose lines this person may see
    named: frozenset[int]  # and of those whose people
    contacts: int | None = None  # support contacts named at the end of the period; None: the agreement counts none

    @property
    def agreement(self) -> AgreementLines:
        return self.members[0][0]

    @property
    def subject(self) -> Subject:
        return Subject("", "", "", tuple(self.members))

    @property
    def lines_shown(self) -> int:
        return sum(self.figures[one].lines for one in self.shown)


def read_document(access: Access, statement: Statement) -> Document:
    """Raises NoSuchChoice where a package of it no longer reaches this person's workspaces."""
    asked = asked_of(access, statement)
    members = queries.list_members(access, asked.ids)
    figures = read_figures(asked)
    shown = tuple(line.id for *_rest, line in members if _shows(access, line.kind, asked.workspaces))
    return Document(
        statement,
        asked,
        members,
        {one.entitlement_id: one for one in figures},
        is_intact=digest_of(figures) == statement.digest,
        shown=shown,
        named=frozenset(line.id for *_rest, line in members if _names(access, line.kind, asked.workspaces)),
        contacts=_contacts(statement, members),
    )


def _contacts(statement: Statement, members: Sequence[Member]) -> int | None:
    """Over all workspaces of the agreement. Who is named after the statement was made is none of it."""
    if all(line.kind is not ServiceKind.CONTACTS for *_rest, line in members):
        return None
    agreement = members[0][0]
    counting = naming.Agreement(agreement.id, agreement.number, agreement.zone)
    counted = named_on([counting], [statement.last_day], now=statement.made_at)
    return counted[statement.last_day][agreement.id]


def _shows(access: Access, kind: ServiceKind, workspaces: tuple[int, ...]) -> bool:
    """The rule of the grids, for all of the stated workspaces at once: a part of the lines would not add up."""
    return drilldown.row_workspaces(access, {kind}, workspaces) == workspaces


def _names(access: Access, kind: ServiceKind, workspaces: tuple[int, ...]) -> bool:
    needed = Right.VIEW_LEARNING if kind is ServiceKind.EDUCATION else Right.ADMINISTER
    return all(access.has(needed, workspace_id=one) for one in workspaces)


class Lines:
    """The lines that this person may see, entitlement by entitlement, oldest first, in constant memory."""

    def __init__(self, access: Access, document: Document, workspaces: dict[int, str]) -> None:
        """``workspaces`` by name. The lines are read in the scope that is open while they are iterated over."""
        self._document = document
        self._people = People(access) if document.named else None
        self._columns = Columns(document.subject, workspaces, self._people)

    def columns(self) -> list[Column[EntryRow]]:
        return self._columns.declared()

    def rows(self) -> Iterator[EntryRow]:
        wanted = _filter(self._document.asked, self._document.shown)
        for batch in entries.stream(wanted, by_entitlement=True):
            if self._people:
                named = self._document.named
                self._people.learn(row.person_id for row in batch if row.entitlement_id in named)
            yield from batch

    def by_entitlement(self) -> Iterator[tuple[int, Iterator[EntryRow]]]:
        """Each group is read before the next one is asked for."""
        return groupby(self.rows(), key=attrgetter("entitlement_id"))
