"""Opening a request: the steps, drafts, what is offered, who gets it (R4.1, R4.2)."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.agreements.models import Coverage
from tallyhub.journal.models import Event
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations.models import Workspace
from tallyhub.support.models import Change, DefaultGroup, Draft, Request
from tallyhub.support.requests import commands
from tests.make import grant, make_package, make_product
from tests.people.people import acting, make_group
from tests.support.requests.asking import TITLE, begin, drafts_of, fill, numbers, open_request, readers
from tests.world import NOW


@pytest.fixture
def product(world: SimpleNamespace) -> Any:
    return make_product("ledgerline")


@pytest.fixture
def contact(world: SimpleNamespace, product: Any, client: Client) -> Client:
    client.force_login(world.contact)
    return client


def test_a_support_contact_opens_a_request_step_by_step(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:  # R4.1
    request = open_request(contact, world.north, product, severity="B", impact="Nobody can book.")
    assert (request.title, request.kind, request.severity, request.product_id) == (TITLE, "problem", "B", product.pk)
    assert (request.status, request.opened_at, request.impact) == ("submitted", NOW, "Nobody can book.")
    assert (request.opened_by_id, request.primary_contact_id) == (world.contact.pk, world.contact.pk)
    assert (request.customer_id, request.workspace_id) == (world.cedar.pk, world.north.pk)
    assert readers(request) == {("primary", world.contact.pk, None)}
    page = contact.get(f"/support/requests/{request.number}/")
    assert page.status_code == 200
    assert TITLE in page.content.decode()


def test_opening_is_told_in_the_timeline_and_the_journal(world: SimpleNamespace, contact: Client, product: Any) -> None:
    request = open_request(contact, world.north, product)  # R7.3
    (change,) = Change.objects.using("owner").filter(request_id=request.pk)
    assert (change.kind, change.actor_id) == ("opened", world.contact.pk)
    event = Event.objects.using("owner").get(kind="support.request_opened")
    assert (event.subject_id, event.workspace_id, event.actor_id) == (request.pk, world.north.pk, world.contact.pk)
    assert TITLE not in str(event.details)


def test_a_second_click_on_send_opens_no_second_request(world: SimpleNamespace, contact: Client, product: Any) -> None:
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    first, second = contact.post(f"{draft}send/"), contact.post(f"{draft}send/")
    assert first["Location"] == second["Location"]
    assert Request.objects.using("owner").count() == 1
    assert contact.get(f"{draft}check/")["Location"] == first["Location"]  # and going back leads there, too


def test_a_draft_that_was_sent_is_in_no_list_and_cannot_be_changed(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    contact.post(f"{draft}send/")
    assert TITLE not in contact.get("/support/open/").content.decode()
    assert contact.post(f"{draft}problem/", {"title": "x", "act": "next"}).status_code == 404
    assert contact.post(f"{draft}delete/").status_code == 404
    begin(contact, world.north)
    assert len(drafts_of(world.contact)) == 1  # what was sent is forgotten


def test_a_draft_is_kept_taken_up_again_and_deleted(world: SimpleNamespace, contact: Client, product: Any) -> None:
    draft = begin(contact, world.north)
    later = contact.post(f"{draft}problem/", {"title": "Half a thought", "description": "", "act": "later"})
    assert later["Location"] == "/support/open/"
    assert "Half a thought" in contact.get("/support/open/").content.decode()
    assert 'value="Half a thought"' in contact.get(f"{draft}problem/").content.decode()
    assert contact.post(f"{draft}delete/").status_code == 302
    assert drafts_of(world.contact) == []


def test_back_keeps_what_was_typed_and_asks_for_nothing(world: SimpleNamespace, contact: Client, product: Any) -> None:
    draft = begin(contact, world.north)
    answer = contact.post(f"{draft}problem/", {"title": "", "description": "Only this", "act": "back"})
    assert answer["Location"] == f"{draft}what/"
    assert "Only this" in contact.get(f"{draft}problem/").content.decode()


@pytest.mark.parametrize(
    ("step", "said", "sentence"),
    [
        ("what", {"kind": "", "product": ""}, "Choose what you need"),
        ("what", {"kind": "advice", "product": ""}, "Choose the product"),
        ("problem", {"title": "", "description": "x"}, "Give it a title"),
        ("problem", {"title": "x", "description": " \n"}, "Describe what happens"),
        ("problem", {"title": "x" * 201, "description": "x"}, "200 characters"),
        ("problem", {"title": "x\u202ey", "description": "x"}, "character"),
        ("problem", {"title": "x", "description": "a\x00b"}, "character"),
        ("severity", {"severity": "A", "impact": ""}, "Say what it means for your business"),
        ("severity", {"severity": "B", "impact": "  "}, "Say what it means for your business"),
        ("severity", {"severity": "Z", "impact": ""}, "Choose how severe it is"),
    ],
)
def test_a_step_says_what_is_missing(
    world: SimpleNamespace, contact: Client, product: Any, step: str, said: dict[str, str], sentence: str
) -> None:  # R4.1
    draft = begin(contact, world.north)
    answer = contact.post(f"{draft}{step}/", {**said, "act": "next"})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_what_cannot_be_kept_stands_in_the_form_and_is_not_saved(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:
    draft = begin(contact, world.north)
    answer = contact.post(f"{draft}problem/", {"title": "y" * 201, "description": "Kept?", "act": "next"})
    assert "y" * 201 in answer.content.decode()
    assert "Kept?" not in contact.get(f"{draft}problem/").content.decode()


def test_an_incomplete_draft_is_not_sent(world: SimpleNamespace, contact: Client, product: Any) -> None:
    draft = begin(contact, world.north)
    check = contact.get(f"{draft}check/").content.decode()
    assert "Send the request" not in check
    assert "Give it a title" in check
    assert contact.post(f"{draft}send/").status_code == 409
    assert Request.objects.using("owner").count() == 0


def test_changing_a_step_from_the_check_leads_back_to_it(world: SimpleNamespace, contact: Client, product: Any) -> None:
    draft = begin(contact, world.north)
    said = {"title": "x", "description": "y", "act": "next", "to": "check"}
    assert contact.post(f"{draft}problem/", said)["Location"] == f"{draft}check/"


# Products


def offered(client: Client, draft: str) -> set[str]:
    page = client.get(f"{draft}what/").content.decode()
    select = re.search(r'<select[^>]*id="product".*?</select>', page, re.DOTALL)
    return set(re.findall(r">([^<>]+)</option>", select.group())) - {"Choose one"} if select else set()


def test_a_package_that_covers_everything_offers_every_product_that_is_offered(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:  # R4.1
    make_product("gone", is_offered=False)
    assert offered(contact, begin(contact, world.north)) == {"Ledgerline"}


def test_only_products_that_active_agreements_cover_here_are_offered(
    world: SimpleNamespace, contact: Client, product: Any, owner: Any
) -> None:  # R4.1
    owner.execute("UPDATE agreements_package SET covers_every_product = false")
    covered, elsewhere, ended = make_product("covered"), make_product("elsewhere"), make_product("ended")
    hidden = make_product("hidden", is_offered=False)
    south = make_package(world.agreement, world.south, scope="addon")
    for package, one in ((world.addon, covered), (south, elsewhere), (world.old, ended), (world.addon, hidden)):
        Coverage.objects.using("owner").create(customer_id=world.cedar.pk, package=package, product=one)
    draft = begin(contact, world.north)
    assert offered(contact, draft) == {"Covered"}
    for one in (elsewhere, ended, hidden, product):
        answer = contact.post(f"{draft}what/", {"kind": "problem", "product": one.pk, "act": "next"})
        assert (answer.status_code, "not covered here any more" in answer.content.decode()) == (400, True)


def test_where_nothing_is_covered_the_request_can_be_sent_without_a_product(
    world: SimpleNamespace, contact: Client, product: Any, owner: Any
) -> None:
    owner.execute("UPDATE agreements_package SET covers_every_product = false")
    draft = begin(contact, world.north)
    assert "No product is covered" in contact.get(f"{draft}what/").content.decode()
    fill(contact, draft)
    assert contact.post(f"{draft}send/").status_code == 302


def test_a_product_that_is_covered_no_more_hinders_the_sending(
    world: SimpleNamespace, contact: Client, product: Any, owner: Any
) -> None:
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    owner.execute("UPDATE agreements_product SET is_offered = false")
    assert contact.post(f"{draft}send/").status_code == 409
    assert Request.objects.using("owner").count() == 0


# People


def test_a_colleague_becomes_primary_contact_and_the_opener_is_shared_in(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:  # R1.5
    request = open_request(contact, world.north, product, primary_contact=world.member.pk)
    assert (request.opened_by_id, request.primary_contact_id) == (world.contact.pk, world.member.pk)
    assert readers(request) == {("primary", world.member.pk, None), ("opened", world.contact.pk, None)}
    for person in (world.member, world.contact):
        contact.force_login(person)
        assert numbers(contact.get("/support/")) == [request.number]
    contact.force_login(world.learning)
    assert numbers(contact.get("/support/")) == []


def test_it_is_shared_with_people_and_several_groups(world: SimpleNamespace, contact: Client, product: Any) -> None:
    groups = [make_group(world.north, name) for name in ("Night shift", "Day shift", "Others")]  # R4.2
    chosen = {"people": [world.reader.pk, world.viewer.pk], "groups": [one.pk for one in groups[:2]]}
    request = open_request(contact, world.north, product, **chosen)
    assert readers(request) == {
        ("primary", world.contact.pk, None),
        ("shared", world.reader.pk, None),
        ("shared", world.viewer.pk, None),
        ("shared", None, groups[0].pk),
        ("shared", None, groups[1].pk),
    }


def test_the_default_group_is_ticked_beforehand_and_can_be_unticked(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:  # R4.2
    mine = make_group(world.north, "Mine", world.contact)
    saved = contact.post("/support/settings/group/", {"workspace": world.north.pk, "group": mine.pk})
    assert saved["Location"] == "/support/settings/"
    draft = begin(contact, world.north)
    assert re.search(rf'name="groups" value="{mine.pk}" checked', contact.get(f"{draft}people/").content.decode())
    kept = open_request(contact, world.north, product, groups=[mine.pk])
    assert ("default_group", None, mine.pk) in readers(kept)
    unticked = open_request(contact, world.north, product, groups=[])
    assert readers(unticked) == {("primary", world.contact.pk, None)}


def test_a_default_group_that_one_has_left_is_not_ticked(
    world: SimpleNamespace, contact: Client, product: Any, owner: Any
) -> None:
    mine = make_group(world.north, "Mine", world.contact)
    contact.post("/support/settings/group/", {"workspace": world.north.pk, "group": mine.pk})
    owner.execute("DELETE FROM people_groupmember")
    draft = begin(contact, world.north)
    assert " checked" not in contact.get(f"{draft}people/").content.decode()


def test_a_default_group_is_one_that_one_is_in_and_can_be_given_up(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:
    mine, others = make_group(world.north, "Mine", world.contact), make_group(world.north, "Others", world.member)
    south = make_group(world.south, "South", world.contact)
    for group in (others.pk, south.pk, 999_999):
        answer = contact.post("/support/settings/group/", {"workspace": world.north.pk, "group": group})
        assert answer.status_code == 404, group
    contact.post("/support/settings/group/", {"workspace": world.north.pk, "group": mine.pk})
    assert DefaultGroup.objects.using("owner").count() == 1
    contact.post("/support/settings/group/", {"workspace": world.north.pk, "group": ""})
    assert DefaultGroup.objects.using("owner").count() == 0


@pytest.mark.parametrize("field", ["primary_contact", "people", "groups"])
def test_only_people_and_groups_of_the_workspace_can_be_chosen(
    world: SimpleNamespace, contact: Client, product: Any, field: str
) -> None:  # R3.3
    others = {
        "primary_contact": [world.stranger.pk, world.csam.pk, 999_999],
        "people": [world.stranger.pk, world.csam.pk, 999_999],
        "groups": [make_group(world.south, "South").pk, make_group(world.birch_main, "Birch").pk, 999_999],
    }
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    for one in others[field]:
        answer = contact.post(f"{draft}people/", {field: one, "act": "next"})
        assert answer.status_code == 400, one
        assert contact.post(f"{draft}send/").status_code == 409
    for nonsense in ("x", "-1", "9" * 30):
        assert contact.post(f"{draft}people/", {field: nonsense, "act": "next"}).status_code == 404
    assert Request.objects.using("owner").count() == 0


def test_whoever_left_between_choosing_and_sending_is_not_given_the_request(
    world: SimpleNamespace, contact: Client, product: Any, owner: Any
) -> None:
    draft = begin(contact, world.north)
    fill(contact, draft, product, people=[world.member.pk])
    owner.execute("DELETE FROM organizations_membership WHERE person_id = %s", [world.member.pk])
    assert contact.post(f"{draft}send/").status_code == 409
    assert "belong to the workspace any more" in contact.get(f"{draft}check/").content.decode()


def test_people_are_found_by_a_part_of_their_name_and_those_who_are_ticked_stay(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:
    draft = begin(contact, world.north)
    answer = contact.post(f"{draft}people/", {"people": [world.member.pk], "find": "READ", "act": "find"})
    page = answer.content.decode()
    assert re.findall(r'name="people" value="(\d+)"', page) == [str(world.member.pk), str(world.reader.pk)]
    assert f'value="{world.member.pk}" checked' in page


# Who may


def test_drafts_of_others_are_not_there(world: SimpleNamespace, contact: Client, product: Any) -> None:  # R3.3
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    grant(world.member, "support_contact", world.north)
    contact.force_login(world.member)
    for path in ("what/", "check/"):
        assert contact.get(draft + path).status_code == 404
    for path in ("problem/", "send/", "delete/"):
        assert contact.post(draft + path, {"title": "x", "act": "next"}).status_code == 404
    assert TITLE not in contact.get("/support/open/").content.decode()
    assert len(drafts_of(world.contact)) == 1


def test_only_support_contacts_open_requests_and_only_where_they_are_one(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:  # R4.1
    grant(world.contact, "member", world.south)
    assert contact.post("/support/open/begin/", {"workspace": world.south.pk}).status_code == 403
    for one in (world.birch_main.pk, 999_999, "x"):
        assert contact.post("/support/open/begin/", {"workspace": one}).status_code == 404
    contact.force_login(world.admin)
    assert contact.post("/support/open/begin/", {"workspace": world.north.pk}).status_code == 403


def test_a_draft_cannot_be_sent_without_the_right_any_more(
    world: SimpleNamespace, contact: Client, product: Any, owner: Any
) -> None:  # R4.1
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    grant(world.contact, "support_contact", world.south)  # elsewhere
    owner.execute(
        "DELETE FROM organizations_accessgrant WHERE person_id = %s AND workspace_id = %s AND role = 'support_contact'",
        [world.contact.pk, world.north.pk],
    )
    grant(world.contact, "member", world.north)
    assert contact.post(f"{draft}send/").status_code == 403
    assert contact.get(f"{draft}what/").status_code == 403


def test_nothing_is_opened_in_a_workspace_that_is_archived_meanwhile(
    world: SimpleNamespace, contact: Client, product: Any
) -> None:
    draft = begin(contact, world.north)
    fill(contact, draft, product)
    before = acting(world.contact, world.cedar)
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(archived_at=NOW)
    assert contact.post(f"{draft}send/").status_code == 403
    with pytest.raises(Conflict, match="workspace_archived"):
        commands.send_draft(before, drafts_of(world.contact)[0].pk)


def test_a_person_has_only_so_many_drafts(world: SimpleNamespace, contact: Client, product: Any) -> None:
    for _ in range(20):
        begin(contact, world.north)
    answer = contact.post("/support/open/begin/", {"workspace": world.north.pk})
    assert (answer.status_code, "20 drafts" in answer.content.decode()) == (409, True)
    assert Draft.objects.using("owner").count() == 20


def test_a_step_that_is_none_is_not_there(world: SimpleNamespace, contact: Client, product: Any) -> None:
    draft = begin(contact, world.north)
    assert contact.get(f"{draft}nonsense/").status_code == 404
    assert contact.post(f"{draft}check/").status_code == 404
