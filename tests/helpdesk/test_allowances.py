"""How much a partner may escalate, and until when (edge case 27): counted from what it escalated."""

from datetime import date, timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tallyhub.helpdesk.allowances.rules import Period, balance_of, check_period
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import Allowance, DeskSettings, Escalation
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.partners.steps import PARTNER_LOCK
from tests.helpdesk.escalating import checked, escalated, hired, moved, newest, partner_request, through, typed
from tests.make import make_organization
from tests.world import NOW

TODAY = NOW.date()
PAGE = "/escalations/allowances/"


@pytest.fixture
def agreed(linked: SimpleNamespace) -> SimpleNamespace:
    linked.warden = hired(linked.provider, "warden", "partner_manager")
    return linked


def agree(agreed: SimpleNamespace, as_: Any, **over: Any) -> Any:
    days = {"starts_on": (TODAY - timedelta(days=9)).isoformat(), "ends_on": (TODAY + timedelta(days=9)).isoformat()}
    return as_(agreed.warden).post(PAGE, {"partner": agreed.partner.pk, **days, "included": "1"} | over)


def another(agreed: SimpleNamespace) -> None:
    """A second request of the same customer, ready to be escalated."""
    agreed.ask = partner_request(agreed, agreed.north)
    checked(agreed, agreed.ask)


def send(agreed: SimpleNamespace, as_: Any, category: Category = Category.DEFECT) -> Any:
    return as_(agreed.agent).post(f"/helpdesk/requests/{agreed.ask.number}/escalate/", typed(agreed, category))


# Rules


@pytest.mark.parametrize(
    ("periods", "code"),
    [
        ([], None),
        ([Period(date(2026, 1, 1), date(2026, 12, 31))], None),
        ([Period(date(2026, 1, 1), date(2026, 6, 30), 3, 2)], None),
        ([Period(date(2026, 1, 1), date(2026, 6, 30), 3, 3)], "allowance_used"),
        ([Period(date(2026, 1, 1), date(2026, 6, 30), 3, 4)], "allowance_used"),
        ([Period(date(2026, 1, 1), date(2026, 6, 14), 3)], "allowance_ended"),
        ([Period(date(2026, 6, 16), date(2026, 6, 30), 3)], "allowance_not_begun"),
        ([Period(date(2026, 1, 1), date(2026, 1, 2)), Period(date(2026, 6, 15), date(2026, 6, 15), 1)], None),
    ],
)
def test_what_is_left_and_until_when_decides(periods: list[Period], code: str | None) -> None:
    balance = balance_of(periods, date(2026, 6, 15))
    if code is None:
        balance.check()
        return
    with pytest.raises(Conflict) as caught:
        balance.check()
    assert caught.value.code == code


def test_no_less_than_nothing_is_left() -> None:
    assert Period(TODAY, TODAY, 2, 5).left == 0
    assert Period(TODAY, TODAY, 5, 2).left == 3


@pytest.mark.parametrize(
    ("period", "code"),
    [
        (Period(date(2026, 5, 2), date(2026, 5, 1)), "allowance_reversed"),
        (Period(date(2026, 5, 1), date(2040, 5, 1)), "allowance_too_long"),
        (Period(date(2026, 3, 31), date(2026, 4, 30)), "allowance_overlaps"),
        (Period(date(2025, 3, 31), date(2027, 4, 30)), "allowance_overlaps"),
    ],
)
def test_a_period_is_one_that_can_be(period: Period, code: str) -> None:
    others = [Period(date(2026, 1, 1), date(2026, 3, 31))]
    with pytest.raises(Invalid) as caught:
        check_period(period, others)
    assert caught.value.code == code
    check_period(Period(date(2026, 4, 1), date(2026, 4, 1)), others)


# Through the pages


def test_without_an_agreement_nothing_is_limited(agreed: Any, as_: Any) -> None:
    assert escalated(agreed, as_).status == "submitted"


