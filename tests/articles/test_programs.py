"""Programs read the articles that their token's holder may (R8.2)."""

from collections.abc import Callable
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tests.integrations.api.program import Program, make_token

Write = Callable[..., int]


def program(person: Any, customer: Any) -> Program:
    return Program(make_token(person, customer, TokenScope.READ_ARTICLES))


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["items"]]


@pytest.fixture
def there(desk: Any, write: Write) -> tuple[int, int, int]:
    return (
        write("Restore a backup", "Text.", desk.database, de=("Eine Sicherung zurückholen", "Text.")),
        write("Build the index anew", "Text.", desk.search),
        write("Sign in", "Text."),
    )


def test_a_program_reads_what_its_person_may(desk: Any, there: Any) -> None:
    database, search, everything = there
    caller = program(desk.member, desk.cedar)
    assert ids(caller.get("/articles")) == [database, everything]
    assert ids(program(desk.stranger, desk.birch).get("/articles")) == [search, everything]
    one = caller.get(f"/articles/{database}").json()
    assert (one["title"], one["version"], one["products"]) == ("Restore a backup", 1, ["database"])
    assert (one["language"], one["languages"]) == ("en", ["de", "en"])
    assert caller.get(f"/articles/{search}").status_code == 404
    assert caller.get("/articles/999999").status_code == 404


def test_it_filters_by_words_product_and_language(desk: Any, there: Any) -> None:
    database, _search, everything = there
    caller = program(desk.member, desk.cedar)
    assert ids(caller.get("/articles", search="backups")) == [database]
    assert ids(caller.get("/articles", search="Sicherungen", language="de")) == [database]
    assert ids(caller.get("/articles", search="Sicherungen")) == []
    assert ids(caller.get("/articles", product="database")) == [database]
    assert ids(caller.get("/articles", product="no-such")) == []
    german = caller.get("/articles", language="de").json()["items"]
    assert [(one["id"], one["language"]) for one in german] == [(database, "de"), (everything, "en")]
    assert caller.get("/articles", language="xx").status_code == 422
    assert caller.get("/articles", search="x" * 101).status_code == 422
    assert caller.get("/articles", search="a\0b").status_code == 422


def test_pages_follow_each_other(desk: Any, there: Any) -> None:
    caller = program(desk.member, desk.cedar)
    first = caller.get("/articles", limit=1).json()
    assert ids(caller.get("/articles", limit=1, cursor=first["cursor"])) == [there[2]]


def test_another_scope_does_not_open_it(desk: Any) -> None:
    other = Program(make_token(desk.member, desk.cedar, TokenScope.READ_MESSAGES))
    assert other.get("/articles").status_code == 403
