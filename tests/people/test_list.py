"""Manage users: who is listed, in which order, and what the filters show (R7.1)."""

import csv
import io
import itertools
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.models import Person
from tests.make import PASSWORD, grant, make_person, make_workspace
from tests.people.people import allow_contacts, invite, make_group, make_known
from tests.world import NOW

PAGE = "/users/"


def rows(client: Any, query: str = "") -> list[dict[str, str]]:
    """What the file holds, by the columns' keys."""
    answer = client.get(f"{PAGE}users.csv?header=keys{query}")
    assert answer.status_code == 200, answer.status_code
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_whoever_was_only_asked_in_as_support_contact_is_listed_as_such(
    world: SimpleNamespace, client: Any
) -> None:  # R7.1
    known = make_known("Known")
    grant(known, "member", world.north)
    for person in (known, make_known("Asked")):
        invite(world.north, person, roles=["support_contact"])
    client.force_login(world.north_admin)
    said = {one["name"]: one["support_contact"] for one in rows(client, "&contacts=yes")}
    assert said == {"asked@example.test": "invited", "contact": "yes", "Known": "invited"}
    cell = r'data-column="support_contact"[^>]*><span>(\w+)<'
    assert sorted(re.findall(cell, client.get(f"{PAGE}?contacts=yes").content.decode())) == [
        "Invited",
        "Invited",
        "Yes",
    ]


def names(client: Any, query: str = "") -> list[str]:
    """Those of the page, in its order."""
    page = client.get(f"{PAGE}?{query.lstrip('&')}").content.decode()
    return re.findall(r'<td role="cell" data-column="name"[^>]*><span><a [^>]*>([^<]+)<', page)


NORTH = ["admin", "contact", "coordinator", "csam", "engineer", "learning", "member", "north_admin", "reader", "viewer"]


def test_the_list_is_of_the_workspace_one_is_signed_in_to(world: SimpleNamespace, client: Any) -> None:  # R7.1
    make_known("Imported")
    grant(world.newcomer, "member", world.south)
    client.force_login(world.north_admin)
    assert [one["name"].split(" (")[0] for one in rows(client)] == NORTH
    assert client.get(PAGE).content.decode().count("<h1>Manage users</h1>") == 1


def test_all_workspaces_are_for_whoever_administers_the_customer(world: SimpleNamespace, client: Any) -> None:
    grant(world.newcomer, "member", world.south)
    grant(world.newcomer, "workspace_administrator", world.north)
    client.force_login(world.admin)
    everybody = [one["name"] for one in rows(client, "&workspace=all")]
    assert everybody.count("newcomer") == 1
    assert len(everybody) == len(NORTH) + 1
    client.force_login(world.newcomer)
    assert client.get(f"{PAGE}?workspace=all").status_code == 404
    assert client.get(f"{PAGE}?workspace={world.south.pk}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["workspace=999", "role=king", "role=csam", "status=lost", "source=sky", "group=7", "group=x", "workspace=²"],
)
def test_what_is_not_on_offer_is_not_there(world: SimpleNamespace, client: Any, query: str) -> None:
    client.force_login(world.north_admin)
    for address in (PAGE, f"{PAGE}rows/", f"{PAGE}users.csv"):
        assert client.get(f"{address}?{query}").status_code == 404


def test_a_workspace_or_group_of_another_customer_is_not_there(world: SimpleNamespace, client: Any) -> None:  # R3.3
    group = make_group(world.birch_main, "Theirs")
    client.force_login(world.admin)
    assert client.get(f"{PAGE}?workspace={world.birch_main.pk}").status_code == 404
    assert client.get(f"{PAGE}?group={group.pk}").status_code == 404


@pytest.mark.parametrize("query", ["sort=password", "after=x", "after=a~b", "sort=-seen&after=member~1"])
def test_a_page_of_nobody_is_refused_in_words(world: SimpleNamespace, client: Any, query: str) -> None:
    client.force_login(world.admin)
    assert client.get(f"{PAGE}?{query}").status_code == 400


