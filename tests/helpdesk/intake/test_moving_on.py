"""A partner is suspended while it works for its customers: who has their requests then (edge case 16, S003-53)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.helpdesk.models import Escalation, Handover
from tallyhub.support.models import Request
from tests.helpdesk.intake.asking import ask, intake_of
from tests.helpdesk.intake.test_contact import stand_behind
from tests.helpdesk.intake.test_mails import readers, sent, server
from tests.helpdesk.intake.test_taking_in import give_back
from tests.working import run_jobs

__all__ = ["server"]
PAGE = "/support/requests/{}/"


def suspend(sold: SimpleNamespace, as_: Any, partner: Any = None) -> None:
    answer = as_(sold.warden).post(f"/partners/all/{(partner or sold.partner).pk}/suspend/", {})
    assert answer.status_code == 302
    run_jobs()


def fresh(request: Request) -> Request:
    return Request.objects.using("owner").get(pk=request.pk)


@pytest.fixture
def stood(sold: SimpleNamespace, owner: Any) -> SimpleNamespace:
    """Rivermouth is lakeside's indirect provider."""
    stand_behind(owner, sold.rival, sold.partner)
    return sold


def test_an_open_request_goes_to_whoever_stands_in(stood: Any, as_: Any) -> None:
    request = ask(as_(stood.asker), stood)
    as_(stood.helper).post(f"/support/requests/{request.number}/assign/", {"person": stood.helper.pk, "version": 1})
    assert fresh(request).assigned_to_id == stood.helper.pk
    suspend(stood, as_)
    moved = fresh(request)
    assert (moved.partner_id, moved.desk_id, moved.assigned_to_id) == (stood.rival.pk, stood.rival.pk, None)
    assert intake_of(request).stands_in_for_id == stood.partner.pk


def test_the_new_desk_sees_it_and_the_suspended_one_does_not(stood: Any, as_: Any) -> None:
    request = ask(as_(stood.asker), stood)
    suspend(stood, as_)
    page = as_(stood.rival_agent).get(PAGE.format(request.number), follow=True)
    assert "Lakeside was suspended, so it went to Rivermouth" in page.content.decode()
    assert as_(stood.helper).get(PAGE.format(request.number), follow=True).status_code == 404
    assert as_(stood.asker).get(PAGE.format(request.number), follow=True).status_code == 200


def test_what_was_found_out_goes_along(stood: Any, as_: Any) -> None:
    request = ask(as_(stood.asker), stood)
    noted = as_(stood.helper).post(f"/helpdesk/requests/{request.number}/diagnosis/", {"step": "Looked at the log."})
    assert noted.status_code == 302
    suspend(stood, as_)
    page = as_(stood.rival_agent).get(f"/helpdesk/requests/{request.number}/").content.decode()
    assert "Looked at the log." in page


def test_the_new_desk_and_the_customer_are_told(stood: Any, as_: Any, server: Any) -> None:
    request = ask(as_(stood.asker), stood)
    sent(server)
    suspend(stood, as_)
    mails = [one for one in sent(server) if request.number in one[1]]
    assert readers(mails) == ["asker@birch.test", "rival_agent@house.test"]
    assert "Rivermouth works on the support request" in mails[0][2]
    assert "It is with you now: Since 09:40" in mails[1][2]


def test_what_is_solved_stays(stood: Any, as_: Any) -> None:
    request = ask(as_(stood.asker), stood)
    Request.objects.using("owner").filter(pk=request.pk).update(status="resolved")
    suspend(stood, as_)
    assert fresh(request).partner_id == stood.partner.pk


def test_a_draft_of_an_escalation_ends_with_the_move(stood: Any, as_: Any) -> None:
    request = ask(as_(stood.asker), stood)
    draft = escalation(stood, request, "draft")
    suspend(stood, as_)
    assert Escalation.objects.using("owner").get(pk=draft.pk).status == "withdrawn"
    assert fresh(request).partner_id == stood.rival.pk


