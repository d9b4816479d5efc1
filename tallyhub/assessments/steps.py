"""Pieces of writing assessments. Each demands an open transaction; ``count_run`` and ``settle`` are its last act."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from tallyhub.agreements.rules import ServiceKind
from tallyhub.assessments import queries
from tallyhub.assessments.models import (
    AffectedObject,
    AnswerDraft,
    Check,
    Definition,
    Finding,
    Prerequisite,
    Run,
    SetUp,
    Version,
)
from tallyhub.assessments.reading import Bytes, Report, read_report
from tallyhub.assessments.rules import SOURCE, Outcome, Priority, pay
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.bulk import Added, add_missing
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import require_transaction, widen
from tallyhub.ledger import queries as ledger_queries
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.offers import Offer, list_offers
from tallyhub.ledger.steps import ContentDiffers, NewEntry
from tallyhub.organizations.steps import touch_customer

KINDS = (ServiceKind.ASSESSMENTS,)

_STAGE = """
CREATE TEMPORARY TABLE staged_object (place int, name text, kind text) ON COMMIT DROP
"""
# One statement, because a table with a wall takes no COPY.
_KEEP_OBJECTS = """
INSERT INTO assessments_affectedobject (customer_id, workspace_id, finding_id, name, kind)
SELECT f.customer_id, f.workspace_id, f.id, s.name, s.kind
FROM staged_object s JOIN unnest(%s::int[], %s::bigint[]) AS named (place, finding_id) USING (place)
JOIN assessments_finding f ON f.id = named.finding_id
"""


def offers_of(access: Access) -> dict[int, Offer]:
    """What might count an assessment, by entitlement, whether or not its reader sees it."""
    return {one.entitlement_id: one for one in list_offers(KINDS)}


# Definitions.


def add_definitions(rows: Sequence[dict[str, Any]]) -> Added[Definition]:
    return add_missing(Definition, rows, ("code",))


def add_version(definition: Definition, number: int, published_at: datetime, checks: Sequence[Check]) -> Version:
    """Publish it. ``checks`` in their order, without a version."""
    require_transaction()
    version = Version.objects.create(definition=definition, number=number, published_at=published_at)
    for place, one in enumerate(checks):
        one.version, one.place = version, place
    Check.objects.bulk_create(checks)
    return version


def find_definitions(codes: Collection[str]) -> dict[str, Definition]:
    return {one.code: one for one in Definition.objects.filter(code__in=codes)}


def find_versions(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], Version]:
    """By (definition, number)."""
    found = Version.objects.filter(definition_id__in={definition for definition, _ in keys})
    wanted = set(keys)
    return {key: one for one in found if (key := (one.definition_id, one.number)) in wanted}


def list_checks(version_id: int) -> list[Check]:
    return queries.list_checks(version_id)


def unknown_version(definition_id: int, said: int) -> Invalid:
    versions = queries.list_versions(definition_id)
    return Invalid("assessment_version_unknown", said=said, newest=versions[0].number if versions else 0)


# Set-ups.


def add_set_up(access: Access, made: SetUp, offers: dict[int, Offer], *, may_go_beyond: bool) -> SetUp:
    """Keep it, under the entitlement that counts it. The hub's own scope must be open.

    Raises Conflict where it is there already, and where nothing is left to count it and ``may_go_beyond`` is false.
    The gauge's lock keeps two at once from taking the last place together.
    """
    require_transaction()
    _count_set_up(made, offers)
    if made.entitlement_id is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7411, %s)", [made.entitlement_id % 2**31])
        made.is_beyond = not has_room(offers[made.entitlement_id])
        if made.is_beyond and not may_go_beyond:
            raise Conflict("assessment_none_left")
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Conflict("assessment_set_up_already") from None
    touch_customer([made.customer_id])
    return made


def has_room(offer: Offer) -> bool:
    """Whether another set-up is within what was bought; always where it is as needed."""
    left = left_of(offer)
    return left is None or left > 0


def left_of(offer: Offer) -> int | None:
    """How many set-ups are left: what was bought, less what other systems booked, less the active ones.

    Below zero where there are more than that; None: as needed.
    """
    day = offer.day_of(clock.now())
    bought = ledger_queries.allotments_of([offer.entitlement_id])[offer.entitlement_id]
    if bought is None:
        return None
    balance = ledger_queries.balances({offer.entitlement_id: day})[offer.entitlement_id]
    return balance.left - balance.over - queries.count_active(offer.entitlement_id)


def _count_set_up(made: SetUp, offers: dict[int, Offer]) -> bool:
    """Under which entitlement it counts now; whether that changed."""
    found = pay(offers.values(), Unit.SETUPS, made.workspace_id, clock.now(), made.definition.product_id)
    was = (made.entitlement_id, made.unbooked, made.choice)
    made.entitlement_id, made.unbooked, made.choice = found.entitlement_id, found.unbooked, dict(found.choice or {})
    return was != (made.entitlement_id, made.unbooked, made.choice)


def find_or_add_set_up(
    customer_id: int, workspace_id: int, definition_id: int, label: str, at: datetime, person_id: int | None
) -> SetUp:
    """The active one of that label; else one from the day of ``at`` on, which ``settle`` counts later."""
    require_transaction()
    place = {"customer_id": customer_id, "workspace_id": workspace_id, "definition_id": definition_id, "label": label}
    found: SetUp | None = SetUp.objects.filter(**place, ended_on=None).first()
    return found or SetUp.objects.create(**place, configured_on=at.date(), set_up_by_id=person_id)


# Runs.


def stage_report(source: Bytes) -> Report:
    """Read a collector's file; its objects lie in a temporary table of this transaction. Raises Invalid."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_object")
        cursor.execute(_STAGE)
        with cursor.copy("COPY staged_object FROM STDIN") as target:
            return read_report(source, lambda place, name, kind: target.write_row((place, name, kind)))


