"""What the pages of assessments show: sentences, badges, the ring, the lines of a trend. No table is asked here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.assessments.models import Check, Definition, Finding, Intake, Prerequisite, Run, SetUp
from tallyhub.assessments.queries import Figures
from tallyhub.assessments.rules import Changes, Focus, Outcome, Priority, Sector, quality_index, status_of
from tallyhub.assessments.words import (
    focus_name,
    outcome_name,
    priority_name,
    source_name,
    status_name,
    unbooked_text,
)
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.http import url
from tallyhub.kernel.progress import Progress, Stage
from tallyhub.kernel.sentences import sentence

OBJECTS_SHOWN = 5  # of each finding on a run's page
TONES = {Priority.HIGH: "critical", Priority.MEDIUM: "low", Priority.LOW: "plain"}
OUTCOME_TONES = {
    Outcome.PASSED: "ok",
    Outcome.FAILED: "critical",
    Outcome.NOT_APPLICABLE: "plain",
    Outcome.ERROR: "low",
}
LINE_WIDTH, LINE_HEIGHT = 120, 24  # of a trend's drawing, in its own units


def percent(share: int | None) -> str:
    return _("%(n)s %%") % {"n": fmt.number(share)} if share is not None else "–"


def definitions(found: Sequence[Definition]) -> list[dict[str, Any]]:
    return [_definition(one) for one in found]


def _definition(one: Definition) -> dict[str, Any]:
    versions = list(one.versions.all())
    newest: Any = versions[0] if versions else None
    checks, questions = (newest.checks_count, newest.questions_count) if newest else (0, 0)
    return {
        "id": one.pk,
        "name": one.name,
        "code": one.code,
        "product": one.product.name if one.product else "",
        "version": newest.number if newest else None,
        "checks": ngettext("%(n)s check", "%(n)s checks", checks) % {"n": fmt.number(checks)},
        "has_questions": questions > 0,
    }


def checks(found: Sequence[Check]) -> list[dict[str, Any]]:
    """By focus area, in the order of the areas."""
    return [
        {"name": focus_name(focus), "checks": [_check(one) for one in found if one.focus == focus]}
        for focus in Focus
        if any(one.focus == focus for one in found)
    ]


def _check(one: Check) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "description": one.description,
        "remedy": one.remedy,
        "question": one.question,
        "priority": {"text": priority_name(one.priority), "tone": TONES[Priority(one.priority)]},
    }


def set_up_row(one: SetUp, figures: Figures | None, zone: str) -> dict[str, Any]:
    last = figures.last if figures else None
    status = status_of(is_ended=one.ended_on is not None, runs=figures.runs if figures else 0)
    return {
        "id": one.pk,
        "name": one.name,
        "workspace": one.workspace.name,
        "status": {"text": status_name(status), "tone": "ok" if last and one.ended_on is None else "plain"},
        "is_active": one.ended_on is None,
        "last": fmt.minute(last.collected_at, zone) if last else "–",
        "high": fmt.number(last.high) if last else "–",
        "high_tone": "critical" if last and last.high else "plain",
        "passed": passed_text(last) if last else "–",
        "index": percent(index_of(last)) if last else "–",
    }


def index_of(run: Run) -> int | None:
    return quality_index(run.prerequisites_passed, run.prerequisites)


def passed_text(run: Run) -> str:
    checked = run.passed + run.failed
    return _("%(passed)s of %(checked)s") % {"passed": fmt.number(run.passed), "checked": fmt.number(checked)}


def counted(one: SetUp) -> dict[str, str]:
    """How a set-up counts, in words."""
    if one.unbooked:
        return {"text": unbooked_text(one.unbooked), "tone": "low"}
    if one.ended_on is not None:
        return {"text": _("It has ended, so it does not count any more."), "tone": "plain"}
    if one.entitlement_id is None:
        return {"text": _("Set-ups are not counted here."), "tone": "plain"}
    if one.is_beyond:
        said = _("It counts as one set-up, beyond what was bought when it was made: an administrator decided so.")
        return {"text": said, "tone": "over"}
    return {"text": _("It counts as one set-up of your package."), "tone": "plain"}


def run_counted(run: Run) -> str:
    if run.withdrawn_at is not None:
        return _("It was withdrawn, so it counts for nothing.")
    if run.unbooked:
        return unbooked_text(run.unbooked)
    return _("It counts as one run of your package.") if run.entry_id else ""


def run_row(run: Run, zone: str) -> dict[str, Any]:
    return {
        "id": run.pk,
        "collected": fmt.minute(run.collected_at, zone),
        "version": run.version.number,
        "source": source_name(run.source),
        "high": fmt.number(run.high),
        "high_tone": "critical" if run.high else "plain",
        "failed": fmt.number(run.failed),
        "passed": passed_text(run),
        "index": percent(index_of(run)),
        "is_withdrawn": run.withdrawn_at is not None,
    }


def ring(run: Run) -> dict[str, Any] | None:
    """None where nothing is known about the quality."""
    share = index_of(run)
    if share is None:
        return None
    passed = ngettext(
        "%(passed)s of %(count)s prerequisite passed", "%(passed)s of %(count)s prerequisites passed", run.prerequisites
    ) % {"passed": fmt.number(run.prerequisites_passed), "count": fmt.number(run.prerequisites)}
    tone = "ok" if share == 100 else "low" if share >= 75 else "critical"
    return {"share": share, "text": percent(share), "label": passed, "tone": tone}


def line(values: Sequence[int | None]) -> str:
    """Points of a polyline for shares of a hundred, oldest first; what is not known is left out."""
    if len(values) < 2:
        return ""
    step = LINE_WIDTH / (len(values) - 1)
    return " ".join(
        f"{round(place * step, 1):g},{round(LINE_HEIGHT - 2 - value * (LINE_HEIGHT - 4) / 100, 1):g}"
        for place, value in enumerate(values)
        if value is not None
    )


def sectors(trend: Sequence[Run], found: Mapping[int, Mapping[Focus, Sector]]) -> list[dict[str, Any]]:
    """By focus area: the newest run's figures, and the share that passed over the runs."""
    newest = found.get(trend[-1].pk, {})
    before = found.get(trend[-2].pk, {}) if len(trend) > 1 else {}
    rows = []
    for focus in Focus:
        if not any(focus in of_run for of_run in found.values()):
            continue
        now = newest.get(focus, Sector(focus))
        shares = [of_run[focus].share if (of_run := found.get(run.pk, {})).get(focus) else None for run in trend]
        rows.append(
            {
                "name": focus_name(focus),
                "passed": fmt.number(now.passed),
                "failed": fmt.number(now.failed),
                "high": fmt.number(now.high),
                "high_tone": "critical" if now.high else "plain",
                "share": percent(now.share),
                "value": now.share,
                "change": _change(before[focus].share if focus in before else None, now.share),
                "line": line(shares),
                "shares": [percent(one) for one in shares],
            }
        )
    return rows


