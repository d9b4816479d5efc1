"""What is new in an answer by mail (R4.3): five languages' programs, and the hub's own line."""

from time import process_time

import pytest

from tallyhub.support.conversation.html_text import text_of
from tallyhub.support.conversation.quoting import MARK, cut_quotation

INTROS = [
    "On Mon, Nov 23, 2026 at 9:14 AM Tallyhub <hub@northgate.test> wrote:",
    "On Monday, 23 November 2026, Tallyhub\n<support+100001.3.abc@northgate.test> wrote:",
    "Am 23.11.2026 um 09:14 schrieb Tallyhub <hub@northgate.test>:",
    "Am Mo., 23. Nov. 2026 um 09:14 Uhr schrieb Tallyhub <hub@northgate.test>:",
    "El lun, 23 nov 2026 a las 9:14, Tallyhub (<hub@northgate.test>) escribió:",
    "Il giorno lun 23 nov 2026 alle ore 09:14 Tallyhub <hub@northgate.test> ha scritto:",
    "пн, 23 нояб. 2026 г. в 09:14, Tallyhub <hub@northgate.test>:\nTallyhub <hub@northgate.test> писал(а):",
    "23.11.2026 09:14, Tallyhub пишет:",
    "-----Original Message-----\nFrom: Tallyhub",
    "-----Ursprüngliche Nachricht-----\nVon: Tallyhub",
    "-----Mensaje original-----\nDe: Tallyhub",
    "-----Messaggio originale-----\nDa: Tallyhub",
    "-----Исходное сообщение-----\nОт: Tallyhub",
    "________________________________\nFrom: Tallyhub <hub@northgate.test>\nSent: Monday",
    "Von: Tallyhub <hub@northgate.test>\nGesendet: Montag, 23. November 2026 09:14\nAn: member",
    "De: Tallyhub\nEnviado el: lunes, 23 de noviembre de 2026\nPara: member",
    "От: Tallyhub\nОтправлено: 23 ноября 2026 г.",
    MARK % "Bitte oberhalb dieser Zeile antworten.",
]


@pytest.mark.parametrize("intro", INTROS)
@pytest.mark.parametrize("quoted", ["> old text\n> more", "old text\nmore"])
def test_an_answer_ends_where_the_quotation_begins(intro: str, quoted: str) -> None:
    said = cut_quotation(f"It works now.\r\n\r\nThank you\r\n\r\n{intro}\r\n\r\n{quoted}\r\n")
    assert said.startswith("It works now.\n\nThank you")
    if "пн," not in intro:  # whose first line says nothing that an answer could not say
        assert said == "It works now.\n\nThank you"


def test_the_hubs_own_line_is_found_where_it_is_quoted_too() -> None:
    assert cut_quotation(f"Yes.\n\n> {MARK % 'Write your answer above this line.'}\n> Hello member,\n") == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "On page 3 you wrote:\nthat it restarts. It does not.",
        "The manual wrote:\nnothing",
        "From: here it goes on\nto there",
        "Am besten schrieb er: gar nichts",
        "a -> b\n>> shifted\nend",
        "Ratio 5:3\n\n---\n\nnext part",
    ],
)
def test_what_only_looks_like_a_quotation_is_kept(text: str) -> None:
    assert cut_quotation(text) == text


def test_whoever_answers_between_the_lines_loses_nothing() -> None:
    intro = "On Mon, Nov 23, 2026 at 9:14 AM Hub <a@b.test> wrote:"
    text = f"See below.\n\n{intro}\n> Which version?\n\n4.2\n\n> And since when?\n\nMonday"
    assert cut_quotation(text) == text


def test_an_answer_below_the_quotation_is_kept() -> None:
    assert "4.2" in cut_quotation("On Mon, Nov 23, 2026, Hub <a@b.test> wrote:\n> Which version?\n\n4.2\n")


def test_a_signature_is_left_out_and_a_rule_is_not() -> None:
    assert cut_quotation("Done.\n-- \nMember\nCedar Ltd") == "Done."
    assert cut_quotation("one\n\n---\n\ntwo") == "one\n\n---\n\ntwo"


def test_a_quotation_alone_is_no_answer() -> None:
    assert cut_quotation("> a\n> b\n") == ""
    assert cut_quotation("On Mon, Nov 23, 2026 at 9:14 AM Hub <a@b.test> wrote:\n> a") == ""


HOSTILE = {
    "quoted": "> " * 200_000,
    "begun": "on " * 200_000 + "wrote:",
    "marked": "##-" * 100_000,
    "ruled": "-" * 500_000,
    "lines": "el " * 60_000 + "\n" * 60_000,
    "from": "от: " * 100_000,
    "dated": "On a 2026\n" * 100_000,
    "at": ("@" * 390 + "\n") * 5_000,
    "wrote": ("el a escribió " * 28 + "\n") * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_no_time(name: str) -> None:
    began = process_time()
    cut_quotation(HOSTILE[name])
    assert process_time() - began < 3


def test_html_becomes_text() -> None:
    html = """<html><head><title>x</title><style>p {}</style></head><body><p>Hello&nbsp;there,</p>
    <div>two<br>lines</div><ul><li>one<li>two</ul><script>alert(1)</script>
    <pre>a  b\n  c</pre><blockquote><p>old</p><blockquote>older</blockquote></blockquote></body></html>"""
    lines = [line for line in text_of(html).split("\n") if line.strip(" >")]
    assert lines == ["Hello there,", "two", "lines", "- one", "- two", "a  b", "  c", "> old", "> > older"]


def test_hostile_html_takes_no_time_and_runs_nothing() -> None:
    began = process_time()
    for html in ("<blockquote>" * 80_000, "<!" * 300_000, "<a " * 300_000, "&" * 900_000, "<script>" * 100_000):
        assert "<script" not in text_of(html)
    assert process_time() - began < 10
