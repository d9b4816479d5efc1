"""What programs, files and addresses do to support requests when somebody means harm."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.activity.models import Export, SavedView
from tests.activity.test_drilldown import of
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


# Addresses that are kept


@pytest.mark.parametrize("before", ["https://evil.test", "//evil.test", "javascript:", "java\nscript:"])
def test_no_export_keeps_an_address_of_another_site(
    world: SimpleNamespace, client: Client, before: str
) -> None:  # R8.3
    client.force_login(world.admin)
    answer = client.post("/exports/make/", {"address": before + of(world.cedar_advisory)})
    assert answer.status_code == 404
    assert not Export.objects.using("owner").exists()


def test_a_view_that_no_browser_can_be_sent_to_is_not_kept(world: SimpleNamespace, client: Client) -> None:  # R8.1
    client.force_login(world.engineer)
    answer = client.post("/views/save/", {"name": "Long", "address": f"/support/?text={'😀' * 1_900}"})
    assert answer.status_code == 404
    assert not SavedView.objects.using("owner").exists()
