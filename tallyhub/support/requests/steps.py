"""Pieces of opening a request. Each demands an open transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction
from tallyhub.organizations.models import Workspace
from tallyhub.support.models import Request
from tallyhub.support.requests.rules import Typed
from tallyhub.support.rules import Kind, Severity, Why, number_of
from tallyhub.support.steps import Line, Viewer, about, give, index_words, next_serial, tell
from tallyhub.support.work.steps import renew_due


@dataclass(frozen=True, slots=True)
class Opening:
    """What is asked, where, and for whom. The caller has checked all of it."""

    customer_id: int
    workspace_id: int
    kind: Kind
    severity: Severity
    title: str
    description: str
    impact: str
    product_id: int | None
    primary_contact_id: int | None
    shared: Sequence[Viewer]
    partner_id: int | None = None  # of whom it is asked; None: of the provider
    desk_id: int | None = None  # who works on it first: the partner, or a supplier of its

    @classmethod
    def of(cls, workspace: Workspace, typed: Typed, primary_contact_id: int, shared: Sequence[Viewer] = ()) -> Self:
        """Of what was typed, and found to be right."""
        return cls(
            customer_id=workspace.customer_id,
            workspace_id=workspace.pk,
            kind=Kind(typed.kind),
            severity=Severity(typed.severity),
            title=typed.title,
            description=typed.description,
            impact=typed.impact,
            product_id=typed.product,
            primary_contact_id=primary_contact_id,
            shared=shared,
        )


def open_request(access: Access, opening: Opening) -> Request:
    """Write a request, give it to everybody it is for, and tell. Whoever opens it sees it from then on."""
    require_transaction()
    serial, now = next_serial(), clock.now()
    request = Request(
        id=serial,
        number=number_of(serial),
        customer_id=opening.customer_id,
        workspace_id=opening.workspace_id,
        kind=opening.kind,
        severity=opening.severity,
        title=opening.title,
        description=opening.description,
        impact=opening.impact,
        product_id=opening.product_id,
        opened_by_id=access.person_id,
        primary_contact_id=opening.primary_contact_id,
        partner_id=opening.partner_id,
        desk_id=opening.desk_id,
        opened_at=now,
        changed_at=now,
    )
    renew_due(request)
    request.save(force_insert=True)
    give(access, request, _first_viewers(access, opening))
    give(access, request, opening.shared)
    tell(request, Line("opened", {"severity": opening.severity}, actor_id=access.person_id))
    record(access, "support.request_opened", request.pk, **about(request))
    index_words(request)
    return request


def _first_viewers(access: Access, opening: Opening) -> list[Viewer]:
    """Whoever opens it for somebody else is shared in by that act, but for a desk, which sees it anyway."""
    primary = opening.primary_contact_id
    found = [Viewer(Why.PRIMARY, person_id=primary)] if primary else []
    is_own = access.person_id in (None, primary) or (access.is_staff and opening.partner_id is not None)
    return found if is_own else [*found, Viewer(Why.OPENED, person_id=access.person_id)]