def test_each_status_says_how_somebody_stands(world: SimpleNamespace, client: Any) -> None:
    grant(make_known("Imported"), "member", world.north)
    directory = make_known("Directory", last_login=NOW)
    grant(directory, "member", world.north)
    grant(directory, "customer_activity", world.north, source="directory:1", ends_at=NOW)
    invite(world.north, make_known("Asked"), roles=["support_contact"])
    invite(world.north, make_known("Late"), expires_at=NOW - timedelta(days=1))
    named = make_known("Named")
    grant(named, "member", world.north)
    invite(world.north, named, made_by_id=None)
    client.force_login(world.north_admin)
    found = {one["name"]: (one["status"], one["source"]) for one in rows(client)}
    assert found["member"] == ("Registered", "Import")
    assert found["Imported"] == ("Known only, cannot sign in", "Import")
    assert found["Directory"] == ("Added by directory", "Directory")
    assert found["asked@example.test"] == ("Invited", "Invitation")
    assert found["late@example.test"] == ("Invitation expired", "Invitation")
    assert found["Named"] == ("Invited", "Agreement")


def test_of_an_invited_person_only_what_the_inviter_wrote_is_shown(world: SimpleNamespace, client: Any) -> None:
    """Whether an address has an account elsewhere, and its name there, is not theirs to know."""
    client.post("/accounts/login/", {"login": "stranger@birch.test", "password": PASSWORD})
    client.logout()
    one = invite(world.north, world.stranger, name="Guessed Name", email="stranger@birch.test")
    client.force_login(world.north_admin)
    (found,) = [row for row in rows(client) if row["address"] == "stranger@birch.test"]
    assert (found["name"], found["status"], found["last_sign_in"]) == ("Guessed Name", "Invited", "")
    assert names(client, "text=stranger") == ["Guessed Name"]
    page = client.get(f"{PAGE}invited/{one.pk}/").content.decode()
    assert "Guessed Name" in page
    assert ">stranger<" not in page


def test_no_number_tells_whether_an_invited_address_is_known_elsewhere(world: SimpleNamespace, client: Any) -> None:
    """People are numbered in the order in which they came: a low number is somebody whom others know."""
    for _ in range(40):
        make_known(f"Filler{_}")
    one = invite(world.north, world.stranger, name="zzz", email="stranger@birch.test")
    client.force_login(world.north_admin)
    assert [row["person"] for row in rows(client) if row["name"] == "zzz"] == [""]
    number = world.stranger.pk
    assert number != one.pk
    for sort in ("name", "-name", "seen", "-seen"):
        page = client.get(f"{PAGE}?sort={sort}").content.decode()
        assert f'href="/users/invited/{one.pk}/"' in page
        assert f"/users/{number}/" not in page
        assert f'name="person" value="{number}"' not in page
        assert f"~{number}&" not in page
    assert client.get(f"/users/invited/{one.pk}/").status_code == 200
    plan = client.get(f"/users/several/?workspace={world.north.pk}&act=remove&person=i{one.pk}").content.decode()
    assert f'name="person" value="i{one.pk}"' in plan
    for probe in (number, make_known("Nobody").pk):
        assert client.get(f"/users/{probe}/").status_code == 404
        assert client.get(f"/users/{probe}/remove/?workspace={world.north.pk}").status_code == 404
        assert client.post(f"/users/{probe}/remove/", {"workspace": world.north.pk}).status_code == 404
        at_once = {"workspace": world.north.pk, "person": probe}
        assert client.post("/users/several/remove/", at_once).status_code == 404
        assert client.get("/users/several/", {**at_once, "act": "remove"}).status_code == 404
    client.force_login(world.stranger)
    assert client.get(f"/users/invited/{one.pk}/").status_code == 404


def test_somebody_invited_twice_is_one_row_and_a_member_is_no_second_one(world: SimpleNamespace, client: Any) -> None:
    twice = make_known("Twice")
    invite(world.north, twice, name="Zed")
    invite(world.south, twice, name="Abe", roles=["support_contact"])
    invite(world.south, world.member, name="Other name")
    client.force_login(world.admin)
    everybody = [one["name"] for one in rows(client, "&workspace=all")]
    assert [name for name in everybody if name in ("Zed", "Abe", "Other name", "member")] == ["member", "Zed"]


