"""Letting a partner into one request, and out again."""

from collections.abc import Mapping
from typing import Any

from tallyhub.journal.rules import ASKED_OF
from tallyhub.journal.steps import News
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command
from tallyhub.partners import steps
from tallyhub.partners.consents import queries
from tallyhub.partners.models import Consent
from tallyhub.partners.rules import CONSENT_LASTS, Template
from tallyhub.support.queries import get_request, partners_of
from tallyhub.support.rules import OPEN, number_of


@command
def give_consent(access: Access, number: str, organization_id: int, template: Template) -> None:
    """By whoever decides for the customer, for one of its own partners. Raises Conflict for a closed request."""
    access.require(Right.MANAGE_PARTNERS)
    request = get_request(access, number)
    queries.require_offered(access, organization_id)
    steps.check_active(organization_id)
    if request.status not in OPEN:
        raise Conflict("consent_request_closed")
    now = clock.now()
    earlier = [one for one in queries.list_running_of(request.pk) if one.organization_id == organization_id]
    if any(one.ends_at > now for one in earlier):
        raise Conflict("consent_runs")
    over = _end(access, earlier, by="time")
    steps.lock_partner(organization_id)
    steps.check_active(organization_id)  # once more: a suspension that was under way has ended what it knew of
    made = Consent.objects.create(
        organization_id=organization_id,
        customer_id=request.customer_id,
        workspace_id=request.workspace_id,
        request_id=request.pk,
        template=template,
        given_at=now,
        given_by_id=access.person_id,
        ends_at=now + CONSENT_LASTS,
    )
    changes = steps.settle_consents([made.pk])
    details: dict[str, Any] = {"consent": made.pk, "partner": organization_id, "template": template.value}
    details |= _asked_of(partners_of([request.pk]), request.pk)
    news = News("partners.consent_given", made.customer_id, request.pk, made.workspace_id, details)
    steps.tell(access, [*over, news, *steps.news_of_grants(changes)])


@command
def revoke_consent(access: Access, consent_id: int) -> str:
    """Returns the number of its request."""
    access.require(Right.MANAGE_PARTNERS)
    one = queries.lock_consent(access, consent_id)
    if one.ended_at is not None:
        raise Conflict("consent_ended")
    steps.tell(access, _end(access, [one], by="customer"))
    return number_of(one.request_id)


@command
def end_consents_of(access: Access, request_id: int) -> None:
    """For the hub: the request is closed."""
    steps.tell(access, _end(access, queries.list_running_of(request_id), by="closing"))


@command
def end_consent(access: Access, consent_id: int) -> None:
    """For the hub: its time is over."""
    one = Consent.objects.select_for_update(no_key=True).get(pk=consent_id)
    if one.ended_at is None and one.ends_at <= clock.now():
        steps.tell(access, _end(access, [one], by="time"))


def _end(access: Access, consents: list[Consent], *, by: str) -> list[News]:
    ids = [one.pk for one in consents]
    Consent.objects.filter(pk__in=ids).update(ended_at=clock.now(), ended_by_id=access.person_id)
    changes = steps.settle_consents(ids)
    asked = partners_of([one.request_id for one in consents])
    said = [
        News(
            "partners.consent_ended",
            one.customer_id,
            one.request_id,
            one.workspace_id,
            details={"consent": one.pk, "by": by, **_asked_of(asked, one.request_id)},
        )
        for one in consents
    ]
    return [*said, *steps.news_of_grants(changes)]


def _asked_of(asked: Mapping[int, int], request_id: int) -> dict[str, int]:
    """Staff of others read nothing of a request to a partner, its consents included."""
    return {ASKED_OF: asked[request_id]} if request_id in asked else {}
