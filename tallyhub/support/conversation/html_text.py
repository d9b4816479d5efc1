"""The text of a mail that is HTML alone. Pure; nothing of it is run, fetched or shown as HTML.

Not with the library's parser, which takes the square of what somebody has made up. This one goes over it once.
"""

import re
from collections.abc import Iterator
from html import unescape

LENGTH_MAX = 1_000_000  # characters that are read
_DEPTH_MAX = 20  # of quotations
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_UNREAD = frozenset({"script", "style", "template", "title"})
_BREAKS = frozenset({"address", "article", "blockquote", "body", "dd", "div", "dl", "dt", "footer", "form", "head"})
_BREAKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}


def text_of(html: str) -> str:
    """Lines of text; what is quoted begins with ``> ``, as in a mail of text."""
    reader = _Reader()
    for is_tag, said in _pieces(html[:LENGTH_MAX]):
        if is_tag:
            reader.tag(said)
        else:
            reader.words(unescape(said))
    return reader.text()


def _pieces(html: str) -> Iterator[tuple[bool, str]]:
    """(whether it is a tag, its inside or the text), in their order. Each search begins where the last one ended."""
    at, end = 0, len(html)
    while at < end:
        begins = html.find("<", at)
        if begins < 0:
            begins = end
        if begins > at:
            yield False, html[at:begins]
        at = begins
        if at < end:
            closes = html.find("-->", at) + 2 if html.startswith("<!--", at) else html.find(">", at)
            if closes < at:  # never closed: there is no tag any more
                yield False, html[at + 1 :]
                return
            yield True, html[at + 1 : closes]
            at = closes + 1


class _Reader:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = self._as_typed = 0
        self._unread = ""  # the tag whose inside is left out

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip()

    def tag(self, inside: str) -> None:
        found = _TAG.match(inside)
        if found is None:
            return
        closes, name = bool(found[1]), found[2].lower()
        if self._unread:
            self._unread = "" if closes and name == self._unread else self._unread
            return
        if name == "br":
            self._break()
        elif name in _BREAKS:
            self._end_line()
        if closes:
            self._close(name)
        else:
            self._open(name)

    def _open(self, name: str) -> None:
        if name in _UNREAD:
            self._unread = name
        elif name == "li":
            self._line.append("- ")
        elif name in ("td", "th"):
            self._line.append(" ")
        self._count(name, 1)

    def _close(self, name: str) -> None:
        if name == "p":
            self._lines.append("")
        self._count(name, -1)

    def _count(self, name: str, by: int) -> None:
        if name == "blockquote":
            self._depth = max(self._depth + by, 0)
        elif name == "pre":
            self._as_typed = max(self._as_typed + by, 0)

    def words(self, said: str) -> None:
        if self._unread:
            return
        if not self._as_typed:
            joined = " ".join(said.split())
            self._line.append(f"{' ' if said[:1].isspace() else ''}{joined}{' ' if said[-1:].isspace() else ''}")
            return
        first, *others = said.split("\n")
        self._line.append(first)
        for one in others:
            self._break()
            self._line.append(one)

    def _break(self) -> None:
        self._lines.append(self._said())
        self._line = []

    def _end_line(self) -> None:
        if "".join(self._line).strip():
            self._break()
        self._line = []

    def _said(self) -> str:
        line = "".join(self._line)
        said = line.rstrip() if self._as_typed else " ".join(line.split())
        return f"{'> ' * min(self._depth, _DEPTH_MAX)}{said}"
