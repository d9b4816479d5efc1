"""Escalations, for programs of each side: the partner, its indirect provider and the provider's desk.

Who reads what, and who may make what of it, is as on the pages (docs/escalations.md).
"""

from base64 import b64decode
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router
from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema

from tallyhub.accounts.queries import names_by_id
from tallyhub.accounts.tokens import TokenScope
from tallyhub.helpdesk.escalations import queries, rules, words
from tallyhub.helpdesk.escalations.commands import EscalationRefused
from tallyhub.helpdesk.escalations.evidence import Gap, Item, items_of
from tallyhub.helpdesk.escalations.missing import find_missing
from tallyhub.helpdesk.escalations.rules import KEPT_MAX, TENANTS_MAX, TEXT_MAX, Side, next_statuses
from tallyhub.helpdesk.escalations.steps import require_side
from tallyhub.helpdesk.escalations.taken import read_taken
from tallyhub.helpdesk.models import Escalation, EscalationEvent, EscalationFile
from tallyhub.helpdesk.provider_desk.queries import Wanted, list_after, list_incidents
from tallyhub.helpdesk.queue.queries import list_agents
from tallyhub.integrations.api import escalation_commands as commands
from tallyhub.integrations.api.helpdesk import Health, Made, going_on, working
from tallyhub.integrations.api.paging import Id, Paged, PagingQuery, page
from tallyhub.integrations.api.posting import IdempotencyKey, request_of, response_of
from tallyhub.integrations.api.problems import ProblemError, problem
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.queries import list_at_desk
from tallyhub.partners.queries import names_of_organizations
from tallyhub.support.desk import at_desk
from tallyhub.support.intake.queries import get_request
from tallyhub.support.rules import Severity, number_of

READ = Token(TokenScope.READ_HELPDESK)
WRITE = Token(TokenScope.WRITE_HELPDESK)
router = Router()
_VERSION = "As it was read; where it has changed since, the answer is 409."
_ITEMS = "Codes of items of the category: GET /helpdesk/escalation-categories."


# Other lists of values have these names already, so their words stand here without one.
def _check(kind: type[StrEnum]) -> AfterValidator:
    def known(said: str) -> str:
        return kind(said).value

    return AfterValidator(known)


EscalationStatus = Annotated[
    str, _check(rules.Status), WithJsonSchema({"type": "string", "enum": [one.value for one in rules.Status]})
]
EscalationCategory = Annotated[
    str, _check(rules.Category), WithJsonSchema({"type": "string", "enum": [one.value for one in rules.Category]})
]


class EscalationLine(BaseModel):
    """An escalation, as it stands in a list."""

    id: int
    version: int = Field(description="To be named by what changes it.")
    request_id: int
    request: str = Field(description="Number of the request.")
    title: str
    category: EscalationCategory
    severity: Severity
    status: EscalationStatus
    holder: Side | None = Field(description="Who is to do the next thing; null: nobody.")
    product: str | None = Field(description="Code.")
    partner_id: int
    partner: str
    via_id: int | None = Field(description="The indirect provider.")
    via: str | None
    provider_id: int
    provider: str
    customers: list[str] = Field(description="Names; the first one is the request's own.")
    assigned_to_id: int | None = Field(description="At the provider.")
    assigned_to: str | None
    incident_id: int | None
    made_at: datetime
    forwarded_at: datetime | None = Field(description="To the indirect provider, first.")
    submitted_at: datetime | None = Field(description="To the provider, first.")
    due_at: datetime | None = Field(description="The provider's first answer to what came in last.")
    answered_at: datetime | None
    changed_at: datetime


class EscalationLines(Paged):
    items: list[EscalationLine]


class EscalationFilter(BaseModel):
    which: Literal["open", "ours", "over", "all"] = Field("all", description="ours: one's own side is next to act.")
    status: EscalationStatus | None = None
    category: EscalationCategory | None = None
    severity: Severity | None = None
    partner_id: Id | None = None
    request_id: Id | None = None
    is_mine: bool = Field(False, description="Assigned to the token's person.")


