"""Reads about consents to one request."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.partners.models import Consent
from tallyhub.partners.queries import list_related, names_of_organizations


def list_consents(access: Access, request_id: int) -> list[Consent]:
    """The newest first, ended ones included."""
    return list(Consent.objects.visible_to(access).filter(request_id=request_id).order_by("-given_at", "-pk"))


def list_own(access: Access, customer_id: int) -> list[Consent]:
    """Of the partner that is acted for, what runs at this customer, each with its request's number."""
    now = clock.now()
    runs = Consent.objects.filter(organization_id__in=access.organizations, ended_at=None, ends_at__gt=now)
    return list(runs.filter(customer_id=customer_id).order_by("ends_at", "pk"))


def lock_consent(access: Access, consent_id: int) -> Consent:
    return Consent.objects.visible_to(access).select_for_update(no_key=True).get(pk=consent_id)


def offered_partners(access: Access) -> dict[int, str]:
    """Name by id of the customer's partners: only these can be let in."""
    return names_of_organizations(list_related(access))


def require_offered(access: Access, organization_id: int) -> None:
    if organization_id not in list_related(access):
        raise ObjectDoesNotExist


@dataclass(frozen=True, slots=True)
class Due:
    id: int
    organization_id: int
    customer_id: int


def list_due() -> list[Due]:
    """For the hub: consents whose time is over, of all customers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partners_consents_due(%s)", [clock.now()])
        return [Due(*row) for row in cursor.fetchall()]


def list_running_of(request_id: int) -> list[Consent]:
    """For the hub, in the customer's scope."""
    return list(Consent.objects.filter(request_id=request_id, ended_at=None).select_for_update(no_key=True))
