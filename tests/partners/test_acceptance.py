"""Which version of a partner's support plan a customer accepted, and that nobody is assigned without one (S003-43; the
rule about a published plan in 5.2 of the facts).
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.partners.models import PlanAcceptance, Resale, SupportPlan, SupportProfile
from tests.make import make_support
from tests.partners.plans import PROFILE, mixed, published, supporting
from tests.partners.test_parties import link

LATER = {"valid_from": "2026-12-21", "name": "Lakeside care II"}


def text(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    found: str = answer.content.decode()
    return found


def accepted() -> list[Any]:
    rows = PlanAcceptance.objects.using("owner").order_by("pk")
    return list(rows.values_list("organization_id", "customer_id", "number", "accepted_by_id"))


def test_a_partner_without_profile_and_plan_is_assigned_to_nobody(firm: Any, as_: Any) -> None:  # R5.7
    address = link(as_, firm.rival_agent)
    admin = as_(firm.admin)
    said = "neither a support profile nor a published support plan"
    assert said in text(admin, address)
    refused = admin.post(address, {"plan": "1"})
    assert (refused.status_code, said in refused.content.decode()) == (409, True)
    as_(firm.rival_agent).post("/support-profile/", PROFILE)
    assert "has not published a support plan yet" in admin.post(address, {"plan": "1"}).content.decode()
    published(firm.rival_agent, as_)
    SupportProfile.objects.using("owner").filter(organization=firm.rival).delete()
    assert "has not said yet how to reach its support" in admin.post(address, {"plan": "1"}).content.decode()
    assert Resale.objects.using("owner").filter(organization=firm.rival, customer=firm.cedar).count() == 0
    as_(firm.rival_agent).post("/support-profile/", PROFILE)
    assert admin.post(address, {"plan": "1"}).status_code == 302


def test_what_is_read_is_what_is_accepted_and_both_sides_see_it(firm: Any, as_: Any, owner: Any) -> None:  # R5.7
    make_support(firm.rival)
    address = link(as_, firm.rival_agent)
    admin = as_(firm.admin)
    page = text(admin, address)
    assert "version 1 of its support plan, “Care”" in page
    assert "Free of charge" in page  # all of it can be read before
    for other in ({}, {"plan": "2"}, {"plan": "x"}):
        refused = admin.post(address, other)
        assert (refused.status_code, "another version" in refused.content.decode()) == (409, True)
    assert accepted() == []
    assert admin.post(address, {"plan": "1"}).status_code == 302
    assert accepted() == [(firm.rival.pk, firm.cedar.pk, 1, firm.admin.pk)]
    assert "You accepted version 1 of the support plan on" in text(admin, "/partners/")
    assert "It accepted version 1 of your support plan on" in text(
        as_(firm.rival_agent), f"/customers/{firm.cedar.pk}/"
    )
    kind = "SELECT customer_id, subject_id, details FROM journal_event WHERE kind = 'partners.plan_accepted'"
    assert owner.execute(kind).fetchall() == [(firm.cedar.pk, firm.rival.pk, {"number": 1, "partner": firm.rival.pk})]


@pytest.fixture
def held(firm: Any, as_: Any, owner: Any) -> Any:
    """Birch bought from lakeside, which has published a version that holds."""
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    return mixed(firm)


def test_old_and_new_version_stand_with_their_days_and_with_what_was_accepted(held: Any, as_: Any) -> None:  # S003-43
    admin, plan = as_(held.stranger), f"/support-plans/{held.partner.pk}/"
    card = f"/technical-support/?product={held.database.pk}"
    assert "You have accepted no version of the support plan." in text(admin, card)
    assert "Version 1 has been in force since 21 November 2026." in text(admin, card)
    assert "Accept version 1" in text(admin, plan)
    assert admin.post(f"{plan}accept/", {"version": "1"}).status_code == 302
    assert "Accept version 1" not in text(admin, plan)
    assert "has been in force since" not in text(admin, card)  # nothing new
    published(held.agent, as_, **LATER)
    page = text(admin, card)
    assert "You accepted version 1 of the support plan on" in page
    assert "Version 2 is in force from 21 December 2026 on." in page
    both = text(admin, f"{plan}?version=2")
    for said in ("21 November 2026", "20 December 2026", "21 December 2026", "you accepted it on", "Accept version 2"):
        assert said in both
    assert admin.post(f"{plan}accept/", {"version": "2"}).status_code == 302
    assert admin.post(f"{plan}accept/", {"version": "2"}).status_code == 302  # again is no error
    assert [number for _of, _customer, number, _by in accepted()] == [1, 2]


def test_of_several_announced_versions_the_next_one_that_is_not_accepted_is_told_of(held: Any, as_: Any) -> None:
    # S003-43
    admin, plan = as_(held.stranger), f"/support-plans/{held.partner.pk}/"
    published(held.agent, as_, **LATER)
    published(held.agent, as_, **LATER | {"valid_from": "2027-02-01"})
    page = text(admin, "/partners/")
    assert "Version 2 is in force from 21 December 2026 on." in page
    assert "Version 3" not in page
    assert admin.post(f"{plan}accept/", {"version": "2"}).status_code == 302
    assert "Version 3 is in force from 1 February 2027 on." in text(admin, "/partners/")
    assert admin.post(f"{plan}accept/", {"version": "3"}).status_code == 302
    assert "is in force from" not in text(admin, "/partners/")


def test_others_accept_nothing_and_nothing_else_is_accepted(held: Any, as_: Any) -> None:  # R5.7
    plan = f"/support-plans/{held.partner.pk}/accept/"
    assert as_(held.asker).post(plan, {"version": "1"}).status_code == 403
    assert "Accept version" not in text(as_(held.asker), f"/support-plans/{held.partner.pk}/")
    assert "Accept version" not in text(as_(held.agent), f"/support-plans/{held.partner.pk}/")
    admin = as_(held.stranger)
    for number in ("2", "0", "", "x", "99999999999"):
        assert admin.post(plan, {"version": number}).status_code == 404
    for house in (held.rival, held.provider):  # no partner of birch's
        make_support(house)
        assert admin.post(f"/support-plans/{house.pk}/accept/", {"version": "1"}).status_code == 404
    published(held.agent, as_, **LATER)
    with clock.frozen(clock.now() + timedelta(days=40)):
        from tests.partners.world import keep_signed_in

        keep_signed_in()
        assert admin.post(plan, {"version": "1"}).status_code == 409  # it is over
    assert accepted() == []


def test_who_reads_an_acceptance_and_that_nobody_changes_it(held: Any) -> None:
    make_support(held.rival)
    of = {"customer": held.birch, "number": 1, "accepted_at": clock.now()}
    one = PlanAcceptance.objects.using("owner").create(organization=held.partner, **of)
    for access, sees in (
        (Access.of_system([held.birch.pk]), True),
        (Access.of_system(organizations=[held.partner.pk]), True),
        (Access.of_system([held.cedar.pk]), False),
        (Access.of_system(organizations=[held.rival.pk]), False),
    ):
        with scope(access):
            assert PlanAcceptance.objects.filter(pk=one.pk).exists() is sees
    birch = Access.of_system([held.birch.pk])
    for act in (
        lambda: PlanAcceptance.objects.filter(pk=one.pk).update(number=2),
        lambda: PlanAcceptance.objects.filter(pk=one.pk).delete(),
        lambda: PlanAcceptance.objects.create(organization=held.partner, customer=held.cedar, number=1,
                                              accepted_at=clock.now()),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), scope(birch, writing=True), transaction.atomic():
            act()
    with pytest.raises(DatabaseError), transaction.atomic(using="owner"):  # a version that is not there
        PlanAcceptance.objects.using("owner").create(organization=held.partner, **of | {"number": 9})


def test_a_plan_is_read_before_by_nobody_but_whoever_holds_the_link(firm: Any, as_: Any) -> None:
    make_support(firm.rival)
    link(as_, firm.rival_agent)
    asked = Resale.objects.using("owner").get(organization=firm.rival).pk
    plans = "SELECT * FROM partners_asked_plans(%s)"
    with scope(Access.of_system([firm.cedar.pk])):
        assert len(list(SupportPlan.objects.raw(plans, [asked]))) == 1
        assert not SupportPlan.objects.filter(organization=firm.rival).exists()
    with scope(Access(person_id=firm.member.pk)):
        assert list(SupportPlan.objects.raw(plans, [asked])) == []
