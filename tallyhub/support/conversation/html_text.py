"""The text of a mail that is HTML alone. Pure; nothing of it is run, fetched or shown as HTML."""

from html.parser import HTMLParser

LENGTH_MAX = 1_000_000  # characters that are read
_DEPTH_MAX = 20  # of quotations
_UNREAD = frozenset({"head", "script", "style", "template", "title"})
_BREAKS = frozenset({"address", "article", "blockquote", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3"})
_BREAKS |= {"h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}


def text_of(html: str) -> str:
    """Lines of text; what is quoted begins with ``> ``, as in a mail of text."""
    reader = _Reader()
    reader.feed(html[:LENGTH_MAX])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._unread = self._depth = self._as_typed = 0

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._break()
        elif tag in _BREAKS:
            self._end_line()
        if tag == "li":
            self._line.append("- ")
        elif tag in ("td", "th"):
            self._line.append(" ")
        self._count(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self._end_line()
        if tag == "p":
            self._lines.append("")
        self._count(tag, -1)

    def _count(self, tag: str, by: int) -> None:
        if tag in _UNREAD:
            self._unread = max(self._unread + by, 0)
        elif tag == "body":
            self._unread = 0  # a head that is not closed ends here
        elif tag == "blockquote":
            self._depth = max(self._depth + by, 0)
        elif tag == "pre":
            self._as_typed = max(self._as_typed + by, 0)

    def handle_data(self, data: str) -> None:
        if self._unread:
            return
        if not self._as_typed:
            joined = " ".join(data.split())
            self._line.append(f"{' ' if data[:1].isspace() else ''}{joined}{' ' if data[-1:].isspace() else ''}")
            return
        first, *others = data.split("\n")
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