def test_what_is_left_is_said_first_and_goes_down(agreed: Any, as_: Any) -> None:
    assert agree(agreed, as_, included="2").status_code == 302
    assert "2 of 2 escalations are left until" in as_(agreed.agent).get("/escalations/").content.decode()
    form = f"/helpdesk/requests/{agreed.ask.number}/escalate/?category=defect"
    assert "2 of 2 escalations are left until" in as_(agreed.agent).get(form).content.decode()
    escalated(agreed, as_)
    assert "1 of 2 escalations are left until" in as_(agreed.agent).get("/escalations/").content.decode()
    assert "1 of 2 escalations are left until" in as_(agreed.warden).get(PAGE).content.decode()


def test_what_is_used_up_is_refused_and_named_and_the_draft_stays(agreed: Any, as_: Any) -> None:
    agree(agreed, as_)
    escalated(agreed, as_)
    another(agreed)
    refused = send(agreed, as_)
    assert refused.status_code == 409
    assert "All 1 escalations that are agreed until 30 November 2026 are used." in refused.content.decode()
    kept = newest()
    assert (kept.status, kept.submitted_at, kept.request_id) == ("draft", None, agreed.ask.pk)


def test_what_has_ended_is_refused_with_its_day(agreed: Any, as_: Any) -> None:
    agree(agreed, as_, ends_on=(TODAY - timedelta(days=1)).isoformat())
    refused = send(agreed, as_)
    assert refused.status_code == 409
    assert "Escalations were agreed until 20 November 2026." in refused.content.decode()


def test_what_goes_by_agreement_is_not_counted(agreed: Any, as_: Any) -> None:
    DeskSettings.objects.using("owner").create(organization=agreed.provider, takes_agreed=True, changed_at=NOW)
    agree(agreed, as_, ends_on=(TODAY - timedelta(days=1)).isoformat())
    assert send(agreed, as_, Category.AGREED).status_code == 302


def test_what_is_returned_and_sent_again_is_counted_once(agreed: Any, as_: Any) -> None:
    agree(agreed, as_)
    one = escalated(agreed, as_)
    assert moved(as_(agreed.clerk), one, "returned_incomplete", text="Say more.").status_code == 302
    again = typed(agreed, Category.DEFECT, draft_version=str(newest().version))
    answer = as_(agreed.agent).post(f"/helpdesk/requests/{agreed.ask.number}/escalate/", again)
    assert answer.status_code == 302
    assert newest().status == "submitted"


def test_what_is_withdrawn_is_not_used(agreed: Any, as_: Any) -> None:
    agree(agreed, as_)
    one = escalated(agreed, as_)
    assert moved(as_(agreed.agent), one, "withdrawn").status_code == 302
    another(agreed)
    assert send(agreed, as_).status_code == 302


def test_a_resellers_counts_with_its_indirect_provider(agreed: Any, as_: Any) -> None:
    """Who deals with the provider pays, once it passes something on."""
    through(agreed)
    agree(agreed, as_, partner=agreed.harbour.pk)
    assert escalated(agreed, as_).status == "awaiting_indirect_provider"
    assert moved(as_(agreed.upper), newest(), "submitted").status_code == 302
    another(agreed)
    assert send(agreed, as_).status_code == 302  # to the indirect provider it may still go
    refused = moved(as_(agreed.upper), newest(), "submitted")
    assert refused.status_code == 409
    assert "are used" in refused.content.decode()


WAITING = "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = %s"


def while_another_one_acts(agreed: SimpleNamespace, owner: Any, act: Any, meanwhile: Any) -> int:
    """What ``act`` answers that begins while somebody else, who does ``meanwhile``, is not done yet."""
    answers: list[int] = []

    def run() -> None:
        with clock.frozen(NOW):
            answers.append(act().status_code)
        connection.close()

    second = Thread(target=run)
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PARTNER_LOCK, agreed.partner.pk])
        second.start()
        while second.is_alive() and not owner.execute(WAITING, [owner.info.dbname]).fetchall():
            second.join(0.02)
        assert second.is_alive(), "it waited for nobody"
        meanwhile()
    second.join()
    return answers[0]


