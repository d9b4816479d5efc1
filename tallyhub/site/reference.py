"""The table of docs/settings.md, written from ``Config``: ``python -m tallyhub.site.reference``."""

from pathlib import Path

from pydantic.fields import FieldInfo

from tallyhub.site.config import Config

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
BEGIN, END = "<!-- settings: written by python -m tallyhub.site.reference -->", "<!-- end of settings -->"


def table() -> str:
    """A row per setting, in the order of the class."""
    rows = ["| name | default | what it is |", "|---|---|---|"]
    rows += [
        f"| `TALLYHUB_{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Config.model_fields.items()
    ]
    return "\n".join(rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    if value == "":
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def written(page: str) -> str:
    """The page with the table of today between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