def test_all_roles_can_be_read(world: SimpleNamespace, client: Any) -> None:  # R7.1
    grant(world.learning, "support_contact", world.south)
    invite(world.north, make_known("Asked"), roles=["support_contact", "learning_manager"])
    client.force_login(world.admin)
    found = {one["name"]: one["roles"] for one in rows(client, "&workspace=all")}
    assert found["learning"] == "Customer activity (North), Learning manager (North), Support contact (South)"
    assert found["admin"] == "Customer administrator (whole customer)"
    assert found["asked@example.test"] == (
        "Learning manager (when they accept: North), Support contact (when they accept: North)"
    )
    lines = re.findall(r"<li><span[^>]*>([^<]+)</span></li>", client.get(PAGE).content.decode())
    assert ("Customer activity", "Learning manager") in itertools.pairwise(lines)


def test_staff_are_marked_and_cannot_be_ticked(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.north_admin)
    page = client.get(PAGE).content.decode()
    assert "csam (provider or partner)" in page
    ticks = set(re.findall(r'name="person" value="(\d+)"', page))
    assert str(world.member.pk) in ticks
    assert not {str(one.pk) for one in (world.csam, world.engineer, world.admin)} & ticks


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("text=LEARN", ["learning"]),
        ("text=reader@EXAMPLE", ["reader"]),
        ("text=élodie", ["Elodie"]),
        ("role=customer_activity", ["learning", "reader"]),
        ("role=customer_administrator", ["admin"]),
        ("contacts=yes", ["asked@example.test", "contact"]),
        ("status=invited", ["asked@example.test"]),
        ("source=invited", ["asked@example.test"]),
        ("source=agreement", []),
        ("status=known", ["Elodie"]),
        ("text=nobody of that name", []),
        ("text=%25", []),
    ],
)
def test_filters_are_in_the_address(world: SimpleNamespace, client: Any, query: str, expected: list[str]) -> None:
    grant(make_known("Elodie"), "member", world.north)
    invite(world.north, make_known("Asked"), roles=["support_contact"])
    client.force_login(world.north_admin)
    assert names(client, query) == expected
    assert [one["name"] for one in rows(client, f"&{query}")] == expected
    noun = "person" if len(expected) == 1 else "people"
    assert f"<p>{len(expected)} {noun}</p>" in client.get(f"{PAGE}?{query}").content.decode()


def test_a_group_is_a_filter_and_stands_beside_its_members(world: SimpleNamespace, client: Any) -> None:
    group = make_group(world.north, "Night shift", world.member, world.reader)
    client.force_login(world.north_admin)
    assert names(client, f"group={group.pk}") == ["member", "reader"]
    assert {one["name"]: one["groups"] for one in rows(client)}["member"] == "Night shift"


@pytest.mark.parametrize("sort", ["name", "-name", "seen", "-seen"])
@pytest.mark.parametrize("where", ["", "&workspace=all"])
def test_every_row_is_reached_forwards_and_backwards(
    world: SimpleNamespace, client: Any, sort: str, where: str
) -> None:
    for number in range(120):
        seen = NOW - timedelta(hours=number % 7) if number % 3 else None
        person = make_person(f"Person {number % 40}", email=f"p{number}@example.test", last_login=seen)
        grant(person, "member", world.south if number % 2 else world.north)
        if number % 10 == 5:
            grant(person, "member", world.north)
    for number in range(60):
        invite(world.north, make_known(f"i{number}"), name=f"Person {number % 40}" if number % 2 else "")
    client.force_login(world.admin)
    forwards = walk(client, f"?sort={sort}{where}", "Next page")
    assert len(forwards) == len(set(forwards)) == len(rows(client, where))
    assert walk(client, f"?sort={sort}{where}&page=last", "Previous page", from_the_end=True) == forwards


def walk(client: Any, query: str, label: str, *, from_the_end: bool = False) -> list[str]:
    """Addresses of everybody, page by page; whoever has not joined is known by the invitation."""
    found: list[str] = []
    while query:
        page = client.get(f"{PAGE}{query}").content.decode()
        here = re.findall(r'data-column="name"[^>]*><span><a href="/users/((?:invited/)?\d+)/"', page)
        assert 0 < len(here) <= 50
        found = here + found if from_the_end else found + here
        link = re.search(rf'href="/users/(\?[^"]+)"[^>]+aria-label="{label}"', page)
        query = link[1].replace("&amp;", "&") if link else ""
    return found


