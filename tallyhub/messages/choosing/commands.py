"""What mail somebody gets about messages, and whether a customer wants advertising."""

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.scope import command
from tallyhub.messages.models import MailChoice, PromotionChoice
from tallyhub.messages.rules import AtOnce


@command
def choose_mail(access: Access, at_once: AtOnce, *, takes_digest: bool) -> None:
    """Instead of what was chosen before. For oneself."""
    if access.person_id is None:
        raise Forbidden
    chosen = {"at_once": at_once, "takes_digest": takes_digest}
    MailChoice.objects.update_or_create(person_id=access.person_id, defaults=chosen)
    record(access, "messages.mail_chosen", access.person_id, at_once=at_once.value, digest=int(takes_digest))


@command
def choose_promotions(access: Access, *, takes_promotions: bool) -> None:
    """For the whole customer: whether the provider may advertise what a partner sells to it."""
    access.require(Right.ADMINISTER)
    chosen = {"takes_promotions": takes_promotions, "changed_by_id": access.person_id, "changed_at": clock.now()}
    PromotionChoice.objects.update_or_create(customer_id=access.customer_id or 0, defaults=chosen)
    record(access, "messages.promotions_chosen", access.customer_id, wanted=int(takes_promotions))
