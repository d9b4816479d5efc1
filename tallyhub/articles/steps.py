"""Pieces of writing about articles."""

from collections.abc import Collection

from tallyhub.agreements.queries import list_products
from tallyhub.articles import queries
from tallyhub.articles.models import Article, ArticleDraft, ArticleText, ArticleVersion, Sent, SentTo
from tallyhub.articles.rules import SENT_TO_MAX, ArticleState, Written
from tallyhub.journal.rules import ASKED_OF
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import require_transaction


def check_products(products: Collection[int]) -> None:
    """Raises Invalid for one that is not there."""
    if set(products) - {one.pk for one in list_products()}:
        raise Invalid("product_unknown")


def put(draft: ArticleDraft, said: Written) -> None:
    """What an editor wrote, into a row that is not saved yet."""
    draft.titles, draft.bodies, draft.products = dict(said.titles), dict(said.bodies), sorted(said.products)


def written_of(draft: ArticleDraft) -> Written:
    return Written(draft.titles, draft.bodies, frozenset(draft.products))


def publish(access: Access, draft: ArticleDraft) -> None:
    """The draft becomes the article's next version, which readers have from the commit on. ``draft`` is locked."""
    require_transaction()
    article, now = draft.article, clock.now()
    of = {"organization_id": article.organization_id}
    version = ArticleVersion.objects.create(
        **of, article=article, number=article.number + 1, products=draft.products, author_id=access.person_id, at=now
    )
    ArticleText.objects.bulk_create(
        ArticleText(**of, version=version, language=language, title=title, body=draft.bodies[language])
        for language, title in sorted(draft.titles.items())
    )
    article.state, article.current, article.number = ArticleState.PUBLISHED, version, version.number
    article.products, article.published_at = draft.products, now
    article.save()
    draft.is_published = True
    record_many(access, [News("articles.published", None, article.pk, details={"number": version.number})])


def send_article(access: Access, article_id: int, customer_id: int, request_id: int, people: Collection[int]) -> Sent:
    """Whoever acts for the provider or a partner sends an article to these people of a customer, about a request of
    its (S003-50). From then on the customer reads the article, whatever it holds, and what comes of it is kept.

    Whether that organisation serves the request, and whether these people are the customer's, the caller knows, which
    also tells the customer's journal: ``sent_news``. Raises DoesNotExist for an article that is not published.
    """
    require_transaction()
    if not access.organizations:
        raise Forbidden
    if not people:
        raise Invalid("article_nobody_asked")
    if len(set(people)) > SENT_TO_MAX:
        raise Invalid("article_too_many_asked", people_max=SENT_TO_MAX)
    article: Article = queries.get_article(access, article_id)
    of = {"organization_id": access.organizations[0], "customer_id": customer_id, "request_id": request_id}
    of |= {"article_id": article.pk, "number": article.number}
    if Sent.objects.filter(**of).exists():
        raise Conflict("article_sent_already")
    sent = Sent.objects.create(**of, sent_by_id=access.person_id, at=clock.now())
    SentTo.objects.bulk_create(
        SentTo(customer_id=customer_id, sent=sent, person_id=person) for person in sorted(set(people))
    )
    return sent


def sent_news(sent: Sent) -> News:
    """What the customer's journal says of it. For ``record_many``, in the customer's scope."""
    details = {"request": sent.request_id, ASKED_OF: sent.organization_id}
    return News("articles.sent", sent.customer_id, sent.article_id, details=details)
