"""Saved views of the queue and of the list of requests: those of Customer activity (R8.1), of other pages."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.activity.models import SavedView
from tests.activity.test_saved_views import save, saved

LIST, QUEUE = "/support/", "/support/queue/"


def of(address: str) -> str:
    return address.replace("&", "&amp;")


@pytest.mark.parametrize(
    ("page", "query"), [(QUEUE, "?severity=A&assigned=nobody"), (LIST, "?workspace=all&status=waiting&text=crane")]
)
def test_filters_are_saved_under_a_name_and_opened_again(
    world: SimpleNamespace, client: Client, page: str, query: str
) -> None:  # R4.3, R8.1
    client.force_login(world.engineer)
    shown = client.get(page + query).content.decode()
    assert f'name="address" value="{of(page + query)}"' in shown
    assert save(client, "What burns", page + query).headers["Location"] == page + query
    assert f'href="{of(page + query)}">What burns</a>' in client.get(page).content.decode()
    other = LIST if page == QUEUE else QUEUE
    assert "What burns" not in client.get(other).content.decode()


def test_a_view_that_is_saved_begins_at_its_first_page(world: SimpleNamespace, client: Client) -> None:
    """Script sends the address as it stands, with where one had come to."""
    client.force_login(world.engineer)
    assert save(client, "All", f"{LIST}?workspace=all&page=last").headers["Location"] == f"{LIST}?workspace=all"
    save(client, "Later", f"{LIST}?after=1~2")
    assert saved() == {"All": f"{LIST}?workspace=all", "Later": LIST}


def test_views_of_the_queue_are_ones_own(world: SimpleNamespace, client: Client) -> None:  # R3.8
    client.force_login(world.engineer)
    save(client, "Mine", QUEUE)
    client.force_login(world.csam)
    assert "Mine" not in client.get(QUEUE).content.decode()
    assert client.post(f"/views/{SavedView.objects.using('owner').get().pk}/delete/").status_code == 404


def test_who_belongs_to_no_customer_is_offered_none(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.newcomer)
    assert "Saved views" not in client.get(LIST).content.decode().split("<main")[1]
    assert save(client, "Mine", LIST).status_code == 404


def test_other_pages_of_support_have_none(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.engineer)
    for address in ("/support/open/", "/support/settings/", "/support/rows/"):
        assert save(client, "No", address).status_code == 404


def test_views_cost_one_statement_however_many(world: SimpleNamespace, client: Client, statements: Any) -> None:
    client.force_login(world.engineer)
    client.get(QUEUE)
    with statements() as few:
        client.get(QUEUE)
    for n in range(5):
        save(client, f"View {n}", QUEUE)
    client.get(QUEUE)  # says that they are saved
    with statements() as many:
        client.get(QUEUE)
    assert len(many) == len(few)
