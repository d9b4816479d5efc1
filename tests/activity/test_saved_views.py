"""Saved views: the address of a page under a name of one's own."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.activity import commands
from tallyhub.activity.models import SavedView
from tests.activity.test_customer_activity import text
from tests.activity.test_drilldown import of

PAGE = "/customer-activity/?workspace=all&status=any"


def save(client: Client, name: str, address: str = PAGE) -> Any:
    return client.post("/views/save/", {"name": name, "address": address})


def saved() -> dict[str, str]:
    return dict(SavedView.objects.using("owner").values_list("name", "address"))


def test_a_view_is_saved_listed_and_opened(world: SimpleNamespace, client: Client) -> None:  # R8.1
    client.force_login(world.admin)
    answer = save(client, "All of it")
    assert answer.headers["Location"] == PAGE
    assert f'href="{PAGE.replace("&", "&amp;")}">All of it</a>' in client.get("/customer-activity/").content.decode()
    assert "All of it" in client.get("/views/").content.decode()
    assert "All of it" not in client.get(of(world.cedar_credits)).content.decode()  # of another page


def test_a_grid_has_views_too_and_they_begin_at_its_first_page(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    page = client.get(of(world.cedar_credits) + "?from=2026-03-01&sort=charged&page=last").content.decode()
    assert f'value="{of(world.cedar_credits)}?from=2026-03-01&amp;sort=charged"' in page
    save(client, "Since March", of(world.cedar_credits) + "?from=2026-03-01")
    assert "Since March" in client.get(of(world.cedar_credits)).content.decode()


def test_an_unchanged_page_notices_a_new_view(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    client.get("/customer-activity/")
    etag = client.get("/customer-activity/").headers["ETag"]
    assert client.get("/customer-activity/", headers={"If-None-Match": etag}).status_code == 304
    with_messages = save(client, "New", "/customer-activity/?status=any")
    client.get(with_messages.headers["Location"])
    assert client.get("/customer-activity/", headers={"If-None-Match": etag}).status_code == 200


def test_the_same_name_again_replaces(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    save(client, "Mine")
    save(client, "Mine", "/customer-activity/")
    assert saved() == {"Mine": "/customer-activity/"}


def test_a_view_is_renamed_and_deleted(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    save(client, "Old")
    save(client, "Other")
    pk = SavedView.objects.using("owner").get(name="Old").pk
    assert client.post(f"/views/{pk}/rename/", {"name": "Other"}).status_code == 409
    assert client.post(f"/views/{pk}/rename/", {"name": "New"}).status_code == 302
    assert set(saved()) == {"New", "Other"}
    assert client.post(f"/views/{pk}/delete/").status_code == 302
    assert set(saved()) == {"Other"}


def test_views_are_ones_own(world: SimpleNamespace, client: Client) -> None:  # R3.8
    client.force_login(world.admin)
    save(client, "Mine")
    pk = SavedView.objects.using("owner").get().pk
    for who in (world.csam, world.stranger):
        client.force_login(who)
        assert "Mine" not in client.get("/customer-activity/").content.decode()
        assert client.post(f"/views/{pk}/delete/").status_code == 404
        assert client.post(f"/views/{pk}/rename/", {"name": "Theirs"}).status_code == 404
    assert set(saved()) == {"Mine"}


@pytest.mark.parametrize(
    "address", ["https://example.org/customer-activity/", "//example.org/", "/accounts/profile/", ""]
)
def test_only_a_page_with_filters_is_saved(world: SimpleNamespace, client: Client, address: str) -> None:
    client.force_login(world.admin)
    assert save(client, "Elsewhere", address).status_code == 404
    assert saved() == {}


def test_a_name_is_needed_and_bounded(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    for name in ("", "  ", "x" * 81, "a\x07b"):
        assert save(client, name).status_code == 400
    assert saved() == {}


def test_there_are_fifty_at_most(world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commands.VIEWS_MAX == 50
    monkeypatch.setattr(commands, "VIEWS_MAX", 2)
    client.force_login(world.admin)
    save(client, "One")
    save(client, "Two")
    answer = save(client, "Three")
    assert answer.status_code == 409
    assert "Delete one first" in text(answer.content.decode())
    assert save(client, "Two").status_code == 302  # to replace one is no more


def test_a_printed_page_says_whose_it_is_and_of_which_day(world: SimpleNamespace, client: Client) -> None:  # R8.1
    client.force_login(world.admin)
    assert "Cedar, printed on 21 November 2026" in client.get("/customer-activity/").content.decode()
