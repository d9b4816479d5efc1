"""Two requests become one: what was logged goes along, and nobody sees more than before (R4.3)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.kernel.errors import Conflict, Forbidden, HubError, Invalid
from tallyhub.support.models import Change, Request, RequestViewer, Work
from tallyhub.support.rules import Status
from tallyhub.support.work import commands
from tests.ledger.test_concurrency import together
from tests.make import give_request, make_request
from tests.support.working import booked, inside, log


def fresh(request: Request) -> Request:
    return Request.objects.using("owner").get(pk=request.pk)


def merge(world: SimpleNamespace, request: Request, into: Request, who: Any = None) -> Request:
    access = inside(who or world.engineer, world.cedar)
    return commands.merge(access, request.number, into=into.number, version=fresh(request).version)


@pytest.fixture
def two(world: SimpleNamespace) -> tuple[Request, Request]:
    return make_request(world.north, kind="advice"), make_request(world.north, kind="advice")


def test_time_goes_along_and_what_it_booked(world: SimpleNamespace, two: tuple[Request, Request]) -> None:
    gone, stays = two
    log(world, gone, minutes=30)
    log(world, stays, minutes=45)
    before = booked(world.cedar_advisory)
    assert merge(world, gone, stays).pk == stays.pk
    assert sorted(booked(world.cedar_advisory)) == sorted(before)
    assert list(Work.objects.using("owner").values_list("request_id", flat=True)) == [stays.pk, stays.pk]


def test_the_one_is_closed_whatever_its_status_and_says_where_it_went(world: SimpleNamespace) -> None:
    for status in ("submitted", "waiting", "resolved", "closed"):
        gone, stays = make_request(world.north, status=status), make_request(world.north)
        merge(world, gone, stays)
        found = fresh(gone)
        assert (found.status, found.merged_into_id) == ("closed", stays.pk)
        told = Change.objects.using("owner").filter(request=gone, kind="merged").values_list("details", "actor_id")
        assert list(told) == [({"into": stays.number}, world.engineer.pk)]
        assert [one.details for one in Change.objects.using("owner").filter(request=stays)] == [{}]


def test_nobody_is_given_the_other_one(
    world: SimpleNamespace, two: tuple[Request, Request], client: Any
) -> None:  # R1.5
    gone, stays = two
    give_request(gone, world.member)
    merge(world, gone, stays)
    assert not RequestViewer.objects.using("owner").filter(request=stays).exists()
    client.force_login(world.member)
    page = client.get(f"/support/requests/{gone.number}/").content.decode()
    assert "which you do not see" in page
    assert stays.number not in page.split("<h2")[0]
    give_request(stays, world.member)
    assert f"/support/requests/{stays.number}/" in client.get(f"/support/requests/{gone.number}/").content.decode()


def test_nothing_more_is_done_in_the_one(world: SimpleNamespace, two: tuple[Request, Request]) -> None:
    gone, stays = two
    merge(world, gone, stays)
    access, number, version = inside(world.engineer, world.cedar), gone.number, fresh(gone).version
    for act in (
        lambda: commands.change_status(access, number, becomes=Status.REOPENED, version=version),
        lambda: commands.assign(access, number, person_id=world.engineer.pk, version=version),
        lambda: commands.merge(access, number, into=make_request(world.north).number, version=version),
    ):
        with pytest.raises(Conflict, match="request_merged"):
            act()


def test_it_goes_into_one_of_the_workspace_that_goes_on(world: SimpleNamespace, two: tuple[Request, Request]) -> None:
    gone, stays = two
    hidden = make_request(world.birch_main)
    refusals: list[tuple[str, type[HubError], str]] = [
        (gone.number, Invalid, "merge_unknown"),
        (make_request(world.south).number, Invalid, "merge_unknown"),
        (hidden.number, Invalid, "merge_unknown"),
        ("1", Invalid, "merge_unknown"),
        ("9" * 40, Invalid, "merge_unknown"),
        (make_request(world.north, status="cancelled").number, Conflict, "merge_into_over"),
        (make_request(world.north, merged_into=stays).number, Conflict, "merge_into_over"),
    ]
    for into, kind, code in refusals:
        with pytest.raises(kind, match=code):
            commands.merge(inside(world.engineer, world.cedar), gone.number, into=into, version=gone.version)
    with pytest.raises(Conflict, match="request_cancelled"):
        merge(world, make_request(world.north, status="cancelled"), stays)
    assert fresh(gone).merged_into_id is None


def test_it_is_for_staff_who_work_on_requests(world: SimpleNamespace, two: tuple[Request, Request]) -> None:
    gone, stays = two
    give_request(gone, world.member)
    give_request(stays, world.member)
    for who in (world.admin, world.member):
        with pytest.raises(Forbidden):
            merge(world, gone, stays, who)


def test_of_two_who_merge_crosswise_one_is_told(world: SimpleNamespace, two: tuple[Request, Request]) -> None:
    gone, stays = two
    found = together(lambda: merge(world, gone, stays), lambda: merge(world, stays, gone))
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "Request"]
    assert [one.merged_into_id for one in map(fresh, two)].count(None) == 1


def test_the_page_merges_and_leads_to_the_one_that_goes_on(
    world: SimpleNamespace, two: tuple[Request, Request], client: Any
) -> None:
    gone, stays = two
    client.force_login(world.engineer)
    page = client.get(f"/support/requests/{gone.number}/").content.decode()
    assert "Merge it into another request" in page
    form = {"version": gone.version, "into": f" {stays.number} "}
    answer = client.post(f"/support/requests/{gone.number}/merge/", form, follow=True)
    assert answer.redirect_chain[-1][0] == f"/support/requests/{stays.number}/"
    assert "was merged into this one" in answer.content.decode()
    page = client.get(f"/support/requests/{gone.number}/").content.decode()
    assert "Merge it into another request" not in page
    assert "goes on there" in page
    refused = client.post(f"/support/requests/{stays.number}/merge/", {"version": 99, "into": "x"}, follow=True)
    assert "There is no other support request x in this workspace." in refused.content.decode()
