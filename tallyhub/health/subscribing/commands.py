"""What somebody signed in gets mail about."""

from collections.abc import Collection, Mapping

from tallyhub.agreements.queries import list_products
from tallyhub.health.models import Subscription
from tallyhub.health.rules import EventKind
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.kernel.scope import command


@command
def subscribe(access: Access, wanted: Mapping[int | None, Collection[EventKind]]) -> None:
    """Instead of what was chosen before. By product; None is all products, and a product's own choice goes before it.

    Without a kind: no mail about it. Raises Invalid for a product that is not there.
    """
    if access.person_id is None:
        raise Forbidden
    if wanted.keys() - {None} - {one.pk for one in list_products()}:
        raise Invalid("product_unknown")
    Subscription.objects.filter(person_id=access.person_id).delete()
    Subscription.objects.bulk_create(
        Subscription(person_id=access.person_id, product_id=product, kinds=sorted(set(kinds)))
        for product, kinds in wanted.items()
    )
    news = News("health.subscribed", access.customer_id, access.person_id, details={"products": len(wanted)})
    record_many(access, [news])