class EscalationStep(BaseModel):
    """What happened to it, or was said."""

    id: int
    kind: str = Field(description="moved, note, published, assigned, tied, untied or incident.")
    status: EscalationStatus | None = Field(description="From then on.")
    side: Side
    actor_id: int | None
    actor: str | None
    text: str
    items: list[str] = Field(description="Codes, that a return names.")
    about_id: int | None = Field(description="The event that was published to the customer.")
    at: datetime


class EvidenceFile(BaseModel):
    id: int
    item: str = Field(description="Code.")
    name: str
    size: int = Field(description="In bytes.")
    media_type: str
    findings: list[str] = Field(description="What nobody else should read and was found in it.")


class CheckedThen(BaseModel):
    """The health check that it rests on."""

    at: datetime
    result: str
    event_id: int | None
    despite: str


class TriedThen(BaseModel):
    """A line of the diagnosis."""

    at: datetime
    hypothesis: str
    step: str
    result: str


class EscalationOut(EscalationLine):
    side: Side = Field(description="For whom the token's person acts.")
    evidence: dict[str, str] = Field(description="By the codes of the items.")
    files: list[EvidenceFile]
    health: CheckedThen | None
    diagnosis: list[TriedThen]
    next: list[str] = Field(description="What one's own side may make of it now, as status.")
    gaps: list[ProblemError] = Field(description="What hinders it from being sent; for the partner that mends it.")
    events: list[EscalationStep]


def concerned(request: HttpRequest) -> Access:
    """Who works on escalations at the provider, or has some at a partner. Raises Forbidden."""
    access = holder_of(request).access
    if not access.serves(Right.WORK_ESCALATIONS):
        access.require_serving(Right.ESCALATE)
    return access


@router.get("/helpdesk/escalations", auth=READ, response=answers(EscalationLines), operation_id="list_escalations")
def list_escalations(request: HttpRequest, paging: PagingQuery, wanted: Query[EscalationFilter]) -> Any:
    """Those that one's own side may read, in the order of their ids."""
    access = concerned(request)
    asked = Wanted(
        which=wanted.which, status=wanted.status or "", category=wanted.category or "",
        severity=wanted.severity or "", partner_id=wanted.partner_id, is_mine=wanted.is_mine,
    )  # fmt: skip
    with scope(access):
        found = list_after(access, asked, wanted.request_id, after=paging.after, limit=paging.limit + 1)
        rows, following, cursor = page(request, paging, found, lambda one: one.pk)
        lines = _lines(rows, _names([one.pk for one in rows], [one.assigned_to_id for one in rows]))
    items = [EscalationLine(**one) for one in lines]
    return EscalationLines(items=items, next=following, cursor=cursor)


def _lines(rows: Sequence[Escalation], names: dict[int, str]) -> list[dict[str, Any]]:
    """Two statements, however many."""
    customers = queries.list_customers([one.pk for one in rows])
    houses = names_of_organizations(
        one for row in rows for one in (row.organization_id, row.provider_id, row.via_id or 0)
    )
    return [_line(one, [each.name for each in customers.get(one.pk, [])], names, houses) for one in rows]


def _names(escalations: Sequence[int], people: Iterable[int | None]) -> dict[int, str]:
    found = queries.list_names(escalations, people)
    return {person: f"{name}, {house}" for person, (name, house) in found.items()}


_AS_IT_IS = (
    *("version", "title", "category", "severity", "status", "request_id", "via_id", "provider_id", "assigned_to_id"),
    *("incident_id", "made_at", "forwarded_at", "submitted_at", "due_at", "answered_at", "changed_at"),
)


def _line(one: Escalation, customers: list[str], names: dict[int, str], houses: dict[int, str]) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _AS_IT_IS},
        "id": one.pk, "request": number_of(one.request_id), "holder": rules.holder_of(rules.Status(one.status)),
        "product": one.product.code if one.product else None, "partner_id": one.organization_id,
        "partner": houses.get(one.organization_id, ""), "via": houses.get(one.via_id or 0),
        "provider": houses.get(one.provider_id, ""), "customers": customers,
        "assigned_to": names.get(one.assigned_to_id or 0),
    }  # fmt: skip


