"""What a partner request's page says of articles: what was sent and what came of it; for the desk, what may be sent."""

from typing import Any

from django.utils.timezone import get_current_timezone_name

from tallyhub.articles import page as articles
from tallyhub.articles.queries import list_offered, list_sent
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.support.models import Request
from tallyhub.support.parts import Part
from tallyhub.support.rules import OPEN

OFFERED_MAX = 50


def read(access: Access, request: Request) -> Part:
    """As ``resources``. One statement, two at the desk."""
    sent = list_sent(access, request.pk)
    may_send = request.status in OPEN and access.has(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    known = {one.article_id for one in sent}
    offered = list_offered(access, request.product_id, OFFERED_MAX) if may_send else []
    shown: dict[str, Any] = {
        "sent": [articles.sent(one, get_current_timezone_name()) for one in sent],
        "choices": [{"id": one.pk, "label": one.title, "is_chosen": False} for one in offered if one.pk not in known],
        "send_href": url("helpdesk:send_resource", request.number),
    }
    return Part(lambda _known: {"resources": shown})