def test_the_page_costs_the_same_statements_whatever_is_there(
    world: SimpleNamespace, client: Any, statements: Any
) -> None:
    allow_contacts(world, 3)
    for number in range(60):
        grant(make_person(f"many{number}"), "customer_activity", world.north)
        invite(world.north, make_known(f"asked{number}"))
        make_group(world.north, f"Group {number}", world.member)
    client.force_login(world.admin)
    for query in ("", "?workspace=all", "?text=many&role=customer_activity&status=registered"):
        with statements() as made:
            assert client.get(f"{PAGE}{query}").status_code == 200
        assert len(made) <= 8, (query, made)


def test_without_script_the_filters_are_a_plain_form(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.north_admin)
    page = client.get(f"{PAGE}?text=reader&workspace={world.north.pk}").content.decode()
    assert 'method="get"' in page
    assert 'name="text" value="reader"' in page
    assert client.get(f"{PAGE}rows/?text=reader", headers={"HX-Request": "true"}).status_code == 200


def test_nobody_found_says_what_to_do(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.north_admin)
    assert "Nobody fits the filters" in client.get(f"{PAGE}?text=zzz").content.decode()


def test_that_the_list_was_taken_is_in_the_audit(world: SimpleNamespace, client: Any, owner: Any) -> None:  # R7.3
    client.force_login(world.north_admin)
    rows(client)
    found = owner.execute("SELECT customer_id, workspace_id FROM journal_event WHERE kind = 'people.list_downloaded'")
    assert found.fetchall() == [(world.cedar.pk, world.north.pk)]


def test_a_name_is_no_formula(world: SimpleNamespace, client: Any) -> None:
    grant(make_person("=1+1", email="formula@example.test"), "member", world.north)
    client.force_login(world.north_admin)
    assert "'=1+1" in {one["name"] for one in rows(client)}


def test_a_second_workspace_of_the_same_administrator_can_be_chosen(world: SimpleNamespace, client: Any) -> None:
    west = make_workspace(world.cedar, "west")
    grant(world.north_admin, "workspace_administrator", west)
    client.force_login(world.north_admin)
    assert names(client, f"workspace={west.pk}")[-1] == "north_admin"
    assert 'value="all"' not in client.get(PAGE).content.decode()


def test_the_way_to_inviting_leads_from_the_list_and_back(world: SimpleNamespace, client: Any) -> None:  # R7.1
    client.force_login(world.admin)
    assert 'href="/users/invite/"' in client.get("/users/").content.decode()
    one = invite(world.north, make_person("invited"))
    page = client.get(f"/users/invited/{one.pk}/").content.decode()
    assert f'action="/users/invitations/{one.pk}/resend/"' in page
    assert f'name="next" value="/users/invited/{one.pk}/"' in page
    again = client.post(f"/users/invitations/{one.pk}/resend/", {"next": f"/users/invited/{one.pk}/"})
    assert again["Location"] == f"/users/invited/{one.pk}/"
    assert client.post(f"/users/invitations/{one.pk}/revoke/")["Location"] == "/users/"


def test_when_staff_signed_in_last_is_not_the_customers_to_know(world: SimpleNamespace, client: Any) -> None:
    seen = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    people = [world.csam.pk, world.engineer.pk, world.reader.pk]
    Person.objects.using("owner").filter(pk__in=people).update(last_login=seen)
    client.force_login(world.admin)
    order = names(client, "&workspace=all&sort=-seen")
    grant(world.csam, "member", world.north, source="invitation:1")
    found = {one["name"].split(" (")[0]: one["last_sign_in"] for one in rows(client, "&workspace=all")}
    assert found["reader"].startswith("2026-11-20")
    assert (found["csam"], found["engineer"]) == ("", "")
    assert client.get(f"{PAGE}?workspace=all").content.decode().count("20 Nov 2026") == 1
    assert "20 Nov 2026" in client.get(f"{PAGE}{world.reader.pk}/").content.decode()
    assert "20 Nov 2026" not in client.get(f"{PAGE}{world.csam.pk}/").content.decode()
    assert order.index("reader") < order.index("engineer (provider or partner)")  # the order tells nothing either