def find_known(set_up: SetUp, source: str, external_id: str, digest: bytes, access: Access) -> Run | None:
    """The run that this very file made. Raises ContentDiffers where its name belongs to another content."""
    if same := queries.find_same(set_up, digest):
        return same
    if external_id and (named := queries.find_by_source(access, source, external_id)):
        raise ContentDiffers("content_differs", external_ids=named.external_id)
    return None


def find_run(customer_id: int, source: str, external_id: str) -> Run | None:
    found: Run | None = Run.objects.filter(
        customer_id=customer_id, source=source, external_id=external_id, withdrawn_at=None
    ).first()
    return found


def version_of(set_up: SetUp, report: Report) -> Version:
    """The one that the file was collected with: the newest, or an older one that is known. Raises Invalid."""
    if report.definition != set_up.definition.code:
        raise Invalid("assessment_differs", said=report.definition, expected=set_up.definition.code)
    found = find_versions([(set_up.definition_id, report.version)])
    if not found:
        raise unknown_version(set_up.definition_id, report.version)
    return found[set_up.definition_id, report.version]


def checks_of(version: Version, codes: Iterable[str]) -> dict[str, Check]:
    """Raises Invalid for a check that the version does not have."""
    known = {one.code: one for one in queries.list_checks(version.pk)}
    if unknown := next((one for one in codes if one not in known), None):
        raise Invalid("assessment_check_unknown", check=unknown, version=version.number)
    return known


def keep_run(run: Run, results: Sequence[tuple[Check, Outcome, int]], prerequisites: Sequence[Any] = ()) -> list[int]:
    """Write a run with its findings, and what it was collected with; returns the ids of the findings, in order.

    Raises Conflict where somebody else has just brought in the same.
    """
    require_transaction()
    outcomes = [outcome for _check, outcome, _affected in results]
    run.passed, run.failed = outcomes.count(Outcome.PASSED), outcomes.count(Outcome.FAILED)
    run.not_applicable, run.errors = outcomes.count(Outcome.NOT_APPLICABLE), outcomes.count(Outcome.ERROR)
    run.high = sum(outcome is Outcome.FAILED and one.priority == Priority.HIGH for one, outcome, _ in results)
    run.affected = sum(affected for _check, _outcome, affected in results)
    if prerequisites:
        run.prerequisites = len(prerequisites)
        run.prerequisites_passed = sum(one.is_passed for one in prerequisites)
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise Conflict("content_differs", external_ids=run.external_id) from error
    place = {"customer_id": run.customer_id, "workspace_id": run.workspace_id, "run_id": run.pk}
    Prerequisite.objects.bulk_create(
        Prerequisite(**place, place=n, name=one.name, group=one.group, is_passed=one.is_passed, fix=one.fix)
        for n, one in enumerate(prerequisites)
    )
    findings = Finding.objects.bulk_create(
        Finding(**place, checked=check, outcome=outcome, affected=affected) for check, outcome, affected in results
    )
    return [one.pk for one in findings]


