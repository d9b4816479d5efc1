"""Consent to one request: who is let in, to what, until when (spec 2.6)."""

from datetime import timedelta
from typing import Any

import pytest

from tallyhub.kernel import clock
from tallyhub.partners import jobs
from tallyhub.partners.models import Consent
from tests.make import grant, make_delegation, make_request
from tests.partners.world import keep_signed_in


def works(client: Any, customer: Any) -> int:
    keep_signed_in()
    answer = client.post("/switch/customer/", {"customer": customer.pk, "next": "/support/"}).status_code
    keep_signed_in()
    return int(answer)


def sees(client: Any, request: Any) -> int:
    return int(client.get(f"/support/requests/{request.number}/").status_code)


def given(firm: Any, as_: Any, request: Any, template: str = "read") -> Consent:
    answer = as_(firm.admin).post(
        f"/partners/requests/{request.number}/give/", {"partner": firm.partner.pk, "template": template}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Consent.objects.using("owner").latest("pk")


@pytest.fixture
def asks(firm: Any) -> Any:
    firm.one, firm.two = make_request(firm.north, title="Broken mail"), make_request(firm.north, title="Other matter")
    return firm


def test_whoever_serves_there_sees_that_request_and_no_other(asks: Any, as_: Any) -> None:
    given(asks, as_, asks.one)
    helper = as_(asks.helper)
    assert works(helper, asks.cedar) == 302
    assert sees(helper, asks.one) == 200
    assert sees(helper, asks.two) == 404
    assert helper.get("/customer-activity/").status_code == 403
    assert "Other matter" not in helper.get("/support/").content.decode()
    for other in (asks.seller, asks.rival_agent):
        assert works(as_(other), asks.cedar) == 404


def test_it_ends_after_two_weeks_to_the_moment(asks: Any, as_: Any) -> None:
    one, helper = given(asks, as_, asks.one), as_(asks.helper)
    with clock.frozen(one.given_at + timedelta(days=14, seconds=-1)):
        assert works(helper, asks.cedar) == 302
        assert sees(helper, asks.one) == 200
    with clock.frozen(one.given_at + timedelta(days=14)):
        assert sees(helper, asks.one) == 404
        assert works(helper, asks.cedar) == 404


def test_what_one_saw_by_a_consent_that_ended_is_hidden_beside_another_one(asks: Any, as_: Any) -> None:
    first, helper = given(asks, as_, asks.one), as_(asks.helper)
    with clock.frozen(clock.now() + timedelta(days=1)):
        given(asks, as_, asks.two)
    with clock.frozen(first.ends_at):
        assert works(helper, asks.cedar) == 302
        assert sees(helper, asks.two) == 200
        assert sees(helper, asks.one) == 404
        assert "Broken mail" not in helper.get("/support/").content.decode()


def test_it_is_taken_back_at_once(asks: Any, as_: Any) -> None:
    one, helper = given(asks, as_, asks.one), as_(asks.helper)
    works(helper, asks.cedar)
    assert sees(helper, asks.one) == 200
    assert as_(asks.stranger).post(f"/partners/consents/{one.pk}/revoke/").status_code == 404
    assert as_(asks.member).post(f"/partners/consents/{one.pk}/revoke/").status_code == 403
    assert as_(asks.admin).post(f"/partners/consents/{one.pk}/revoke/").status_code == 302
    assert sees(helper, asks.one) == 404
    assert as_(asks.admin).post(f"/partners/consents/{one.pk}/revoke/").status_code == 409


def test_it_ends_when_the_request_is_closed(asks: Any, as_: Any, owner: Any) -> None:
    given(asks, as_, asks.one)
    owner.execute("UPDATE support_request SET status = 'closed' WHERE id = %s", [asks.one.pk])
    jobs.end_consents(subject_id=asks.one.pk, customer_id=asks.cedar.pk)
    assert Consent.objects.using("owner").get().ended_at == clock.now()
    assert works(as_(asks.helper), asks.cedar) == 404


def test_an_open_request_keeps_it(asks: Any, as_: Any) -> None:
    given(asks, as_, asks.one)
    jobs.end_consents(subject_id=asks.one.pk, customer_id=asks.cedar.pk)
    assert works(as_(asks.helper), asks.cedar) == 302


def test_reading_is_not_working_on_it(asks: Any, as_: Any) -> None:
    given(asks, as_, asks.one)
    helper = as_(asks.helper)
    works(helper, asks.cedar)
    page = helper.get(f"/support/requests/{asks.one.number}/").content.decode()
    assert "Take it" not in page


def test_only_ones_own_partners_and_open_requests(asks: Any, as_: Any, owner: Any) -> None:
    admin = as_(asks.admin)
    address = f"/partners/requests/{asks.one.number}/give/"
    assert admin.post(address, {"partner": asks.rival.pk, "template": "read"}).status_code == 404
    assert admin.post(address, {"partner": asks.provider.pk, "template": "read"}).status_code == 404
    assert admin.post(address, {"partner": asks.partner.pk, "template": "everything"}).status_code == 404
    assert as_(asks.stranger).post(address, {"partner": asks.partner.pk, "template": "read"}).status_code == 404
    given(asks, as_, asks.one)
    assert admin.post(address, {"partner": asks.partner.pk, "template": "work"}).status_code == 409
    owner.execute("UPDATE support_request SET status = 'closed' WHERE id = %s", [asks.two.pk])
    closed = admin.post(f"/partners/requests/{asks.two.number}/give/", {"partner": asks.partner.pk, "template": "read"})
    assert closed.status_code == 409


def test_a_member_who_sees_the_request_does_not_decide(asks: Any, as_: Any) -> None:
    grant(asks.north_admin, "support_contact", asks.north)
    address = f"/partners/requests/{asks.one.number}/"
    assert as_(asks.north_admin).get(address).status_code == 403
    assert (
        "Let a partner into this request"
        not in as_(asks.north_admin).get(f"/support/requests/{asks.one.number}/").content.decode()
    )
    assert (
        "Let a partner into this request"
        in as_(asks.admin).get(f"/support/requests/{asks.one.number}/").content.decode()
    )
    assert as_(asks.admin).get(address).status_code == 200


def test_it_is_no_delegation(asks: Any, as_: Any) -> None:
    given(asks, as_, asks.one)
    make_delegation(asks.partner, asks.birch)
    page = as_(asks.helper).get(f"/customers/{asks.cedar.pk}/").content.decode()
    assert asks.one.number in page
    assert "None yet." in page


def test_giving_again_after_it_ended_by_time(asks: Any, as_: Any, owner: Any) -> None:
    first = given(asks, as_, asks.one)
    with clock.frozen(first.ends_at):
        again = given(asks, as_, asks.one)
        jobs.settle_time(0)
        assert works(as_(asks.helper), asks.cedar) == 302
    assert again.pk != first.pk
