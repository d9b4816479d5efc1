"""Making and revoking a source, and taking in what it says."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tallyhub.accounts.tokens import digest_of
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command
from tallyhub.learning import steps
from tallyhub.learning.models import Activity, Fact, Record, Source, XapiStatement
from tallyhub.learning.rules import Said, day_of
from tallyhub.learning.xapi import queries
from tallyhub.learning.xapi.queries import Speaker
from tallyhub.learning.xapi.rules import Malformed, Parsed
from tallyhub.organizations.queries import get_customer, get_workspace

Days = tuple[date | None, date | None]
SOURCES_MAX = 50  # of a customer, revoked ones left out
_SECRET_BYTES = 32


class Stranger(Forbidden):
    """403: the source may not speak for this person."""


class Differs(Conflict):
    """409: the id is that of another statement."""


@dataclass(frozen=True, slots=True)
class NewSource:
    """With the secret, which is shown once."""

    source: Source
    secret: str


@command
def make_source(access: Access, *, workspace_id: int, name: str, home_page: str, takes_addresses: bool) -> NewSource:
    """Raises Forbidden for whoever does not administer the workspace, Invalid where it could name nobody."""
    workspace = get_workspace(access, workspace_id)
    access.require(Right.ADMINISTER, workspace_id=workspace_id)
    if not home_page and not takes_addresses:
        raise Invalid("source_names_nobody")
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    if Source.objects.visible_to(access).filter(revoked_at=None).count() >= SOURCES_MAX:
        raise Conflict("sources_full", count=SOURCES_MAX)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    source = Source.objects.create(
        customer_id=workspace.customer_id,
        workspace=workspace,
        name=name,
        key=f"xapi_{secrets.token_hex(10)}",
        digest=digest_of(secret),
        home_page=home_page,
        takes_addresses=takes_addresses,
        made_by_id=access.person_id or 0,
        made_at=clock.now(),
    )
    record(access, "learning.source_made", source.pk, workspace_id=workspace_id)
    return NewSource(source, secret)


@command
def revoke_source(access: Access, source_id: int) -> None:
    """At once. What it said stays. Doing it again changes nothing."""
    source = Source.objects.visible_to(access).select_for_update().get(pk=source_id)
    access.require(Right.ADMINISTER, workspace_id=source.workspace_id)
    if source.revoked_at is None:
        source.revoked_at = clock.now()
        source.save(update_fields=["revoked_at"])
        record(access, "learning.source_revoked", source.pk, workspace_id=source.workspace_id)


@command
def take_statements(access: Access, speaker: Speaker, statements: Sequence[Parsed]) -> None:
    """All of them or none. Those that are there already change nothing.

    Raises Stranger for somebody whom the source may not speak for, Differs for an id that is there with other content,
    Malformed for one that voids what is not there, Conflict where the workspace is archived.
    """
    Source.objects.select_for_update().get(pk=speaker.id)  # so that the same statement twice at once is one
    known = queries.find_statements(speaker, [one.id for one in statements])
    fresh = [one for one in statements if not _is_known(one, known.get(one.id))]
    if not fresh:
        return
    _check_place(speaker)
    people = _people(speaker, fresh)
    with steps.as_hub(access, [speaker.customer_id]) as hub:
        records, before = _learn(hub, speaker, fresh, people)
        _keep(speaker, fresh, people)
        records |= _void(speaker, fresh)
        for one in records.values():
            started_on, completed_on = before.get(one.pk, (one.started_on, one.completed_on))
            steps.tell(hub, one, was_started=started_on is not None, was_completed=completed_on is not None)
        steps.book(hub, list(records.values()))


def _is_known(statement: Parsed, there: XapiStatement | None) -> bool:
    if there is None:
        return False
    if bytes(there.digest) != statement.digest:
        raise Differs("xapi_differs", id=str(statement.id))
    return True


def _check_place(speaker: Speaker) -> None:
    workspace = get_workspace(speaker.access, speaker.workspace_id)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)


def _people(speaker: Speaker, statements: Sequence[Parsed]) -> dict[UUID, int]:
    """Whom each is about. Who is somebody else's, and who is nobody, get the same answer."""
    found = queries.find_people(speaker, [one.learner for one in statements])
    people = {}
    for place, one in enumerate(statements):
        is_allowed = speaker.takes_addresses if one.learner.address else one.learner.home_page == speaker.home_page
        if not is_allowed or one.learner not in found:
            raise Stranger("xapi_stranger").at([place])
        people[one.id] = found[one.learner]
    return people


