"""Reading assessments: the catalogue, set-ups, runs and what they found."""

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import get_language

from tallyhub.assessments.models import (
    AffectedObject,
    AnswerDraft,
    Check,
    Definition,
    Finding,
    Intake,
    Prerequisite,
    Run,
    SetUp,
    Version,
)
from tallyhub.assessments.rules import INTAKES_MAX, TREND_RUNS, Focus, Sector, Source
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import PAGE_ROWS, Place
from tallyhub.kernel.progress import Stage
from tallyhub.kernel.scope import require_transaction, streamed

STREAM_ROWS = 5_000  # per fetch of an export
SETUPS_MAX = 500  # that a page lists
INTAKES_SHOWN = timedelta(days=3)  # that a set-up's page says why a file was refused


# The catalogue is the provider's, and no secret.


def list_definitions() -> list[Definition]:
    """With their versions, newest first, and how many checks and questions each has. Two statements."""
    counted = Version.objects.annotate(
        checks_count=Count("checks"), questions_count=Count("checks", filter=~Q(checks__questions={}))
    ).order_by("-number")
    return list(
        Definition.objects.select_related("product").prefetch_related(Prefetch("versions", counted)).order_by("code")
    )


def get_definition(definition_id: int) -> Definition:
    return Definition.objects.select_related("product").get(pk=definition_id)


def list_versions(definition_id: int) -> list[Version]:
    """Newest first."""
    return list(Version.objects.filter(definition_id=definition_id).order_by("-number"))


def list_checks(version_id: int) -> list[Check]:
    return list(Check.objects.filter(version_id=version_id).order_by("place"))


# Set-ups.


class Figures(NamedTuple):
    """Of a set-up: how many runs count, and the last of them."""

    runs: int
    last: Run | None


def list_set_ups(access: Access, *, workspace_id: int | None = None) -> list[SetUp]:
    """Active ones first, then by name; at most ``SETUPS_MAX``."""
    found = SetUp.objects.visible_to(access).select_related("definition__product", "workspace")
    if workspace_id is not None:
        found = found.filter(workspace_id=workspace_id)
    return list(found.order_by("-ended_on", "definition__code", "label", "pk")[:SETUPS_MAX])


def get_set_up(access: Access, set_up_id: int) -> SetUp:
    found: SetUp = SetUp.objects.visible_to(access).select_related("definition__product", "workspace").get(pk=set_up_id)
    return found


def lock_set_up(access: Access, set_up_id: int) -> SetUp:
    require_transaction()
    found: SetUp = (
        SetUp.objects.visible_to(access)
        .select_for_update(of=("self",), no_key=True)
        .select_related("definition", "workspace")
        .get(pk=set_up_id)
    )
    return found


_LAST = """
SELECT DISTINCT ON (r.set_up_id) r.id, count(*) OVER (PARTITION BY r.set_up_id)
FROM assessments_run r WHERE r.set_up_id = ANY (%s) AND r.withdrawn_at IS NULL
ORDER BY r.set_up_id, r.collected_at DESC, r.id DESC
"""


def figures_of(access: Access, set_ups: Iterable[SetUp]) -> dict[int, Figures]:
    """By set-up; two statements for any number of them."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [[one.pk for one in set_ups]])
        runs = dict(cursor.fetchall())
    last = Run.objects.visible_to(access).filter(pk__in=runs).select_related("version")
    return {one.set_up_id: Figures(runs[one.pk], one) for one in last}


# Runs.


def runs_of(access: Access, set_up_id: int) -> QuerySet[Run]:
    """Newest first, those that were withdrawn too."""
    found: QuerySet[Run] = (
        Run.objects.visible_to(access)
        .filter(set_up_id=set_up_id)
        .select_related("version")
        .order_by("-collected_at", "-pk")
    )
    return found


def list_trend(access: Access, run: Run) -> list[Run]:
    """The run and those before it of the same set-up that count, oldest first; as many as a chart shows."""
    earlier = runs_of(access, run.set_up_id).filter(
        Q(collected_at__lt=run.collected_at) | Q(collected_at=run.collected_at, pk__lt=run.pk), withdrawn_at=None
    )
    return [run, *earlier[: TREND_RUNS - 1]][::-1]


def get_run(access: Access, run_id: int) -> Run:
    found: Run = (
        Run.objects.visible_to(access)
        .select_related("set_up__definition", "set_up__workspace", "version__definition")
        .get(pk=run_id)
    )
    return found


def lock_run(access: Access, run_id: int) -> Run:
    require_transaction()
    found: Run = (
        Run.objects.visible_to(access)
        .select_for_update(of=("self",), no_key=True)
        .select_related("set_up__definition")
        .get(pk=run_id)
    )
    return found


def find_same(set_up: SetUp, digest: bytes) -> Run | None:
    """The run that this very file made; one that was withdrawn does not count."""
    return Run.objects.filter(set_up=set_up, digest=digest, withdrawn_at=None).first()


def find_by_source(access: Access, source: str, external_id: str) -> Run | None:
    found: Run | None = (
        Run.objects.visible_to(access).filter(source=source, external_id=external_id, withdrawn_at=None).first()
    )
    return found


_SECTORS = """
SELECT f.run_id, c.focus, count(*) FILTER (WHERE f.outcome = 'passed'), count(*) FILTER (WHERE f.outcome = 'failed'),
    count(*) FILTER (WHERE f.outcome = 'not_applicable'), count(*) FILTER (WHERE f.outcome = 'error'),
    count(*) FILTER (WHERE f.outcome = 'failed' AND c.priority = 'high')
