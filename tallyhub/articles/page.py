"""What pages say of articles: plain values for templates, in the reader's language and zone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.articles import words
from tallyhub.articles.models import Article, ArticleDraft, ArticleVersion
from tallyhub.articles.queries import Counts, SentLine
from tallyhub.articles.rules import LANGUAGE, ArticleState, excerpt
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel import markdown
from tallyhub.kernel.grid import harmless
from tallyhub.kernel.http import url


def other_language(given: str) -> str:
    """Says that the text is not there in the reader's language; empty where it is."""
    wanted = get_language() or LANGUAGE
    return "" if given == wanted else _("Only in %(language)s") % {"language": dict(LANGUAGES)[given]}


def products_of(ids: Sequence[int], names: Mapping[int, str]) -> str:
    return fmt.listed([names[one] for one in ids if one in names]) if ids else _("Every product")


def offered(article: Any, product: int | None = None) -> dict[str, Any]:
    """A link to an article, with the product from which somebody comes: where it did not help, support is its."""
    return {
        "id": article.pk,
        "title": article.title,
        "href": url("articles:article", article.pk) + (f"?product={product}" if product else ""),
        "lang": article.language,
        "language": other_language(article.language),
    }


def line(article: Any, names: Mapping[int, str], zone: str, product: int | None = None) -> dict[str, Any]:
    """One article in a list."""
    return {
        **offered(article, product),
        "excerpt": excerpt(article.body),
        "products": products_of(article.products, names),
        "day": fmt.day(article.published_at.astimezone(ZoneInfo(zone)).date()),
    }


def about(article: Any, names: Mapping[int, str], zone: str) -> dict[str, Any]:
    """All of one article."""
    return {
        **line(article, names, zone),
        "body": markdown.render(article.body, 2),
        "number": article.number,
        "when": fmt.minute(article.published_at, zone),
        "instant": article.published_at.isoformat(),
    }


def sent(one: SentLine, zone: str) -> dict[str, Any]:
    """What came of an article that was sent, for ``sent_list`` of the macros."""
    return {
        "title": one.title or _("An article that is withdrawn"),
        "lang": one.language,
        "href": url("articles:article", one.article_id) if one.title else "",
        "when": fmt.minute(one.at, zone),
        "instant": one.at.isoformat(),
        "badge": _outcome(one),
        "people": ngettext("%(n)s person", "%(n)s people", one.people) % {"n": fmt.number(one.people)},
    }


def _outcome(one: SentLine) -> dict[str, str]:
    """The best that any of them said."""
    if one.solved:
        return {"text": _("It solved it"), "tone": "ok"}
    if one.unsolved:
        return {"text": _("It did not solve it"), "tone": "low"}
    if one.opened:
        return {"text": _("Opened, not answered"), "tone": "plain"}
    return {"text": _("Not opened yet"), "tone": "plain"}


# --- for editors -----------------------------------------------------------------------------------------------


def state_badges(article: Article, draft: ArticleDraft) -> list[dict[str, str]]:
    state = ArticleState(article.state)
    found = [{"text": str(words.STATE_NAMES[state]), "tone": words.STATE_TONES[state]}]
    if state is ArticleState.PUBLISHED and not draft.is_published:
        found.append({"text": _("Changes not published"), "tone": "low"})
    return found


def figures(counts: Counts) -> dict[str, Any]:
    """Numbers with their names, and how much of what was answered was solved."""
    share = {
        "solved": fmt.number(counts.solved),
        "answered": fmt.number(counts.answered),
    }
    return {
        "readers": fmt.number(counts.readers),
        "solved": fmt.number(counts.solved),
        "unsolved": fmt.number(counts.unsolved),
        "sent": fmt.number(counts.sent),
        "bar": {
            "value": counts.solved,
            "max": counts.answered,
            "text": _("%(solved)s of %(answered)s answers say that it solved it") % share,
        }
        if counts.answered
        else None,
    }


def row(draft: ArticleDraft, counts: Counts, names: Mapping[int, str], zone: str) -> dict[str, Any]:
    """One article in the editors' list."""
    article = draft.article
    return {
        "title": draft.titles.get(get_language() or LANGUAGE) or draft.titles[LANGUAGE],
        "href": url("articles:edit_article", article.pk),
        "badges": state_badges(article, draft),
        "products": products_of(draft.products, names),
        "languages": ", ".join(code for code, _name in LANGUAGES if code in draft.titles),
        "version": _("Version %(number)s, %(when)s")
        % {"number": article.number, "when": fmt.minute(article.published_at, zone)}
        if article.published_at
        else _("never published"),
        **figures(counts),
    }


def csv_heads() -> list[tuple[str, str]]:
    """(key, label); the keys are stable."""
    return [
        ("article", _("Article")),
        ("title", _("Title")),
        ("state", _("State")),
        ("products", _("Products")),
        ("languages", _("Languages")),
        ("version", _("Version")),
        ("published_at", _("Published")),
        ("is_changed", _("Changes not published")),
        ("readers", _("Read by")),
        ("solved", _("Solved it")),
        ("unsolved", _("Did not solve it")),
        ("sent", _("Sent")),
    ]


def csv_row(draft: ArticleDraft, counts: Counts, names: Mapping[int, str]) -> list[str | int]:
    """Whole numbers, and instants in UTC."""
    article = draft.article
    shown = row(draft, counts, names, "UTC")
    return [
        article.pk,
        harmless(shown["title"]),
        harmless(str(words.STATE_NAMES[article.state])),
        harmless(shown["products"]),
        shown["languages"],
        article.number,
        article.published_at.isoformat() if article.published_at else "",
        int(not draft.is_published),
        counts.readers,
        counts.solved,
        counts.unsolved,
        counts.sent,
    ]


def versions(
    found: Iterable[ArticleVersion], counts: Mapping[tuple[int, int | None], Counts], zone: str
) -> list[dict[str, Any]]:
    """Newest first, each as it read in the editor's language."""
    made = []
    for one in found:
        texts = {each.language: each for each in one.texts.all()}
        text = texts.get(get_language() or LANGUAGE) or texts[LANGUAGE]
        made.append(
            {
                "number": one.number,
                "when": fmt.minute(one.at, zone),
                "title": text.title,
                "lang": text.language,
                "body": markdown.render(text.body, 4),
                **figures(counts.get((one.article_id, one.number), Counts())),
            }
        )
    return made
