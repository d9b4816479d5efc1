"""Words and calculations of assessments: results, the quality index, what changed from run to run. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.errors import Invalid
from tallyhub.ledger.offers import Offer, choose

SOURCE = "assessments"  # of the entries that runs make

LABEL_MAX = 100  # characters
CODE_MAX = 60
NAME_MAX = 300  # of an object, a prerequisite or a group
TYPE_MAX = 60
FIX_MAX = 2_000
EXTERNAL_ID_MAX = 120
CHECKS_MAX = 500  # of one version
PREREQUISITES_MAX = 500  # of one run
OBJECTS_MAX = 1_000_000  # of one run
TREND_RUNS = 12  # that a chart shows
READ_AT_ONCE_BYTES = 1024 * 1024  # of a file that is read while its sender waits: about a second
INTAKES_MAX = 5  # files of one set-up that wait or are being read
INTAKES_KEPT = timedelta(days=30)  # what became of a file; its bytes go once it is read
CLOCK_SKEW = timedelta(minutes=5)  # that a collector's clock may be ahead of ours


class Focus(StrEnum):
    """What a check is about. Which checks are about what is data of the version."""

    SECURITY = "security"
    AVAILABILITY = "availability"
    PERFORMANCE = "performance"
    OPERATION = "operation"
    CHANGE = "change"
    UPGRADE = "upgrade"


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """The result of one check in one run."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


class Source(StrEnum):
    """How a run came in; of another system's runs it is the name of that system."""

    FILE = "file"
    QUESTIONNAIRE = "questionnaire"
    API = "api"
    IMPORT = "import"


class SetUpStatus(StrEnum):
    """How far an assessment is in a workspace."""

    NOT_SET_UP = "not_set_up"
    CONFIGURED = "configured"
    RAN = "ran"
    ENDED = "ended"


def status_of(*, is_ended: bool, runs: int) -> SetUpStatus:
    if is_ended:
        return SetUpStatus.ENDED
    return SetUpStatus.RAN if runs else SetUpStatus.CONFIGURED


def quality_index(passed: int, prerequisites: int) -> int | None:
    """Passed prerequisites of all prerequisites in whole per cent, rounded down; 100 only where all passed.

    None where a run has no prerequisites: then nothing is known about its quality.
    """
    return passed * 100 // prerequisites if prerequisites else None


Results = Mapping[str, str]  # outcome by check


@dataclass(frozen=True, slots=True)
class Changes:
    """What failed now against the run before. ``unknown``: failed before, and this run does not say."""

    new: frozenset[str]
    still: frozenset[str]
    solved: frozenset[str]
    unknown: frozenset[str]


def changes(before: Results | None, after: Results) -> Changes:
    """By check. Without a run before, nothing is new: everything is found for the first time."""
    failed = _failed(after)
    if before is None:
        return Changes(frozenset(), failed, frozenset(), frozenset())
    was = _failed(before)
    answered = {check for check, outcome in after.items() if outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE)}
    return Changes(
        new=failed - was,
        still=failed & was,
        solved=frozenset(was & answered),
        unknown=frozenset(was - failed - answered),
    )


def _failed(results: Results) -> frozenset[str]:
    return frozenset(check for check, outcome in results.items() if outcome == Outcome.FAILED)


def passed_share(passed: int, failed: int) -> int | None:
    """Of the checks that passed or failed, how many passed, in whole per cent, rounded down."""
    return quality_index(passed, passed + failed)


@dataclass(frozen=True, slots=True)
class Pay:
    """Which entitlement counts it. ``unbooked`` says why none does, though one should; both empty: it is not counted.

    ``choice``: the reason, and who else could have, each with why it does not; kept with the record.
    """

    entitlement_id: int | None = None
    unbooked: str = ""
    choice: Mapping[str, Any] | None = None


def pay(offers: Collection[Offer], unit: Unit, workspace_id: int, at: datetime, product_id: int | None = None) -> Pay:
    """What counts a set-up or a run in this workspace at this instant.

    Where the workspace's assessments are counted in the other unit only, this one is not counted. Where assessments
    of this unit were bought and none can pay here and now, it is kept unbooked with the reason.
    """
    mine = [one for one in offers if one.kind is ServiceKind.ASSESSMENTS and one.unit is unit]
    # Of no product: an add-on that covers every one covers that, too.
    found = choose(mine, workspace_id, at, product_id=product_id or 0)
    if found.winner is not None:
        losers = [{"entitlement": one.entitlement_id, "why": str(one.reason)} for one in found.losers]
        return Pay(found.winner, "", {"why": str(found.reason), "losers": losers})
    others = [one for one in offers if one.kind is ServiceKind.ASSESSMENTS and one.unit is not unit]
    if any(workspace_id in one.workspaces and one.is_in_force(at) for one in others):
        return Pay()
    return Pay(None, _why_unbooked(mine, workspace_id, at))


def _why_unbooked(mine: Iterable[Offer], workspace_id: int, at: datetime) -> str:
    """The nearest reason: what reaches the workspace says more than what does not."""
    known = list(mine)
    here = [one for one in known if workspace_id in one.workspaces]
    if any(one.is_in_force(at) for one in here):
        return "other_product"
    if any(one.is_in_force(at) for one in known):
        return "unmapped"
    if not known:
        return "no_entitlement"
    return "ended" if any(one.has_ended(at) for one in here or known) else "not_begun"


def check_collected(collected_at: datetime, now: datetime) -> None:
    if collected_at > now + CLOCK_SKEW:
        raise Invalid("time_in_future")


@dataclass(frozen=True, slots=True)
class Sector:
    """How many checks of a focus area came out how."""

    focus: Focus
    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    error: int = 0
    high: int = 0  # of the failed

    @property
    def share(self) -> int | None:
        return passed_share(self.passed, self.failed)


def next_focus(areas: Sequence[Focus], current: Focus) -> Focus | None:
    """The page of a questionnaire that follows."""
    at = areas.index(current)
    return areas[at + 1] if at + 1 < len(areas) else None
