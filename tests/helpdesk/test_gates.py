"""A partner request on its way: service health first, then diagnosis and rights, then resolved within the baseline."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.health.rules import EventKind, EventStatus
from tallyhub.helpdesk.gates.commands import leave_behind
from tallyhub.helpdesk.gates.queries import read_evidence
from tallyhub.helpdesk.gates.rules import ENTRIES_MAX, Ball, Lock, Result, Rights, Stage, Step, lock_of
from tallyhub.helpdesk.models import Entry, HealthCheck, Resolution, RightsNeed
from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications.letters import LETTERS
from tallyhub.notifications.models import Mail
from tallyhub.organizations.models import Staff
from tallyhub.support.models import Message, Request
from tests.helpdesk.gating import at_desk, follows, fresh, here, incident, over, standing, status, told
from tests.make import employ, grant, make_delegation, make_organization, make_person, make_request
from tests.partners.world import approved, asked, assigned, keep_signed_in
from tests.working import run_jobs
from tests.world import NOW

Gated = SimpleNamespace


def page(gated: Gated, as_: Any, person: Any) -> str:
    answer = as_(person).get(here(gated))
    assert answer.status_code == 200
    return answer.content.decode()


def journal(kind: str) -> list[Event]:
    return list(Event.objects.using("owner").filter(kind=kind).order_by("pk"))


def letters(letter: str) -> set[int]:
    return set(Mail.objects.using("owner").filter(letter=letter).values_list("person_id", flat=True))


# Who opens it


@pytest.mark.parametrize("who", ["helper", "second", "agent", "admin", "north_admin", "viewer"])
def test_the_desk_and_the_customers_people_open_it(gated: Gated, as_: Any, who: str) -> None:
    assert "Where it stands" in page(gated, as_, getattr(gated, who))


@pytest.mark.parametrize("who", ["rival_agent", "seller", "clerk", "engineer", "csam", "stranger", "member", "editor"])
def test_nobody_else_does(gated: Gated, as_: Any, who: str) -> None:  # edge 36: as one that does not exist
    assert as_(getattr(gated, who)).get(here(gated)).status_code == 404


def test_a_request_to_the_provider_is_none_of_a_partners(gated: Gated, as_: Any) -> None:
    Request.objects.using("owner").filter(pk=gated.asked.pk).update(partner=None, desk=None)
    assert as_(gated.admin).get(here(gated)).status_code == 404


@pytest.mark.parametrize("way", ["health", "diagnosis", "rights", "rights/end", "consent", "tasks", "resolve"])
def test_the_customer_reads_it_and_does_nothing_of_the_desks(gated: Gated, as_: Any, way: str) -> None:
    assert as_(gated.admin).post(here(gated, way), {}).status_code == 403


def test_the_desks_page_leads_to_what_the_customer_holds(gated: Gated, as_: Any) -> None:  # S003-9
    said = page(gated, as_, gated.helper)
    assert f'href="/customers/{gated.cedar.pk}/"' in said


# Service health


def test_without_a_check_diagnosis_is_noted_and_escalation_is_locked(gated: Gated, as_: Any) -> None:  # S003-16
    answer = as_(gated.helper).post(here(gated, "diagnosis"), {"hypothesis": "Their router."})
    assert answer.status_code == 302
    facts = standing(gated).facts
    assert lock_of(Step.ESCALATE, facts) is Lock.NO_CHECK
    assert "Nobody has looked at service health yet." in page(gated, as_, gated.helper)


def test_what_is_asked_of_the_provider_is_no_work_of_a_desk(gated: Gated, as_: Any) -> None:  # S003-1, edge 36
    """Staff who work on a request to the provider find none of the gates there."""
    gated.asked = make_request(gated.north, assigned_to=gated.engineer)
    for way in ("health", "diagnosis", "rights", "resolve"):
        assert as_(gated.engineer).post(here(gated, way), {"step": "Reset it."}).status_code == 404, way
    assert not Entry.objects.using("owner").exists()


def test_planned_maintenance_that_has_not_begun_is_no_trouble_that_fits(gated: Gated, as_: Any) -> None:  # S003-17
    event = incident(
        gated, kind=EventKind.MAINTENANCE, status=EventStatus.SCHEDULED, occurred_at=None,
        scheduled_from=NOW + timedelta(days=1), scheduled_until=NOW + timedelta(days=2),
    )  # fmt: skip
    assert "Calls drop" not in as_(gated.helper).get(here(gated, "health")).content.decode()
    look = {"product": gated.phones.pk, "event": event, "then": "follow"}
    assert as_(gated.helper).post(here(gated, "health"), look).status_code == 409
    assert not HealthCheck.objects.using("owner").exists()


def test_an_empty_look_is_kept_with_its_time(gated: Gated, as_: Any) -> None:  # S003-18
    answer = as_(gated.helper).post(here(gated, "health"), {"product": gated.phones.pk})
    assert answer.status_code == 302
    kept = HealthCheck.objects.using("owner").get()
    assert (kept.result, kept.at, kept.by_id, kept.shown) == (Result.NONE, NOW, gated.helper.pk, [])
    assert lock_of(Step.ESCALATE, standing(gated).facts) is None


def test_that_nothing_fits_is_kept_with_what_went_on(gated: Gated, as_: Any) -> None:  # S003-18
    event = incident(gated)
    as_(gated.helper).post(here(gated, "health"), {"product": gated.phones.pk, "event": "none"})
    kept = HealthCheck.objects.using("owner").get()
    assert (kept.result, kept.shown, kept.event_id) == (Result.NO_MATCH, [event], None)


def test_an_incident_of_the_product_is_offered(gated: Gated, as_: Any) -> None:  # S003-17
    incident(gated)
    said = as_(gated.helper).get(here(gated, "health")).content.decode()
    assert "Calls drop" in said
    assert as_(gated.helper).post(here(gated, "health"), {"product": gated.phones.pk}).status_code == 400


def test_what_fits_is_followed_and_nothing_is_escalated_meanwhile(gated: Gated, as_: Any) -> None:  # S003-17
    follows(gated, as_)
    found = standing(gated)
    assert (found.stage, found.ball) == (Stage.LINKED_TO_INCIDENT, Ball.PROVIDER)
    assert lock_of(Step.ESCALATE, found.facts) is Lock.FOLLOWS


def test_its_readers_see_what_is_said_of_the_incident(gated: Gated, as_: Any) -> None:  # S003-17
    event = follows(gated, as_)
    told(gated, event, "A line card is being replaced.")
    for person in (gated.helper, gated.admin):
        assert "A line card is being replaced." in page(gated, as_, person)


def test_its_readers_are_written_to_when_something_is_said(gated: Gated, as_: Any) -> None:  # S003-17
    Request.objects.using("owner").filter(pk=gated.asked.pk).update(opened_by=gated.admin)
    event = follows(gated, as_)
    run_jobs()
    told(gated, event, "A line card is being replaced.")
    run_jobs()
    assert [one.subject_id for one in journal("helpdesk.incident_updated")] == [gated.asked.pk]
    assert letters("helpdesk.incident_updated") == {gated.admin.pk}


def test_once_it_is_over_the_desk_is_asked_whether_the_trouble_is_gone(gated: Gated, as_: Any) -> None:  # S003-17
    event = follows(gated, as_)
    over(gated, event)
    run_jobs()
    assert [one.subject_id for one in journal("helpdesk.incident_over")] == [gated.asked.pk]
    assert letters("helpdesk.is_trouble_gone") == {gated.agent.pk, gated.helper.pk, gated.second.pk}
    found = standing(gated)
    assert (found.stage, found.ball) == (Stage.LINKED_TO_INCIDENT, Ball.PARTNER)
    assert "Is the trouble gone?" in page(gated, as_, gated.helper)
    assert "Is the trouble gone?" not in page(gated, as_, gated.admin)


def test_what_is_written_of_an_incident_says_which_request_follows_it(gated: Gated, as_: Any) -> None:  # S003-17
    follows(gated, as_)
    about = {"subject": gated.asked.pk, "customer": gated.cedar.pk, "request": gated.asked.pk}
    for letter, reader in (
        ("helpdesk.incident_updated", gated.admin),
        ("helpdesk.incident_over", gated.admin),
        ("helpdesk.is_trouble_gone", gated.helper),
    ):
        written = LETTERS[letter].make(reader, about)
        assert gated.asked.number in written.paragraphs[0]


def test_a_request_that_is_closed_is_told_of_nothing(gated: Gated, as_: Any) -> None:
    event = follows(gated, as_)
    status(gated, "closed")
    told(gated, event, "Still at it.")
    run_jobs()
    assert not journal("helpdesk.incident_updated")


def test_trouble_that_outlasts_the_incident_goes_on(gated: Gated, as_: Any) -> None:
    over(gated, follows(gated, as_))
    as_(gated.helper).post(here(gated, "incident/leave"), {"why": "stays"})
    found = standing(gated)
    assert found.stage is Stage.DIAGNOSING
    assert lock_of(Step.ESCALATE, found.facts) is None


def test_to_go_on_although_the_incident_does_takes_a_reason(gated: Gated, as_: Any) -> None:  # edge 21
    follows(gated, as_)
    helper = as_(gated.helper)
    helper.post(here(gated, "incident/leave"), {"why": "gone"})
    assert standing(gated).stage is Stage.LINKED_TO_INCIDENT
    helper.post(here(gated, "incident/leave"), {"why": "differs"})
    assert standing(gated).stage is Stage.DIAGNOSING


def test_a_reason_can_be_given_with_the_check_at_once(gated: Gated, as_: Any) -> None:  # edge 21
    event = incident(gated)
    said = {"product": gated.phones.pk, "event": event}
    assert as_(gated.helper).post(here(gated, "health"), said).status_code == 400
    as_(gated.helper).post(here(gated, "health"), said | {"then": "needs_help"})
    assert HealthCheck.objects.using("owner").get().despite == "needs_help"
    assert standing(gated).stage is Stage.DIAGNOSING


def test_what_is_over_meanwhile_is_not_followed(gated: Gated, as_: Any) -> None:
    event = incident(gated)
    over(gated, event)
    answer = as_(gated.helper).post(here(gated, "health"), {"product": "", "event": event, "then": "follow"})
    assert answer.status_code == 409
    assert not HealthCheck.objects.using("owner").exists()


# Diagnosis


def test_causes_steps_and_results_are_kept_for_an_escalation(gated: Gated, as_: Any) -> None:  # S003-35
    helper = as_(gated.helper)
    helper.post(here(gated, "health"), {"product": gated.phones.pk})
    helper.post(here(gated, "diagnosis"), {"hypothesis": "Their router.", "step": "Reset it.", "result": "No change."})
    helper.post(here(gated, "diagnosis"), {"result": "Calls inside the house work."})
    access = at_desk(gated)
    with scope(access):
        found = read_evidence(access, fresh(gated))
    assert found.health is not None
    assert found.health.result == Result.NONE
    assert [(one.hypothesis, one.step, one.result) for one in found.entries] == [
        ("Their router.", "Reset it.", "No change."),
        ("", "", "Calls inside the house work."),
    ]


def test_the_diagnosis_is_the_desks_alone(gated: Gated, as_: Any) -> None:
    as_(gated.helper).post(here(gated, "diagnosis"), {"hypothesis": "They unplugged it again."})
    assert "They unplugged it again." in page(gated, as_, gated.second)
    assert "They unplugged it again." not in page(gated, as_, gated.admin)


def test_an_entry_says_something(gated: Gated, as_: Any) -> None:
    answer = as_(gated.helper).post(here(gated, "diagnosis"), {"hypothesis": "  "})
    assert answer.status_code == 400
    assert not Entry.objects.using("owner").exists()


def test_what_was_typed_too_long_is_not_lost(gated: Gated, as_: Any) -> None:
    long = "x" * 4_001
    answer = as_(gated.helper).post(here(gated, "diagnosis"), {"step": long})
    assert answer.status_code == 400
    assert long in answer.content.decode()


def test_nothing_is_noted_about_what_is_closed(gated: Gated, as_: Any) -> None:
    status(gated, "closed")
    answer = as_(gated.helper).post(here(gated, "diagnosis"), {"step": "Called them."})
    assert answer.status_code == 409


def test_a_diagnosis_has_no_more_lines_than_a_page_can_show(gated: Gated, as_: Any) -> None:
    """What is typed then is not lost, and leads to an internal note."""
    of = {
        "customer_id": gated.asked.customer_id,
        "workspace_id": gated.asked.workspace_id,
        "request_id": gated.asked.pk,
    }
    lines = [Entry(**of, step=f"Step {one}.", by_id=gated.helper.pk, at=NOW) for one in range(ENTRIES_MAX - 1)]
    Entry.objects.using("owner").bulk_create(lines)
    client = as_(gated.helper)
    assert client.post(here(gated, "diagnosis"), {"step": "The last one."}).status_code == 302
    answer = client.post(here(gated, "diagnosis"), {"step": "One too many."})
    assert answer.status_code == 409
    assert "Write an internal note instead." in answer.content.decode()
    assert "One too many." in answer.content.decode()
    assert Entry.objects.using("owner").count() == ENTRIES_MAX


# Rights


def delegate(
    gated: Gated, as_: Any, roles: tuple[str, ...] = ("support_read", "support_tier_1", "support_tier_2")
) -> Any:
    one = asked(gated, as_, roles=list(roles))
    approved(gated, as_, one)
    assigned(gated, as_, one, gated.helper, roles=roles)
    return one


def test_a_task_is_done_for_the_customer_and_its_audit_names_the_request(gated: Gated, as_: Any) -> None:  # S003-19
    delegate(gated, as_)
    helper = as_(gated.helper)
    answer = helper.post(here(gated, "tasks"), {"task": gated.invite.pk})
    assert answer.status_code == 302
    assert helper.get(answer["Location"]).status_code == 200, "inside the customer"
    begun = journal("helpdesk.task_begun")[0]
    assert (begun.customer_id, begun.actor_id) == (gated.cedar.pk, gated.helper.pk)
    assert begun.details["request"] == gated.asked.number
    assert begun.details["as"] == "support_read+support_tier_1+support_tier_2"
    assert Entry.objects.using("owner").get().task_id == gated.invite.pk


def test_without_a_delegation_one_is_offered_and_the_request_waits(gated: Gated, as_: Any) -> None:  # S003-20
    helper = as_(gated.helper)
    assert "You hold no delegated right" in helper.get(here(gated, "tasks")).content.decode()
    helper.post(here(gated, "tasks"), {"task": gated.forward.pk})
    assert not Entry.objects.using("owner").exists()
    helper.post(here(gated, "rights"), {})
    found = standing(gated)
    assert (found.stage, found.ball) == (Stage.WAITING_DELEGATION, Ball.PARTNER)


def test_a_delegation_is_asked_for_with_the_number_of_the_request(gated: Gated, as_: Any) -> None:  # S003-20
    agent = as_(gated.agent)
    asks = agent.post(here(gated, "rights"), {"act": "delegate"})["Location"]
    form = agent.get(asks).content.decode()
    assert f"Request {gated.asked.number}" in form
    wish = {"name": f"Request {gated.asked.number}", "roles": ["support_read"], "days": "30", "act": "send"}
    answer = agent.post(asks, wish | {"next": here(gated)})
    assert answer["Location"] == here(gated)
    found = standing(gated)
    assert (found.stage, found.ball) == (Stage.WAITING_DELEGATION, Ball.CUSTOMER)


def test_it_waits_no_longer_once_somebody_at_the_desk_holds_a_right(gated: Gated, as_: Any) -> None:  # S003-20
    as_(gated.helper).post(here(gated, "rights"), {})
    delegate(gated, as_)
    assert standing(gated).stage is Stage.NEW


def test_a_wish_for_rights_that_has_lapsed_is_no_wish_any_more(gated: Gated, as_: Any) -> None:  # S003-5, S003-20
    as_(gated.helper).post(here(gated, "rights"), {})
    waiting = {"state": "pending", "granted": [], "answered_at": None, "starts_at": None, "ends_at": None}
    one = make_delegation(gated.partner, gated.cedar, **waiting, requested_at=NOW - timedelta(days=89))
    assert standing(gated).ball is Ball.CUSTOMER
    one.requested_at = NOW - timedelta(days=91)
    one.save(using="owner")
    assert standing(gated).ball is Ball.PARTNER


def test_what_somebody_holds_who_has_left_the_desk_is_none_of_its_rights(gated: Gated, as_: Any) -> None:  # edge 37
    as_(gated.helper).post(here(gated, "rights"), {})
    former = make_person("former")
    employ(former, gated.partner, "helpdesk_agent")
    grant(former, "support_read", gated.north, source="delegation:1")
    assert standing(gated).facts.rights is Rights.HELD
    Staff.objects.using("owner").filter(person=former).update(ends_at=NOW - timedelta(days=1))
    assert standing(gated).facts.rights is Rights.MISSING


def test_rights_that_nobody_holds_are_called_so(gated: Gated, as_: Any) -> None:  # edge 4
    make_delegation(gated.partner, gated.cedar)
    as_(gated.helper).post(here(gated, "rights"), {})
    assert standing(gated).stage is Stage.WAITING_DELEGATION
    assert "nobody holds them" in page(gated, as_, gated.helper)


def test_rights_that_end_in_the_middle_make_it_wait_and_keep_what_was_noted(gated: Gated, as_: Any) -> None:  # edge 1
    delegate(gated, as_)
    helper = as_(gated.helper)
    helper.post(here(gated, "health"), {"product": gated.phones.pk})
    helper.post(here(gated, "tasks"), {"task": gated.forward.pk})
    assert standing(gated).stage is Stage.DIAGNOSING
    with clock.frozen(NOW + timedelta(days=91)):
        keep_signed_in()
        assert standing(gated).stage is Stage.WAITING_DELEGATION
        assert "Forward calls" in helper.get(here(gated)).content.decode()
        assert helper.get(here(gated, "health")).status_code == 200, "it needs no rights"
        helper.post(here(gated, "tasks"), {"task": gated.forward.pk})
    assert Entry.objects.using("owner").count() == 1


def test_rights_that_are_taken_away_leave_intake_notes_and_answers(gated: Gated, as_: Any) -> None:  # edge 3
    one = delegate(gated, as_)
    helper = as_(gated.helper)
    helper.post(here(gated, "health"), {"product": gated.phones.pk})
    helper.post(here(gated, "tasks"), {"task": gated.forward.pk})
    as_(gated.admin).post(f"/partners/delegations/{one.pk}/end/", {})
    found = standing(gated)
    assert (found.stage, lock_of(Step.ESCALATE, found.facts)) == (Stage.WAITING_DELEGATION, Lock.NO_RIGHTS)
    assert helper.post(here(gated, "diagnosis"), {"step": "Called them."}).status_code == 302
    said = helper.post(f"/support/requests/{gated.asked.number}/say/", {"body": "We go on by phone."})
    assert said.status_code == 302
    helper.post(here(gated, "rights/end"), {})
    assert lock_of(Step.ESCALATE, standing(gated).facts) is None


def test_the_customer_is_asked_for_a_consent_in_a_message_and_gives_it(gated: Gated, as_: Any) -> None:  # S003-20
    as_(gated.helper).post(here(gated, "consent"), {"body": "Please let us in."})
    assert Message.objects.using("owner").get().body == "Please let us in."
    assert (standing(gated).stage, standing(gated).ball) == (Stage.WAITING_DELEGATION, Ball.CUSTOMER)
    said = page(gated, as_, gated.admin)
    assert f'href="/partners/requests/{gated.asked.number}/"' in said
    given = {"partner": gated.partner.pk, "template": "work"}
    as_(gated.admin).post(f"/partners/requests/{gated.asked.number}/give/", given)
    assert standing(gated).stage is not Stage.WAITING_DELEGATION


def test_a_consent_opens_one_request_and_no_tasks(gated: Gated, as_: Any) -> None:
    given = {"partner": gated.partner.pk, "template": "work"}
    as_(gated.admin).post(f"/partners/requests/{gated.asked.number}/give/", given)
    as_(gated.helper).post(here(gated, "tasks"), {"task": gated.forward.pk})
    assert not Entry.objects.using("owner").exists()


def test_a_task_takes_the_right_that_it_needs(gated: Gated, as_: Any) -> None:  # S003-19
    delegate(gated, as_, ("support_read",))
    assert as_(gated.helper).post(here(gated, "tasks"), {"task": gated.invite.pk}).status_code == 403
    assert not Entry.objects.using("owner").exists()


def test_rights_are_needed_once_however_often_it_is_said(gated: Gated, as_: Any) -> None:
    for _again in range(2):
        as_(gated.helper).post(here(gated, "rights"), {})
    assert RightsNeed.objects.using("owner").count() == 1


# Within the baseline


def resolved(gated: Gated, as_: Any, **said: Any) -> Any:
    fields = {"item": gated.item.pk, "text": "Your password is new.", "version": fresh(gated).version}
    return as_(gated.helper).post(here(gated, "resolve"), fields | said)


def test_what_lies_within_the_baseline_is_resolved_with_a_text_for_the_customer(
    gated: Gated, as_: Any
) -> None:  # S003-36
    assert resolved(gated, as_).status_code == 302
    assert fresh(gated).status == "resolved"
    said = page(gated, as_, gated.admin)
    assert "Accounts" in said
    assert "Your password is new." in said
    assert journal("helpdesk.resolved")[0].details["item"] == "accounts"


def test_a_resolution_names_an_item_and_says_how(gated: Gated, as_: Any) -> None:
    assert resolved(gated, as_, item="").status_code == 400
    answer = resolved(gated, as_, text=" ")
    assert answer.status_code == 400
    assert not Resolution.objects.using("owner").exists()
    assert fresh(gated).status == "submitted"


def test_a_resolution_of_an_old_form_is_refused_and_kept(gated: Gated, as_: Any) -> None:
    answer = resolved(gated, as_, version=fresh(gated).version + 1)
    assert answer.status_code == 409
    assert "Your password is new." in answer.content.decode()


def test_an_item_of_another_product_is_none(gated: Gated, as_: Any) -> None:
    from tests.make import make_product

    type(gated.item).objects.using("owner").filter(pk=gated.item.pk).update(product=make_product("maps"))
    assert resolved(gated, as_).status_code == 404


def test_what_was_resolved_may_be_opened_again_and_resolved_again(gated: Gated, as_: Any) -> None:
    resolved(gated, as_)
    as_(gated.admin).post(f"/support/requests/{gated.asked.number}/say/", {"body": "It is not."})
    assert standing(gated).stage is Stage.REOPENED
    assert resolved(gated, as_).status_code == 302
    assert Resolution.objects.using("owner").count() == 2


# Who leaves


def test_what_was_assigned_to_somebody_who_leaves_is_nobodys(gated: Gated, as_: Any) -> None:  # edge 37
    from tallyhub.organizations.models import Staff

    Request.objects.using("owner").filter(pk=gated.asked.pk).update(assigned_to=gated.helper, status="assigned")
    staff = Staff.objects.using("owner").get(person=gated.helper)
    answer = as_(gated.clerk).post(f"/our-people/{staff.pk}/end/", {})
    assert answer.status_code == 302
    run_jobs()
    assert fresh(gated).assigned_to_id is None
    assert as_(gated.helper).get(here(gated)).status_code == 404


def test_what_a_colleague_took_meanwhile_stays_theirs(gated: Gated) -> None:  # edge 37
    Request.objects.using("owner").filter(pk=gated.asked.pk).update(assigned_to=gated.second, status="assigned")
    leave_behind(Access.of_system([gated.cedar.pk]), gated.asked.number, gated.helper.pk)
    assert fresh(gated).assigned_to_id == gated.second.pk


def test_health_is_checked_of_a_product_that_there_is(gated: Gated, as_: Any) -> None:  # S003-18
    answer = as_(gated.helper).post(here(gated, "health"), {"product": "999999", "event": "none"})
    assert answer.status_code == 400
    assert not HealthCheck.objects.using("owner").exists()


def test_what_a_supplier_works_on_is_read_at_both_desks(gated: Gated, as_: Any) -> None:  # S003-39
    supplier = make_organization("nightowl", kind="partner", name="Nightowl")
    owl = make_person("owl", email="owl@house.test")
    employ(owl, supplier, "helpdesk_agent")
    Request.objects.using("owner").filter(pk=gated.asked.pk).update(desk=supplier)
    as_(owl).post(here(gated, "diagnosis"), {"step": "Looked at the log."})
    assert "Looked at the log." in page(gated, as_, gated.helper)
    assert standing(gated).ball is Ball.SUPPLIER
    assert "Nightowl" in page(gated, as_, gated.admin)
