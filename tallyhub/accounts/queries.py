"""Reads about access tokens."""

from tallyhub.accounts.models import Token, TokenQuerySet
from tallyhub.accounts.tokens import LISTED_MAX
from tallyhub.kernel.access import Access


def list_tokens(access: Access, *, is_of_customer: bool) -> TokenQuerySet:
    """The newest ones: one's own inside the customer that is worked in, or those of the customer itself."""
    mine = Token.objects.visible_to(access).filter(customer_id=access.customer_id or 0)
    wanted = mine.filter(person=None) if is_of_customer else mine.filter(person_id=access.person_id or 0)
    return wanted.order_by("-pk")[:LISTED_MAX]


def lock_token(access: Access, token_id: int) -> Token:
    return Token.objects.select_for_update().visible_to(access).get(pk=token_id)
