"""What mail finds out about a visitor; in the scope of the provider whose public page they follow."""

from tallyhub.health.models import Visitor
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import require_transaction


def find_visitor(access: Access, visitor_id: int) -> Visitor | None:
    """None for whoever has left."""
    return Visitor.objects.filter(organization_id__in=access.organizations, pk=visitor_id).first()


def lock_visitor(visitor_id: int) -> Visitor:
    require_transaction()
    return Visitor.objects.select_for_update().get(pk=visitor_id)


def stop_visitor(visitor_id: int) -> None:
    """Mail to the address came back for good."""
    require_transaction()
    Visitor.objects.filter(pk=visitor_id).update(stopped_at=clock.now())
