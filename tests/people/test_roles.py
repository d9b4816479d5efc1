"""Giving and taking roles, the support-contact switch, removing (R7.1, R1.4)."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.organizations.models import Workspace
from tallyhub.people.models import Invitation
from tests.make import grant, make_person
from tests.people.inviting import link_of, register, text_of
from tests.people.people import invite, is_member, make_group, make_known, roles_of
from tests.world import NOW

GIVEN = "membership"


def post(client: Any, person: Any, act: str, workspace: Any, **fields: Any) -> int:
    answer = client.post(f"/users/{person.pk}/{act}/", {"workspace": workspace.pk, **fields})
    status: int = answer.status_code
    return status


def several(client: Any, act: str, workspace: Any, *people: Any, **fields: Any) -> int:
    ids = [one.pk for one in people]
    answer = client.post(f"/users/several/{act}/", {"workspace": workspace.pk, "person": ids, **fields})
    status: int = answer.status_code
    return status


def test_a_role_counts_from_the_next_request_of_an_open_session(world: SimpleNamespace, client: Any) -> None:  # R1.4
    theirs = Client()
    theirs.force_login(world.member)
    assert theirs.get("/customer-activity/").status_code == 403
    client.force_login(world.north_admin)
    assert post(client, world.member, "roles", world.north, role=["customer_activity"]) == 302
    assert theirs.get("/customer-activity/").status_code == 200
    assert post(client, world.member, "roles", world.north) == 302
    assert theirs.get("/customer-activity/").status_code == 403
    assert roles_of(world.member, world.north) == {("member", GIVEN)}


def test_only_what_was_given_here_is_edited(world: SimpleNamespace, client: Any) -> None:
    grant(world.member, "support_contact", world.north, source="directory:4")
    grant(world.member, "learning_manager", world.north, source="invitation")
    client.force_login(world.north_admin)
    assert post(client, world.member, "roles", world.north, role=["customer_activity"]) == 302
    assert roles_of(world.member, world.north) == {("support_contact", "directory:4"), ("customer_activity", GIVEN)}


def test_the_page_says_where_each_role_comes_from(world: SimpleNamespace, client: Any) -> None:  # R7.1
    group = make_group(world.north, "Night shift", world.member, roles=["support_contact"])
    grant(world.member, "support_contact", world.north, source=f"group:{group.pk}")
    client.force_login(world.north_admin)
    page = client.get(f"/users/{world.member.pk}/").content.decode()
    assert "Group Night shift" in page
    assert "also: Group Night shift" in page
    assert "Given to the person directly" in page
    assert "since 1 Jan 2020" in page


def test_what_somebody_holds_who_cannot_sign_in_is_shown_with_the_reason_and_taken(
    world: SimpleNamespace, client: Any
) -> None:  # R7.1
    known = make_known("Fanni")
    grant(known, "support_contact", world.north)
    client.force_login(world.north_admin)
    page = text_of(client.get(f"/users/{known.pk}/"))
    assert "Does not count yet: whoever accepts an invitation confirms their email address by it." in page
    assert re.search(r'value="support_contact" checked', page)
    assert "End as support contact" in page
    assert post(client, known, "contact", world.north, contact="no") == 302
    assert roles_of(known, world.north) == {("member", GIVEN)}
    assert "Make support contact" in text_of(client.get(f"/users/{known.pk}/"))


def test_what_does_not_count_is_shown_with_the_reason(world: SimpleNamespace, client: Any) -> None:  # R3.6
    guest, unconfirmed = make_person("guest", email="guest@home.test"), make_person("late", confirmed_at=None)
    client.force_login(world.north_admin)
    for person, reason in (
        (guest, "only work accounts are accepted, and home.test is none of the proved domains."),
        (unconfirmed, "only work accounts are accepted, and the email address is not confirmed."),
    ):
        grant(person, "customer_activity", world.north)
        assert f"Does not count: {reason}" in text_of(client.get(f"/users/{person.pk}/"))
    assert "Does not count" not in text_of(client.get(f"/users/{world.member.pk}/"))


def test_whoever_cannot_sign_in_is_invited_from_their_page(world: SimpleNamespace, client: Any) -> None:  # R3.5
    known = make_known("Kavitha")
    grant(known, "support_contact", world.north)
    client.force_login(world.north_admin)
    path = f"/users/invite/?workspace={world.north.pk}&amp;person={known.pk}"
    assert path in client.get(f"/users/{known.pk}/").content.decode()
    form = text_of(client.get(path.replace("&amp;", "&")))
    assert "&quot;Kavitha&quot; &lt;kavitha@example.test&gt;" in form
    assert re.search(r'value="support_contact" checked', form)
    said = {"workspace": world.north.pk, "people": "Kavitha <kavitha@example.test>", "language": "en"}
    preview = client.post("/users/invite/", said).content.decode()
    assert "A member already, who cannot sign in yet." in preview
    kept = re.findall(r'name="kept" value="([^"]+)"', preview)[0]
    assert client.post("/users/invite/send/", {"kept": kept}).status_code == 302
    assert Invitation.objects.using("owner").get(person_id=known.pk).workspace_id == world.north.pk
    assert path not in client.get(f"/users/{known.pk}/").content.decode()
    asked = Invitation.objects.using("owner").get(person_id=known.pk)
    assert register(Client(), link_of(asked)).status_code == 302
    assert ("support_contact", GIVEN) in roles_of(known, world.north)
    page = text_of(client.get(f"/users/{known.pk}/"))
    assert ("Does not count" in page, "Registered" in page) == (False, True)
    for person, workspace in ((world.stranger, world.north), (known, world.birch_main)):
        assert client.get(f"/users/invite/?workspace={workspace.pk}&person={person.pk}").status_code == 404


def test_somebody_of_another_workspace_or_customer_is_not_there(world: SimpleNamespace, client: Any) -> None:  # R3.3
    grant(world.newcomer, "member", world.south)
    client.force_login(world.north_admin)
    for stranger in (world.newcomer, world.stranger):
        assert client.get(f"/users/{stranger.pk}/").status_code == 404
    assert client.get("/users/999999999999999999/").status_code == 404


FOREIGN = [
    ("roles", {"role": ["customer_activity"]}),
    ("contact", {"contact": "yes"}),
    ("groups", {}),
    ("remove", {}),
]


@pytest.mark.parametrize(("act", "fields"), FOREIGN)
def test_ids_of_others_are_not_there_and_nothing_is_written(
    world: SimpleNamespace, client: Any, owner: Any, act: str, fields: dict[str, Any]
) -> None:
    grant(world.newcomer, "member", world.south)
    client.force_login(world.north_admin)
    before = _all(owner)
    for person, workspace in (
        (world.stranger, world.birch_main),  # of another customer
        (world.stranger, world.north),
        (world.member, world.birch_main),
        (world.newcomer, world.south),  # of a workspace that one does not manage
        (world.member, world.south),
        (world.newcomer, world.north),  # no member here
    ):
        assert post(client, person, act, workspace, **fields) == 404, (person, workspace)
    assert _all(owner) == before


@pytest.mark.parametrize(
    ("act", "fields"),
    [("give", {"role": "support_contact"}), ("take", {"role": "member"}), ("remove", {}), ("group", {"group": 1})],
)
def test_several_of_whom_one_is_of_others_are_refused_as_a_whole(
    world: SimpleNamespace, client: Any, owner: Any, act: str, fields: dict[str, Any]
) -> None:
    grant(world.newcomer, "member", world.south)
    make_group(world.north, "Ours")
    client.force_login(world.north_admin)
    before = _all(owner)
    for other in (world.newcomer, world.stranger):
        assert several(client, act, world.north, world.member, other, **fields) in (400, 404)
        query = f"workspace={world.north.pk}&act=give:support_contact&person={world.member.pk}&person={other.pk}"
        assert client.get(f"/users/several/?{query}").status_code == 404
    assert _all(owner) == before


def _all(owner: Any) -> dict[str, Any]:
    tables = ("organizations_accessgrant", "organizations_membership", "people_invitation", "people_groupmember")
    found = {table: owner.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in tables}
    return found | {"events": owner.execute("SELECT count(*) FROM journal_event").fetchall()}


@pytest.mark.parametrize("field", ["²", "1e3", "-1", "x", "9" * 19, ""])
def test_what_is_no_id_is_not_there(world: SimpleNamespace, client: Any, field: str) -> None:
    client.force_login(world.north_admin)
    assert client.post(f"/users/{world.member.pk}/roles/", {"workspace": field}).status_code == 404
    people = {"workspace": world.north.pk, "person": [field], "role": "support_contact"}
    assert client.post("/users/several/give/", people).status_code == 404


def test_roles_that_are_not_given_in_a_workspace_are_refused(world: SimpleNamespace, client: Any) -> None:
    """The customer's administration above all: whoever administers a workspace cannot give it."""
    client.force_login(world.north_admin)
    for role in ("customer_administrator", "csam", "engineer", "member", "king"):
        assert post(client, world.member, "roles", world.north, role=[role]) == 400
        assert several(client, "give", world.north, world.member, role=role) == 400
    assert roles_of(world.member, world.north) == {("member", GIVEN)}
    assert roles_of(world.member, None) == set()


