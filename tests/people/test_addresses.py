"""Which addresses are taken, how they are kept, and which letter is named where one is refused (R7.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.kernel.addresses import ADDRESS_MAX, check_address
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.names import check_person_name
from tallyhub.kernel.sentences import sentence
from tallyhub.people.invitations.lookalikes import Lookalikes, skeleton
from tallyhub.people.rules import check_roles, roles_in


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("anna@example.org", "anna@example.org"),
        ("Anna.Berg+hub@Example.ORG", "Anna.Berg+hub@example.org"),
        ("o'neil_{x}@example.org", "o'neil_{x}@example.org"),
        ("anna@müller.example", "anna@xn--mller-kva.example"),
        ("anna@mu\u0308ller.example", "anna@xn--mller-kva.example"),  # composed from two characters
        ("anna@MÜLLER.example", "anna@xn--mller-kva.example"),
        ("anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("anna@例え.jp", "anna@xn--r8jz45g.jp"),
        ("anna@xn--mller-kva.example", "anna@xn--mller-kva.example"),
        ("a@" + "b" * 63 + ".example", "a@" + "b" * 63 + ".example"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_ascii(text: str, kept: str) -> None:
    assert check_address(text) == kept


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("аdmin@example.org", "email_letter", "U+0430 CYRILLIC SMALL LETTER A"),
        ("ａｄｍｉｎ@example.org", "email_letter", "U+FF41 FULLWIDTH LATIN SMALL LETTER A"),
        ("İstanbul@example.org", "email_letter", "U+0130 LATIN CAPITAL LETTER I WITH DOT ABOVE"),
        ("müller@example.org", "email_letter", "U+00FC LATIN SMALL LETTER U WITH DIAERESIS"),
        ("an\u200bna@example.org", "email_letter", "U+200B ZERO WIDTH SPACE"),
        ("an\u202ena@example.org", "email_letter", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("an\x00na@example.org", "email_letter", "U+0000"),
        ("anna@exam\tple.org", "email_letter", "U+0009"),
        ("anna@exаmple.org", "email_mixed", "U+0430 CYRILLIC SMALL LETTER A"),
        ("anna@gοοgle.example", "email_mixed", "U+03BF GREEK SMALL LETTER OMICRON"),
        ("anna@ｅxample.org", "email_letter", "U+FF45 FULLWIDTH LATIN SMALL LETTER E"),
        ("anna@İ.example", "email_letter", "U+0130 LATIN CAPITAL LETTER I WITH DOT ABOVE"),
        ("anna@straße.example", "email_letter", "U+00DF LATIN SMALL LETTER SHARP S"),  # two standards, two domains
        ("anna@\u212aelvin.example", "email_letter", "U+212A KELVIN SIGN"),
        ("anna@example。org", "email_letter", "U+3002 IDEOGRAPHIC FULL STOP"),
        ("anna@ex\u200dample.org", "email_letter", "U+200D ZERO WIDTH JOINER"),
        ("anna@ex😀.org", "email_letter", "U+1F600 GRINNING FACE"),
    ],
)
def test_a_letter_that_looks_like_another_is_refused_and_named(text: str, code: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_address(text)
    assert refused.value.code == code
    assert named in sentence(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "", "anna", "@example.org", "anna@", "anna@@example.org", "anna@localhost", "anna@example.org.",
        "anna.@example.org", ".anna@example.org", "an..na@example.org", '"an na"@example.org', "an na@example.org",
        "anna@exam ple.org", "anna@-example.org", "anna@example-.org", "anna@example..org", "anna@[127.0.0.1]",
        "anna@127.0.0.1", "anna@exa_mple.org", "anna@example.org>", "<anna@example.org", "anna(x)@example.org",
        "a" * 65 + "@example.org", "a@" + "b" * 64 + ".example", "anna@" + "ü" * 63 + ".example", "mailto:anna@ex,org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_address(text)
    assert refused.value.code == "email_malformed"


def test_an_address_is_no_longer_than_a_column() -> None:
    longest = "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".example"
    assert check_address(longest[: ADDRESS_MAX - 7].rstrip(".") + ".ab") is not None
    with pytest.raises(Invalid) as refused:
        check_address("a@" + "b" * ADDRESS_MAX)
    assert refused.value.code == "text_too_long"
    with pytest.raises(Invalid):  # longer in ASCII than it was written
        check_address("a" * 60 + "@" + ".".join(["ü" + "b" * 40] * 4) + ".example")


@given(st.text(max_size=80))
def test_whatever_is_kept_is_ascii_and_is_kept_again_as_it_is(text: str) -> None:
    for written in (text, f"{text}@example.org", f"anna@{text}", f"anna@{text}.example"):
        try:
            kept = check_address(written)
        except Invalid:
            continue
        assert kept.isascii()
        assert kept.isprintable()
        assert len(kept) <= ADDRESS_MAX
        assert check_address(kept) == kept
        assert kept.lower() == kept.casefold()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ada\u202eLovelace", "control_character"),
        ("Ada\x07", "control_character"),
        ("See http://bad.example", "name_is_link"),
        ("WWW.bad.example", "name_is_link"),
        ("<b>Ada</b>", "name_is_link"),
        ("Please visit evil.test/login now", "name_is_link"),
        ("Your account is locked: evil.zip/login", "name_is_link"),
        ("Sign in at Evil.COM", "name_is_link"),
        ("Sign in at evil\u3002com", "name_is_link"),
        ("Sign in at evil\uff0ecom", "name_is_link"),
        ("10.0.0.1", "name_is_link"),
        ("Ada ada@evil.org", "name_is_link"),
        ("x" * 201, "text_too_long"),
    ],
)
def test_a_name_is_no_link_and_hides_nothing(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_person_name(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "name",
    ["J. R. Smith", "J.R. Smith", "O'Brien", "Dr.med. Ada", "Dr.med.Ada Lind", "J.de Vries", "Ana Ma. López",
     "Müller-Lüdenscheidt", "Robert Downey Jr.", "St.Clair", "Ш. Руставели", "Ada Lind (Dept. 4/2)"],
)  # fmt: skip
def test_a_real_name_is_no_link(name: str) -> None:
    assert check_person_name(name) == name


def test_a_name_is_one_line() -> None:
    assert check_person_name("  Zoë\n Quill\t feather ") == "Zoë Quill feather"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paul@example.org", "pau1@example.org"),
        ("pauI@example.org", "paul@example.org"),
        ("rnartin@example.org", "martin@example.org"),
        ("b0b@example.org", "bob@example.org"),
        (check_address("anna@аррӏе.example"), "anna@apple.example"),  # all of its letters are Cyrillic
    ],
)
def test_people_who_look_alike_are_found(one: str, other: str) -> None:
    assert Lookalikes([(other, "")]).find(one, "") == other
    assert Lookalikes([(one, "")]).find(one, "") == ""
    assert Lookalikes([("somebody@example.org", "")]).find(one, "") == ""


def test_a_name_in_other_letters_looks_like_somebody() -> None:
    known = Lookalikes([("anna@example.org", "Anna Berg")])
    assert known.find("second@example.org", "Аnna Вerg") == "anna@example.org"  # two letters are Cyrillic
    assert known.find("second@example.org", "Anna Berg") == ""  # a namesake
    assert known.find("ANNA@example.org", "Аnna Вerg") == ""  # the same person


def test_a_domain_that_looks_like_ones_own_is_found() -> None:
    known = Lookalikes(domains=["cedar.test"])
    assert known.find_domain(check_address("a@сеԁаг.test").rpartition("@")[2]) == "cedar.test"
    assert known.find_domain("cedar.test") == ""
    assert skeleton("Zoë") == skeleton("zoe")


def test_a_workspaces_administrator_gives_no_role_in_the_whole_customer() -> None:
    check_roles(["customer_administrator", "member"], in_whole=True)
    check_roles(["workspace_administrator", "support_contact"], in_whole=False)
    for role, code in (("customer_administrator", "role_in_whole"), ("csam", "role_unknown"), ("x", "role_unknown")):
        with pytest.raises(Invalid) as refused:
            check_roles([role], in_whole=False)
        assert refused.value.code == code


def test_whoever_joins_is_a_member_of_the_workspace_whatever_they_are_in_the_whole_customer() -> None:
    assert roles_in(7, []) == [(7, "member")]
    assert roles_in(7, ["support_contact"]) == [(7, "support_contact")]
    assert roles_in(7, ["customer_administrator"]) == [(None, "customer_administrator"), (7, "member")]
