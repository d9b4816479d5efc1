"""Reads about who is related to whom."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.rules import Kind
from tallyhub.partners.models import Partnership, Party, Resale
from tallyhub.partners.rules import ANSWER_WITHIN

LINKS_MAX = 200  # open links that a page lists
_ASKED = "SELECT * FROM partners_asked_by(%s)"
_RUNNING = """
WITH running AS MATERIALIZED (
    SELECT id, organization_id FROM partners_delegation WHERE state = 'active' AND ends_at > %(now)s
)
SELECT d.organization_id, count(DISTINCT d.id), count(DISTINCT h.person_id)
FROM running d LEFT JOIN partners_holders((SELECT array_agg(id) FROM running), %(now)s) h ON h.delegation_id = d.id
GROUP BY d.organization_id
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever holds a link may know of it."""

    organization_id: int
    asked_at: datetime
    customer_id: int | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or self.asked_at + ANSWER_WITHIN <= clock.now()


def get_asked(resale_id: int) -> Asked:
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [resale_id])
        row = cursor.fetchone()
    if row is None:
        raise ObjectDoesNotExist
    return Asked(*row)


def list_links(access: Access) -> list[Resale]:
    """Links of one's own that nobody has accepted yet, the newest first."""
    mine = Resale.objects.filter(organization_id__in=access.organizations, accepted_at=None, ended_at=None)
    return list(mine.filter(asked_at__gt=clock.now() - ANSWER_WITHIN).order_by("-asked_at", "-pk")[:LINKS_MAX])


def list_resales(access: Access, customer_id: int) -> list[Resale]:
    """Between the customer and whoever the reader may know of, ended ones included, the newest first."""
    return list(Resale.objects.visible_to(access).filter(customer_id=customer_id).order_by("-accepted_at", "-pk"))


def lock_resale(access: Access, resale_id: int) -> Resale:
    return Resale.objects.visible_to(access).select_for_update(no_key=True).get(pk=resale_id)


@dataclass(frozen=True, slots=True)
class Running:
    """What a partner has of customers now, and how many of its people hold something of it."""

    delegations: int = 0
    people: int = 0


def count_running() -> dict[int, Running]:
    """By partner, for whoever oversees partners: what would end with a suspension. Row-level security says of whom."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, {"now": clock.now()})
        return {partner: Running(*counted) for partner, *counted in cursor.fetchall()}


def list_partnerships(access: Access) -> list[Partnership]:
    """One's own on either side, those that run first."""
    return list(Partnership.objects.visible_to(access).order_by("-ended_at", "-invited_at", "-pk"))


def list_resellers(access: Access) -> list[int]:
    """Ids of the resellers of an indirect provider, those of partnerships that are authorised and run."""
    running = Partnership.objects.filter(provider_id__in=access.organizations, authorised_at__isnull=False)
    return list(running.filter(ended_at=None).order_by("pk").values_list("reseller_id", flat=True))


def list_upstream(reseller_id: int) -> list[int]:
    """Ids of the indirect providers of a reseller, those of partnerships that are authorised and run; in its own
    scope.
    """
    running = Partnership.objects.filter(reseller_id=reseller_id, authorised_at__isnull=False, ended_at=None)
    return list(running.order_by("pk").values_list("provider_id", flat=True))


def get_partnership(access: Access, partnership_id: int) -> Partnership:
    return Partnership.objects.visible_to(access).get(pk=partnership_id)


def lock_partnership(access: Access, partnership_id: int) -> Partnership:
    return Partnership.objects.visible_to(access).select_for_update(no_key=True).get(pk=partnership_id)


def is_without_path(reseller_id: int) -> bool:
    """Whether a reseller has no indirect provider through which it could escalate; in its own scope."""
    runs = Partnership.objects.filter(reseller_id=reseller_id, authorised_at__isnull=False, ended_at=None)
    return not runs.exists()


def find_partner(code: str) -> Organization | None:
    """A partner by the code that the provider's systems know it by. Partners are no secret."""
    return next((one for one in list_partners() if one.code == code), None)


def list_partners() -> list[Organization]:
    return [one for one in list_sellers() if one.kind == Kind.PARTNER]


def get_partner(organization_id: int) -> Organization:
    found = next((one for one in list_partners() if one.pk == organization_id), None)
    if found is None:
        raise ObjectDoesNotExist
    return found


def lock_party(organization_id: int) -> Party:
    """Made where the provider had said nothing of the partner yet."""
    made, _new = Party.objects.get_or_create(organization_id=organization_id, defaults={"type": "direct_bill"})
    return Party.objects.select_for_update().get(pk=made.pk)


def list_parties(access: Access) -> dict[int, Party]:
    return {one.organization_id: one for one in Party.objects.visible_to(access)}