def test_the_customers_administration_is_given_by_those_who_have_it(world: SimpleNamespace, client: Any) -> None:
    path = f"/users/{world.member.pk}/administration"
    client.force_login(world.north_admin)
    assert client.post(f"{path}/give/").status_code == 403
    assert client.post(f"/users/{world.admin.pk}/administration/take/").status_code == 403
    client.force_login(world.admin)
    assert client.post(f"{path}/give/").status_code == 302
    assert roles_of(world.member, None) == {("customer_administrator", GIVEN)}
    assert client.post(f"{path}/take/").status_code == 302
    assert roles_of(world.member, None) == set()


def test_it_is_not_given_to_strangers_nor_to_who_was_only_asked(world: SimpleNamespace, client: Any) -> None:
    asked = make_known("Asked")
    invite(world.north, asked)
    client.force_login(world.admin)
    for person in (world.stranger, world.newcomer, asked):
        assert client.post(f"/users/{person.pk}/administration/give/").status_code == 404


def test_nobody_edits_staff(world: SimpleNamespace, client: Any) -> None:
    staff = make_person("assigned")
    grant(staff, "engineer", world.north)
    client.force_login(world.admin)
    group = make_group(world.north, "Night shift")
    for act, fields in FOREIGN:
        more = {"group": group.pk} if act == "groups" else fields
        assert post(client, staff, act, world.north, **more) == 409, act
    assert several(client, "remove", world.north, staff, world.member) == 409
    assert client.post(f"/users/{world.csam.pk}/administration/give/").status_code == 409
    assert roles_of(staff, world.north) == {("engineer", GIVEN)}
    page = client.get(f"/users/{staff.pk}/").content.decode()
    assert "Works for the provider or a partner" in page
    assert "/roles/" not in page


