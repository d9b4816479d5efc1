"""What can be ordered."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import get_language

from tallyhub.engagements.models import Offering
from tallyhub.engagements.queries import list_paying
from tallyhub.kernel import clock
from tallyhub.kernel.amounts import Unit

FOUND_MAX = 200  # offerings on a page


@dataclass(frozen=True, slots=True)
class Wanted:
    text: str = ""
    kind: str = ""
    category: str = ""
    product: int | None = None


def get_offering(code: str) -> Offering:
    """One that is offered. Raises DoesNotExist."""
    return Offering.objects.select_related("product").get(code=code, is_offered=True)


def list_offerings(wanted: Wanted) -> list[Offering]:
    """What is offered, by name in the reader's language; up to one more than a page holds."""
    rows = Offering.objects.filter(is_offered=True).select_related("product")
    for name in ("kind", "category"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.product is not None:
        rows = rows.filter(product_id=wanted.product)
    for word in wanted.text.split():
        rows = rows.filter(_holds(word))
    return sorted(rows[: FOUND_MAX + 1], key=lambda one: (one.name.casefold(), one.pk))


def _holds(word: str) -> Q:
    language = get_language() or "en"
    found = Q(code__icontains=word)
    for column in ("names", "descriptions"):
        for each in {language, "en"}:
            found |= Q(**{f"{column}__{each}__icontains": word})
    return found


def units_here(workspaces: Collection[int]) -> set[Unit]:
    """With what the chosen workspaces can pay today: hours, credits, or both."""
    now = clock.now()
    return {one.unit for one in list_paying() if one.is_in_force(now) and one.workspaces & set(workspaces)}
