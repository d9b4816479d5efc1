"""Articles of the resources: those that the token's holder may read, as readers have them."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router
from pydantic import BaseModel

from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements.queries import list_products
from tallyhub.articles import queries
from tallyhub.articles.rules import TEXT_MAX
from tallyhub.integrations.api.paging import Code, Id, Paged, PagingQuery, page
from tallyhub.integrations.api.reading import answers
from tallyhub.integrations.api.tokens import Token, holder_of
from tallyhub.kernel.scope import scope

READ = Token(TokenScope.READ_ARTICLES)
router = Router()
Language = Literal["en", "de", "es", "ru", "it"]
Words = Annotated[str, Field(min_length=1, max_length=TEXT_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ArticleOut(BaseModel):
    """An article in one language: the one that was asked for, or else English."""

    id: int
    version: int
    products: list[str] = Field(description="Codes; none: it is about everything.")
    language: Language = Field(description="Of title and body.")
    languages: list[Language] = Field(description="In which the article is there.")
    title: str
    body: str = Field(description="Markdown.")
    published_at: datetime = Field(description="When this version was.")


class Articles(Paged):
    items: list[ArticleOut]


class LanguageFilter(BaseModel):
    language: Language = "en"


class ArticleFilter(LanguageFilter):
    search: Words | None = Field(None, description="Words, in that language or in English.")
    product: Code | None = None


@router.get("/articles", auth=READ, response=answers(Articles), operation_id="list_articles")
def list_articles(request: HttpRequest, paging: PagingQuery, wanted: Query[ArticleFilter]) -> Any:
    """What is published about what the customer holds, and about everything."""
    access = holder_of(request).access
    with scope(access):
        asked = wanted.model_dump(exclude_none=True)
        found = queries.list_after(access, asked, after=paging.after, limit=paging.limit + 1)
        made = _made(found)
    rows, following, cursor = page(request, paging, made, lambda one: one.id)
    return Articles(items=list(rows), next=following, cursor=cursor)


@router.get("/articles/{id}", auth=READ, response=answers(ArticleOut, 404), operation_id="get_article")
def get_article(request: HttpRequest, id: Path[Id], wanted: Query[LanguageFilter]) -> Any:  # noqa: A002 - its name
    access = holder_of(request).access
    with scope(access):
        return _made([queries.get_article(access, id, wanted.language)])[0]


def _made(found: Collection[Any]) -> list[ArticleOut]:
    """Two statements for all of them."""
    codes, languages = {one.pk: one.code for one in list_products()}, queries.languages_of(found)
    return [
        ArticleOut(
            id=one.pk,
            version=one.number,
            products=sorted(codes[each] for each in one.products if each in codes),
            language=one.language,
            languages=languages[one.pk],
            title=one.title,
            body=one.body,
            published_at=one.published_at,
        )
        for one in found
    ]
