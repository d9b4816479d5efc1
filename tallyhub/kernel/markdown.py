"""What people write, as HTML that does nothing: no HTML of theirs, no picture from elsewhere, plain links only."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import linebreaks
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

_SCHEMES = frozenset({"http", "https", "mailto"})
_HEADING_FIRST = 3  # below the page's own: a first-degree heading becomes an h4
# Reading takes the square of some signs' number: with more of them a text is shown as it was typed.
LENGTH_MAX, SIGNS_MAX = 20_000, 2_000  # characters; 10 ms at most
_SIGNS = re.compile(r"[\[*_~`<|\n]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}]")


@lru_cache(512)
def render(text: str, top: int = 0) -> Markup:
    """Safe to stand in a page. ``top``: the degree of its highest heading; 0: below those of a conversation."""
    if len(text) > LENGTH_MAX or len(_SIGNS.findall(text)) > SIGNS_MAX:
        return render_plain(text)
    return Markup(_reader.render(text, {"top": top}))  # noqa: S704 - html is off: whatever looks like a tag is escaped


def render_plain(text: str) -> Markup:
    return Markup(linebreaks(text, autoescape=True))  # noqa: S704 - escaped there


def _is_plain_link(address: str) -> bool:
    try:
        return urlsplit(address).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _open_link(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "nofollow noopener noreferrer")
    rendered: str = self.renderToken(tokens, index, options, env)
    return rendered


def _lower_headings(state: StateCore) -> None:
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    lower = state.env["top"] - highest if state.env["top"] else _HEADING_FIRST
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) + lower, 6)}"


def _link_addresses(state: StateCore) -> None:
    """A bare address is a link, too; inside a link it is text."""
    for block in state.tokens:
        if block.type == "inline" and block.children and "://" in block.content:
            block.children = _linked(block.children)


def _linked(tokens: list[Token]) -> list[Token]:
    made, depth = [], 0
    for token in tokens:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        made += _split(token.content) if token.type == "text" and not depth else [token]
    return made


def _split(text: str) -> list[Token]:
    made, end = [], 0
    for found in _ADDRESS.finditer(text):
        made += [_text(text[end : found.start()]), *_link(found[0])] if _is_plain_link(found[0]) else []
        end = found.end() if _is_plain_link(found[0]) else end
    return [*made, _text(text[end:])]


def _link(address: str) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": address}), _text(address), Token("link_close", "a", -1)]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _make() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    reader.disable("image")  # nothing is fetched from elsewhere: a link is left of it
    reader.validateLink = _is_plain_link  # type: ignore[method-assign,assignment]
    reader.add_render_rule("link_open", _open_link)
    reader.core.ruler.push("lower_headings", _lower_headings)
    reader.core.ruler.push("link_addresses", _link_addresses)
    return reader


_reader = _make()