def test_a_role_of_the_customer_can_be_taken_from_staff_and_given_up(world: SimpleNamespace, client: Any) -> None:
    """Whoever invites the CSAM as an administrator can take that back; the role of staff stays the provider's."""
    theirs = Client()
    theirs.force_login(world.csam)

    def give() -> None:
        grant(world.csam, "workspace_administrator", world.north, source="invitation:1")

    client.force_login(world.admin)
    give()
    assert 'action="/users/' in client.get(f"/users/{world.csam.pk}/").content.decode()
    assert post(client, world.csam, "roles", world.north) == 302
    assert roles_of(world.csam, world.north) == set()
    assert post(client, world.csam, "roles", world.north, role=["workspace_administrator"]) == 409
    assert post(client, world.csam, "contact", world.north, contact="yes") == 409
    assert several(client, "give", world.north, world.csam, role="learning_manager") == 409
    assert client.post(f"/users/{world.csam.pk}/administration/give/").status_code == 409
    assert roles_of(world.csam, world.north) == set()
    give()
    assert several(client, "take", world.north, world.csam, role="workspace_administrator") == 302
    give()
    assert post(client, world.csam, "remove", world.north) == 302
    assert not is_member(world.csam, world.north)
    give()
    assert post(theirs, world.csam, "remove", world.north, oneself="yes") == 302
    assert roles_of(world.csam, world.north) == set()
    grant(world.csam, "customer_administrator", world.cedar)
    assert client.post(f"/users/{world.csam.pk}/administration/take/").status_code == 302
    assert roles_of(world.csam, None) == {("csam", GIVEN)}


def test_the_switch_makes_a_support_contact_and_undoes_it(world: SimpleNamespace, client: Any) -> None:  # R7.1
    client.force_login(world.north_admin)
    assert post(client, world.reader, "contact", world.north, contact="yes") == 302
    assert roles_of(world.reader, world.north) == {("customer_activity", GIVEN), ("support_contact", GIVEN)}
    assert post(client, world.reader, "contact", world.north, contact="no") == 302
    assert roles_of(world.reader, world.north) == {("customer_activity", GIVEN)}