def _change(before: int | None, now: int | None) -> str:
    """Against the run before, in points of a hundred."""
    if before is None or now is None:
        return "–"
    if before == now:
        return _("unchanged")
    points = fmt.number(abs(now - before))
    return (_("up %(points)s") if now > before else _("down %(points)s")) % {"points": points}


def against(found: Changes, *, has_before: bool) -> list[dict[str, str]]:
    """How many findings are new, solved and still open."""
    if not has_before:
        return []
    figures = [
        {"label": _("New"), "value": fmt.number(len(found.new)), "tone": "critical" if found.new else "plain"},
        {"label": _("Solved"), "value": fmt.number(len(found.solved)), "tone": "ok" if found.solved else "plain"},
        {"label": _("Still open"), "value": fmt.number(len(found.still)), "tone": "plain"},
    ]
    if found.unknown:
        label = _("Not checked again")
        figures.append({"label": label, "value": fmt.number(len(found.unknown)), "tone": "low"})
    return figures


def findings(
    found: Sequence[Finding], objects: Mapping[int, Sequence[tuple[str, str]]], changed: Changes, *, has_before: bool
) -> list[dict[str, Any]]:
    """What failed, high priority first."""
    order = list(Priority)
    failed = [one for one in found if one.outcome == Outcome.FAILED]
    return [
        _finding(one, objects.get(one.pk, ()), changed, has_before=has_before)
        for one in sorted(failed, key=lambda one: (order.index(Priority(one.checked.priority)), one.checked.place))
    ]


def _finding(one: Finding, objects: Sequence[tuple[str, str]], changed: Changes, *, has_before: bool) -> dict[str, Any]:
    is_new = has_before and one.checked.code in changed.new
    return {
        "id": one.pk,
        **_check(one.checked),
        "focus": focus_name(one.checked.focus),
        "change": {"text": _("New"), "tone": "critical"} if is_new else None,
        "affected": affected_text(one.affected) if one.affected else "",  # answers name no objects
        "objects": [{"name": name, "kind": kind} for name, kind in objects],
        "has_more": one.affected > len(objects) > 0,
        "is_named": bool(objects),
    }


def affected_text(count: int) -> str:
    return ngettext("%(n)s affected object", "%(n)s affected objects", count) % {"n": fmt.number(count)}


