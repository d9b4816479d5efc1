"""Reads about articles. ``access``: who asks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_channels, list_products
from tallyhub.articles.models import Article, ArticleDraft, ArticleReading, ArticleText, ArticleVersion, SentTo
from tallyhub.articles.rules import LANGUAGE, ArticleState
from tallyhub.kernel.access import Access

LIST_PAGE, FOUND_MAX = 20, 200  # articles of one page, and of one search
OUTCOMES_MAX = 50  # articles that were sent to one customer


# --- for readers -----------------------------------------------------------------------------------------------


def with_text(rows: QuerySet[Article], language: str | None = None) -> QuerySet[Any]:
    """With ``title``, ``body`` and ``language`` of the current version: the reader's, or else English."""
    wanted = language or get_language() or LANGUAGE
    annotated: QuerySet[Any] = rows.annotate(
        own=FilteredRelation("current__texts", condition=Q(current__texts__language=wanted)),
        english=FilteredRelation("current__texts", condition=Q(current__texts__language=LANGUAGE)),
        title=Coalesce(F("own__title"), F("english__title")),
        body=Coalesce(F("own__body"), F("english__body")),
        language=Coalesce(F("own__language"), F("english__language")),
    )
    return annotated


def _about(rows: QuerySet[Article], product: int) -> QuerySet[Any]:
    """About a product, or about all of them; the former first."""
    named = rows.filter(Q(products=[]) | Q(products__contains=[product]))
    return named.annotate(is_general=ExpressionWrapper(Q(products=[]), output_field=BooleanField()))


@dataclass(frozen=True, slots=True)
class Found:
    """A page of articles. ``has_all``: they have every word that was looked for."""

    articles: list[Any]
    has_more: bool
    has_all: bool = True


def list_page(access: Access, *, text: str = "", product: int | None = None, page: int = 1) -> Found:
    """The newest first; of a search the best ones. At most two statements."""
    start = (page - 1) * LIST_PAGE
    rows = with_text(Article.objects.visible_to(access))
    if not text:
        if product is not None:
            rows = _about(rows, product)
        found = list(rows.order_by("-published_at", "-pk")[start : start + LIST_PAGE + 1])
        return Found(found[:LIST_PAGE], len(found) > LIST_PAGE)
    ids, has_all = find_ids(text, product=product)
    shown = ids[start : start + LIST_PAGE]
    known = {one.pk: one for one in rows.filter(pk__in=shown)} if shown else {}
    return Found([known[one] for one in shown if one in known], len(ids) > start + LIST_PAGE, has_all)


def find_ids(text: str, *, product: int | None = None, language: str | None = None) -> tuple[list[int], bool]:
    """Those with these words that the scope may read, the best ones first; and whether they have all of the words."""
    asked = [text, language or get_language() or LANGUAGE, product, FOUND_MAX]
    with connection.cursor() as cursor:
        cursor.execute("SELECT article_id, has_all FROM articles_find(%s, %s, %s, %s)", asked)
        found = cursor.fetchall()
    return [article for article, _all in found], all(has_all for _article, has_all in found)


def list_offered(access: Access, product: int | None, at_most: int) -> list[Any]:
    """Before somebody is asked (S003-49): about this product first, then about everything. One statement."""
    rows = with_text(Article.objects.visible_to(access))
    if product is None:
        return list(rows.order_by("-published_at", "-pk")[:at_most])
    return list(_about(rows, product).order_by("is_general", "-published_at", "-pk")[:at_most])


def get_article(access: Access, article_id: int, language: str | None = None) -> Any:
    """As readers have it. Raises DoesNotExist for what is not there for them."""
    return with_text(Article.objects.visible_to(access), language).get(pk=article_id)


def find_answer(access: Access, article: Article) -> bool | None:
    """What the person answered about the current version."""
    own = ArticleReading.objects.filter(person_id=access.person_id or 0, article_id=article.pk, number=article.number)
    return own.values_list("is_solved", flat=True).first()


def list_own_products(access: Access) -> list[Product]:
    """What articles are offered about: what the customer holds; everything for whoever acts for an organisation."""
    offered = [one for one in list_products() if one.is_offered]
    if access.organizations or not access.customers:
        return offered if access.organizations else []
    held = {one.product_id for one in list_channels(access.customers)}
    return [one for one in offered if one.pk in held]


def names_of_products(wanted: Iterable[int]) -> dict[int, str]:
    named = set(wanted)
    return {one.pk: one.name for one in list_products() if one.pk in named} if named else {}


def list_after(access: Access, wanted: Mapping[str, Any], *, after: int, limit: int) -> list[Any]:
    """In the order of their ids, with all texts; for programs. ``wanted``: ``search``, ``product`` (a code),
    ``language``.
    """
    rows = with_text(Article.objects.visible_to(access), wanted.get("language")).filter(pk__gt=after)
    if "search" in wanted:
        rows = rows.filter(pk__in=find_ids(wanted["search"], language=wanted.get("language"))[0])
    if "product" in wanted:
        ids = [one.pk for one in list_products() if one.code == wanted["product"]]
        rows = rows.filter(products__overlap=ids) if ids else rows.none()
    return list(rows.order_by("pk")[:limit])


def languages_of(articles: Collection[Article]) -> dict[int, list[str]]:
    """In which languages each is there, by the article's id."""
    found: dict[int, list[str]] = {}
    versions = {one.current_id or 0: one.pk for one in articles}
    texts = ArticleText.objects.filter(version_id__in=versions).order_by("language")
    for version, language in texts.values_list("version_id", "language"):
        found.setdefault(versions[version], []).append(language)
    return found