def test_whoever_is_removed_has_nothing_left_there_and_keeps_the_rest(
    world: SimpleNamespace, client: Any, owner: Any
) -> None:
    grant(world.member, "customer_activity", world.south)
    group = make_group(world.north, "Night shift", world.member, roles=["support_contact"])
    grant(world.member, "support_contact", world.north, source=f"group:{group.pk}")
    invite(world.north, world.member)
    client.force_login(world.north_admin)
    assert client.get(f"/users/{world.member.pk}/remove/?workspace={world.north.pk}").status_code == 200
    assert post(client, world.member, "remove", world.north) == 302
    assert not is_member(world.member, world.north)
    assert roles_of(world.member, world.north) == set()
    assert roles_of(world.member, world.south) == {("customer_activity", GIVEN)}
    assert owner.execute("SELECT count(*) FROM people_groupmember").fetchone() == (0,)
    assert not Invitation.objects.using("owner").filter(person=world.member).exists()
    kinds = owner.execute("SELECT kind, workspace_id FROM journal_event ORDER BY id").fetchall()
    assert set(kinds) == {
        ("organizations.member_removed", world.north.pk), ("people.invitation_removed", world.north.pk),
    }  # fmt: skip


def test_whoever_was_only_asked_can_be_removed(world: SimpleNamespace, client: Any) -> None:
    one = invite(world.north, make_known("Asked"))
    client.force_login(world.north_admin)
    where = {"workspace": world.north.pk}
    assert client.post("/users/several/remove/", {**where, "person": f"i{one.pk + 1}"}).status_code == 404
    assert client.post("/users/several/remove/", {**where, "person": f"i{one.pk}"}).status_code == 302
    assert client.get(f"/users/invited/{one.pk}/").status_code == 404


def test_removing_oneself_is_asked_for_once_more(world: SimpleNamespace, client: Any) -> None:
    grant(world.member, "workspace_administrator", world.north)
    client.force_login(world.north_admin)
    assert post(client, world.north_admin, "remove", world.north) == 400
    page = client.get(f"/users/{world.north_admin.pk}/remove/?workspace={world.north.pk}").content.decode()
    assert "You are about to remove yourself" in page
    assert "You will not see this workspace any more" in page
    assert 'name="oneself" value="yes"' in page
    assert post(client, world.north_admin, "remove", world.north, oneself="yes") == 302
    assert not is_member(world.north_admin, world.north)
    assert client.get("/users/").status_code == 403


def test_several_get_a_role_and_a_page_says_before_who_does(world: SimpleNamespace, client: Any) -> None:  # R7.1
    asked = invite(world.north, make_known("Asked"))
    grant(world.viewer, "support_contact", world.north, source="group:9")
    people = [world.member, world.reader, world.contact, world.viewer]
    client.force_login(world.north_admin)
    query = "&".join([f"person=i{asked.pk}", *(f"person={one.pk}" for one in people)])
    page = client.get(f"/users/several/?workspace={world.north.pk}&act=give:support_contact&{query}").content.decode()
    assert "3 people get the role Support contact in North" in page
    assert "They hold the role already:" in page
    assert "They have not accepted their invitation yet:" in page
    ids = set(map(int, re.findall(r'name="person" value="(\d+)"', page)))
    assert ids == {world.member.pk, world.reader.pk, world.viewer.pk}
    assert several(client, "give", world.north, world.member, world.reader, role="support_contact") == 302
    assert ("support_contact", GIVEN) in roles_of(world.reader, world.north)
    assert several(client, "take", world.north, world.member, world.reader, world.viewer, role="support_contact") == 302
    assert roles_of(world.member, world.north) == {("member", GIVEN)}
    assert ("support_contact", "group:9") in roles_of(world.viewer, world.north)


def test_nothing_new_happens_in_an_archived_workspace_and_what_is_there_can_go(
    world: SimpleNamespace, client: Any
) -> None:
    group = make_group(world.north, "Night shift", world.reader, roles=["learning_manager"])
    grant(world.reader, "learning_manager", world.north, source=f"group:{group.pk}")
    grant(world.member, "customer_activity", world.north)
    grant(world.member, "view_all_support_requests", world.north)
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(archived_at=NOW)
    client.force_login(world.admin)
    roles = ["customer_activity", "view_all_support_requests", "learning_manager"]
    assert post(client, world.member, "roles", world.north, role=roles) == 409
    assert post(client, world.member, "contact", world.north, contact="yes") == 409
    assert post(client, world.member, "groups", world.north, group=group.pk) == 409
    assert several(client, "give", world.north, world.member, world.viewer, role="learning_manager") == 409
    assert several(client, "group", world.north, world.member, group=group.pk) == 409
    assert client.post("/groups/make/", {"workspace": world.north.pk, "name": "Day shift"}).status_code == 409
    assert client.post(f"/groups/{group.pk}/add/", {"address": "member@example.test"}).status_code == 409
    changed = {"role": ["learning_manager", "support_contact"]}
    assert client.post(f"/groups/{group.pk}/roles/", changed).status_code == 409
    assert client.post(f"/account-policy/workspaces/{world.north.pk}/allow/").status_code == 409
    assert roles_of(world.viewer, world.north) == {("view_all_support_requests", GIVEN)}
    assert post(client, world.member, "roles", world.north, role=["customer_activity"]) == 302
    assert several(client, "take", world.north, world.member, role="customer_activity") == 302
    assert roles_of(world.member, world.north) == {("member", GIVEN)}
    assert post(client, world.contact, "contact", world.north, contact="no") == 302
    assert post(client, world.reader, "groups", world.north) == 302
    assert ("learning_manager", f"group:{group.pk}") not in roles_of(world.reader, world.north)
    assert client.post(f"/groups/{group.pk}/roles/").status_code == 302
    assert client.post(f"/groups/{group.pk}/delete/").status_code == 302
    assert post(client, world.member, "remove", world.north) == 302


