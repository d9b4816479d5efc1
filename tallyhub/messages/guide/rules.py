"""The guide to the right place to ask: a table that leads from at most three questions to one destination. Pure.

The whole table is one value, kept as JSON, so that each version of it is there as a whole.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urldefrag, urlsplit

from tallyhub.kernel import cells
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.outbound import check_target, literal

ISSUES_MAX, ROWS_MAX = 60, 300
CODE_MAX, NAME_MAX, TEXT_MAX = 40, 120, 2_000  # characters
LANGUAGE = "en"  # that stands wherever another language has none
# Names that lead into somebody's own network, whatever they resolve to today.
_PRIVATE_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_FRAGMENT = "/?:@!$&'()*+,;=-._~%"


class Asker(StrEnum):
    """For whom somebody asks."""

    CUSTOMER = "customer"  # for their own organisation, which is a customer
    PARTNER = "partner"  # as a partner, for a customer
    PARTNER_ITSELF = "partner_itself"


class Target(StrEnum):
    """What stands at the end."""

    TEXT = "text"
    LINK = "link"
    REQUEST = "request"  # the request form


class Question(StrEnum):
    """In the order in which they are asked."""

    ISSUE = "issue"
    PRODUCT = "product"
    ASKER = "asker"


Texts = dict[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Destination:
    """``texts`` say what to do there; of a link they are its text."""

    target: Target
    texts: Texts
    url: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    code: str
    names: Texts


@dataclass(frozen=True, slots=True)
class Row:
    """``product`` and ``asker`` None: whichever. The row that says most goes before the others."""

    id: int
    issue: str
    product: int | None
    asker: Asker | None
    destination: Destination

    @property
    def weight(self) -> tuple[bool, bool]:
        return self.product is not None, self.asker is not None


@dataclass(frozen=True, slots=True)
class Guide:
    """``otherwise`` is the default queue: where everything goes that no row knows."""

    otherwise: Destination
    issues: tuple[Issue, ...] = ()
    rows: tuple[Row, ...] = ()

    def find_issue(self, code: str) -> Issue | None:
        return next((one for one in self.issues if one.code == code), None)


EMPTY = Guide(Destination(Target.REQUEST, {LANGUAGE: ""}))


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered so far. None: not asked yet; "" of a question: that one does not know."""

    issue: str | None = None
    product: int | None = None
    asker: Asker | None = None
    unsure: frozenset[Question] = field(default_factory=frozenset)  # answered with "another one" or "I do not know"

    def has(self, question: Question) -> bool:
        return getattr(self, question.value) is not None or question in self.unsure


def next_question(guide: Guide, answers: Answers) -> Question | None:
    """What is to be asked next; None: the destination is known. Only what makes a difference is asked."""
    if not answers.has(Question.ISSUE):
        return Question.ISSUE
    rows = _left(guide, answers)
    for question in (Question.PRODUCT, Question.ASKER):
        said = {getattr(one, question.value) for one in rows}
        if said - {None} and not answers.has(question):
            return question
    return None


def _left(guide: Guide, answers: Answers) -> list[Row]:
    """The rows that what was answered so far allows."""
    rows = [one for one in guide.rows if one.issue == answers.issue]
    for question in (Question.PRODUCT, Question.ASKER):
        if answers.has(question):
            rows = [one for one in rows if getattr(one, question.value) in (None, getattr(answers, question.value))]
    return rows


def find_destination(guide: Guide, answers: Answers) -> Destination:
    """Of the row that says most and fits; without any, the default queue."""
    rows = _left(guide, answers)
    return max(rows, key=lambda one: one.weight).destination if rows else guide.otherwise


def choices_of(guide: Guide, question: Question, answers: Answers) -> list[Any]:
    """What to offer for a question: only what some row knows."""
    if question is Question.ISSUE:
        return list(guide.issues)
    return sorted({value for one in _left(guide, answers) if (value := getattr(one, question.value)) is not None})


# --- what an editor may say ------------------------------------------------------------------------------------


def check_link(address: str) -> str:
    """A link that a page offers: https, to a public name. Raises Invalid."""
    base, fragment = urldefrag(address.strip())
    try:
        target = check_target(base, (), length_max=cells.URL_MAX)
    except Invalid as error:
        raise Invalid("guide_link_private" if error.code == "target_refused" else "guide_link_malformed") from None
    host = (urlsplit(target).hostname or "").rstrip(".").lower()
    if literal(host) is None and not _is_public_name(host):
        raise Invalid("guide_link_private")
    return f"{target}#{quote(fragment, safe=_FRAGMENT)}" if fragment else target