@router.get(
    "/helpdesk/escalations/{id}", auth=READ, response=answers(EscalationOut, 404), operation_id="get_escalation"
)
def get_escalation(request: HttpRequest, id: Path[Id]) -> Any:  # noqa: A002 - the parameter's name
    """With its evidence and all that happened to it, as far as one's own side reads it."""
    access = holder_of(request).access
    with scope(access):
        one = queries.get_escalation(access, id)
        side = require_side(access, one)
        events, files = queries.list_events(access, one), queries.list_files(access, one)
        people = {one.assigned_to_id, *(each.actor_id for each in events)}
        names = _names([one.pk], people)
        (line,) = _lines([one], names)
    gaps = _gaps(access, one) if side is Side.PARTNER else []
    written = one.written if side is Side.PARTNER else {"category": one.category, "values": one.content}
    return EscalationOut(
        **line | {"category": written["category"]}, side=side, evidence=written["values"],
        files=[_file(each) for each in files], gaps=gaps,
        health=_health(one.health) if one.health else None, diagnosis=[_tried(each) for each in one.diagnosis],
        next=_next(one, side), events=[_step(each, names) for each in events],
    )  # fmt: skip


def _gaps(access: Access, one: Escalation) -> list[ProblemError]:
    """In a scope of its own: the desk's, where the evidence lies."""
    if one.status not in (rules.Status.DRAFT, rules.Status.RETURNED) or not access.serves(Right.SERVE_CUSTOMERS):
        return []
    inside = at_desk(access, number_of(one.request_id))
    with scope(inside):
        taken = read_taken(inside, get_request(inside, one.request_id))
        return _shown_gaps(find_missing(inside, one, taken).gaps)


def _shown_gaps(gaps: Iterable[Gap]) -> list[ProblemError]:
    return [
        ProblemError(pointer=f"/evidence/{one.item}", parameter=None, code=one.why.code, detail=str(sentence(one.why)))
        for one in gaps
    ]


def _file(one: EscalationFile) -> EvidenceFile:
    return EvidenceFile(
        id=one.pk, item=one.item, name=one.name, size=one.size, media_type=one.media_type, findings=one.findings
    )


def _health(said: dict[str, Any]) -> CheckedThen:
    return CheckedThen(
        at=said["at"], result=said["result"], event_id=said.get("event"), despite=said.get("despite", "")
    )


def _tried(said: dict[str, str]) -> TriedThen:
    return TriedThen.model_validate(said)


def _step(one: EscalationEvent, names: dict[int, str]) -> EscalationStep:
    return EscalationStep(
        id=one.pk, kind=one.kind, status=one.status or None, side=Side(one.side), actor_id=one.actor_id,
        actor=names.get(one.actor_id or 0), text=one.text, items=one.items, about_id=one.about_id, at=one.at,
    )  # fmt: skip


def _next(one: Escalation, side: Side) -> list[str]:
    known = {"was_submitted": one.submitted_at is not None, "has_via": one.via_id is not None}
    return sorted(next_statuses(rules.Status(one.status), side, **known))


class AskedItem(BaseModel):
    """What a category asks for."""

    code: str
    name: str = Field(description="In the language of Accept-Language.")
    form: str = Field(description="line, text, instant, end, choice, number or files.")
    is_required: bool
    choices: list[str]
    length_max: int = Field(description="Characters.")


class CategoryOut(BaseModel):
    category: EscalationCategory
    name: str
    is_taken: bool = Field(description="By the provider.")
    items: list[AskedItem]


class Categories(BaseModel):
    items: list[CategoryOut]


@router.get("/helpdesk/escalation-categories", auth=READ, response=answers(Categories), operation_id="read_categories")
def read_categories(request: HttpRequest) -> Any:
    """What may be escalated, and which evidence each category asks for."""
    with scope(concerned(request)):
        takes_agreed = queries.find_settings(queries.get_provider_id()).takes_agreed
    return Categories(
        items=[
            CategoryOut(
                category=one.value, name=str(words.category_name(one)), items=list(map(_item, items_of(one))),
                is_taken=one is not rules.Category.AGREED or takes_agreed,
            )
            for one in rules.Category
        ]
    )  # fmt: skip


