"""One word per thing and language: the catalogs keep to docs/terms.md, and the key sentences read right in all five."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger import words
from tallyhub.ledger.figures import Balance
from tallyhub.site import messages
from tallyhub.site.templating import environment

PAGE = Path(__file__).parents[2] / "docs" / "terms.md"
LANGUAGES = ("en", "de", "es", "ru", "it")
HEADER = f"| {' | '.join(LANGUAGES)} | avoid |"
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True)
class Term:
    """One row: the term of each language, and what must not stand for it there."""

    names: dict[str, str]
    avoided: dict[str, tuple[str, ...]]

    @property
    def in_english(self) -> tuple[str, ...]:
        """Singular and plural; the plural is written out where it is not made with s."""
        singular, _, plural = self.names["en"].partition(" / ")
        return singular, plural or f"{singular}s"


# --- the page ----------------------------------------------------------------------------------------------


@cache
def rows() -> list[list[str]]:
    """The cells of every row of the tables of terms."""
    found, is_inside = [], False
    for line in PAGE.read_text().splitlines():
        is_inside = line == HEADER or (is_inside and line.startswith("|"))
        if is_inside and line != HEADER and not line.startswith("|--"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


@cache
def terms() -> list[Term]:
    return [Term(dict(zip(LANGUAGES, cells, strict=False)), avoided(cells[-1])) for cells in rows()]


def avoided(cell: str) -> dict[str, tuple[str, ...]]:
    """``de: Ticket, Vorfall; es: caso`` by language."""
    parts = (part.partition(":") for part in cell.split(";") if part.strip())
    return {language.strip(): tuple(word.strip() for word in words.split(",")) for language, _, words in parts}


def folded(text: str) -> str:
    return text.casefold().replace("ё", "е")


def wrong_words(text: str, words: Sequence[str]) -> list[str]:
    """Those of ``words`` that a word of the text begins with."""
    return [word for word in words if re.search(rf"(?<!\w){re.escape(folded(word))}", folded(text))]


def names_term(source: str, term: Term) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(folded(word))}(?!\w)", folded(source)) for word in term.in_english)


def test_every_row_has_a_word_in_each_language() -> None:
    assert len(rows()) > 100
    assert [cells for cells in rows() if len(cells) != len(LANGUAGES) + 1 or not all(cells[:-1])] == []
    assert {language for term in terms() for language in term.avoided} <= set(LANGUAGES)


def test_no_term_stands_there_twice() -> None:
    names = [term.names["en"] for term in terms()]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_term_contains_a_word_to_avoid(language: str) -> None:
    words = [word for term in terms() for word in term.avoided.get(language, ())]
    wrong = {term.names[language]: wrong_words(term.names[language], words) for term in terms()}
    assert {name: found for name, found in wrong.items() if found} == {}


# --- the catalogs ------------------------------------------------------------------------------------------


def texts(strings: object) -> list[str]:
    """Of one message: its one text or its plural forms, without the names of placeholders."""
    forms = strings if isinstance(strings, tuple | list) else [strings]
    return [PLACEHOLDER.sub(" ", str(form)) for form in forms]


def misnomers(language: str) -> Iterator[tuple[str, str, list[str]]]:
    """(translation, term, words to avoid in it)"""
    for message in messages.read(language):
        sources = texts(message.id) if message.id else []
        for term in terms():
            if language in term.avoided and any(names_term(source, term) for source in sources):
                for text in texts(message.string):
                    if found := wrong_words(text, term.avoided[language]):
                        yield text, term.names["en"], found


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_translation_uses_no_word_to_avoid(language: str) -> None:
    assert list(misnomers(language)) == []


def test_the_source_uses_no_word_to_avoid() -> None:
    words = [word for term in terms() for word in term.avoided.get("en", ())]
    sources = [text for message in messages.extracted() if message.id for text in texts(message.id)]
    assert {text: found for text in sources if (found := wrong_words(text, words))} == {}


@pytest.mark.parametrize(
    ("source", "language", "text", "expected"),
    [
        ("Two support requests", "de", "Zwei Tickets", ["Ticket"]),
        ("Entries", "de", "Der Lerneintrag, die Einträge", ["Einträge"]),
        ("Advisory support", "ru", "Консультативная поддержка", ["консультативн"]),
        ("Advisory supporters", "ru", "Консультативная", []),  # another word
    ],
)
def test_the_walk_finds_what_it_looks_for(source: str, language: str, text: str, expected: list[str]) -> None:
    named = [term for term in terms() if names_term(source, term)]
    assert [word for term in named for word in wrong_words(text, term.avoided.get(language, ()))] == expected


# --- the sentences -----------------------------------------------------------------------------------------


def left(amount: int, unit: Unit, quantity: int) -> str:
    return words.headline(Balance(ServiceKind.ADVISORY, unit, False, 0, 0, left=amount, quantity=quantity))


def over(amount: int, unit: Unit) -> str:
    return words.headline(Balance(ServiceKind.ADVISORY, unit, False, 0, 0, over=amount))


def as_needed(amount: int, unit: Unit) -> str:
    return words.headline(Balance(ServiceKind.REACTIVE, unit, True, amount, amount))


AMOUNTS = [  # amount in the smallest step, unit, then in the order of LANGUAGES
    (0, Unit.ACTIVITIES, "0 activities", "0 Aktivitäten", "0 actividades", "0 занятий", "0 attività"),
    (1, Unit.CASES, "1 case", "1 Fall", "1 caso", "1 обращение", "1 caso"),
    (2, Unit.CASES, "2 cases", "2 Fälle", "2 casos", "2 обращения", "2 casi"),
    (5, Unit.CASES, "5 cases", "5 Fälle", "5 casos", "5 обращений", "5 casi"),
    (11, Unit.CASES, "11 cases", "11 Fälle", "11 casos", "11 обращений", "11 casi"),
    (21, Unit.CASES, "21 cases", "21 Fälle", "21 casos", "21 обращение", "21 casi"),
    (22, Unit.PEOPLE, "22 people", "22 Personen", "22 personas", "22 человека", "22 persone"),
    (3, Unit.SETUPS, "3 set-ups", "3 Einrichtungen", "3 configuraciones", "3 настройки", "3 configurazioni"),
    (100, Unit.CREDITS, "1 credit", "1 Credit", "1 crédito", "1 кредит", "1 credito"),
    (150, Unit.CREDITS, "1.5 credits", "1,5 Credits", "1,5 créditos", "1,5 кредита", "1,5 crediti"),
    (500, Unit.CREDITS, "5 credits", "5 Credits", "5 créditos", "5 кредитов", "5 crediti"),
    (12_345, Unit.CASES, "12,345 cases", "12.345 Fälle", "12.345 casos", "12 345 обращений", "12.345 casi"),
    (-80, Unit.MINUTES, "−1:20 h", "−1:20 Std.", "−1:20 h", "−1:20 ч", "−1:20 h"),
]
SENTENCES: list[tuple[Callable[[], str], tuple[str, ...]]] = [  # in the order of LANGUAGES
    (
        lambda: left(750, Unit.MINUTES, 1200),
        (
            "12:30 h left of 20 h",
            "12:30 Std. von 20 Std. übrig",
            "Restante: 12:30 h de 20 h",
            "Осталось: 12:30 ч из 20 ч",
            "Rimanente: 12:30 h su 20 h",
        ),
    ),
    (
        lambda: left(1, Unit.SETUPS, 10),
        (
            "1 set-up left of 10",
            "1 Einrichtung von 10 übrig",
            "Restante: 1 configuración de 10",
            "Осталось: 1 настройка из 10",
            "Rimanente: 1 configurazione su 10",
        ),
    ),
    (
        lambda: over(5, Unit.CASES),
        ("5 cases over", "5 Fälle überzogen", "5 casos de exceso", "Превышение: 5 обращений", "5 casi in eccesso"),
    ),
    (
        lambda: as_needed(21, Unit.CASES),
        (
            "As needed: 21 cases used",
            "Nach Bedarf: 21 Fälle verbraucht",
            "Según sea necesario (consumido: 21 casos)",
            "По мере необходимости, использовано: 21 обращение",
            "Secondo necessità (utilizzato: 21 casi)",
        ),
    ),
    (
        lambda: fmt.days_left(1),
        (
            "ends in 1 day",
            "endet in 1 Tag",
            "termina dentro de 1 día",
            "заканчивается через 1 день",
            "termina tra 1 giorno",
        ),
    ),
    (
        lambda: fmt.days_left(2),
        (
            "ends in 2 days",
            "endet in 2 Tagen",
            "termina dentro de 2 días",
            "заканчивается через 2 дня",
            "termina tra 2 giorni",
        ),
    ),
    (
        lambda: fmt.days_left(25),
        (
            "ends in 25 days",
            "endet in 25 Tagen",
            "termina dentro de 25 días",
            "заканчивается через 25 дней",
            "termina tra 25 giorni",
        ),
    ),
    (
        lambda: fmt.term(date(2026, 1, 1), date(2026, 12, 31)),
        (
            "1 January 2026 – 31 December 2026",
            "1. Januar 2026 – 31. Dezember 2026",
            "1 de enero de 2026 – 31 de diciembre de 2026",
            "1 января 2026 г. — 31 декабря 2026 г.",
            "1 gennaio 2026 – 31 dicembre 2026",
        ),
    ),
]


def in_each_language(say: Callable[[], str]) -> tuple[str, ...]:
    """Every blank as a plain one, so that the tables above can be read and written."""
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(re.sub(r"\s", " ", say()))
    return tuple(found)


@pytest.mark.parametrize(("amount", "unit", *LANGUAGES), AMOUNTS)
def test_an_amount_takes_the_right_plural(amount: int, unit: Unit, en: str, de: str, es: str, ru: str, it: str) -> None:
    assert in_each_language(lambda: fmt.amount(amount, unit)) == (en, de, es, ru, it)


@pytest.mark.parametrize(("say", "expected"), SENTENCES)
def test_a_sentence_reads_right(say: Callable[[], str], expected: tuple[str, ...]) -> None:
    assert in_each_language(say) == expected


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("unit", Unit)
def test_no_line_breaks_between_a_number_and_its_unit(language: str, unit: Unit) -> None:
    with translation.override(language):
        assert " " not in fmt.amount(1_234_500, unit)


ANSWERS = '{{ pgettext("to decide on a delegation", "Answer") }}, {{ _("Answer") }}'


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Beantworten, Antwort"),
        ("es", "Responder, Respuesta"),
        ("ru", "Ответить, Ответ"),
        ("it", "Rispondi, Risposta"),
    ],
)
def test_a_template_says_which_meaning_of_a_short_word_it_means(language: str, said: str) -> None:
    template = environment(autoescape=True).from_string(ANSWERS)
    with translation.override(language):
        assert template.render() == said