def _is_public_name(host: str) -> bool:
    """With a dot, no ending of somebody's own network, and nothing that browsers read as a number, as 127.1 is one."""
    last = host.rpartition(".")[2]
    is_private = any(host == one or host.endswith(f".{one}") for one in _PRIVATE_ENDINGS)
    return "." in host and not is_private and not _NUMBER.fullmatch(last)


def check_destination(destination: Destination) -> Destination:
    """Raises Invalid."""
    if destination.target is not Target.REQUEST and not destination.texts.get(LANGUAGE):
        raise Invalid("guide_text_missing")
    url = check_link(destination.url) if destination.target is Target.LINK else ""
    return Destination(destination.target, destination.texts, url)


def with_issue(guide: Guide, issue: Issue) -> Guide:
    """With one more, or with other names of one that is there. Raises Invalid."""
    cells.code(CODE_MAX)(issue.code)
    if not issue.names.get(LANGUAGE):
        raise Invalid("guide_name_missing")
    others = tuple(one for one in guide.issues if one.code != issue.code)
    if len(others) >= ISSUES_MAX:
        raise Invalid("guide_too_long", issues_max=ISSUES_MAX, rows_max=ROWS_MAX)
    if len(others) == len(guide.issues):
        return Guide(guide.otherwise, (*others, issue), guide.rows)
    return Guide(guide.otherwise, tuple(issue if one.code == issue.code else one for one in guide.issues), guide.rows)


def without_issue(guide: Guide, code: str) -> Guide:
    """Its rows go with it."""
    issues = tuple(one for one in guide.issues if one.code != code)
    return Guide(guide.otherwise, issues, tuple(one for one in guide.rows if one.issue != code))


def with_row(guide: Guide, row: Row) -> Guide:
    """With one more (``id`` 0), or instead of the one with its id. Raises Invalid for the same answers twice."""
    if guide.find_issue(row.issue) is None:
        raise Invalid("guide_issue_unknown")
    others = tuple(one for one in guide.rows if one.id != row.id)
    if any((one.issue, one.product, one.asker) == (row.issue, row.product, row.asker) for one in others):
        raise Invalid("guide_row_twice")
    if len(others) >= ROWS_MAX:
        raise Invalid("guide_too_long", issues_max=ISSUES_MAX, rows_max=ROWS_MAX)
    number = row.id or max((one.id for one in guide.rows), default=0) + 1
    made = Row(number, row.issue, row.product, row.asker, check_destination(row.destination))
    return Guide(guide.otherwise, guide.issues, tuple(sorted((*others, made), key=lambda one: one.id)))


def without_row(guide: Guide, row_id: int) -> Guide:
    return Guide(guide.otherwise, guide.issues, tuple(one for one in guide.rows if one.id != row_id))


def with_otherwise(guide: Guide, destination: Destination) -> Guide:
    """Raises Invalid."""
    return Guide(check_destination(destination), guide.issues, guide.rows)


# --- as it is kept ---------------------------------------------------------------------------------------------


def dump(guide: Guide) -> dict[str, Any]:
    return {
        "otherwise": _dump(guide.otherwise),
        "issues": [{"code": one.code, "names": one.names} for one in guide.issues],
        "rows": [
            {
                "id": one.id,
                "issue": one.issue,
                "product": one.product,
                "asker": one.asker,
                "destination": _dump(one.destination),
            }
            for one in guide.rows
        ],
    }


def _dump(one: Destination) -> dict[str, Any]:
    return {"target": one.target.value, "texts": one.texts, "url": one.url}


def load(content: Mapping[str, Any]) -> Guide:
    return Guide(
        _load(content["otherwise"]),
        tuple(Issue(one["code"], one["names"]) for one in content["issues"]),
        tuple(_rows(content["rows"])),
    )


def _rows(rows: Iterable[Mapping[str, Any]]) -> Iterable[Row]:
    for one in rows:
        asker = Asker(one["asker"]) if one["asker"] else None
        yield Row(one["id"], one["issue"], one["product"], asker, _load(one["destination"]))


def _load(one: Mapping[str, Any]) -> Destination:
    return Destination(Target(one["target"]), one["texts"], one["url"])