def others(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """What did not fail."""
    return [
        {
            "title": one.checked.title,
            "code": one.checked.code,
            "focus": focus_name(one.checked.focus),
            "outcome": {"text": outcome_name(one.outcome), "tone": OUTCOME_TONES[Outcome(one.outcome)]},
        }
        for one in found
        if one.outcome != Outcome.FAILED
    ]


def prerequisites(found: Sequence[Prerequisite]) -> list[dict[str, Any]]:
    """Those that did not pass, by group."""
    groups: dict[str, list[dict[str, str]]] = {}
    for one in found:
        if not one.is_passed:
            groups.setdefault(one.group, []).append({"name": one.name, "fix": one.fix})
    return [{"name": name or _("Prerequisites"), "rows": rows} for name, rows in groups.items()]


def run_totals(run: Run) -> list[dict[str, str]]:
    high = run.high
    return [
        {"label": _("High-priority findings"), "value": fmt.number(high), "tone": "critical" if high else "plain"},
        {"label": _("Findings"), "value": fmt.number(run.failed), "tone": "plain"},
        {"label": _("Passed checks"), "value": passed_text(run), "tone": "plain"},
        {"label": _("Affected objects"), "value": fmt.number(run.affected), "tone": "plain"},
    ]


def run_facts(run: Run, zone: str, uploaded_by: str) -> list[tuple[str, str]]:
    facts = [
        (_("Collected"), fmt.minute(run.collected_at, zone)),
        (_("Version"), str(run.version.number)),
        (_("Brought in"), fmt.minute(run.at, zone)),
        (_("Way in"), source_name(run.source)),
    ]
    if uploaded_by:
        facts.append((_("By"), uploaded_by))
    if said := run_counted(run):
        facts.append((_("Counts"), said))
    return facts


def trend_bars(trend: Sequence[Run], zone: str) -> list[dict[str, Any]]:
    """Runs of a set-up, oldest first: passed checks as a share, and findings of high priority.

    Of several on one day each says its time, too.
    """
    zoned = [timezone.localtime(run.collected_at, ZoneInfo(zone)) for run in trend]
    days = Counter(one.date() for one in zoned)
    return [
        {
            "id": run.pk,
            "label": fmt.minute(run.collected_at, zone),
            "short": fmt.short_day(at.date()),
            "time": f"{at:%H:%M}" if days[at.date()] > 1 else "",
            "value": share or 0,
            "text": percent(share),
            "high": fmt.number(run.high),
        }
        for run, at in zip(trend, zoned, strict=True)
        for share in (quality_index(run.passed, run.passed + run.failed),)
    ]


def progress(one: Intake) -> Progress:
    """Of a file that the worker reads."""
    here = url("assessments:intake", one.pk)
    result = url("assessments:run", one.run_id) if one.run_id else None
    return Progress(
        here,
        Stage(one.stage),
        _stage_text(one),
        one.done,
        one.total,
        result,
        _("Show what was found") if result else "",
    )


def _stage_text(one: Intake) -> str:
    if one.stage == Stage.FAILED:
        return refusal(one)
    if one.stage == Stage.DONE:
        return _("The file is read, and its result is in.")
    if one.stage == Stage.ASKED:
        return _("The file waits for its turn.")
    if one.done >= one.total:
        return _("The file is read, and what it says is being kept.")
    share = percent(one.done * 100 // one.total)
    return _("The file is being read: %(share)s. You may leave this page; you are told by mail.") % {"share": share}


def refusal(one: Intake) -> str:
    """Why nothing was kept of it, in the reader's language."""
    return sentence(HubError(one.problem.get("code", ""), **one.problem.get("params", {})))


def pending(one: Intake, zone: str) -> dict[str, str]:
    """A line of a set-up's page."""
    return {"href": url("assessments:intake", one.pk), "at": fmt.minute(one.at, zone), "text": _stage_text(one)}


def question_pages(questions: Sequence[Check], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The focus areas of a questionnaire, with how far each is."""
    pages = []
    for focus in Focus:
        mine = [one for one in questions if one.focus == focus]
        if mine:
            done = sum(one.code in answers for one in mine)
            pages.append(
                {
                    "focus": focus,
                    "name": focus_name(focus),
                    "progress": _("%(done)s of %(count)s answered") % {"done": done, "count": len(mine)},
                    "is_done": done == len(mine),
                }
            )
    return pages


def questions(found: Sequence[Check], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "question": one.question,
            "description": one.description,
            "options": [
                {"value": value, "label": label, "is_chosen": answers.get(one.code) == value}
                for value, label in (
                    (Outcome.PASSED, _("Yes")),
                    (Outcome.FAILED, _("No")),
                    (Outcome.NOT_APPLICABLE, _("Does not apply")),
                )
            ],
        }
        for one in found
    ]
