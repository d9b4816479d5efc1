"""Hostile texts in every key of every address and every field of every form: refused or kept, and never a fault.

What is tried is not listed here: addresses are those of test_doors, keys those that the code reads, fields those of
the forms that the pages show.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse

import tallyhub
from tallyhub.accounts.models import Person
from tallyhub.office.agreements import commands as drafts
from tallyhub.organizations.sign_on import act_for
from tests.test_doors import doors

HOSTILE = (
    "\0",
    "a\0b",
    "%ED%A0%80",  # half a character, as UTF-8 would have it
    "\ufffe\U0010ffff",
    str(10**30),
    str(2**63),
    "-1",
    "-999999999999999999~-1",
    "999999999999999999~1",
    "a~1",
    "9999-12-31",
    "0001-01-01",
    "http://[",
    "//[::1",
    "x" * 20_000,
    "\u202egnp.exe",
    "😀",
    "٣",  # a digit, but none of ours
    "1' OR '1'='1",
    "{{7*7}}",
    "\r\nBcc: x@example.org",
    "[[[",
)
KEY = re.compile(r"""(?:GET|query|data|params)\.(?:get|getlist)\(\s*"([\w-]+)\"""")
PROFILE = {"language": "en", "zone": "UTC", "theme": "auto"}
PEOPLE = ("admin", "csam", "north_admin", "contact")
PACKAGES = (
    "accounts",
    "activity",
    "articles",
    "integrations",
    "office",
    "organizations",
    "people",
    "privacy",
    "support",
)
# The API has tests of its own for bodies; whoever signs out, or takes part in another session, sees nothing more.
SKIPPED = ("/api/", "/accounts/logout", "/accounts/login", "/switch/")
TYPESET = (".pdf", ".xlsx")  # take the keys of their page, and a process each


SHARP = ("a\0b", "http://[", str(10**30), "٣")  # for every field; of the others each gets one
PLACES = ("-999999999999999999~-1", "999999999999999999~1", "a~1", "9999-12-31~1", "\0~1", f"1~{10**30}")


def keys_of(package: str) -> list[str]:
    """The keys of addresses that its code reads."""
    code = "".join(path.read_text() for path in (Path(tallyhub.__file__).parent / package).rglob("*.py"))
    return sorted({*KEY.findall(code)} - {"after", "before"})


def encoded(value: str) -> str:
    return value if value.startswith("%") else quote(value)


