"""What readers do with an article: open it, and say whether it helped. For themselves alone."""

from django.db.models import QuerySet

from tallyhub.articles import queries
from tallyhub.articles.models import ArticleReading, SentTo
from tallyhub.articles.rules import counts
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import command


@command
def open_article(access: Access, article_id: int) -> None:
    """Count that somebody of a customer reads it: once a person and version. Raises DoesNotExist."""
    _require_reader(access)
    article = queries.get_article(access, article_id)
    now = clock.now()
    of = {"person_id": access.person_id, "article_id": article.pk, "number": article.number}
    ArticleReading.objects.bulk_create([ArticleReading(**of, read_at=now)], ignore_conflicts=True)
    _mine(access, article_id).filter(opened_at=None).update(opened_at=now)


@command
def answer(access: Access, article_id: int, number: int, *, is_solved: bool) -> None:
    """Whether the version that somebody read solved it. One answer a person and version; another one replaces it.

    Raises Conflict for a version that never was; one that was replaced meanwhile is answered all the same.
    """
    _require_reader(access)
    article = queries.get_article(access, article_id)
    if not 1 <= number <= article.number:
        raise Conflict("article_version_unknown")
    now = clock.now()
    row = ArticleReading(person_id=access.person_id or 0, article_id=article.pk, number=number, read_at=now)
    row.is_solved, row.answered_at = is_solved, now
    ArticleReading.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["person", "article", "number"],
        update_fields=["is_solved", "answered_at"],
    )
    mine = _mine(access, article_id)
    mine.filter(opened_at=None).update(opened_at=now)
    mine.update(is_solved=is_solved, answered_at=now)


def _require_reader(access: Access) -> None:
    if not counts(access):
        raise Forbidden


def _mine(access: Access, article_id: int) -> "QuerySet[SentTo]":
    """What was sent to the person, so that whoever sent it learns what came of it."""
    own = SentTo.objects.filter(customer_id__in=access.customers, person_id=access.person_id or 0)
    return own.filter(sent__article_id=article_id)