# --- what was sent ---------------------------------------------------------------------------------------------


def list_unanswered(access: Access, at_most: int) -> list[Any]:
    """What was sent to the person and they have not answered, newest first. One statement."""
    mine = SentTo.objects.filter(customer_id__in=access.customers, person_id=access.person_id or 0, answered_at=None)
    there = Article.objects.visible_to(access).filter(pk__in=mine.values("sent__article_id"))
    newest = mine.filter(sent__article_id=OuterRef("pk")).order_by("-sent__at").values("sent__at")[:1]
    return list(with_text(there).annotate(sent_at=Subquery(newest)).order_by("-sent_at", "-pk")[:at_most])


@dataclass(frozen=True, slots=True)
class SentLine:
    """What came of an article that was sent. ``title`` empty: it is not there for readers any more."""

    article_id: int
    title: str
    language: str
    number: int
    at: datetime
    people: int
    opened: int
    solved: int
    unsolved: int
    opened_at: datetime | None


_SENT = """
SELECT s.article_id, coalesce(o.title, e.title, ''), coalesce(o.language, e.language, ''), s.number, s.at,
    count(p.id), count(p.opened_at), count(*) FILTER (WHERE p.is_solved), count(*) FILTER (WHERE NOT p.is_solved),
    min(p.opened_at)
FROM articles_sent s LEFT JOIN articles_sentto p ON p.sent_id = s.id
LEFT JOIN articles_article a ON a.id = s.article_id AND a.state = 'published'
LEFT JOIN articles_text o ON o.version_id = a.current_id AND o.language = %s
LEFT JOIN articles_text e ON e.version_id = a.current_id AND e.language = %s
WHERE s.request_id = %s AND s.{place} = ANY (%s)
GROUP BY s.id, o.id, e.id ORDER BY s.at DESC, s.id DESC
"""


def list_sent(access: Access, request_id: int) -> list[SentLine]:
    """Of a request that was read with the rights of whoever asks: what was sent about it, newest first, and what came
    of it. For those who sent it, and for the customer. One statement.
    """
    place, ids = (
        ("organization_id", access.organizations) if access.organizations else ("customer_id", access.customers)
    )
    with connection.cursor() as cursor:
        language = get_language() or LANGUAGE
        cursor.execute(_SENT.format(place=place), [language, LANGUAGE, request_id, list(ids)])
        return [SentLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one article for one customer. ``title`` empty: it is not there for readers any more."""

    article_id: int
    title: str
    language: str
    people: int
    solved: int
    unsolved: int


_OUTCOMES = """
SELECT s.article_id, coalesce(o.title, e.title, ''), coalesce(o.language, e.language, ''), count(p.id),
    count(*) FILTER (WHERE p.is_solved), count(*) FILTER (WHERE NOT p.is_solved)
FROM articles_sent s LEFT JOIN articles_sentto p ON p.sent_id = s.id
LEFT JOIN articles_article a ON a.id = s.article_id AND a.state = 'published'
LEFT JOIN articles_text o ON o.version_id = a.current_id AND o.language = %s
LEFT JOIN articles_text e ON e.version_id = a.current_id AND e.language = %s
WHERE s.customer_id = %s AND s.organization_id = ANY (%s) AND s.at >= %s
GROUP BY s.article_id, o.id, e.id ORDER BY 6 DESC, 4 DESC, s.article_id LIMIT %s
"""


def list_outcomes(access: Access, customer_id: int, since: datetime) -> list[Outcome]:
    """What one's own organisation sent a customer, by article: what helped least first. One statement."""
    language = get_language() or LANGUAGE
    with connection.cursor() as cursor:
        mine = list(access.organizations)
        cursor.execute(_OUTCOMES, [language, LANGUAGE, customer_id, mine, since, OUTCOMES_MAX])
        return [Outcome(*row) for row in cursor.fetchall()]


# --- for editors -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """How often an article was read, solved it, did not, and was sent."""

    readers: int = 0
    solved: int = 0
    unsolved: int = 0
    sent: int = 0

    @property
    def answered(self) -> int:
        return self.solved + self.unsolved


def list_edited(access: Access, *, state: str = "", page: int = 1) -> tuple[list[ArticleDraft], bool]:
    """One's own organisation's, what was changed last first; and whether there are more."""
    rows = ArticleDraft.objects.filter(organization_id__in=access.organizations).select_related("article")
    if state in set(ArticleState):
        rows = rows.filter(article__state=state)
    start = (page - 1) * LIST_PAGE
    found = list(rows.order_by("-changed_at", "-pk")[start : start + LIST_PAGE + 1])
    return found[:LIST_PAGE], len(found) > LIST_PAGE


def get_edited(access: Access, article_id: int) -> ArticleDraft:
    mine = ArticleDraft.objects.filter(organization_id__in=access.organizations)
    return mine.select_related("article").get(pk=article_id)


def lock_edited(access: Access, article_id: int) -> ArticleDraft:
    """With its article, both locked, so that two editors write one after the other."""
    mine = ArticleDraft.objects.select_for_update().filter(organization_id__in=access.organizations)
    return mine.select_related("article").get(pk=article_id)


def list_versions(article: Article) -> list[ArticleVersion]:
    """Newest first, with their texts; of an article of one's own organisation."""
    return list(ArticleVersion.objects.filter(article_id=article.pk).prefetch_related("texts").order_by("-number"))


def count_outcomes(articles: Collection[int]) -> dict[tuple[int, int | None], Counts]:
    """By article and version of one's own organisation; without a version: of all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM articles_counts(%s)", [list(articles)])
        return {(article, number): Counts(*counts) for article, number, *counts in cursor.fetchall()}