def keep_objects(places: Sequence[int], findings: Sequence[int]) -> None:
    """Of the staged file: to each result, by its place, its finding."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_OBJECTS, [list(places), list(findings)])


def note_run(access: Access, run: Run) -> None:
    record(
        access, "assessments.ran", run.pk, customer_id=run.customer_id, workspace_id=run.workspace_id,
        set_up=run.set_up_id, failed=run.failed,
    )  # fmt: skip


def count_runs(access: Access, runs: Sequence[Run]) -> None:
    """Let the entitlement that counts runs pay for each; the ledger comes last. The hub's own scope must be open."""
    require_transaction()
    offers = offers_of(access)
    entries: list[NewEntry] = []
    paid: list[Run] = []
    for run in runs:
        found = pay(offers.values(), Unit.RUNS, run.workspace_id, run.collected_at, run.set_up.definition.product_id)
        run.entitlement_id, run.unbooked, run.choice = found.entitlement_id, found.unbooked, dict(found.choice or {})
        if found.entitlement_id is not None:
            paid.append(run)
            entries.append(_entry(run, offers[found.entitlement_id]))
    Run.objects.bulk_update(runs, ["entitlement", "unbooked", "choice"])
    touch_customer({run.customer_id for run in runs})
    if entries:
        posted = ledger.post(access, entries)
        for place, run in enumerate(paid):
            run.entry_id = posted.ids[place]
        Run.objects.bulk_update(paid, ["entry"])


def _entry(run: Run, offer: Offer) -> NewEntry:
    """Its title is the assessment's name, which is the provider's and no secret."""
    return NewEntry(
        customer_id=run.customer_id,
        workspace_id=run.workspace_id,
        entitlement_id=offer.entitlement_id,
        unit=Unit.RUNS,
        occurred_on=offer.day_of(run.collected_at),
        real_amount=1,
        source=SOURCE,
        external_id=f"run-{run.pk}",
        rounding_step=offer.rounding_step,
        title=run.set_up.definition.names["en"],
    )


def forget_answers(one: SetUp) -> None:
    """A questionnaire that was begun and will not be finished."""
    require_transaction()
    AnswerDraft.objects.filter(set_up=one).delete()


def settle(access: Access) -> None:
    """Of one customer, by the hub itself: what nothing counts, or an entitlement that is over, is tried anew."""
    require_transaction()
    offers = offers_of(access)
    moved = [one for one in queries.list_unsettled(clock.now(), offers) if _count_set_up(one, offers)]
    SetUp.objects.bulk_update(moved, ["entitlement", "unbooked", "choice"])
    if moved:
        touch_customer({one.customer_id for one in moved})
        for one in moved:
            record(
                access, "assessments.counted", one.pk, customer_id=one.customer_id, workspace_id=one.workspace_id,
                entitlement=one.entitlement_id or 0,
            )  # fmt: skip
    if waiting := queries.list_unbooked():
        count_runs(access, waiting)


def hub_of(customer_id: int) -> Access:
    """Whoever sets up in one workspace may neither read all that decides nor write in the ledger."""
    hub = Access.of_system([customer_id])
    widen(hub)
    return hub


# Retention.


def clear_objects(before: datetime) -> int:
    """Forget the names of affected objects of runs from before; returns how many. Figures stay."""
    require_transaction()
    count = 0
    for customer_id in queries.customers_with_objects(before):
        hub_of(customer_id)
        old: QuerySet[Run] = Run.objects.filter(collected_at__lt=before, objects_cleared_at=None)
        ids = list(old.values_list("pk", flat=True))
        count += AffectedObject.objects.filter(finding__run_id__in=ids).delete()[0]
        old.filter(pk__in=ids).update(objects_cleared_at=clock.now())
    widen(Access.of_system())
    return count
