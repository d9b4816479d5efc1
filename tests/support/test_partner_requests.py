"""Requests that a customer asks of a partner: the same engine, and never the provider's (R5.3)."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.support import desk
from tallyhub.support.conversation import commands as conversation
from tallyhub.support.models import Message, Note, Request, RequestViewer
from tallyhub.support.placement.queries import list_sorts
from tallyhub.support.queries import find_ids, get_request
from tallyhub.support.steps import index_words
from tallyhub.support.time.commands import log_work
from tallyhub.support.work import commands as work
from tests.make import give_request, grant, make_request
from tests.partners.world import people
from tests.support.working import worked


@pytest.fixture
def as_() -> Callable[[Any], Any]:
    """A browser of somebody."""

    def browser(person: Any) -> Any:
        client = Client()
        client.force_login(person)
        return client

    return browser


@pytest.fixture
def firm(world: SimpleNamespace) -> SimpleNamespace:
    found = people(world)
    found.asked = make_request(world.north, partner=world.partner, desk=world.partner, title="Phones are silent")
    found.provided = make_request(world.north, title="Phones are loud")
    return found


def inside(person: Any, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def at_work(person: Any) -> Access:
    return sign_on.act_at_work(person.pk)


def by_python(access: Access) -> set[int]:
    with scope(access):
        seen = Request.objects.visible_to(access) | Request.objects.at_desk(access)
        return set(seen.values_list("pk", flat=True))


def by_database(access: Access) -> set[int]:
    with scope(access), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM support_request")
        return {one for (one,) in cursor.fetchall()}


Wall = Callable[[Access], set[int]]


@pytest.fixture(params=[by_python, by_database], ids=["python", "database"])
def sees(request: Any) -> Wall:
    return request.param


@pytest.mark.parametrize("who", ["admin", "north_admin", "viewer"])
def test_whoever_oversees_requests_at_the_customer_sees_it(firm: SimpleNamespace, sees: Wall, who: str) -> None:  # R1.5
    assert sees(inside(getattr(firm, who), firm.cedar)) == {firm.asked.pk, firm.provided.pk}


@pytest.mark.parametrize("who", ["csam", "coordinator", "engineer"])
def test_the_providers_staff_never_see_it(firm: SimpleNamespace, sees: Wall, who: str) -> None:  # R5.3
    assert sees(inside(getattr(firm, who), firm.cedar)) == {firm.provided.pk}


@pytest.mark.parametrize("who", ["agent", "helper", "second"])
def test_the_partners_agents_see_it_from_their_desk_and_nothing_else(
    firm: SimpleNamespace, sees: Wall, who: str
) -> None:  # R5.4: nothing was delegated
    assert sees(at_work(getattr(firm, who))) == {firm.asked.pk}


def test_agents_see_it_inside_its_workspace_and_nothing_else_there(firm: SimpleNamespace, sees: Wall) -> None:
    assert sees(desk.at_desk(at_work(firm.helper), firm.asked.number)) == {firm.asked.pk}


def test_another_partner_sees_nothing_of_it(firm: SimpleNamespace, sees: Wall) -> None:  # edge 13
    assert sees(at_work(firm.rival_agent)) == set()


def test_a_supplier_sees_what_lies_at_its_desk_and_nothing_else(firm: SimpleNamespace, sees: Wall) -> None:  # S003-39
    night = make_request(firm.north, partner=firm.partner, desk=firm.rival)
    assert sees(at_work(firm.rival_agent)) == {night.pk}
    assert sees(at_work(firm.helper)) == {firm.asked.pk, night.pk}


def test_who_sells_for_a_partner_and_supports_nobody_sees_none(firm: SimpleNamespace) -> None:  # S003-1
    assert by_python(at_work(firm.seller)) == set()


def test_what_is_delegated_to_a_partner_shows_none_of_another_ones(firm: SimpleNamespace, sees: Wall) -> None:
    grant(firm.rival_agent, "support_tier_1", firm.cedar, source="delegation:1")  # edge 13
    assert sees(inside(firm.rival_agent, firm.cedar)) == {firm.provided.pk}


def test_one_that_was_given_to_somebody_is_seen(firm: SimpleNamespace, sees: Wall) -> None:  # R1.5
    give_request(firm.asked, firm.member)
    assert sees(inside(firm.member, firm.cedar)) == {firm.asked.pk}


def test_to_whom_it_was_given_is_no_matter_of_the_providers(firm: SimpleNamespace) -> None:  # R5.3
    give_request(firm.asked, firm.member)
    give_request(firm.provided, firm.member)
    with scope(inside(firm.engineer, firm.cedar)), connection.cursor() as cursor:
        cursor.execute("SELECT request_id FROM support_requestviewer")
        assert {one for (one,) in cursor.fetchall()} == {firm.provided.pk}


def _say_and_note(firm: SimpleNamespace) -> None:
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    conversation.say(at, firm.asked.number, body="We look into it.")
    conversation.note(at, firm.asked.number, body="Their router again.")


@pytest.mark.parametrize("who", ["admin", "engineer", "csam"])
def test_what_the_desk_notes_stays_at_the_desk(firm: SimpleNamespace, who: str) -> None:
    _say_and_note(firm)
    with scope(inside(getattr(firm, who), firm.cedar)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM support_note")
        assert cursor.fetchone() == (0,)


def test_the_desk_reads_no_note_of_the_providers_staff(firm: SimpleNamespace) -> None:
    conversation.note(inside(firm.engineer, firm.cedar), firm.provided.number, body="Escalate to the kernel team.")
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    with scope(at), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM support_note")
        assert cursor.fetchone() == (0,)


def test_the_customer_reads_what_the_desk_says_and_the_provider_does_not(firm: SimpleNamespace) -> None:
    _say_and_note(firm)
    bodies = {}
    for who in ("admin", "engineer"):
        with scope(inside(getattr(firm, who), firm.cedar)), connection.cursor() as cursor:
            cursor.execute("SELECT body FROM support_message")
            bodies[who] = [one for (one,) in cursor.fetchall()]
    assert bodies == {"admin": ["We look into it."], "engineer": []}


def test_nobody_of_the_provider_can_write_into_it(firm: SimpleNamespace) -> None:  # R5.3, by the database
    access = inside(firm.engineer, firm.cedar)
    with pytest.raises(DatabaseError), scope(access, writing=True):
        Message.objects.create(
            customer=firm.cedar,
            workspace=firm.north,
            request=firm.asked,
            is_by_staff=True,
            body="x",
            at=firm.asked.opened_at,
        )
    with pytest.raises(DatabaseError), scope(access, writing=True):
        Note.objects.create(
            customer=firm.cedar, workspace=firm.north, request=firm.asked, body="x", at=firm.asked.opened_at
        )


def test_what_the_desk_does_stands_in_the_customers_audit(firm: SimpleNamespace) -> None:  # R7.3, S003-15
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    work.assign(at, firm.asked.number, person_id=firm.helper.pk, version=1)
    with scope(inside(firm.admin, firm.cedar)), connection.cursor() as cursor:
        cursor.execute("SELECT actor_id, details FROM journal_event WHERE kind = 'support.assigned'")
        ((actor, details),) = cursor.fetchall()
    assert actor == firm.helper.pk
    assert '"as": "at_desk"' in str(details).replace("'", '"')


def test_a_desk_assigns_its_own_people_only(firm: SimpleNamespace) -> None:
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    for stranger in (firm.engineer, firm.rival_agent, firm.seller):
        with pytest.raises(Invalid):
            work.assign(at, firm.asked.number, person_id=stranger.pk, version=1)


def test_a_desk_is_inside_nothing_else(firm: SimpleNamespace) -> None:
    with pytest.raises(Request.DoesNotExist):
        desk.at_desk(at_work(firm.helper), firm.provided.number)
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    with scope(at), pytest.raises(Request.DoesNotExist):
        get_request(at, firm.provided.number)


def test_its_time_is_not_booked(firm: SimpleNamespace) -> None:  # the provider's entitlements pay nothing of others
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    with pytest.raises(Conflict) as refused:
        log_work(at, firm.asked.number, worked())
    assert refused.value.code == "work_on_partners"


def test_it_is_placed_under_nothing_and_is_no_additional_case(firm: SimpleNamespace) -> None:  # R2.6
    with scope(inside(firm.admin, firm.cedar)):
        assert sum(one.requests for one in list_sorts([firm.north.pk])) == 1


def test_it_is_merged_into_one_of_the_same_partner_only(firm: SimpleNamespace) -> None:
    grant(firm.helper, "support_tier_1", firm.cedar, source="delegation:1")
    delegated, mine = inside(firm.helper, firm.cedar), at_work(firm.helper)
    both = replace(delegated, organization_id=mine.organization_id, organization_rights=mine.organization_rights)
    with pytest.raises(Invalid) as refused:
        work.merge_request(both, firm.asked.number, firm.provided.number)
    assert refused.value.code == "merge_elsewhere"


@pytest.mark.parametrize(("who", "found"), [("admin", 2), ("engineer", 1)])
def test_the_search_finds_it_for_whoever_sees_it(firm: SimpleNamespace, who: str, found: int) -> None:
    for one in (firm.asked, firm.provided):
        with scope(Access.of_system([firm.cedar.pk]), writing=True):
            index_words(one)
    access = inside(getattr(firm, who), firm.cedar)
    with scope(access):
        assert len(find_ids(access, "phones", access.workspaces, (), 10)) == found


def test_it_promises_no_hour_of_the_agreements(firm: SimpleNamespace) -> None:
    at = desk.at_desk(at_work(firm.helper), firm.asked.number)
    conversation.say(at, firm.asked.number, body="We look into it.")
    one = Request.objects.using("owner").get(pk=firm.asked.pk)
    assert (one.answer_due_at, one.answered_at is not None) == (None, True)


def test_the_customer_reads_for_whom_its_people_work(firm: SimpleNamespace, as_: Any) -> None:  # S003-15
    _say_and_note(firm)
    page = as_(firm.admin).get(f"/support/requests/{firm.asked.number}/", follow=True).content.decode()
    assert "helper, Lakeside" in page
    assert "Their router again." not in page


def test_viewers_follow_the_one_text_for_it_as_well(firm: SimpleNamespace) -> None:  # R1.5
    give_request(firm.asked, firm.member)
    access = inside(firm.member, firm.cedar)
    with scope(access):
        assert RequestViewer.objects.visible_to(access).filter(request=firm.asked).count() == 1


def test_who_can_see_it_names_the_desk_and_no_staff_of_the_provider(firm: SimpleNamespace, as_: Any) -> None:  # R7.3
    page = as_(firm.admin).get(f"/support/requests/{firm.asked.number}/who/").content.decode()
    assert "Lakeside" in page
    assert firm.admin.name in page
    assert firm.engineer.name not in page


def test_the_customer_reads_that_its_partner_is_to_act(firm: SimpleNamespace, as_: Any) -> None:
    page = as_(firm.admin).get(f"/helpdesk/requests/{firm.asked.number}/").content.decode()
    assert "Your partner has to take the request" in page
    assert "waits for an engineer" not in page
    assert "waits for an engineer" in as_(firm.admin).get(f"/support/requests/{firm.provided.number}/").content.decode()
