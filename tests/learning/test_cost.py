"""A page costs the same number of statements whatever there is (R5.5)."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.learning.people import ask, learn
from tests.make import grant, make_activity, make_person

PAGES = (
    "/learning/",
    "/learning/transcript/",
    "/learning/people/",
    "/learning/report/",
    "/learning/activities/{activity}/",
    "/learning/activities/{activity}/assign/",
    "/learning/people/{person}/",
    "/customer-activity/entitlements/{education}/",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_with_few_and_with_many(
    world: SimpleNamespace, client: Client, statements: Any, page: str
) -> None:
    activity = make_activity("first")
    client.force_login(world.learning)
    address = page.format(activity=activity.pk, person=world.member.pk, education=world.cedar_education.pk)

    def cost() -> int:
        with statements() as made:
            answer = client.get(address)
        assert answer.status_code == 200
        return len(made)

    _more(world, 2)
    client.get(address)  # what is kept for the next one
    few = cost()
    _more(world, 25)
    assert cost() == few


def _more(world: SimpleNamespace, count: int) -> None:
    for n in range(count):
        activity = make_activity(f"more-{count}-{n}")
        person = make_person(f"person-{count}-{n}")
        grant(person, "member", world.north)
        day = date(2026, 1, 5) + timedelta(days=n)
        for who in (person, world.learning, world.member):
            learn(world.north, who, activity, day)
            ask(world.north, who, activity, world.learning, date(2026, 12, 1), date(2026, 11, 2))