def _item(one: Item) -> AskedItem:
    return AskedItem(
        code=one.code, name=str(words.ITEM_NAMES[one.code]), form=one.form.value, is_required=one.is_required,
        choices=list(one.choices), length_max=one.length_max,
    )  # fmt: skip


class Colleague(BaseModel):
    id: int
    name: str


class Colleagues(BaseModel):
    items: list[Colleague]


@router.get("/helpdesk/colleagues", auth=READ, response=answers(Colleagues), operation_id="list_desk_colleagues")
def list_desk_colleagues(request: HttpRequest) -> Any:
    """To whom a request, or an escalation at the provider, may be assigned where one works."""
    access = concerned(request)
    with scope(access):
        if access.serves(Right.WORK_ESCALATIONS):
            found = names_by_id(set(list_at_desk(access, access.organization_id or 0)))
        else:
            found = list_agents(access)
    return Colleagues(items=[Colleague(id=one, name=name) for one, name in sorted(found.items())])


@router.get("/helpdesk/incidents", auth=READ, response=answers(Health), operation_id="list_desk_incidents")
def list_desk_incidents(request: HttpRequest) -> Any:
    """What goes on now, to which the provider's desk may tie an escalation."""
    access = holder_of(request).access
    access.require_serving(Right.WORK_ESCALATIONS)
    with scope(access):
        return going_on(list_incidents(access))


# What is done


class Moved(BaseModel):
    """The escalation as it is then."""

    id: int
    status: EscalationStatus
    version: int


Said = Annotated[dict[str, str | int], Field(max_length=100, description="By the codes of the items, as typed.")]
Tenants = Annotated[
    list[Annotated[str, Field(max_length=40)]],
    Field(max_length=TENANTS_MAX, description="Numbers of requests of further customers, of the regional category."),
]


