"""Who is told of a run, and what other systems are told."""

import json
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.accounts.tokens import TokenScope
from tallyhub.assessments import rules
from tallyhub.assessments.models import Run
from tallyhub.integrations.webhooks.news import messages
from tallyhub.journal.models import Event
from tallyhub.notifications.models import Mail
from tests.assessments.making import file_of, make_definition, make_set_up, report
from tests.integrations.api.program import Program, make_token
from tests.notifications.conftest import MailServer, smtp  # noqa: F401 - a fixture
from tests.working import run_jobs


def told() -> list[tuple[str, int]]:
    return list(
        Mail.objects.using("owner")
        .filter(letter__startswith="assessments.")
        .order_by("person_id")
        .values_list("letter", "person_id")
    )


def upload(client: Any, set_up: Any, said: Any) -> Any:
    return client.post("/assessments/upload/", {"set_up": set_up.pk, "file": file_of(said)})


def test_who_set_an_assessment_up_is_told_of_a_run_that_somebody_else_brought_in(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north, set_up_by_id=world.admin.pk)
    client.force_login(world.admin)
    upload(client, one, report())
    run_jobs()
    assert told() == []  # they have seen it
    client.force_login(world.north_admin)
    upload(client, one, report(run_id="second"))
    run_jobs()
    assert told() == [("assessments.ran", world.admin.pk)]


def test_whose_program_or_long_file_it_was_is_told_too(world: Any, client: Any, monkeypatch: Any) -> None:
    one = make_set_up(make_definition(), world.north, set_up_by_id=world.admin.pk)
    program = Program(make_token(world.north_admin, world.cedar, TokenScope.WRITE_ASSESSMENTS))
    assert program.post(f"/assessment-set-ups/{one.pk}/runs", report()).status_code == 200
    run_jobs()
    both = [("assessments.ran", person) for person in sorted((world.admin.pk, world.north_admin.pk))]
    assert told() == both
    monkeypatch.setattr(rules, "READ_AT_ONCE_BYTES", 100)
    client.force_login(world.north_admin)
    upload(client, one, report(run_id="second"))
    run_jobs()
    assert told() == sorted(both * 2, key=lambda each: each[1])


def test_a_mail_says_figures_and_no_name_of_an_object(world: Any, client: Any, smtp: MailServer) -> None:  # noqa: F811
    one = make_set_up(make_definition(), world.north, set_up_by_id=world.admin.pk, label="Hall <2>")
    client.force_login(world.north_admin)
    upload(client, one, report())
    run_jobs()
    message = smtp.last()
    assert message["Subject"] == "A result of Server Health · Hall <2> is in"
    text = message.get_body(("plain",)).get_content()
    assert "High-priority findings: 1" in text
    assert reverse("assessments:run", args=[Run.objects.using("owner").get().pk]) in text
    assert "srv-1" not in text
    assert "Hall &lt;2&gt;" in message.get_body(("html",)).get_content()


def test_who_may_not_read_results_any_more_is_told_nothing(world: Any, client: Any, smtp: MailServer) -> None:  # noqa: F811
    one = make_set_up(make_definition(), world.north, set_up_by_id=world.reader.pk)
    client.force_login(world.north_admin)
    upload(client, one, report())
    run_jobs()
    assert smtp.mails == []


def test_a_run_and_its_withdrawal_are_told_to_the_customers_systems_by_number(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    upload(client, one, report())
    run = Run.objects.using("owner").get()
    client.post(reverse("assessments:withdraw", args=[run.pk]))
    found = {}
    for kind in ("assessments.ran", "assessments.withdrawn"):
        [(type_, body)] = messages(Event.objects.using("owner").get(kind=kind))
        found[str(type_)] = json.loads(body)["data"]
    assert set(found) == {"assessment.ran", "assessment.withdrawn"}
    for data in found.values():
        assert data["run_id"] == run.pk
        assert all(isinstance(value, int) for value in data.values())


@pytest.mark.parametrize("rows", [0, 3])
def test_results_of_another_system_are_told_once_for_a_file(rows: int) -> None:
    event = Event(kind="integrations.imported", customer_id=1, details={"assessment_results": rows}, at=None)
    if rows:
        from tests.world import NOW

        event.at = NOW
    assert [str(type_) for type_, _body in messages(event)] == (["assessment.ran"] if rows else [])
