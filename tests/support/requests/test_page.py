"""A request's page: who opens it, sharing it, who can see it and why, and looks of staff (R1.5, R4.2, R7.3)."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.people.models import GroupMember
from tallyhub.support.models import Change, Request, RequestViewer
from tests.make import give_request, grant, make_person, make_request
from tests.people.people import make_group
from tests.support.requests.asking import readers
from tests.world import NOW


@pytest.fixture
def request_(world: SimpleNamespace) -> Request:
    """Opened by the contact on behalf of the member."""
    made = make_request(
        world.north, title="Crane stops", opened_by_id=world.contact.pk, primary_contact_id=world.member.pk
    )
    give_request(made, world.contact, "opened")
    give_request(made, world.member, "primary")
    return made


def page(request: Request) -> str:
    return f"/support/requests/{request.number}/"


def viewer(request: Request, **of: Any) -> int:
    return int(RequestViewer.objects.using("owner").get(request_id=request.pk, **of).pk)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("admin", "north_admin", "viewer", "csam", "coordinator", "engineer")),
        *((who, 200) for who in ("contact", "member")),
        *((who, 404) for who in ("reader", "learning", "stranger", "newcomer")),
    ],
)
def test_the_page_is_open_to_whom_r1_5_names(
    world: SimpleNamespace, request_: Request, client: Client, who: str, status: int
) -> None:  # R1.5
    client.force_login(getattr(world, who))
    assert client.get(page(request_)).status_code == status
    assert client.get(f"{page(request_)}share/").status_code == status


@pytest.mark.parametrize("path", ["", "who/", "share/"])
def test_a_hidden_request_and_an_absent_one_get_the_same_answer(
    world: SimpleNamespace, request_: Request, client: Client, path: str
) -> None:  # R3.8
    client.force_login(world.reader)
    hidden = client.get(page(request_) + path)
    for number in ("1000000000009", "1", "x", "9" * 39):
        absent = client.get(f"/support/requests/{number}/{path}")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert same(hidden) == same(absent)
    acts = [client.post(f"/support/requests/{one}/unshare/", {"viewer": 1}) for one in (request_.number, "10000000009")]
    assert [one.status_code for one in acts] == [404, 404]
    assert same(acts[0]) == same(acts[1])


def same(answer: Any) -> tuple[Any, ...]:
    """All of it but what is new in every answer: the form's token and the request's own id."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)
    headers = {name: value for name, value in answer.headers.items() if name not in ("Date", "X-Request-Id")}
    return answer.status_code, len(answer.content), body, headers


def test_the_page_takes_the_same_number_of_statements_whoever_it_is_shared_with(
    world: SimpleNamespace, request_: Request, client: Client, statements: Any
) -> None:
    client.force_login(world.admin)

    def cost(path: str) -> int:
        client.get(page(request_) + path)
        with statements() as made:
            assert client.get(page(request_) + path).status_code == 200
        return len(made)

    give_request(request_, make_group(world.north, "First", world.reader))
    few = [cost(path) for path in ("", "who/", "share/")]
    for n in range(12):
        person = make_person(f"extra{n}")
        grant(person, "member", world.north)
        give_request(request_, person)
        give_request(request_, make_group(world.north, f"Group {n}", person, world.reader))
    assert [cost(path) for path in ("", "who/", "share/")] == few


def test_what_people_wrote_is_shown_as_text(world: SimpleNamespace, client: Client) -> None:
    nasty = "<script>alert(1)</script>"
    request = make_request(world.north, title=nasty, description=nasty, impact=nasty)
    client.force_login(world.admin)
    for path in (page(request), "/support/"):
        assert nasty not in client.get(path).content.decode()


# Sharing


