"""What is wrong with a file, and what an import did: read by people, so nothing here runs or colours a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallyhub.kernel.errors import HubError
from tallyhub.kernel.sentences import sentence

PROBLEMS_MAX = 1_000  # listed; the rest is only counted
VALUE_MAX = 80  # characters of a value that are shown


@dataclass(frozen=True, slots=True)
class Problem:
    line: int  # of the file, the first one is 1; 0 is the file as a whole
    column: str  # as the file names it; empty where it is the line as a whole
    value: str  # harmless to print
    error: HubError

    @property
    def code(self) -> str:
        return self.error.code

    @property
    def sentence(self) -> str:
        return sentence(self.error)


def harmless(value: str) -> str:
    """A value as it can be shown in any terminal: no control characters, not endless."""
    cut = value if len(value) <= VALUE_MAX else f"{value[: VALUE_MAX - 1]}…"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in cut)


@dataclass(slots=True)
class Problems:
    """Collects them. ``columns`` says how the file at hand names our fields."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)

    def add(self, line: int, error: HubError, column: str = "", value: str = "") -> None:
        self.count += 1
        if len(self.listed) < PROBLEMS_MAX:
            self.listed.append(Problem(line, harmless(self.columns.get(column, column)), harmless(value), error))

    def add_unlisted(self, total: int) -> None:
        """Count the rest of ``total`` problems of which the first PROBLEMS_MAX were added."""
        self.count += max(0, total - PROBLEMS_MAX)


@dataclass(slots=True)
class Tally:
    """Of the rows of one kind. Known ones were there already, with the same content."""

    rows: int = 0
    new: int = 0
    changed: int = 0  # were there, and their system says something else of them now

    @property
    def known(self) -> int:
        return self.rows - self.new - self.changed


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one file, or of one set of records."""

    name: str
    tallies: Mapping[str, Tally]
    problems: tuple[Problem, ...]
    problem_count: int  # all of them; the first PROBLEMS_MAX are listed
    is_dry_run: bool = False

    @property
    def is_refused(self) -> bool:
        """Then nothing was written."""
        return self.problem_count > 0