class NewEscalation(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    category: str = Field(max_length=20, description="deviation, outage, defect, network, regional or agreed.")
    evidence: Said = Field({}, description="What is left out is taken from the request, where that says it.")
    tenants: Tenants | None = Field(None, description="Left out: those that look alike.")
    via_id: Id | None = Field(None, description="Of several indirect providers the one that is meant.")


class NewEvidence(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    category: str | None = Field(None, max_length=20, description="Another one than before.")
    evidence: Said
    tenants: Tenants | None = Field(None, description="Left out: as before.")
    via_id: Id | None = None
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/requests/{id}/escalations",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="draft_escalation",
)
def draft_escalation(request: HttpRequest, id: Path[Id], body: NewEscalation, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Begin one, as a draft that nobody else reads. Of a vulnerability nothing is kept: it is reported elsewhere."""
    return response_of(commands.draft(working(request), id, body.model_dump(), request_of(request, key)))


@router.put(
    "/helpdesk/escalations/{id}/evidence",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="put_evidence",
)
def put_evidence(request: HttpRequest, id: Path[Id], body: NewEvidence, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """All of it anew, of a draft or of what was returned; whatever it is worth. GET says what is missing."""
    return response_of(commands.put_evidence(concerned(request), id, body.model_dump(), request_of(request, key)))


def _check_encoded(said: str) -> str:
    b64decode(said, validate=True)  # whose error is a ValueError, and so one of the body
    return said


class NewEvidenceFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    item: str = Field(max_length=30, description="Code of an item whose form is files.")
    name: str = Field(min_length=1, max_length=200)
    content: Annotated[str, AfterValidator(_check_encoded)] = Field(
        description="In base64.", json_schema_extra={"contentEncoding": "base64"}
    )
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/escalations/{id}/files",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="add_evidence_file",
)
def add_evidence_file(request: HttpRequest, id: Path[Id], body: NewEvidenceFile, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """Evidence; as large as a body may be. It is looked through for what nobody else should read."""
    return response_of(commands.add_file(concerned(request), id, body.model_dump(), request_of(request, key)))


@router.post(
    "/helpdesk/escalations/{id}/files/{file_id}/removal",
    auth=WRITE,
    response=answers(Moved, 404, 409),
    operation_id="remove_evidence_file",
)
def remove_evidence_file(request: HttpRequest, id: Path[Id], file_id: Path[Id], key: IdempotencyKey = None) -> Any:  # noqa: A002
    """As long as it is not with anybody else."""
    return response_of(commands.remove_file(concerned(request), id, file_id, request_of(request, key)))


class Sending(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: int = Field(ge=0, description=_VERSION)
    looked: str = Field(
        "", max_length=40, description="From the answer that named findings: somebody has looked at them."
    )


@router.post(
    "/helpdesk/escalations/{id}/sending",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="send_escalation",
)
def send_escalation(request: HttpRequest, id: Path[Id], body: Sending, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """On to the indirect provider, or to the provider.

    422 names every gap in ``errors``, and in ``findings`` what nobody else should read; once somebody has looked at
    these, the same with ``looked`` of that answer is sent.
    """
    sent = request_of(request, key)
    try:
        return response_of(commands.send(concerned(request), id, body.version, body.looked, sent))
    except EscalationRefused as error:
        findings = {where: [str(one) for one in what] for where, what in error.findings.items()}
        if error.hints:
            findings["vulnerability"] = ["hint"]
        return problem(422, error, _shown_gaps(error.gaps), findings=findings or None, looked=error.seal or None)


class Move(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    becomes: str = Field(max_length=30, description="One of next of GET /helpdesk/escalations/{id}.")
    version: int = Field(ge=0, description=_VERSION)
    text: str = Field("", max_length=TEXT_MAX, description="Why; a question, an answer and a solution need it.")
    items: list[Annotated[str, Field(max_length=30)]] = Field(
        [], max_length=50, description=f"That a return names. {_ITEMS}"
    )


@router.post(
    "/helpdesk/escalations/{id}/status",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="move_escalation",
)
def move_escalation(request: HttpRequest, id: Path[Id], body: Move, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """By whoever has it: pass on, accept, return naming what is missing, work on it, ask the partner, answer, give a
    solution, say that it did not help, close; and by the partner that takes it back. A draft has an address of its own
    by which it is sent.
    """
    return response_of(commands.move(concerned(request), id, body.model_dump(), request_of(request, key)))


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(max_length=TEXT_MAX)


@router.post(
    "/helpdesk/escalations/{id}/notes",
    auth=WRITE,
    response=answers(Made, 404, 409, 415),
    operation_id="note_escalation",
)
def note_escalation(request: HttpRequest, id: Path[Id], body: NewNote, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """To the other sides. The customer reads it once the partner publishes it."""
    return response_of(commands.note(concerned(request), id, body.text, request_of(request, key)))


class Publication(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    event_id: Id = Field(description="What was said to the partner.")
    body: str = Field(min_length=1, max_length=KEPT_MAX, description="In the partner's words. Markdown.")


@router.post(
    "/helpdesk/escalations/{id}/publications",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="publish_escalation",
)
def publish_escalation(request: HttpRequest, id: Path[Id], body: Publication, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """To the customer, as a message of the partner's on the request. Once."""
    said = (body.event_id, body.body)
    return response_of(commands.publish(concerned(request), id, *said, request_of(request, key)))


class GivenTo(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    person_id: Id | None = Field(description="Somebody at the provider's desk; null: nobody.")
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/escalations/{id}/assignment",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="assign_escalation",
)
def assign_escalation(request: HttpRequest, id: Path[Id], body: GivenTo, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """By the provider's desk."""
    said = (body.person_id, body.version)
    return response_of(commands.assign(concerned(request), id, *said, request_of(request, key)))


class Tie(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    incident_id: Id | None = Field(description="Whose news the partner gets from then on; null: none.")
    version: int = Field(ge=0, description=_VERSION)


@router.post(
    "/helpdesk/escalations/{id}/incident",
    auth=WRITE,
    response=answers(Moved, 404, 409, 415),
    operation_id="tie_escalation",
)
def tie_escalation(request: HttpRequest, id: Path[Id], body: Tie, key: IdempotencyKey = None) -> Any:  # noqa: A002
    """By the provider's desk, to an incident that goes on."""
    said = (body.incident_id, body.version)
    return response_of(commands.tie(concerned(request), id, *said, request_of(request, key)))
