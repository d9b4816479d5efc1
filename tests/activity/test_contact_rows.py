"""Behind the number of support contacts: who is named, who was named when, and how many on a day (R2.3)."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tallyhub.activity.models import Export
from tallyhub.kernel import clock
from tallyhub.people.users import commands
from tallyhub.privacy.commands import end_part
from tests.activity.test_customer_activity import text
from tests.activity.test_exports import ask, take
from tests.make import grant, make_person
from tests.people.people import acting, allow_contacts, invite, make_known
from tests.working import run_jobs
from tests.world import NOW

EARLIER = NOW - timedelta(days=40)


@pytest.fixture
def line(world: SimpleNamespace) -> Any:
    """Of five places: contact and member are named in north, somebody was until ten days ago, and one is asked in."""
    line = allow_contacts(world, 5)
    me = acting(world.north_admin, world.cedar)
    with clock.frozen(EARLIER):
        commands.switch_contact(me, world.north.pk, world.reader.pk, is_contact=True)
        commands.switch_contact(me, world.north.pk, world.member.pk, is_contact=True)
    with clock.frozen(NOW - timedelta(days=10)):
        commands.switch_contact(acting(world.admin, world.cedar), world.north.pk, world.reader.pk, is_contact=False)
    invite(world.north, make_known("Asked"), name="Ash Asked", roles=["support_contact"])
    return line


def page_of(client: Client, line: Any, query: str = "") -> str:
    answer = client.get(reverse("activity:entitlement", args=[line.pk]) + query)
    assert answer.status_code == 200
    return text(answer.content.decode())


def rows_of(client: Client, line: Any, query: str = "") -> list[dict[str, str]]:
    answer: Any = client.get(f"{reverse('activity:entitlement_csv', args=[line.pk])}?header=keys&{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_the_page_says_who_is_named_since_when_and_by_whom(world: SimpleNamespace, line: Any, client: Client) -> None:
    client.force_login(world.north_admin)
    page = page_of(client, line)
    assert "Free 2 people Named 3 people Allowed 5 people" in page
    listed, _, history = page.partition("Who was named when")
    assert "member member@example.test member@example.test Registered 12 Oct 2026 North north_admin" in listed
    assert "Ash Asked – asked@example.test Invite sent 21 Nov 2026 North" in listed
    assert "reader@example.test" not in listed
    assert "reader Registered 12 Oct 2026 11 Nov 2026 North north_admin admin" in history


def test_a_day_answers_who_was_named_on_it_and_how_many(world: SimpleNamespace, line: Any, client: Client) -> None:
    client.force_login(world.north_admin)
    history = page_of(client, line, "?on=2026-10-12").partition("Who was named when")[2]
    assert "On 12 October 2026, 2 people were named." in history
    assert "reader Registered" in history
    assert "Ash Asked" not in history
    assert "On 11 November 2026, 1 person was named." in page_of(client, line, "?on=2026-11-11")
    assert "On 11 October 2026, 0 people were named." in page_of(client, line, "?on=2026-10-11")
    assert "Nobody was named then" in page_of(client, line, "?on=2026-10-11")


def test_a_period_shows_who_was_named_at_some_time_of_it(world: SimpleNamespace, line: Any, client: Client) -> None:
    client.force_login(world.north_admin)

    def names(query: str) -> set[str]:
        return {row["name"] for row in rows_of(client, line, query)}

    assert names("") == {"contact", "member", "reader", "Ash Asked"}
    assert names("to=2026-11-01") == {"member", "reader"}
    assert names("from=2026-11-12") == {"contact", "member", "Ash Asked"}
    assert names("on=2026-11-21") == {"contact", "member", "Ash Asked"}
    assert names("from=2026-10-01&to=2026-10-11") == set()
    assert names("from=0001-01-01&to=9999-12-31") == names("")
    assert names("on=0001-01-01") == names("to=0001-01-01") == set()
    assert client.get(reverse("activity:entitlement", args=[line.pk]) + "?on=yesterday").status_code == 404


def test_the_files_hold_what_the_filters_show(world: SimpleNamespace, line: Any, client: Client) -> None:
    base = reverse("activity:entitlement", args=[line.pk])
    export = ask(client, world.north_admin, f"{base}?on=2026-10-12")
    run_jobs()
    assert [row["name"] for row in take(client, export)] == ["member", "reader"]
    assert Export.objects.using("owner").get().names_people
    (row,) = [row for row in rows_of(client, line) if row["name"] == "reader"]
    del row["naming"]
    assert row == {
        "name": "reader", "account": "reader@example.test", "email": "reader@example.test", "status": "Registered",
        "since": "2026-10-12", "registered": "2026-10-12", "until": "2026-11-11", "workspace": "North",
        "named_by": "north_admin", "ended_by": "admin", "agreement": "CED-2026",
    }  # fmt: skip


def test_a_file_is_not_given_to_whoever_administers_no_more(world: SimpleNamespace, line: Any, client: Client) -> None:
    grant(world.viewer, "workspace_administrator", world.north)
    export = ask(client, world.viewer, reverse("activity:entitlement", args=[line.pk]))
    run_jobs()
    commands.change_roles(acting(world.admin, world.cedar), world.north.pk, world.viewer.pk, ["customer_activity"])
    assert client.get(f"{export}file/").status_code == 409


def test_a_formula_in_a_name_is_no_formula_in_the_file(world: SimpleNamespace, line: Any, client: Client) -> None:
    invite(world.north, make_known("Evil"), name="=HYPERLINK(1)", roles=["support_contact"])
    client.force_login(world.north_admin)
    assert "'=HYPERLINK(1)" in {row["name"] for row in rows_of(client, line)}


def test_others_read_numbers_and_no_name(world: SimpleNamespace, line: Any, client: Client) -> None:  # R1.5, R3.3
    grant(make_person("southerner"), "support_contact", world.south)
    client.force_login(world.north_admin)
    page = page_of(client, line)
    assert "southerner" not in page
    assert "3 of 4 people are shown" in page
    assert "4 of 5 shown. The others are of workspaces that you do not administer." in page
    for who in (world.reader, world.csam):
        client.force_login(who)
        page = page_of(client, line)
        assert "Named 4 people" in page
        assert "Named at the end of each month" in page
        assert "Ash Asked" not in page
        assert "member@example.test" not in page
        assert rows_of(client, line) == []
    client.force_login(world.stranger)
    assert client.get(reverse("activity:entitlement", args=[line.pk])).status_code == 404


def test_the_chart_ends_with_the_number_of_today(world: SimpleNamespace, line: Any, client: Client) -> None:
    client.force_login(world.reader)
    chart = page_of(client, line).partition("Show as a table")[2]
    assert "September 2026 0 people October 2026 2 people November 2026 3 people" in chart


def test_an_erased_person_is_a_line_without_a_name(world: SimpleNamespace, line: Any, client: Client) -> None:  # R10.4
    end_part(acting(world.admin, world.cedar), world.member.pk, confirmation="member")
    client.force_login(world.admin)
    page = page_of(client, line, "?workspace=all")
    assert "member@example.test" not in page
    assert "Erased person Registered 12 Oct 2026 21 Nov 2026 North north_admin admin" in page
    assert "On 12 October 2026, 2 people were named." in page_of(client, line, "?on=2026-10-12")


def test_pages_of_the_history_follow_each_other_at_the_same_cost(
    world: SimpleNamespace, line: Any, client: Client, statements: Any
) -> None:
    client.force_login(world.north_admin)
    page_of(client, line)
    with statements() as few:
        page_of(client, line)
    for n in range(60):
        grant(make_person(f"more{n:02}"), "support_contact", world.north)
    with statements() as many:
        page_of(client, line)
    assert len(many) == len(few)
    rows = reverse("activity:entitlement_rows", args=[line.pk])
    first = client.get(rows).content.decode()
    (following,) = re.findall(r'id="page-next" href="([^"]+)"', first)
    following = unescape(following)
    both = text(first) + text(client.get(following).content.decode())
    assert sum(f"more{n:02}" in both for n in range(60)) == 60