FROM assessments_finding f JOIN assessments_check c ON c.id = f.check_id
WHERE f.run_id = ANY (%s) GROUP BY 1, 2
"""


def sectors_of(runs: Collection[Run]) -> dict[int, dict[Focus, Sector]]:
    """By run and focus area. One statement."""
    found: dict[int, dict[Focus, Sector]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_SECTORS, [[one.pk for one in runs]])
        for run_id, focus, *counts in cursor.fetchall():
            found[run_id][Focus(focus)] = Sector(Focus(focus), *counts)
    return found


def list_findings(access: Access, run: Run) -> list[Finding]:
    """In the order of the version. One statement; there are no more than a version has checks."""
    return list(
        Finding.objects.visible_to(access).filter(run=run).select_related("checked").order_by("checked__place", "pk")
    )


def results_of(access: Access, run: Run) -> dict[str, str]:
    """Outcome by check."""
    found = Finding.objects.visible_to(access).filter(run=run)
    return dict(found.values_list("checked__code", "outcome"))


def list_prerequisites(access: Access, run: Run) -> list[Prerequisite]:
    """Those that did not pass first, grouped."""
    found = Prerequisite.objects.visible_to(access).filter(run=run)
    return list(found.order_by("is_passed", "group", "place"))


def get_finding(access: Access, run_id: int, finding_id: int) -> Finding:
    found: Finding = (
        Finding.objects.visible_to(access)
        .select_related("checked", "run__set_up__definition", "run__set_up__workspace", "run__version")
        .get(pk=finding_id, run_id=run_id)
    )
    return found


_FIRST_OBJECTS = """
SELECT part.finding_id, part.name, part.kind FROM unnest(%s::bigint[]) AS f (id)
CROSS JOIN LATERAL (
    SELECT o.finding_id, o.name, o.kind, o.id FROM assessments_affectedobject o
    WHERE o.finding_id = f.id ORDER BY o.id LIMIT %s
) part ORDER BY part.finding_id, part.id
"""


def first_objects(findings: Sequence[Finding], at_most: int) -> dict[int, list[tuple[str, str]]]:
    """(name, kind) of the first few objects of each. One statement."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_OBJECTS, [[one.pk for one in findings], at_most])
        for finding_id, name, kind in cursor.fetchall():
            found[finding_id].append((name, kind))
    return found


OBJECT_SORTS: dict[str, type[int]] = {"id": int}


def list_objects(access: Access, finding: Finding, place: Place) -> list[AffectedObject]:
    """Up to a page of them and one more, in the place's reading order."""
    found = AffectedObject.objects.visible_to(access).filter(finding=finding)
    if place.key:
        found = found.filter(**{"pk__lt" if place.reads_descending else "pk__gt": place.key.id})
    return list(found.order_by("-pk" if place.reads_descending else "pk")[: PAGE_ROWS + 1])


def objects_after(access: Access, finding: Finding, *, after: int, limit: int) -> list[AffectedObject]:
    """For programs, which read on from the last one they know."""
    return list(AffectedObject.objects.visible_to(access).filter(finding=finding, pk__gt=after).order_by("pk")[:limit])


def set_ups_after(access: Access, *, after: int, limit: int, workspace_id: int | None, code: str | None) -> list[SetUp]:
    found = SetUp.objects.visible_to(access).filter(pk__gt=after).select_related("definition", "workspace")
    if workspace_id is not None:
        found = found.filter(workspace_id=workspace_id)
    if code is not None:
        found = found.filter(definition__code=code)
    return list(found.order_by("pk")[:limit])


def runs_after(access: Access, *, after: int, limit: int, set_up_id: int | None) -> list[Run]:
    found = Run.objects.visible_to(access).filter(pk__gt=after).select_related("version__definition")
    if set_up_id is not None:
        found = found.filter(set_up_id=set_up_id)
    return list(found.order_by("pk")[:limit])


def findings_after(access: Access, run: Run, *, after: int, limit: int) -> list[Finding]:
    found = Finding.objects.visible_to(access).filter(run=run, pk__gt=after).select_related("checked")
    return list(found.order_by("pk")[:limit])


class FullRow(NamedTuple):
    """A line of the full list: a check, and one of the objects that it is about."""

    check: str
    focus: str
    priority: str
    title: str
    outcome: str
    affected: int
    object_name: str
    object_kind: str
    remedy: str


_FULL = """
SELECT c.code, c.focus, c.priority, coalesce(c.titles ->> %(language)s, c.titles ->> 'en', ''), f.outcome, f.affected,
    coalesce(o.name, ''), coalesce(o.kind, ''), coalesce(c.remedies ->> %(language)s, c.remedies ->> 'en', '')
FROM assessments_finding f JOIN assessments_check c ON c.id = f.check_id
LEFT JOIN assessments_affectedobject o ON o.finding_id = f.id
WHERE f.run_id = %(run)s ORDER BY c.place, f.id, o.id
"""


