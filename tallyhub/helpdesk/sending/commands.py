"""Somebody at the desk points the customer to an article (S003-50)."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from tallyhub.articles.queries import get_article
from tallyhub.articles.steps import send_article, sent_news
from tallyhub.helpdesk.sending.queries import list_asked
from tallyhub.journal.steps import record_many
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.http import url
from tallyhub.kernel.scope import command
from tallyhub.support.conversation.steps import say
from tallyhub.support.steps import lock_request


@command
def send(access: Access, number: str, article_id: int, language: str) -> None:
    """To whoever of the customer the request was given to, by a message with its link, in the language it is read in.

    Raises DoesNotExist for an article that is not published, Invalid where nobody is named, Conflict where it was sent.
    """
    request = lock_request(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=request.workspace_id)
    asked = list_asked(access, request)
    if not asked:
        raise Invalid("helpdesk_sent_to_nobody")
    sent = send_article(access, article_id, request.customer_id, request.pk, asked)
    article = get_article(access, article_id, language)
    with override(language):
        told = _("This article may help: [%(title)s](%(address)s)") % {
            "title": article.title.replace("[", "(").replace("]", ")"),
            "address": url("articles:article", article_id),
        }
    say(access, request, body=told)
    record_many(access, [sent_news(sent)])
