"""A statement as a spreadsheet and as a PDF."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tallyhub.activity.statement_words import Words, page_columns
from tallyhub.activity.statements import Lines
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel import spreadsheets, typesetting

# The typesetter holds the whole document, 100 KiB for a line: with these it stays below 200 MiB.
LINES_MAX_PDF = 1_000
TEMPLATE = Path(__file__).parent / "statement.typ"


def xlsx_of(words: Words, lines: Lines, folder: Path) -> bytes:
    """Of a statement of moderate length, in one go; the folder is where it lies while it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="statement-") as making:
        path = Path(making) / "statement.xlsx"
        spreadsheets.write(path, words.sheets(lines))
        return path.read_bytes()


@dataclass(frozen=True, slots=True)
class Pdf:
    """All that the typesetter is told: texts only, so the database is not needed meanwhile."""

    data: dict[str, Any]

    def typeset(self, made_at: datetime) -> bytes:
        """The same statement gives the same bytes for as long as the names in it are the same."""
        return typesetting.pdf(TEMPLATE, self.data, made_at)


def pdf_of(words: Words, lines: Lines, language: str) -> Pdf:
    """Needs a scope, because it reads the lines."""
    document = words.document
    is_cut = document.lines_shown > LINES_MAX_PDF
    columns = page_columns(lines)
    return Pdf(
        {
            "language": language,
            "title": words.title,
            "subtitle": words.subtitle,
            "about": [[label, value] for _key, label, value in words.about()],
            "service": _("Service"),
            "columns": [label for _key, label in words.columns()],
            "packages": [
                {
                    "name": package["name"],
                    "term": package["term"],
                    "rows": [[row["title"], *row["cells"]] for row in package["rows"]],
                    "benefits": ", ".join(package["benefits"]),
                }
                for package in words.packages()
            ],
            "benefits": _("Additional benefits"),
            "rule": words.rule,
            "entries": _("Entries"),
            "sum": _("Total"),
            "heads": [{"label": column.label, "is_numeric": column.is_numeric} for column in columns],
            "sections": [] if is_cut else list(_sections(words, lines)),
            "hidden": words.hidden(),
            "cut": _cut_notice() if is_cut else "",
            "digest": _("Digest of the figures: %(digest)s") % {"digest": document.statement.digest},
            "page": _("Page"),
        }
    )


def _sections(words: Words, lines: Lines) -> Iterator[dict[str, Any]]:
    for section in words.sections(lines):
        rows = list(islice(section["rows"], LINES_MAX_PDF))
        yield {"title": section["title"], "package": section["package"], "sum": section["sum"], "rows": rows}


def _cut_notice() -> str:
    return _("A PDF lists %(lines)s entries at most. All of them are in the spreadsheet and on the print page.") % {
        "lines": fmt.number(LINES_MAX_PDF)
    }