def _learn(
    hub: Access, speaker: Speaker, statements: Sequence[Parsed], people: dict[UUID, int]
) -> tuple[dict[int, Record], dict[int, Days]]:
    """The records that they concern, by id; and when each was started and completed by what was known before."""
    activities = queries.find_activities({one.target for one in statements if one.target})
    learnt = [
        _learnt(speaker, one, people[one.id], activities[one.target], said)
        for one, said in _said(speaker, statements, activities)
    ]
    before = {one.pk: (one.started_on, one.completed_on) for one in steps.lock_or_make(learnt).values()}
    return {one.pk: one for one in steps.learn(hub, learnt)}, before


def _said(speaker: Speaker, statements: Sequence[Parsed], activities: dict[str, Activity]) -> list[tuple[Parsed, Said]]:
    """Those that say something about an activity of the catalogue; the others are kept and change nothing."""
    zone, offers = get_customer(speaker.access).zone, steps.offers_of_education()
    found = []
    for one in statements:
        if activity := activities.get(one.target):
            day = day_of(offers, speaker.workspace_id, one.at, activity.product_id, zone)
            if said := one.said(day):
                found.append((one, said))
    return found


def _learnt(speaker: Speaker, one: Parsed, person_id: int, activity: Activity, said: Said) -> steps.Learnt:
    return steps.Learnt(
        speaker.customer_id, speaker.workspace_id, person_id, activity.pk, _source(speaker), str(one.id), said
    )


def _source(speaker: Speaker) -> str:
    """Of the facts that it tells."""
    return f"xapi:{speaker.id}"


def _keep(speaker: Speaker, statements: Sequence[Parsed], people: dict[UUID, int]) -> None:
    told = Fact.objects.filter(
        customer_id=speaker.customer_id, source=_source(speaker), external_id__in=[str(one.id) for one in statements]
    )
    facts = dict(told.values_list("external_id", "pk"))
    now = clock.now()
    XapiStatement.objects.bulk_create(
        XapiStatement(
            customer_id=speaker.customer_id,
            workspace_id=speaker.workspace_id,
            person_id=people[one.id],
            source_id=speaker.id,
            statement_id=one.id,
            digest=one.digest,
            content={"timestamp": one.at.isoformat(), **one.content, "id": str(one.id)},
            stored_at=now,
            fact_id=facts.get(str(one.id)),
        )
        for one in statements
    )


def _void(speaker: Speaker, statements: Sequence[Parsed]) -> dict[int, Record]:
    """Take back what others said; the records that they concern, by id. A statement that voids is not voided itself."""
    wanted = {one.voids for one in statements if one.voids}
    there = queries.find_statements(speaker, wanted)
    concerned, gone, now = set(), [], clock.now()
    for target in wanted:
        statement = there.get(target)
        if statement is None or statement.content.get("object", {}).get("objectType") == "StatementRef":
            raise Malformed("xapi_voids_nothing")
        if statement.fact_id:
            concerned.add(statement.fact.record_id)  # type: ignore[union-attr]
            gone.append(statement.fact_id)
        statement.fact, statement.voided_at = None, statement.voided_at or now
    XapiStatement.objects.bulk_update(there.values(), ["fact", "voided_at"])
    records = steps.lock_records(sorted(concerned))
    Fact.objects.filter(pk__in=gone).delete()
    steps.refold(records)
    return {one.pk: one for one in records}