def test_several_are_put_into_a_group_or_removed(world: SimpleNamespace, client: Any) -> None:
    group = make_group(world.north, "Night shift", roles=["support_contact"])
    client.force_login(world.north_admin)
    assert several(client, "group", world.north, world.member, world.reader, group=group.pk) == 302
    assert roles_of(world.reader, world.north) == {
        ("customer_activity", GIVEN), ("support_contact", f"group:{group.pk}"),
    }  # fmt: skip
    assert several(client, "remove", world.north, world.member, world.reader) == 302
    assert not is_member(world.member, world.north)
    assert not is_member(world.reader, world.north)


def test_nobody_and_too_many_are_refused_in_words(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.north_admin)
    assert several(client, "give", world.north, role="support_contact") == 400
    many = {"workspace": world.north.pk, "person": list(range(1, 300)), "role": "support_contact"}
    assert client.post("/users/several/give/", many).status_code == 400
    answer = client.get(f"/users/several/?workspace={world.north.pk}&act=remove", follow=True)
    assert answer.redirect_chain == [(f"/users/?workspace={world.north.pk}", 302)]
    assert "Choose at least one person, and no more than 200 at once." in text_of(answer)


def test_each_change_is_in_the_audit_of_the_workspace(world: SimpleNamespace, client: Any) -> None:  # R7.3
    client.force_login(world.north_admin)
    post(client, world.member, "roles", world.north, role=["customer_activity", "learning_manager"])
    page = client.get("/audit/").content.decode()
    for sentence in (
        "Gave the role: Customer activity",
        "Gave the role: Learning manager",
        "Took the role away: Member",
    ):
        assert sentence in page


def test_an_old_way_in_changes_nothing(world: SimpleNamespace, client: Any) -> None:
    """Asking with GET is not enough."""
    client.force_login(world.north_admin)
    for act in ("roles", "contact", "groups", "administration/give", "administration/take"):
        assert client.get(f"/users/{world.member.pk}/{act}/").status_code == 405


def test_who_sees_a_workspace_by_the_whole_customer_is_told_so_before_leaving_it(
    world: SimpleNamespace, client: Any
) -> None:
    grant(world.admin, "member", world.north)
    client.force_login(world.admin)
    page = text_of(client.get(f"/users/{world.admin.pk}/remove/?workspace={world.north.pk}"))
    assert "You still see this workspace, because your role counts in the whole customer" in page
    assert "You will not see this workspace any more" not in page


def test_every_refusal_has_a_way_back_and_none_to_another_site(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.admin)
    path = f"/users/{world.admin.pk}/"

    def ways(referer: str) -> list[str]:
        answer = client.post(f"{path}administration/take/", headers={"Referer": referer})
        assert answer.status_code == 409  # the last administrator
        (offers,) = re.findall(r'<div class="offers">(.*?)</div>', answer.content.decode(), re.DOTALL)
        return re.findall(r'href="([^"]+)"', offers)

    assert ways(f"http://testserver{path}?a=b#c") == [f"{path}?a=b", "/"]
    for foreign in (
        "",
        "http://elsewhere.test/",
        "//elsewhere.test",
        "javascript:alert(1)",
        "http://testserver//x.test/",
        "http://testserver/\\x.test/",
    ):
        assert ways(foreign) == ["/"], foreign
    client.force_login(world.member)
    assert 'class="offers"' in client.get("/users/").content.decode()
    assert 'class="offers"' in client.get("/customer-activity/?sort=nonsense").content.decode()
