"""What programs, files and addresses do to support requests when somebody means harm."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tests.integrations.api.program import Program, make_token
from tests.integrations.api.test_requests import pointers

READ, WRITE = TokenScope.READ_REQUESTS, TokenScope.WRITE_REQUESTS


def calls_of(person: Any, customer: Any, **over: Any) -> Program:
    return Program(make_token(person, customer, READ, WRITE, **over))


# Programs


@pytest.mark.parametrize("name", ["workspace", "product", "primary_contact"])
@pytest.mark.parametrize("text", ["\0", "north\0"])
def test_a_name_with_a_nul_is_refused_by_its_field(world: SimpleNamespace, name: str, text: str) -> None:  # R8.2
    said = {"workspace": "north", "kind": "problem", "title": "It burns", "description": "Bright"}
    answer = calls_of(world.contact, world.cedar).post("/requests", said | {name: text})
    assert (answer.status_code, pointers(answer)) == (422, [(f"/{name}", "control_character")])
