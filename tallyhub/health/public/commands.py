"""Mail for people without an account, about what is public: asked for, confirmed, ended. For the hub itself."""

from datetime import datetime, timedelta

from tallyhub.health.models import Visitor
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Busy
from tallyhub.kernel.scope import command

WAITING_MAX = 500  # who have not confirmed: more of them at once are no visitors
AGAIN = timedelta(hours=1)  # before another mail asks the same address
CONFIRM_IN = timedelta(days=3)


@command
def ask(access: Access, address: str, language: str) -> None:
    """Write one mail to the address, which must confirm it. Whoever gets mail already is not told that they do."""
    written = check_address(address.strip())
    organization_id, now = access.organizations[0], clock.now()
    there = Visitor.objects.select_for_update().filter(organization_id=organization_id)
    visitor = there.filter(address__iexact=written).first()
    if visitor and ((visitor.confirmed_at and not visitor.stopped_at) or visitor.asked_at > now - AGAIN):
        return
    if visitor is None:
        if there.filter(confirmed_at=None).count() >= WAITING_MAX:
            raise Busy("health_too_many_visitors")
        visitor = Visitor(organization_id=organization_id, address=written)
    visitor.language, visitor.asked_at, visitor.confirmed_at = language, now, None
    visitor.save()
    record_many(access, [News("health.visitor_asked", None, visitor.pk)])


@command
def confirm(access: Access, visitor_id: int) -> None:
    """Raises DoesNotExist for whoever has left, or waited too long."""
    visitor = Visitor.objects.select_for_update().get(organization_id__in=access.organizations, pk=visitor_id)
    if visitor.confirmed_at is None:
        visitor.confirmed_at, visitor.stopped_at, visitor.bounces = clock.now(), None, 0
        visitor.save(update_fields=["confirmed_at", "stopped_at", "bounces"])
        record_many(access, [News("health.visitor_confirmed", None, visitor_id)])


@command
def leave(access: Access, visitor_id: int) -> None:
    """The address goes. Again is no mistake."""
    gone, _by_model = Visitor.objects.filter(organization_id__in=access.organizations, pk=visitor_id).delete()
    if gone:
        record_many(access, [News("health.visitor_left", None, visitor_id)])


@command
def clear_unconfirmed(access: Access, before: datetime) -> int:
    """Forget who did not confirm; returns how many."""
    waiting = Visitor.objects.filter(organization_id__in=access.organizations, confirmed_at=None, asked_at__lt=before)
    gone, _by_model = waiting.delete()
    return gone
