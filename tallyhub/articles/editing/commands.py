"""What editors of the provider do with articles."""

from tallyhub.articles import queries, steps
from tallyhub.articles.models import Article, ArticleDraft
from tallyhub.articles.rules import ArticleState, Written, check_version, check_written
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import command


@command
def write(access: Access, said: Written, *, is_published: bool) -> int:
    """A new article: a draft, or published at once as its first version."""
    access.require_serving(Right.EDIT_GUIDES)
    check_written(said)
    steps.check_products(said.products)
    of, now = {"organization_id": access.organizations[0]}, clock.now()
    article = Article.objects.create(**of, made_at=now)
    draft = ArticleDraft(**of, article=article, changed_by_id=access.person_id, changed_at=now)
    steps.put(draft, said)
    if is_published:
        steps.publish(access, draft)
    draft.save()
    return article.pk


@command
def change(access: Access, article_id: int, seen: int, said: Written, *, is_published: bool) -> bool:
    """Write its draft anew, and publish it as the next version or not: what readers have stays as it is till then.

    ``seen``: the draft's version that the editor had before them. Raises Conflict where another one has written
    meanwhile. False: nothing is different.
    """
    access.require_serving(Right.EDIT_GUIDES)
    check_written(said)
    draft = queries.lock_edited(access, article_id)
    check_version(seen, draft.version)
    is_other = said != steps.written_of(draft)
    is_there = draft.is_published and draft.article.state == ArticleState.PUBLISHED
    if not is_other and (is_there or not is_published):
        return False
    steps.check_products(said.products)
    steps.put(draft, said)
    draft.version, draft.is_published = draft.version + 1, draft.is_published and not is_other
    draft.changed_by_id, draft.changed_at = access.person_id, clock.now()
    if is_published:
        steps.publish(access, draft)
    draft.save()
    return True


@command
def discard(access: Access, article_id: int, seen: int) -> bool:
    """Throw away what is not published: all of an article that never was; of another one its changes, so that its draft
    is again what was published last.

    ``seen``: the draft's version that the editor had before them. Raises Conflict where another one has written
    meanwhile, and where there is nothing to throw away. True: the article is gone.
    """
    access.require_serving(Right.EDIT_GUIDES)
    draft = queries.lock_edited(access, article_id)
    article = draft.article
    check_version(seen, draft.version)
    if article.state == ArticleState.DRAFT:
        draft.delete()
        article.delete()
        return True
    if draft.is_published:
        raise Conflict("article_nothing_to_discard")
    newest = queries.list_versions(article)[0]
    texts = {one.language: one for one in newest.texts.all()}
    draft.titles = {language: one.title for language, one in texts.items()}
    draft.bodies = {language: one.body for language, one in texts.items()}
    draft.products, draft.is_published, draft.version = newest.products, True, draft.version + 1
    draft.changed_by_id, draft.changed_at = access.person_id, clock.now()
    draft.save()
    return False


@command
def withdraw(access: Access, article_id: int) -> None:
    """Readers have it no more. Its draft stays, and publishing that makes a new version of it."""
    access.require_serving(Right.EDIT_GUIDES)
    article = queries.lock_edited(access, article_id).article
    if article.state != ArticleState.PUBLISHED:
        raise Conflict("article_not_published")
    article.state = ArticleState.WITHDRAWN
    article.save(update_fields=["state"])
    record_many(access, [News("articles.withdrawn", None, article.pk)])