def test_what_is_escalated_stays_with_its_partner(stood: Any, as_: Any) -> None:  # edge case 12
    request = ask(as_(stood.asker), stood)
    running = escalation(stood, request, "accepted")
    suspend(stood, as_)
    assert fresh(request).partner_id == stood.partner.pk
    assert Escalation.objects.using("owner").get(pk=running.pk).status == "accepted"


def escalation(sold: SimpleNamespace, request: Request, status: str) -> Escalation:
    from tests.world import NOW

    sent = {} if status == "draft" else {"submitted_at": NOW, "health": {"at": NOW.isoformat()}}
    of = {"organization": sold.partner, "provider": sold.provider, "customer": sold.birch}
    at = {"workspace_id": request.workspace_id, "request": request, "made_at": NOW, "changed_at": NOW}
    kept: Escalation = Escalation.objects.using("owner").create(
        **of, **at, **sent, category="outage", severity="A", status=status, title="No sign-in"
    )
    return kept


def test_where_nobody_stands_in_the_customer_reads_whom_to_ask(sold: Any, as_: Any) -> None:  # edge case 14
    request = ask(as_(sold.asker), sold)
    page = as_(sold.asker).get(PAGE.format(request.number), follow=True).content.decode()
    assert "is suspended" not in page
    suspend(sold, as_)
    assert fresh(request).partner_id == sold.partner.pk
    page = as_(sold.asker).get(PAGE.format(request.number), follow=True).content.decode()
    assert "Lakeside is suspended and solves what it has." in page
    assert f"/technical-support/?product={sold.database.pk}" in page


OUTSOURCED = '[{"mode": "outsourced", "supplier": "Rivermouth", "scope": "All"}]'


@pytest.fixture
def outsourced(sold: SimpleNamespace, owner: Any) -> SimpleNamespace:
    owner.execute("UPDATE partners_supportplan SET content = jsonb_set(content, '{lines}', %s::jsonb)", [OUTSOURCED])
    return sold


def test_what_a_suspended_supplier_has_goes_back_to_the_partner(outsourced: Any, as_: Any) -> None:
    request = ask(as_(outsourced.asker), outsourced)
    assert fresh(request).desk_id == outsourced.rival.pk
    suspend(outsourced, as_, outsourced.rival)
    moved = fresh(request)
    assert (moved.partner_id, moved.desk_id) == (outsourced.partner.pk, outsourced.partner.pk)
    assert intake_of(request).stands_in_for_id is None


def test_nothing_is_given_back_to_a_suspended_partner(outsourced: Any, as_: Any) -> None:
    request = ask(as_(outsourced.asker), outsourced)
    suspend(outsourced, as_)
    supplier = as_(outsourced.rival_agent)
    refused = give_back(supplier, request, "It is not ours.")
    page = supplier.get(refused["Location"]).content.decode()
    assert "The partner is suspended, so the request cannot go back to it." in page
    assert fresh(request).desk_id == outsourced.rival.pk
    assert not Handover.objects.using("owner").exists()


def test_a_suspension_that_is_over_moves_nothing(stood: Any, as_: Any, owner: Any) -> None:
    request = ask(as_(stood.asker), stood)
    as_(stood.warden).post(f"/partners/all/{stood.partner.pk}/suspend/", {})
    as_(stood.warden).post(f"/partners/all/{stood.partner.pk}/reinstate/", {})
    run_jobs()
    assert fresh(request).partner_id == stood.partner.pk


def test_a_supplier_that_stands_in_goes_on_with_it(outsourced: Any, as_: Any, owner: Any) -> None:
    stand_behind(owner, outsourced.rival, outsourced.partner)
    request = ask(as_(outsourced.asker), outsourced)
    suspend(outsourced, as_)
    moved = fresh(request)
    assert (moved.partner_id, moved.desk_id) == (outsourced.rival.pk, outsourced.rival.pk)
    assert not Handover.objects.using("owner").exists()
