"""A customer's own mailboxes for news of the provider (R5.8: one of the tasks that are done in the hub)."""

from typing import Any

import pytest

from tallyhub.notifications.models import NewsAddress


def post(client: Any, who: Any, **said: str) -> Any:
    client.force_login(who)
    return client.post("/mail/addresses/", {"address": "news@example.test", "language": "de"} | said)


def kept(owner: Any) -> list[Any]:
    return owner.execute("SELECT customer_id, address, language FROM notifications_newsaddress").fetchall()  # type: ignore[no-any-return]


def test_an_administrator_says_where_news_goes(world: Any, client: Any, owner: Any) -> None:
    assert post(client, world.admin).status_code == 302
    assert kept(owner) == [(world.cedar.pk, "news@example.test", "de")]
    page = client.get("/mail/addresses/").content.decode()
    assert "news@example.test" in page
    assert post(client, world.admin, address="NEWS@example.test", language="en").status_code == 302  # the same one
    assert [row[2] for row in kept(owner)] == ["en"]


@pytest.mark.parametrize("who", ["north_admin", "member", "csam", "engineer"])
def test_nobody_else_does(world: Any, client: Any, owner: Any, who: str) -> None:
    assert post(client, getattr(world, who)).status_code == 403
    assert kept(owner) == []


@pytest.mark.parametrize(
    "said",
    [
        {"address": "news@elsewhere.test"},  # nobody else's mailbox is filled
        {"address": "news@birch.test"},  # proved by another customer
        {"address": "no address"},
        {"address": ""},
        {"address": "news@example.test", "language": "xx"},
    ],
)
def test_an_address_is_one_of_the_customers_own(world: Any, client: Any, owner: Any, said: dict[str, str]) -> None:
    answer = post(client, world.admin, **said)
    assert answer.status_code == 400
    assert "alert-danger" in answer.content.decode()
    assert kept(owner) == []


def test_there_are_a_few_and_they_can_be_removed(world: Any, client: Any, owner: Any) -> None:
    for number in range(5):
        post(client, world.admin, address=f"news-{number}@example.test")
    assert post(client, world.admin, address="one-more@example.test").status_code == 400
    one = NewsAddress.objects.using("owner").first()
    assert one is not None
    client.force_login(world.stranger)
    assert client.post(f"/mail/addresses/{one.pk}/remove/").status_code == 404  # another customer's
    client.force_login(world.admin)
    assert client.post(f"/mail/addresses/{one.pk}/remove/").status_code == 302
    assert len(kept(owner)) == 4
