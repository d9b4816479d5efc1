"""What a partner knows of a customer from its own work there, and its follow-ups: nothing of what others sold."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from tallyhub.agreements.models import Service
from tallyhub.agreements.queries import list_services
from tallyhub.articles.queries import Outcome, list_outcomes
from tallyhub.health.models import HealthEvent
from tallyhub.health.queries import list_active, list_history
from tallyhub.health.rules import Reach
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.partners.advising import rules
from tallyhub.partners.advising.rules import FOLLOW_UPS_MAX, HELPS, REQUESTS_MAX, UNFINISHED, Asked, Theme
from tallyhub.partners.holdings.rules import Subscription
from tallyhub.partners.models import FollowUp
from tallyhub.support.queries import list_asked_of
from tallyhub.support.rules import Kind

SUGGESTED_MAX = 3  # services for one theme


@dataclass(frozen=True, slots=True)
class Figures:
    """What the customer's requests to the partner add up to. Quarters are (year, number)."""

    asked: list[Asked]  # the newest first
    quarters: list[tuple[int, int]]
    themes: list[Theme]

    @property
    def is_cut(self) -> bool:
        return len(self.asked) == REQUESTS_MAX

    def count(self, quarter: tuple[int, int], kind: Kind | None = None) -> int:
        return sum(one.quarter == quarter and kind in (None, one.kind) for one in self.asked)

    def by_product(self) -> dict[int | None, list[Asked]]:
        found: defaultdict[int | None, list[Asked]] = defaultdict(list)
        for one in self.asked:
            found[one.product_id].append(one)
        return dict(found)


def read_figures(access: Access, customer_id: int, zone: str) -> Figures:
    """One statement. ``zone``: the reader's, whose quarters they are."""
    quarters, since = rules.quarters_until(clock.today(zone)), _since(zone)
    local = ZoneInfo(zone)
    asked = [
        Asked(
            one.number,
            one.title,
            one.product_id,
            Kind(one.kind),
            one.opened_at.astimezone(local).date(),
            int((one.resolved_at - one.opened_at).total_seconds()) // 60 if one.resolved_at else None,
        )
        for one in list_asked_of(access, customer_id, since, REQUESTS_MAX)
    ]
    return Figures(asked, quarters, rules.themes_of(asked))


def _since(zone: str) -> datetime:
    """From when on the view counts: the first day of its first quarter."""
    first = rules.first_day_of(rules.quarters_until(clock.today(zone))[0])
    return datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC)


def list_articles(access: Access, customer_id: int, zone: str) -> list[Outcome]:
    """What one's organisation sent the customer about its requests: what did not help first. One statement."""
    return list_outcomes(access, customer_id, _since(zone))


def minutes_of(asked: Iterable[Asked]) -> list[int]:
    """How long each solved problem was open."""
    return [one.minutes_open for one in asked if one.kind is Kind.PROBLEM and one.minutes_open is not None]


def suggest(theme: Theme, services: Collection[Service], sold: Collection[Subscription]) -> list[Service]:
    """Services of the catalogue that may help and that the partner has not sold to the customer, in force today."""
    held = {line.service_id for one in sold if one.is_active for line in one.lines}
    kinds = HELPS[theme.kind]
    found = [one for one in services if one.kind in kinds and one.pk not in held]
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.name.casefold(), one.pk))[:SUGGESTED_MAX]


def list_suggestible() -> list[Service]:
    return [one for one in list_services() if not one.is_benefit]


def list_suffered(access: Access, products: Collection[int]) -> list[HealthEvent]:
    """What goes on and what was within a year with these products, and reached everybody: whom an event names is not
    the partner's to know of one customer. The newest first. Six statements.
    """
    if not products:
        return []
    events = [*list_active(access, products), *list_history(access, products, "")]
    return [one for one in events if one.reach == Reach.EVERYBODY]


def list_follow_ups(access: Access, customer_id: int) -> list[FollowUp]:
    """Those that are not over first, by the day that they are due."""
    mine = FollowUp.objects.visible_to(access).filter(customer_id=customer_id)
    found = list(mine.select_related("product", "service", "owner__person").order_by("-pk")[:FOLLOW_UPS_MAX])
    return sorted(found, key=lambda one: (one.state not in UNFINISHED, one.due_on is None, str(one.due_on), -one.pk))


def get_follow_up(access: Access, follow_up_id: int) -> FollowUp:
    found = FollowUp.objects.visible_to(access).select_related("product", "service", "owner__person")
    return found.get(pk=follow_up_id)


def lock_follow_up(access: Access, follow_up_id: int) -> FollowUp:
    return FollowUp.objects.visible_to(access).select_for_update().get(pk=follow_up_id)


def count_unfinished(access: Access, customer_id: int) -> int:
    mine = FollowUp.objects.visible_to(access).filter(customer_id=customer_id, state__in=UNFINISHED)
    return mine.count()
