"""The provider's messages that were sent to the customer."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router
from pydantic import BaseModel

from tallyhub.accounts.tokens import TokenScope
from tallyhub.integrations.api.paging import Code, Paged, PagingQuery, page
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.scope import scope
from tallyhub.messages import queries
from tallyhub.messages.models import Post
from tallyhub.messages.rules import MessageCategory, MessageClass, MessageSeverity, Tag

READ = Token(TokenScope.READ_MESSAGES)
router = Router()


class MessageOut(BaseModel):
    """A message as it is now."""

    id: int
    message_class: MessageClass = Field(description="What it is about.")
    category: MessageCategory
    severity: MessageSeverity
    is_major: bool
    tags: list[Tag]
    products: list[str] = Field(description="Codes; none: it names no product.")
    titles: dict[str, str] = Field(description="By language; English is always there.")
    bodies: dict[str, str] = Field(description="Markdown, by language as the titles.")
    act_by_on: date | None = Field(description="The day by which one must have acted.")
    sent_at: datetime | None
    ends_at: datetime | None = Field(description="Until when it is current.")
    withdrawn_at: datetime | None
    changed_at: datetime
    version: int = Field(description="More than 1: it was corrected.")


class Messages(Paged):
    items: list[MessageOut]


class MessageFilter(BaseModel):
    category: MessageCategory | None = None
    severity: MessageSeverity | None = None
    product: Code | None = None


@router.get("/messages", auth=READ, response=answers(Messages), operation_id="list_messages")
def list_messages(request: HttpRequest, paging: PagingQuery, wanted: Query[MessageFilter]) -> Any:
    """What was sent to the customer, but not what is for its administrators alone."""
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        reach = queries.find_reach(access)
        found = queries.list_after(access, reach, asked, after=paging.after, limit=paging.limit + 1)
    rows, following, cursor = page(request, paging, found, lambda one: one.pk)
    return Messages(items=[_message(one) for one in rows], next=following, cursor=cursor)


_SAID = ("is_major", "titles", "bodies", "act_by_on", "ends_at", "withdrawn_at", "changed_at", "version")


def _message(one: Post) -> MessageOut:
    said: dict[str, Any] = {name: getattr(one, name) for name in _SAID}
    return MessageOut(
        id=one.pk,
        message_class=MessageClass(one.message_class),
        category=MessageCategory(one.category),
        severity=MessageSeverity(one.severity),
        tags=[Tag(each) for each in one.tags],
        products=[each.product.code for each in one.products.all()],
        sent_at=one.released_at,
        **said,
    )
