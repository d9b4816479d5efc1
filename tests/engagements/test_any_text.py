"""Whatever stands in a field: a page says what is wrong with it or keeps it, and no page breaks over what was kept."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tests.engagements.making import get, log, make_offering, planned, proactive
from tests.strangers import everything

FORM = "application/x-www-form-urlencoded"
NUL, SURROGATE, OVERRIDE = b"a\x00b", b"a\xed\xa0\x80b", "a\u202eb".encode()
LONG, HUGE = b"x" * 200_001, b"9223372036854775808"
RAW = {
    "nul": NUL, "surrogate": SURROGATE, "override": OVERRIDE, "long": LONG, "huge": HUGE, "negative": b"-1",
    "nan": b"NaN", "half": b"\xff\xfe", "empty": b"", "blank": b" ", "digits": "\u0661\u0662".encode(),
    "first": b"0001-01-01", "last": b"9999-12-31", "beyond": b"10000-01-01", "week": b"2026-W01-1",
}  # fmt: skip
FIELDS = (
    ("member", "offer/health/request", {"workspace": "1", "wish": "x", "wanted_from": "", "wanted_until": ""}),
    ("csam", "engagements/{}/plan", {"version": "2", "hours": "8", "title": "x", "entitlement": "", "confirmed": "on"}),
    ("csam", "engagements/{}/schedule", {"version": "2", "engineer": "1", "starts_on": "2026-12-01", "starts": "09:00",
                                         "ends_on": "2026-12-01", "ends": "10:00", "part": "", "dse": ""}),
    ("csam", "engagements/{}/decline", {"version": "2", "reason": "x"}),
    ("member", "engagements/{}/cancel", {"version": "2", "reason": "x", "charge": "0"}),
    ("engineer", "engagements/{}/log", {"version": "2", "day": "2026-11-20", "hours": "1", "note": "x"}),
    ("csam", "deliveries/{}/correct", {"version": "1", "day": "2026-11-20", "hours": "1", "text": "x", "act": ""}),
    ("member", "deliveries/{}/dispute", {"version": "1", "text": "x"}),
)  # fmt: skip


@pytest.mark.parametrize(("who", "path", "form"), FIELDS, ids=[one[1] for one in FIELDS])
def test_no_field_breaks_a_page(world: Any, client: Client, who: str, path: str, form: dict[str, str]) -> None:
    proactive(world)
    make_offering(code="health")
    client.force_login(getattr(world, who))
    number, pages = "", ["/services/engagements/", "/services/upcoming/"]
    for name in form:
        for raw in RAW.values():
            if not number:
                number = planned(world)
                one = log(world, number, 2).pk if path.startswith("deliveries") else number
            typed = form | ({"workspace": str(world.north.pk)} if "workspace" in form else {})
            if "engineer" in form:
                typed["engineer"] = str(world.engineer.pk)
            body = urlencode({key: text for key, text in typed.items() if key != name})
            body += f"&{name}={quote_from_bytes(raw)}"
            answer = client.post(f"/services/{path.format(one)}/", body, content_type=FORM)
            assert answer.status_code in (302, 400, 404, 409), (name, raw[:20])
            if answer.status_code == 302:  # something was kept: the next one begins anew
                pages.append(f"/services/engagements/{number}/")
                number = ""
    for page in pages:
        assert client.get(page).status_code == 200, page


def test_no_word_that_is_searched_for_breaks_a_page(world: Any, client: Client, owner: Any) -> None:
    make_offering(code="health")
    client.force_login(world.member)
    client.get("/services/")
    before = everything(owner)
    for name in ("text", "kind", "category", "product"):
        for raw in (*RAW.values(), b"%", b"_", b"\\", b"'"):
            answer = client.get(f"/services/?{name}={quote_from_bytes(raw[:3_000])}")
            assert answer.status_code in (200, 404), (name, raw[:20])
    for name in ("state", "workspace"):
        for raw in RAW.values():
            answer = client.get(f"/services/engagements/?{name}={quote_from_bytes(raw[:3_000])}")
            assert answer.status_code in (200, 404), (name, raw[:20])
    assert everything(owner) == before


def scheduled(world: Any, client: Client, day: str, starts: str, ends: str, zone: str = "Europe/Berlin") -> Any:
    """What became of these hours, typed by somebody in this zone."""
    proactive(world)
    number = planned(world)
    Person.objects.using("owner").filter(pk=world.csam.pk).update(zone=zone)
    client.force_login(world.csam)
    typed = {"version": get(number).version, "engineer": world.engineer.pk, "starts_on": day, "ends_on": day,
             "starts": starts, "ends": ends, "confirmed": "on"}  # fmt: skip
    answer = client.post(f"/services/engagements/{number}/schedule/", typed)
    one = get(number)
    return answer.status_code, one.starts_at, one.ends_at


def test_hours_that_a_clock_leaves_out_are_an_hour_later(world: Any, client: Client) -> None:
    status, starts, ends = scheduled(world, client, "2027-03-28", "02:30", "04:00")
    assert (status, starts, ends) == (
        302, datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 2, tzinfo=UTC),
    )  # fmt: skip


def test_hours_that_lie_in_the_gap_alone_are_refused_and_not_turned_round(world: Any, client: Client) -> None:
    assert scheduled(world, client, "2027-03-28", "02:30", "03:00") == (400, None, None)


def test_of_hours_that_come_twice_the_first_ones_are_meant(world: Any, client: Client) -> None:
    status, starts, ends = scheduled(world, client, "2027-10-31", "02:30", "03:30")
    assert (status, starts, ends) == (
        302, datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 2, 30, tzinfo=UTC),
    )  # fmt: skip


def test_a_day_without_a_midnight_is_a_whole_day(world: Any, client: Client) -> None:
    proactive(world)
    number = planned(world)
    Person.objects.using("owner").filter(pk=world.csam.pk).update(zone="Africa/Cairo")
    client.force_login(world.csam)
    typed = {"version": get(number).version, "engineer": world.engineer.pk, "starts_on": "2027-04-30", "part": "day",
             "dse": "1", "confirmed": "on"}  # fmt: skip
    assert client.post(f"/services/engagements/{number}/schedule/", typed).status_code == 302
    one = get(number)
    assert (one.starts_at, one.ends_at) == (
        datetime(2027, 4, 29, 22, tzinfo=UTC), datetime(2027, 4, 30, 21, tzinfo=UTC),
    )  # fmt: skip
