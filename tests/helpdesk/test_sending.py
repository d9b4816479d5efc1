"""Somebody at the desk sends the customer an article, and learns whether it helped (S003-50)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.articles.editing import commands as articles
from tallyhub.articles.models import Sent, SentTo
from tallyhub.kernel.access import Access, Right
from tests.articles.cast import written
from tests.helpdesk.gating import here
from tests.make import give_request


@pytest.fixture
def article(gated: SimpleNamespace) -> int:
    editing = Access(
        person_id=gated.editor.pk,
        organization_id=gated.provider.pk,
        organization_rights=frozenset({Right.EDIT_GUIDES}),
    )
    give_request(gated.asked, gated.member, "primary")
    made: int = articles.write(editing, written("Phones that stay silent", "Turn them **on**."), is_published=True)
    return made


def test_the_customer_gets_the_link_in_the_request(gated: SimpleNamespace, article: int, as_: Any) -> None:  # S003-50
    desk = as_(gated.helper)
    assert "Phones that stay silent" in desk.get(here(gated)).content.decode()
    assert desk.post(here(gated, "resources"), {"article": article}).status_code == 302
    page = as_(gated.member).get(here(gated)).content.decode()
    assert f'href="/resources/{article}/"' in page
    assert as_(gated.member).get(f"/resources/{article}/").status_code == 200


def test_what_came_of_it_is_shown_to_the_desk(gated: SimpleNamespace, article: int, as_: Any) -> None:  # S003-50
    desk = as_(gated.helper)
    desk.post(here(gated, "resources"), {"article": article})
    assert "Not opened yet" in desk.get(here(gated)).content.decode()
    as_(gated.member).get(f"/resources/{article}/")
    assert "Opened, not answered" in desk.get(here(gated)).content.decode()


def test_it_is_sent_once(gated: SimpleNamespace, article: int, as_: Any) -> None:
    desk = as_(gated.helper)
    for _turn in range(2):
        desk.post(here(gated, "resources"), {"article": article})
    assert Sent.objects.using("owner").count() == 1


@pytest.mark.parametrize(("who", "status"), [("rival_agent", 404), ("engineer", 404), ("member", 403)])
def test_nobody_but_the_desk_sends(gated: SimpleNamespace, article: int, as_: Any, who: str, status: int) -> None:
    answer = as_(getattr(gated, who)).post(here(gated, "resources"), {"article": article})
    assert answer.status_code == status
    assert not Sent.objects.using("owner").exists()


def test_it_is_sent_to_the_customers_people_alone(gated: SimpleNamespace, article: int, as_: Any) -> None:  # S003-50
    give_request(gated.asked, gated.rival_agent, "consent")
    as_(gated.helper).post(here(gated, "resources"), {"article": article})
    assert list(SentTo.objects.using("owner").values_list("person_id", flat=True)) == [gated.member.pk]