def test_whoever_sees_it_shares_it_with_people_and_groups_later(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R4.2
    group = make_group(world.north, "Night shift", world.learning)
    client.force_login(world.member)
    answer = client.post(f"{page(request_)}share/", {"people": [world.reader.pk], "groups": [group.pk], "act": "share"})
    assert answer["Location"] == page(request_)
    assert {("shared", world.reader.pk, None), ("shared", None, group.pk)} < readers(request_)
    told = (
        Change.objects.using("owner").filter(request_id=request_.pk, kind="shared").values_list("details", "actor_id")
    )
    assert list(told) == [({"person": world.reader.pk}, world.member.pk), ({"group": group.pk}, world.member.pk)]
    event = Event.objects.using("owner").get(kind="support.request_shared")
    assert event.details == {"people": 1, "groups": 1}
    for person in (world.reader, world.learning):
        client.force_login(person)
        assert client.get(page(request_)).status_code == 200


def test_sharing_again_changes_nothing_and_keeps_why(world: SimpleNamespace, request_: Request, client: Client) -> None:
    client.force_login(world.admin)
    before = readers(request_)
    for person in (world.member, world.contact):
        client.post(f"{page(request_)}share/", {"people": [person.pk], "act": "share"})
    assert readers(request_) == before
    assert not Event.objects.using("owner").filter(kind="support.request_shared").exists()


def test_it_is_shared_with_members_and_groups_of_its_workspace_alone(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R3.3
    south = make_person("southerner")
    grant(south, "member", world.south)
    groups = [make_group(world.south, "South").pk, make_group(world.birch_main, "Birch").pk, 999_999]
    client.force_login(world.admin)
    before = readers(request_)
    for one in (world.stranger.pk, world.csam.pk, south.pk, 999_999, "x"):
        assert client.post(f"{page(request_)}share/", {"people": one, "act": "share"}).status_code == 404, one
    for one in groups:
        assert client.post(f"{page(request_)}share/", {"groups": one, "act": "share"}).status_code == 404, one
    assert readers(request_) == before


def test_it_is_shared_with_so_many_at_once_and_no_more(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:
    client.force_login(world.admin)
    answer = client.post(f"{page(request_)}share/", {"people": list(range(1, 60)), "act": "share"})
    assert (answer.status_code, "make a group" in answer.content.decode()) == (400, True)


def test_searching_for_a_name_keeps_what_is_ticked(world: SimpleNamespace, request_: Request, client: Client) -> None:
    client.force_login(world.admin)
    said = {"people": [world.reader.pk], "find": "learn", "act": "find"}
    answer = client.post(f"{page(request_)}share/", said).content.decode()
    assert re.findall(r'name="people" value="(\d+)"', answer) == [str(world.reader.pk), str(world.learning.pk)]
    assert f'value="{world.reader.pk}" checked' in answer
    assert ("shared", world.reader.pk, None) not in readers(request_)


@pytest.mark.parametrize("who", ["contact", "member", "admin", "north_admin"])
def test_opener_primary_contact_and_administrators_take_a_share_away(
    world: SimpleNamespace, request_: Request, client: Client, who: str
) -> None:  # R4.2
    give_request(request_, world.reader)
    client.force_login(getattr(world, who))
    answer = client.post(f"{page(request_)}unshare/", {"viewer": viewer(request_, person_id=world.reader.pk)})
    assert answer["Location"] == page(request_)
    assert ("shared", world.reader.pk, None) not in readers(request_)
    told = Change.objects.using("owner").get(request_id=request_.pk, kind="unshared")
    assert told.details == {"person": world.reader.pk}
    event = Event.objects.using("owner").get(kind="support.request_unshared")
    assert (event.details, event.actor_id) == ({"what": "person", "id": world.reader.pk}, getattr(world, who).pk)
    client.force_login(world.reader)
    assert client.get(page(request_)).status_code == 404


@pytest.mark.parametrize("who", ["reader", "viewer", "engineer", "csam"])
def test_others_who_see_it_take_nothing_away(
    world: SimpleNamespace, request_: Request, client: Client, who: str
) -> None:
    give_request(request_, world.reader)
    client.force_login(getattr(world, who))
    assert "unshare" not in client.get(page(request_)).content.decode()
    answer = client.post(f"{page(request_)}unshare/", {"viewer": viewer(request_, person_id=world.contact.pk)})
    assert answer.status_code == 403
    assert ("opened", world.contact.pk, None) in readers(request_)


def test_the_primary_contact_named_at_creation_cannot_be_taken_away(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R1.5
    client.force_login(world.admin)
    answer = client.post(f"{page(request_)}unshare/", {"viewer": viewer(request_, person_id=world.member.pk)})
    assert answer.status_code == 409
    assert ("primary", world.member.pk, None) in readers(request_)


def test_an_administrator_sees_it_without_the_share_that_was_taken_away(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R1.5
    give_request(request_, world.north_admin)
    client.force_login(world.member)
    client.post(f"{page(request_)}unshare/", {"viewer": viewer(request_, person_id=world.north_admin.pk)})
    client.force_login(world.north_admin)
    assert client.get(page(request_)).status_code == 200


def test_whoever_takes_their_own_share_away_is_led_to_the_list(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:
    client.force_login(world.contact)
    answer = client.post(f"{page(request_)}unshare/", {"viewer": viewer(request_, person_id=world.contact.pk)})
    assert answer["Location"] == "/support/"
    assert client.get(page(request_)).status_code == 404


def test_a_share_of_another_request_is_not_there(world: SimpleNamespace, request_: Request, client: Client) -> None:
    other = make_request(world.north)
    give_request(other, world.reader)
    client.force_login(world.admin)
    for one in (viewer(other, person_id=world.reader.pk), 999_999, "x"):
        assert client.post(f"{page(request_)}unshare/", {"viewer": one}).status_code == 404
    assert ("shared", world.reader.pk, None) in readers(other)


# Who can see it, and why


def shown(client: Client, request: Request) -> dict[str, str]:
    """By person, why."""
    answer = client.get(f"{page(request)}who/")
    assert answer.status_code == 200
    found = {}
    for row in re.findall(r'<tr role="row">\s*<td(.*?)</tr>', answer.content.decode(), re.DOTALL):
        (name,) = re.findall(r'data-label="Person"><span>([^<]+?)\s*<', row)
        reasons = re.findall(r"<li>(.*?)</li>", row, re.DOTALL)
        found[name] = " | ".join(re.sub(r"\s+", " ", re.sub("<[^>]+>", "", one)).strip() for one in reasons)
    return found


def test_everybody_who_sees_it_is_listed_with_every_rule_and_nobody_else(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R7.3
    give_request(request_, make_group(world.north, "Night shift", world.reader, world.viewer))
    client.force_login(world.north_admin)
    found = shown(client, request_)
    assert set(found) == {
        "admin", "north_admin", "viewer", "csam", "coordinator", "engineer", "contact", "member", "reader",
    }  # fmt: skip
    assert found["contact"].startswith("Opened it for somebody else by")
    assert found["member"].startswith("Named as primary contact when it was opened by")
    assert found["reader"].startswith("In the group Night shift, which it is shared with by")
    assert found["viewer"].startswith("View all support requests in North")
    assert "In the group Night shift" in found["viewer"]
    assert found["admin"].startswith("Customer administrator in the whole customer")
    assert found["engineer"].startswith("Engineer in the whole customer")


def test_the_page_agrees_with_what_each_of_the_cast_can_open(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R1.5, R7.3
    give_request(request_, make_group(world.north, "Night shift", world.learning))
    client.force_login(world.admin)
    found = set(shown(client, request_))
    for who in world.cast:
        client.force_login(getattr(world, who))
        assert (client.get(page(request_)).status_code == 200) is (who in found), who


def test_whoever_left_the_workspace_is_not_listed(
    world: SimpleNamespace, request_: Request, client: Client, owner: Any
) -> None:  # R3.3
    owner.execute("DELETE FROM organizations_accessgrant WHERE person_id = %s", [world.member.pk])
    grant(world.member, "member", world.south)
    client.force_login(world.admin)
    assert "member" not in shown(client, request_)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("admin", "north_admin", "csam", "coordinator", "engineer")),
        *((who, 403) for who in ("contact", "member", "viewer")),
        *((who, 404) for who in ("reader", "stranger")),
    ],
)
def test_who_can_see_it_is_told_to_administrators_and_staff(
    world: SimpleNamespace, request_: Request, client: Client, who: str, status: int
) -> None:  # R7.3
    client.force_login(getattr(world, who))
    assert client.get(f"{page(request_)}who/").status_code == status
    if status == 403:
        assert "/who/" not in client.get(page(request_)).content.decode()


def test_a_page_of_readers_has_fifty_people_and_leads_to_the_next(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:
    group = make_group(world.north, "Many")
    for n in range(60):
        person = make_person(f"x{n:02}")
        grant(person, "member", world.north)
        GroupMember.objects.using("owner").create(
            customer_id=world.cedar.pk, workspace_id=world.north.pk, group=group, person_id=person.pk
        )
    give_request(request_, group)
    client.force_login(world.admin)
    first = client.get(f"{page(request_)}who/").content.decode()
    assert first.count('data-label="Person"') == 50
    (link,) = re.findall(r'href="([^"]+)">Next page', first)
    second = client.get(link.replace("&amp;", "&")).content.decode()
    assert second.count('data-label="Person"') == 18


# Looks


def test_a_look_of_staff_is_told_once_a_day_and_that_of_others_is_not(
    world: SimpleNamespace, request_: Request, client: Client
) -> None:  # R7.3
    other = make_request(world.north)
    for person in (world.engineer, world.admin, world.member):
        client.force_login(person)
        for request in (request_, request_):
            client.get(page(request))
    client.force_login(world.engineer)
    client.get(page(other))
    client.get(f"{page(request_)}who/")
    with clock.frozen(NOW + timedelta(days=1)):
        client.get(page(request_))
    looks = Event.objects.using("owner").filter(kind="support.request_looked").order_by("pk")
    assert [(one.subject_id, one.actor_id, one.workspace_id) for one in looks] == [
        (request_.pk, world.engineer.pk, world.north.pk),
        (other.pk, world.engineer.pk, world.north.pk),
        (request_.pk, world.engineer.pk, world.north.pk),
    ]


def test_a_hidden_request_is_no_look(world: SimpleNamespace, client: Client) -> None:
    there = make_request(world.birch_main)
    client.force_login(world.engineer)
    assert client.get(page(there)).status_code == 404
    assert not Event.objects.using("owner").filter(kind="support.request_looked").exists()


def test_the_audit_names_the_request(world: SimpleNamespace, request_: Request, client: Client) -> None:  # R7.3
    client.force_login(world.engineer)
    client.get(page(request_))
    client.force_login(world.north_admin)
    assert f"Request {request_.number} · North" in client.get("/audit/").content.decode()
