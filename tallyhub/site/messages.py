"""The message catalogs: extract, compile, check. ``python -m tallyhub.site.messages update|compile|check``."""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tallyhub.site.release import RELEASE

PACKAGE = Path(__file__).parents[1]
LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("de", "es", "ru", "it")  # English is the source
_METHODS = [
    ("**/jinja2/**.html", "jinja2"),
    ("**/templates/**.html", "tallyhub.site.messages:extract_django_template"),
    ("**.py", "python"),
]
_OPTIONS = {"**/jinja2/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def extract_django_template(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str | None, Any, list[str]]]:
    """For Babel: a Django template as the Python that Django itself turns it into."""
    import django
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
        django.setup()
    python = templatize(file.read().decode())
    found: Any = extract_python(BytesIO(python.encode()), keywords, comment_tags, options)
    yield from found


def extracted() -> Catalog:
    """Every text of the code and the templates."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    found = extract_from_dir(PACKAGE, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("Translators:",))
    for path, _line, message, comments, context in found:
        catalog.add(message, None, [(path, 0)], auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring each catalog to what is extracted. Nothing is guessed: a changed text is a missing translation."""
    template = extracted()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.project, catalog.version = "Tallyhub", RELEASE
        catalog.header_comment = f"# Tallyhub in {catalog.locale.english_name if catalog.locale else language}"
        catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "Tallyhub"
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, catalog, width=110, sort_output=True, include_lineno=False, omit_header=False)


def compile_changed() -> None:
    """Make the binary catalogs that are missing or older than their source."""
    for language in LANGUAGES:
        source, target = path_of(language), path_of(language).with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            with target.open("wb") as file:
                write_mo(file, read(language))


def problems() -> Iterator[str]:
    """What must not be released: a missing, fuzzy or broken translation, or one of a text that is gone."""
    template = extracted()
    known = {(message.context, message.id) for message in template if message.id}
    for language in LANGUAGES:
        catalog = read(language)
        for message in template:
            if message.id:
                yield from _problems(language, message, catalog.get(message.id, message.context))
        for message in catalog:
            if message.id and (message.context, message.id) not in known:
                yield f"{language}: no longer in the code: {message.id!r}"


def _problems(language: str, source: Message, found: Message | None) -> Iterator[str]:
    if found is None or not all(found.string if isinstance(found.string, tuple | list) else [found.string]):
        yield f"{language}: missing: {source.id!r}"
        return
    if found.fuzzy:
        yield f"{language}: fuzzy: {source.id!r}"
    allowed = _names(source.id)
    for text in _texts(found.string):
        if unknown := _names(text) - allowed:
            yield f"{language}: unknown placeholder {', '.join(sorted(unknown))}: {text!r}"
    required = set.intersection(*(_names(text) for text in _texts(source.id)))
    for text in _texts(found.string):
        if lost := required - _names(text) - {"n"}:
            yield f"{language}: lost placeholder {', '.join(sorted(lost))}: {text!r}"


def _texts(strings: Any) -> list[str]:
    return list(strings) if isinstance(strings, tuple | list) else [strings]


def _names(strings: Any) -> set[str]:
    return {name for text in _texts(strings) for name in _PLACEHOLDER.findall(text)}


def main() -> int:
    verb = sys.argv[1] if len(sys.argv) > 1 else ""
    if verb == "update":
        update()
    elif verb == "compile":
        compile_changed()
    elif verb == "check":
        found = list(problems())
        sys.stdout.writelines(f"{one}\n" for one in found)
        return 1 if found else 0
    else:
        sys.stderr.write("update, compile or check?\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