@streamed
def stream_full(run: Run) -> Generator[list[FullRow], None, None]:
    """Every check with every object, in batches, in constant memory. Needs a scope, whose policies say what is seen;
    the caller has found the run by ``get_run``.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(_FULL, {"run": run.pk, "language": get_language() or "en"})
        while rows := cursor.fetchmany(STREAM_ROWS):
            yield [FullRow(*row) for row in rows]


_COUNT_FULL = """
SELECT count(*) FROM (
    SELECT FROM assessments_finding f LEFT JOIN assessments_affectedobject o ON o.finding_id = f.id
    WHERE f.run_id = %s LIMIT %s) counted
"""


def count_full(run: Run, *, exact_max: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_FULL, [run.pk, exact_max + 1])
        found: int = cursor.fetchone()[0]
        return found


# Files that wait for the worker.


def intakes_of(access: Access, set_up_id: int) -> QuerySet[Intake]:
    found: QuerySet[Intake] = Intake.objects.visible_to(access).filter(set_up_id=set_up_id)
    return found


def list_pending(access: Access, set_up_id: int) -> list[Intake]:
    """Newest first: those that are not over, and what was refused in the last days."""
    recent = Q(stage=Stage.FAILED, at__gt=clock.now() - INTAKES_SHOWN)
    found = intakes_of(access, set_up_id).filter(Q(stage__in=(Stage.ASKED, Stage.RUNNING)) | recent)
    return list(found.order_by("-pk")[:INTAKES_MAX])


def get_intake(access: Access, intake_id: int) -> Intake:
    found: Intake = (
        Intake.objects.visible_to(access).select_related("set_up__definition", "set_up__workspace").get(pk=intake_id)
    )
    return found


def lock_intake(access: Access, intake_id: int) -> Intake | None:
    """None where it is gone."""
    require_transaction()
    found: Intake | None = (
        Intake.objects.visible_to(access).select_for_update(of=("self",), no_key=True).filter(pk=intake_id).first()
    )
    return found


def list_told(access: Access, run_id: int) -> list[int]:
    """Who is told of a run: who set the assessment up, and whose file was read while they did something else.

    Whoever brought it in themselves, and so has seen it, is not.
    """
    run = get_run(access, run_id)
    waited = run.source == Source.API or Intake.objects.visible_to(access).filter(run=run).exists()
    people = {run.set_up.set_up_by_id, run.by_id} if waited else {run.set_up.set_up_by_id} - {run.by_id}
    return sorted(one for one in people if one is not None)


def customers_with_intakes(before: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessments_customers_with_intakes(%s)", [before])
        return list(cursor.fetchone()[0])


# Questionnaires.


def find_draft(access: Access, set_up: SetUp) -> AnswerDraft | None:
    found: AnswerDraft | None = (
        AnswerDraft.objects.visible_to(access).filter(set_up=set_up).select_related("version").first()
    )
    return found


def find_questioned(definition_id: int) -> Version | None:
    """The newest version with questions."""
    asked = Check.objects.exclude(questions={}).filter(version__definition_id=definition_id)
    return Version.objects.filter(pk__in=asked.values("version_id")).order_by("-number").first()


def list_questions(version_id: int) -> list[Check]:
    return list(Check.objects.filter(version_id=version_id).exclude(questions={}).order_by("place"))


# Gauges: numbers only, by definer functions, because a tile counts what its reader may not see.


def count_set_ups(workspaces: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(in the agreement, in these workspaces) by entitlement, of those that count today. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM assessments_count_setups(%s, %s)", [list(workspaces), clock.now()])
        return {one: (everywhere, here) for one, everywhere, here in cursor.fetchall()}


def count_active(entitlement_id: int) -> int:
    """Set-ups that count under it now. For the hub itself, inside the customer."""
    return SetUp.objects.filter(entitlement_id=entitlement_id, ended_on=None).count()


def list_unsettled(at: datetime, offers: Mapping[int, Any]) -> list[SetUp]:
    """Active set-ups that no entitlement counts, or one that is over. For the hub itself, inside the customer."""
    active = SetUp.objects.filter(ended_on=None).select_related("definition").order_by("pk")
    held = {one for one, offer in offers.items() if offer.is_in_force(at)}
    return [one for one in active.select_for_update(of=("self",), no_key=True) if one.entitlement_id not in held]


def list_unbooked() -> list[Run]:
    """Runs that nothing pays yet, locked. For the hub itself, inside the customer."""
    found = Run.objects.exclude(unbooked="").filter(withdrawn_at=None).select_related("set_up__definition")
    return list(found.select_for_update(of=("self",), no_key=True).order_by("pk"))


def customers_unsettled() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessments_customers_unsettled(%s)", [clock.now()])
        return list(cursor.fetchone()[0])


def customers_with_objects(before: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessments_customers_with_objects(%s)", [before])
        return list(cursor.fetchone()[0])
