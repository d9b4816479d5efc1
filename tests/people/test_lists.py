"""A pasted list or a CSV of people: everything people paste, and everything that is wrong with it (R7.1)."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.kernel.errors import Invalid
from tallyhub.people.invitations.lists import Defaults, Row, read_csv, read_pasted
from tallyhub.people.invitations.rules import LIST_BYTES_MAX, PEOPLE_MAX

DEFAULTS = Defaults(("support_contact",), "de", in_whole=True)


def read(text: str) -> list[Row]:
    return read_pasted(text, DEFAULTS)


def pairs(text: str) -> list[tuple[str, str]]:
    return [(row.name, row.email) for row in read(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@x.org", [("", "a@x.org")]),
        ("a@x.org, b@x.org;c@x.org\nd@x.org\r\n\n", [("", f"{one}@x.org") for one in "abcd"]),
        (" , ;\n a@x.org ,, ", [("", "a@x.org")]),
        ("a@x.org b@x.org\tc@x.org", [("", f"{one}@x.org") for one in "abc"]),
        ("Anna Berg <a@x.org>", [("Anna Berg", "a@x.org")]),
        ("Anna B <a@x.org>, b@x.org, C <c@x.org>", [("Anna B", "a@x.org"), ("", "b@x.org"), ("C", "c@x.org")]),
        ('"Berg, Anna" <a@x.org>; "C" <c@x.org>', [("Anna Berg", "a@x.org"), ("C", "c@x.org")]),
        ("Berg, Anna <a@x.org>; Cruz, Carl <c@x.org>", [("Anna Berg", "a@x.org"), ("Carl Cruz", "c@x.org")]),
        ("Berg, Anna <a@x.org>, Cruz, Carl <c@x.org>", [("Anna Berg", "a@x.org"), ("Carl Cruz", "c@x.org")]),
        ("von Berg, Anna <a@x.org>", [("Anna von Berg", "a@x.org")]),
        ("<a@x.org>", [("", "a@x.org")]),
        ("'Anna' <a@x.org>", [("Anna", "a@x.org")]),
        ('5" pipe <a@x.org>, b@x.org', [('5" pipe', "a@x.org"), ("", "b@x.org")]),
        ("", []),
    ],
)  # fmt: skip
def test_people_are_found_in_whatever_is_pasted(text: str, found: list[tuple[str, str]]) -> None:
    assert pairs(text) == found
    assert all(row.problem is None for row in read(text))


@pytest.mark.parametrize(
    "text", ["Anna Berg", "Anna Berg, a@", "Anna <a@x.org", "a@x.org>", "<>", "a@x.org b", "Anna <a@x.org> <b@x.org>x"]
)
def test_what_is_no_address_is_kept_with_the_reason(text: str) -> None:
    assert all(row.problem is not None for row in read(text))


@pytest.mark.parametrize("word", ["no-at-in-it", "anna.x.org", "Anna.Berg", "anna3"])
def test_an_address_without_its_at_is_no_beginning_of_the_next_ones_name(word: str) -> None:
    wrong, right = read(f"{word}, Carl Cruz <c@x.org>")
    assert (wrong.email, wrong.problem is None) == (word, False)
    assert (right.name, right.email, right.problem) == ("Carl Cruz", "c@x.org", None)


def test_a_row_knows_its_line_and_what_counts_for_it() -> None:
    first, second = read("a@x.org\n\nb@x.org")
    assert (first.line, second.line) == (1, 3)
    assert (first.roles, first.language) == (("support_contact",), "de")


@given(st.text(alphabet=st.sampled_from("ab@x.org,;\n\r<>\"' \t|"), max_size=200))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for row in read(text):
        assert row.problem is not None or (row.email.count("@") == 1 and " " not in row.email)


@given(
    st.lists(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True), max_size=30),
    st.sampled_from([",", ";", "\n"]),
)
def test_as_many_come_out_as_went_in(emails: list[str], mark: str) -> None:
    assert [row.email for row in read(f" {mark} ".join(emails))] == emails


@pytest.mark.parametrize("text", ['"' * 300_000, "a," * 150_000 + "<", "<" * 300_000, '"a,' * 100_000, "@ " * 150_000])
def test_a_hostile_list_is_refused_or_read_in_no_time(text: str) -> None:
    began = time.perf_counter()
    with suppress(Invalid):
        read(text)
    assert time.perf_counter() - began < 5


def test_a_list_has_an_end() -> None:
    assert len(read("\n".join(f"p{n}@x.org" for n in range(PEOPLE_MAX)))) == PEOPLE_MAX
    for text, code in (
        ("a@x.org," * (PEOPLE_MAX + 1), "people_too_many"),
        ("x" * (LIST_BYTES_MAX + 1), "list_too_large"),
    ):
        with pytest.raises(Invalid) as refused:
            read(text)
        assert refused.value.code == code


# CSV


def csv(text: str, encoding: str = "utf-8", defaults: Defaults = DEFAULTS) -> list[Row]:
    return read_csv(text.encode(encoding), defaults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_is_read_as_spreadsheets_write_it(encoding: str, delimiter: str, ending: str) -> None:
    rows = ["email,name,roles,language", "a@x.org,Анна,support_contact learning_manager,ru", ",,,", "b@x.org,,,"]
    found = csv(ending.join(rows).replace(",", delimiter), encoding)
    assert [(one.email, one.name, one.roles, one.language) for one in found] == [
        ("a@x.org", "Анна", ("support_contact", "learning_manager"), "ru"),
        ("b@x.org", "", ("support_contact",), "de"),
    ]
    assert [one.line for one in found] == [2, 4]


def test_columns_stand_in_any_order_and_may_be_missing() -> None:
    assert [(one.name, one.email) for one in csv(' Name ,EMAIL\n"Berg, ""A""",a@x.org')] == [('Berg, "A"', "a@x.org")]
    assert [one.email for one in csv("email\na@x.org\n")] == ["a@x.org"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a@x,,,", "email_malformed"),
        ("a@x.org,,csam,", "role_unknown"),
        ("a@x.org,,engineer,", "role_unknown"),
        ("a@x.org,,member nonsense,", "role_unknown"),
        ("a@x.org,,customer_administrator,", "role_in_whole"),
        ("a@x.org,,,fr", "language_unknown"),
        ("a@x.org,http://x,,", "name_is_link"),
        ("a@x.org,,,,more", "cells_wrong"),
        ("аdmin@x.org,,,", "email_letter"),
        ("=1+1,,,", "email_malformed"),
        (",Anna,,", "email_malformed"),
    ],
)
def test_a_wrong_row_is_kept_with_the_reason_and_hinders_no_other(row: str, code: str) -> None:
    wrong, good = csv(f"email,name,roles,language\n{row}\ngood@x.org,,,", defaults=Defaults((), "en", in_whole=False))
    assert wrong.problem is not None
    assert wrong.problem.code == code
    assert good.problem is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_without_email"),
        (b"name,roles\nx,y", "list_without_email"),
        (b"email,phone\nx,y", "list_column_unknown"),
        (b"email,email\nx,y", "list_column_twice"),
        (b"email\n\xff\xfe", "list_not_utf8"),
        ("email\na@x.org".encode("utf-16"), "list_not_utf8"),
        (b'email,name\n"a@x.org,b', "list_csv_malformed"),
        (b'email,name\n"a"b,c', "list_csv_malformed"),
        (b"email\n" + b"x" * 200_000, "list_csv_malformed"),
        (b"x" * (LIST_BYTES_MAX + 1), "list_too_large"),
        (b"email\n" + b"a@x.org\n" * (PEOPLE_MAX + 1), "people_too_many"),
        (b"PK\x03\x04", "list_without_email"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_in_words(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_csv(content, DEFAULTS)
    assert refused.value.code == code


@given(st.binary(max_size=300))
def test_no_file_is_too_odd_to_be_refused(content: bytes) -> None:
    for one in (content, b"email,name,roles,language\n" + content):
        try:
            rows = read_csv(one, DEFAULTS)
        except Invalid:
            continue
        assert all(row.problem is not None or row.email.isascii() for row in rows)