def test_of_two_at_once_one_gets_the_last(agreed: Any, as_: Any, owner: Any) -> None:
    agree(agreed, as_)
    first = escalated(agreed, as_)
    Escalation.objects.using("owner").filter(pk=first.pk).update(submitted_at=NOW - timedelta(days=30))
    another(agreed)

    def use_the_last() -> None:
        Escalation.objects.using("owner").filter(pk=first.pk).update(submitted_at=NOW)

    assert while_another_one_acts(agreed, owner, lambda: send(agreed, as_), use_the_last) == 409
    assert Escalation.objects.using("owner").filter(submitted_at__isnull=False).count() == 1


def test_of_two_who_agree_at_once_the_second_sees_what_the_first_did(agreed: Any, as_: Any, owner: Any) -> None:
    def agree_first() -> None:
        of = {"organization": agreed.partner, "provider": agreed.provider, "made_at": NOW}
        Allowance.objects.using("owner").create(**of, starts_on=TODAY, ends_on=TODAY)

    assert while_another_one_acts(agreed, owner, lambda: agree(agreed, as_), agree_first) == 400
    assert Allowance.objects.using("owner").count() == 1


def test_another_providers_people_agree_on_nothing(agreed: Any, as_: Any) -> None:
    other = hired(make_organization("second-house", kind="provider"), "other", "partner_manager")
    assert as_(other).get(PAGE).status_code == 403
    agreed.warden = other
    assert agree(agreed, as_).status_code == 403
    assert not Allowance.objects.using("owner").exists()


def test_a_mistake_is_withdrawn_and_counts_no_more(agreed: Any, as_: Any) -> None:
    agree(agreed, as_, ends_on=(TODAY - timedelta(days=1)).isoformat())
    one = Allowance.objects.using("owner").get()
    assert as_(agreed.warden).post(f"{PAGE}{one.pk}/withdraw/").status_code == 302
    assert "Nothing was agreed" in as_(agreed.warden).get(PAGE).content.decode()
    assert escalated(agreed, as_).status == "submitted"


def test_the_form_names_every_mistake_and_keeps_what_was_typed(agreed: Any, as_: Any) -> None:
    refused = agree(agreed, as_, partner="", starts_on="soon", included="many")
    page = refused.content.decode()
    assert refused.status_code == 400
    assert page.count("field-errors") == 3
    assert 'value="many"' in page
    assert not Allowance.objects.using("owner").exists()


def test_two_periods_of_a_partner_never_meet(agreed: Any, as_: Any) -> None:
    agree(agreed, as_)
    refused = agree(agreed, as_, starts_on=TODAY.isoformat())
    assert "something is agreed already" in refused.content.decode()
    assert Allowance.objects.using("owner").count() == 1


@pytest.mark.parametrize("who", ["agent", "clerk", "rival_agent"])
def test_only_who_oversees_partners_agrees_on_it(agreed: Any, as_: Any, who: str) -> None:
    agree(agreed, as_)
    one = Allowance.objects.using("owner").get()
    client = as_(getattr(agreed, who))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {}).status_code in (400, 403)
    assert client.post(f"{PAGE}{one.pk}/withdraw/").status_code == 403
    assert Allowance.objects.using("owner").get().withdrawn_at is None


def test_another_partner_reads_nothing_of_it_by_any_wall(agreed: Any, as_: Any) -> None:
    from tallyhub.helpdesk.allowances.queries import list_agreed
    from tallyhub.kernel.access import Access, Right
    from tallyhub.kernel.scope import scope

    agree(agreed, as_)
    rights = frozenset({Right.ESCALATE, Right.OVERSEE_PARTNERS})
    rival = Access(person_id=agreed.rival_agent.pk, organization_id=agreed.rival.pk, organization_rights=rights)
    with scope(rival):
        assert not Allowance.objects.exists()
        assert list_agreed([agreed.partner.pk]) == []
    own = Access(person_id=agreed.agent.pk, organization_id=agreed.partner.pk, organization_rights=rights)
    with scope(own):
        assert Allowance.objects.visible_to(own).count() == 1
        assert [one.period.included for one in list_agreed([agreed.partner.pk])] == [1]
