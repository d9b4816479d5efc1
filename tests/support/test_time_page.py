"""The page on which time is logged, corrected and shown."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.support.models import Request, Work
from tests.activity.test_customer_activity import text
from tests.make import give_request, make_request
from tests.support.working import booked, log, make_rule

TYPED = {"day": "2026-11-20", "starts": "09:00", "minutes": "1:30", "what": "call", "note": "Between us"}


@pytest.fixture
def advice(world: SimpleNamespace) -> Request:
    return make_request(world.north, kind="advice")


def of(request: Request) -> str:
    return f"/support/requests/{request.number}/time/"


def post(client: Client, who: Any, address: str, **typed: Any) -> Any:
    client.force_login(who)
    return client.post(address, typed)


def test_an_engineer_logs_time_by_their_own_clock(
    world: SimpleNamespace, client: Client, advice: Request, owner: Any
) -> None:  # R4.4, R10.6
    owner.execute("UPDATE accounts_person SET zone = 'Asia/Tokyo' WHERE id = %s", [world.engineer.pk])
    answer = post(client, world.engineer, of(advice) + "log/", **TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (302, of(advice))
    work = Work.objects.using("owner").get()
    assert work.starts_at.isoformat() == "2026-11-20T00:00:00+00:00"
    assert [charged for *_, charged in booked(world.cedar_advisory)] == [90]
    page = text(client.get(of(advice)).content.decode())
    for words in ("1:30 h", "Between us", "engineer", "Begun (Asia/Tokyo)", "20 Nov 2026, 09:00", "Base"):
        assert words in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "tomorrow"}, "Write the day as"),
        ({"starts": "25:00"}, "Write the day as"),
        ({"minutes": "ninety"}, "Write whole minutes"),
        ({"minutes": "25:00"}, "1500 is no number of minutes"),
        ({"minutes": "-30"}, "-30 is no number of minutes"),
        ({"day": "2026-11-22"}, "This time is not over yet"),
        ({"what": "magic"}, "Choose a kind of work"),
        ({"note": "x" * 2001}, "longer than 2000 characters"),
        ({"day": "2026-03-29", "starts": "02:30"}, "This time never came in Europe/Berlin"),
        ({"day": "2026-10-25", "starts": "02:30"}, "This time came twice in Europe/Berlin"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_written(
    world: SimpleNamespace, client: Client, advice: Request, owner: Any, typed: dict[str, str], said: str
) -> None:
    owner.execute("UPDATE accounts_person SET zone = 'Europe/Berlin' WHERE id = %s", [world.engineer.pk])
    answer = post(client, world.engineer, of(advice) + "log/", **TYPED | typed)
    assert answer.status_code == 400
    assert said in text(answer.content.decode())
    assert not Work.objects.using("owner").exists()


def test_which_of_two_equal_times_can_be_said(
    world: SimpleNamespace, client: Client, advice: Request, owner: Any
) -> None:  # R10.6
    owner.execute("UPDATE accounts_person SET zone = 'Europe/Berlin' WHERE id = %s", [world.engineer.pk])
    typed = TYPED | {"day": "2026-10-25", "starts": "02:30"}
    assert "Which of the two" in text(post(client, world.engineer, of(advice) + "log/", **typed).content.decode())
    assert post(client, world.engineer, of(advice) + "log/", **typed, which="second").status_code == 302
    work = Work.objects.using("owner").get()
    assert work.starts_at.isoformat() == "2026-10-25T01:30:00+00:00"
    assert "Which of the two" in text(client.get(f"/support/time/{work.pk}/").content.decode())


def test_the_customer_sees_what_was_booked_and_why_and_nothing_of_the_work(
    world: SimpleNamespace, client: Client, advice: Request
) -> None:  # R4.3, R4.4
    make_rule(world.agreement, 2)
    log(world, advice, "2026-11-20T18:00", 40, note="Between us")
    give_request(advice, world.member)
    client.force_login(world.member)
    page = text(client.get(of(advice)).content.decode())
    for words in ("1:20 h", "Advisory support, Base", "nothing more specific fits", "Counts for 2 times"):
        assert words in page
    for words in ("Between us", "Time worked", "0:40", "Log time", "Why Advisory"):
        assert words not in page


def test_staff_see_the_choice_with_its_losers(world: SimpleNamespace, client: Client) -> None:
    problem = make_request(world.north, kind="advice", package=world.base, agreement=world.agreement)
    log(world, problem)
    client.force_login(world.csam)
    page = text(client.get(of(problem)).content.decode())
    assert "Why Advisory support, Base pays" in page
    assert "It pays because the request names its package." in page
    assert "Log time" not in page


def test_hidden_and_absent_are_the_same(world: SimpleNamespace, client: Client, advice: Request) -> None:  # R1.5
    work = log(world, advice)
    for who in (world.reader, world.stranger):
        client.force_login(who)
        for address in (of(advice), "/support/requests/1/time/", f"/support/time/{work}/", "/support/time/999999/"):
            assert client.get(address).status_code == 404, address
        for act in ("move", "remove"):
            assert client.post(f"/support/time/{work}/{act}/").status_code == 404
        assert client.post(of(advice) + "log/", TYPED).status_code == 404
        assert client.post(of(advice) + "log/", {}).status_code == 404
    client.force_login(world.admin)
    assert client.get(f"/support/time/{work}/").status_code == 404  # of the staff alone
    client.force_login(world.csam)
    assert client.get(f"/support/time/{work}/").status_code == 403


def test_time_is_changed_moved_and_removed(world: SimpleNamespace, client: Client, advice: Request) -> None:
    work, there = log(world, advice), make_request(world.south, kind="advice")
    page = f"/support/time/{work}/"
    assert post(client, world.engineer, page, **TYPED, serial="1").status_code == 302
    assert [charged for *_, charged in booked(world.cedar_advisory)] == [90]
    assert "Somebody changed this time" in text(
        post(client, world.engineer, page, **TYPED, serial="1").content.decode()
    )
    for number in ("", "12", "x", make_request(world.birch_main).number):
        answer = post(client, world.engineer, page + "move/", number=number, serial="2")
        assert (answer.status_code, "no request with this number" in answer.content.decode()) == (400, True)
    assert post(client, world.engineer, page + "move/", number=there.number, serial="2").status_code == 302
    assert Work.objects.using("owner").get().request_id == there.pk
    assert post(client, world.engineer, page + "remove/", serial="3").status_code == 302
    assert booked(world.cedar_advisory) == []


def test_the_page_asks_a_fixed_number_of_statements(
    world: SimpleNamespace, client: Client, advice: Request, statements: Any
) -> None:
    log(world, advice)
    client.force_login(world.engineer)
    with statements() as few:
        client.get(of(advice))
    for hour in range(9, 15):
        log(world, advice, f"2026-11-19T{hour:02}:00")
    with statements() as many:
        client.get(of(advice))
    assert len(few) == len(many) <= 9  # two of them keep that staff looked
