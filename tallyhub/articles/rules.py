"""What an article may say, and whose reading of it counts (R5.8). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.markdown import LENGTH_MAX

LANGUAGE = "en"  # of the text that stands wherever another language has none
TITLE_MAX, BODY_MAX = 200, LENGTH_MAX  # characters
TEXT_MAX = 100  # characters of a search
SENT_TO_MAX = 50  # people who are asked by one sending
EXCERPT = 180  # characters of an article in a list


class ArticleState(StrEnum):
    DRAFT = "draft"  # never published
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Written:
    """What an editor writes: titles and bodies by language. No product: it is about all of them."""

    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    products: frozenset[int] = field(default_factory=frozenset)


def check_written(said: Written) -> None:
    """Raises Invalid."""
    if LANGUAGE not in said.titles or LANGUAGE not in said.bodies:
        raise Invalid("article_text_missing")
    if half := set(said.titles) ^ set(said.bodies):
        raise Invalid("article_text_half", language=min(half))


def check_version(seen: int, current: int) -> None:
    """Somebody else wrote meanwhile: what they said is read before it is written over."""
    if seen != current:
        raise Conflict("article_changed_meanwhile")


def counts(access: Access) -> bool:
    """Whether somebody reads for a customer: what staff read and think of it says nothing about how it helps."""
    is_of_staff = access.is_staff or bool(access.organizations)
    return access.person_id is not None and bool(access.customers) and not is_of_staff


_BEGINS = re.compile(r"^\s*(?:(?:#{1,6}|>|[-+*]|\d+[.)])\s+)+")  # a heading, a quotation, an item of a list
_SIGNS = re.compile(r"[*`~]+")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")


def excerpt(body: str) -> str:
    """How an article begins, for a list: its first words without tables and the signs of Markdown."""
    lines = [one for one in body[: EXCERPT * 4].splitlines() if not one.lstrip().startswith("|")]
    said = " ".join(_SIGNS.sub("", _LINK.sub(r"\1", " ".join(_BEGINS.sub("", one) for one in lines))).split())
    return said if len(said) <= EXCERPT else said[:EXCERPT].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