class Forms(HTMLParser):
    """The POST forms of a page: where they go, and what they send as they stand."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._address, self._inside = address, False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name = has.get("name") or ""
        if tag == "form":
            self._inside = (has.get("method") or "").lower() == "post"
            if self._inside:
                self.found.append(((has.get("action") or self._address).partition("#")[0], {}))
        elif self._inside and name and tag in ("input", "select", "textarea", "button"):
            self.found[-1][1].setdefault(name, has.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


def addresses(world: SimpleNamespace) -> list[str]:
    got = {reverse(name, args=arguments) for (_, name), (arguments, _) in doors(world).items()}
    draft = drafts.make_draft(act_for(world.csam.pk, world.cedar.pk).access).pk
    for name in ("draft", "draft_terms", "draft_contacts", "draft_approve"):
        got.add(reverse(f"office:{name}", args=[draft]))
    got.add(reverse("office:agreement_rename", args=[world.agreement.pk]))
    got.add(reverse("office:agreement_extend", args=[world.agreement.pk]))
    got.add(reverse("office:allot", args=[world.cedar_advisory.pk, "top_up"]))
    return sorted(got)


@pytest.fixture
def someone(world: SimpleNamespace) -> Any:
    def sign_in(who: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(getattr(world, who))
        return client

    return sign_in


def status(answer: Any) -> int:
    answer.close()
    return int(answer.status_code)


def opened(client: Client, world: SimpleNamespace) -> Iterator[tuple[str, str]]:
    """(address, what it shows) of the pages that this person may open; of those with rows, too."""
    for address in addresses(world):
        if not address.startswith(SKIPPED) and not address.endswith(TYPESET):
            answer = client.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            answer.close()
            if answer.status_code in (200, 400):
                yield address, content.decode(errors="replace")


@pytest.mark.parametrize("who", ["admin", "csam"])
def test_no_key_of_an_address_is_a_fault(world: SimpleNamespace, someone: Any, who: str) -> None:
    client, faults, turn = someone(who), [], count(len(who))
    known = {package: keys_of(package) for package in PACKAGES}
    for address, shown in opened(client, world):
        package = resolve(address).func.__module__.split(".")[1]
        tried = [(key, HOSTILE[next(turn) % len(HOSTILE)]) for key in known.get(package, ())]
        if "sort=" in shown:
            tried += [(key, value) for key in ("after", "before") for value in PLACES]
        for key, value in tried:
            if status(client.get(f"{address}?{key}={encoded(value)}")) >= 500:
                faults.append((address, key, value))
    assert faults == []


@pytest.mark.parametrize("who", PEOPLE)
def test_no_field_of_a_form_is_a_fault(world: SimpleNamespace, someone: Any, who: str) -> None:
    client, faults, turn, done = someone(who), [], count(len(who)), set()
    for address, shown in list(opened(client, world)):
        for action, fields in Forms(shown, address).found:
            for name in set(fields) - {"csrfmiddlewaretoken"}:
                if (action, name) in done or action.startswith(SKIPPED):
                    continue
                done.add((action, name))
                values = (*SHARP, HOSTILE[next(turn) % len(HOSTILE)])
                faults += [(name, one) for one in values if status(client.post(action, fields | {name: one})) >= 500]
    assert faults == []
    assert len(done) > 5


@pytest.mark.parametrize("name", ["a\u202eb", "a\u2066b", "a\x1b[31mb", "a\x07"])
def test_no_name_holds_what_nobody_sees(world: SimpleNamespace, someone: Any, name: str) -> None:
    admin, csam = someone("admin"), someone("csam")
    token = {"scopes": ["agreements:read"], "lifetime_days": "30"}
    terms = {"name": name, "goal": "g"}
    answers = {
        "profile": admin.post(reverse("accounts:profile"), PROFILE | {"name": name}),
        "token": admin.post(reverse("accounts:tokens"), token | {"name": name}),
        "view": admin.post(reverse("activity:view_save"), {"address": "/customer-activity/", "name": name}),
        "group": admin.post(reverse("people:group_make"), {"workspace": world.north.pk, "name": name}),
        "workspace": csam.post(reverse("office:workspace", args=[world.south.pk]), terms),
        "agreement": csam.post(reverse("office:agreement_rename", args=[world.agreement.pk]), terms),
    }
    assert {where: answer.status_code for where, answer in answers.items()} == dict.fromkeys(answers, 400)
    assert all("There is a control character in the text" in answer.content.decode() for answer in answers.values())


def test_a_line_break_in_a_name_becomes_a_blank(world: SimpleNamespace, someone: Any) -> None:
    someone("admin").post(reverse("accounts:profile"), PROFILE | {"name": "A\r\nBcc: b"})
    world.admin.refresh_from_db()
    assert world.admin.name == "A Bcc: b"


@pytest.mark.parametrize(
    "sent",
    [
        {f"f{n}": "x" for n in range(2_000)},
        {f"f{n}": SimpleUploadedFile("x", b"x") for n in range(300)},
        {"name": "x" * 5_000_000},
    ],
    ids=["fields", "files", "long"],
)
def test_what_is_too_much_gets_a_page_of_ours(world: SimpleNamespace, someone: Any, sent: dict[str, Any]) -> None:
    Person.objects.using("owner").filter(pk=world.admin.pk).update(language="de")
    answer = someone("admin").post(reverse("activity:view_save"), sent)
    assert answer.status_code == 400
    assert 'lang="de"' in answer.content.decode()
