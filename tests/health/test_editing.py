"""What editors do: publish, update, change; and what is refused, with a sentence (edge cases 32, 35)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from tallyhub.health.editing import commands
from tallyhub.health.editing.commands import Post
from tallyhub.health.models import Component, HealthEvent, Update
from tallyhub.health.rules import ComponentStatus, EventKind, EventStatus, Impact, Reach, Visibility, impact_of
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, HubError, Invalid
from tallyhub.kernel.scope import scope
from tests.health.test_told import edit_of
from tests.make import employ
from tests.world import NOW

Publish = Callable[..., int]
HOUR = timedelta(hours=1)


def event_of(event_id: int) -> HealthEvent:
    return HealthEvent.objects.using("owner").get(pk=event_id)


def updates_of(event_id: int) -> list[Update]:
    return list(Update.objects.using("owner").filter(event_id=event_id).order_by("at", "pk"))


def post(health: Any, event: int, status: EventStatus, version: int, **over: Any) -> Update:
    fields = {"text": "Said.", "status": status, "components": {health.queries.pk: "major_outage"}}
    return commands.post_update(health.editing, event, version, Post(**fields | over))


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"occurred_at": NOW + HOUR}, "health_start_in_future"),
        ({"occurred_at": None}, "health_start_missing"),
        ({"status": EventStatus.RESOLVED, "ended_at": NOW - HOUR}, "health_end_before_start"),
        ({"status": EventStatus.RESOLVED, "ended_at": NOW + HOUR}, "health_end_in_future"),
        ({"components": {}}, "health_component_missing"),
        ({"components": {999_999: "major_outage"}}, "health_component_unknown"),
        ({"reach": Reach.NAMED, "visibility": Visibility.AFFECTED}, "health_scope_missing"),
        ({"reach": Reach.NAMED, "customers": frozenset({1})}, "health_named_in_public"),
        ({"status": EventStatus.SCHEDULED}, "health_status_unfit"),
        ({"title": ""}, "health_title_missing"),
        ({"text": ""}, "health_text_missing"),
        ({"due_at": NOW - HOUR}, "health_due_in_past"),
        ({"kind": EventKind.MAINTENANCE, "status": EventStatus.SCHEDULED}, "health_schedule_missing"),
        (
            {"kind": EventKind.MAINTENANCE, "status": EventStatus.SCHEDULED, "occurred_at": None,
             "scheduled_from": NOW + HOUR, "scheduled_until": NOW},
            "health_end_before_start",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_is_written(  # 32
    health: Any, publish: Publish, over: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        publish(**over)
    assert refused.value.code == code
    assert not HealthEvent.objects.using("owner").exists()


def test_a_region_of_another_product_is_refused(health: Any, publish: Publish) -> None:
    publish(regions=frozenset({health.west.pk}))
    with pytest.raises(Invalid, match="health_region_unknown"):
        publish(regions=frozenset({health.east.pk}))


def test_a_component_that_is_not_in_use_is_for_no_new_event(health: Any, publish: Publish) -> None:
    event = publish()
    Component.objects.using("owner").update(is_used=False)
    with pytest.raises(Invalid, match="health_component_unknown"):
        publish()
    post(health, event, EventStatus.IDENTIFIED, 1)  # it stays in the event that it is in


@pytest.mark.parametrize(
    ("statuses", "impact"),
    [
        (["operational"], Impact.NONE),
        (["under_maintenance"], Impact.NONE),
        (["operational", "degraded_performance"], Impact.MINOR),
        (["partial_outage", "degraded_performance"], Impact.MAJOR),
        (["major_outage", "partial_outage"], Impact.CRITICAL),
    ],
)
def test_impact_is_what_the_components_come_to(statuses: list[str], impact: Impact) -> None:
    assert impact_of(statuses) == impact


def test_an_editor_may_say_another_impact(health: Any, publish: Publish) -> None:
    event = publish(impact_override=Impact.MINOR)
    assert event_of(event).impact == Impact.MINOR
    post(health, event, EventStatus.IDENTIFIED, 1)
    assert event_of(event).impact == Impact.MINOR


def test_the_end_does_not_make_little_of_what_it_was(health: Any, publish: Publish) -> None:
    event = publish()
    post(health, event, EventStatus.RESOLVED, 1, components={health.queries.pk: "operational"})
    assert (event_of(event).impact, event_of(event).ended_at) == (Impact.CRITICAL, NOW)


def test_that_it_gets_better_does_not_make_little_of_it_either(health: Any, publish: Publish) -> None:
    event = publish()
    post(health, event, EventStatus.MONITORING, 1, components={health.queries.pk: "degraded_performance"})
    assert event_of(event).impact == Impact.CRITICAL
    commands.change_event(health.editing, event, 2, edit_of(impact_override=Impact.MAJOR))
    assert event_of(event).impact == Impact.MAJOR
    commands.change_event(health.editing, event, 3, edit_of())
    assert event_of(event).impact == Impact.MINOR  # as the components say now


def test_any_status_may_follow_and_each_is_written_down(health: Any, publish: Publish) -> None:  # 32
    event = publish()
    for version, status in enumerate(
        (EventStatus.MONITORING, EventStatus.RESOLVED, EventStatus.INVESTIGATING), start=1
    ):
        post(health, event, status, version)
    assert [one.status for one in updates_of(event)] == ["investigating", "monitoring", "resolved", "investigating"]
    assert event_of(event).ended_at is None  # taken up again


def test_an_edit_after_the_end_keeps_what_was_there(health: Any, publish: Publish) -> None:  # 32
    event = publish()
    post(health, event, EventStatus.RESOLVED, 1)
    edit = edit_of(title="Queries were slow", occurred_at=NOW - HOUR, ended_at=NOW, workaround="Ask again.")
    commands.change_event(health.editing, event, 2, edit)
    last = updates_of(event)[-1]
    assert last.kind == "edited"
    assert last.changes["title"] == ["Queries fail", "Queries were slow"]
    assert last.changes["workaround"] == ["", "Ask again."]
    assert [datetime.fromisoformat(one) for one in last.changes["occurred_at"]] == [NOW, NOW - HOUR]
    assert event_of(event).status == EventStatus.RESOLVED
    assert commands.change_event(health.editing, event, 3, edit) is None  # the same again is no change
    assert len(updates_of(event)) == 3


def test_an_end_before_the_beginning_is_refused_in_a_change_too(health: Any, publish: Publish) -> None:  # 32
    event = publish()
    post(health, event, EventStatus.RESOLVED, 1)
    with pytest.raises(Invalid, match="health_end_before_start"):
        commands.change_event(health.editing, event, 2, edit_of(ended_at=NOW - HOUR))


def test_the_database_keeps_updates_as_they_were(health: Any, publish: Publish) -> None:
    publish()
    for statement in ("UPDATE health_update SET text = ''", "DELETE FROM health_update"):
        with (
            pytest.raises(DatabaseError) as refused,
            scope(health.editing, writing=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_two_editors_do_not_write_over_each_other(health: Any, publish: Publish) -> None:
    event = publish()
    post(health, event, EventStatus.IDENTIFIED, 1)
    with pytest.raises(Conflict, match="health_changed_meanwhile"):
        post(health, event, EventStatus.RESOLVED, 1)


def test_maintenance_goes_its_way(health: Any, publish: Publish) -> None:
    times = {"scheduled_from": NOW + HOUR, "scheduled_until": NOW + 3 * HOUR}
    event = publish(kind=EventKind.MAINTENANCE, status=EventStatus.SCHEDULED, occurred_at=None, **times)
    assert (event_of(event).occurred_at, event_of(event).impact) == (None, Impact.CRITICAL)
    post(health, event, EventStatus.IN_PROGRESS, 1, components={health.queries.pk: "under_maintenance"})
    assert event_of(event).occurred_at == NOW
    post(health, event, EventStatus.VERIFYING, 2)
    post(health, event, EventStatus.COMPLETED, 3)
    assert event_of(event).ended_at == NOW


# Who may


@pytest.mark.parametrize("who", ["admin", "csam", "agent", "desk"])
def test_only_editors_of_the_provider_edit(health: Any, publish: Publish, client: Client, who: str) -> None:
    event = publish()
    employ(health.engineer, health.provider, "desk")
    client.force_login(health.engineer if who == "desk" else getattr(health, who))
    for path in ("", "new/incident/", f"{event}/", f"{event}/change/", "components/"):
        assert client.get(f"/health/edit/{path}").status_code == 403, path
    for path in ("new/incident/", f"{event}/", f"{event}/change/", "components/add/", "components/component/1/"):
        assert client.post(f"/health/edit/{path}").status_code == 403, path
    assert len(updates_of(event)) == 1


def test_the_command_asks_for_the_right_itself(health: Any, publish: Publish) -> None:
    event = publish()
    nobody = replace(health.editing, organization_rights=frozenset({Right.EDIT_GUIDES}))
    for act in (
        lambda: commands.post_update(nobody, event, 1, Post("x", EventStatus.RESOLVED, {})),
        lambda: commands.change_event(nobody, event, 1, edit_of()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_another_organisations_event_is_not_there(health: Any, publish: Publish) -> None:
    event = publish()
    other = Access(person_id=1, organization_id=health.partner.pk, organization_rights=frozenset({Right.EDIT_HEALTH}))
    with pytest.raises(HealthEvent.DoesNotExist):
        commands.post_update(other, event, 1, Post("x", EventStatus.RESOLVED, {}))


def test_a_partner_publishes_nothing(health: Any) -> None:
    """Not even past the Python wall."""
    partner = Access(person_id=health.agent.pk, organization_id=health.partner.pk)
    with pytest.raises(DatabaseError) as refused, scope(partner, writing=True), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_event (organization_id, kind, title, status, impact, impact_override, visibility, "
            "reach, workaround, occurred_at, published_at, changed_at, version) VALUES (%s, 'incident', 'x', "
            "'investigating', 'none', '', 'public', 'everybody', '', now(), now(), now(), 1)",
            [health.partner.pk],
        )
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


# Pages


def said(health: Any, **over: str) -> dict[str, str]:
    fields = {
        "title": "Queries fail", "text": "We look into it.", "status": "investigating", "visibility": "public",
        "reach": "everybody", "occurred_at": "2026-11-21T09:00", "zone": "UTC", "workaround": "", "customers": "",
        f"component_{health.queries.pk}": "major_outage",
    }  # fmt: skip
    return fields | over


def test_local_times_are_those_of_the_editors_zone(health: Any, client: Client, owner: Any) -> None:  # 35
    owner.execute("UPDATE accounts_person SET zone = 'Europe/Berlin' WHERE id = %s", [health.editor.pk])
    client.force_login(health.editor)
    client.post("/health/edit/new/incident/", said(health, zone="Europe/Berlin"))
    assert HealthEvent.objects.using("owner").get().occurred_at == datetime.fromisoformat("2026-11-21T08:00+00:00")
    page = client.get(f"/health/events/{HealthEvent.objects.using('owner').get().pk}/").content.decode()
    assert "09:00" in page
    assert "Europe/Berlin" in page


@pytest.mark.parametrize(
    ("local", "says"),
    [("2026-10-25T02:30", "came twice"), ("2026-03-29T02:30", "never came"), ("yesterday", "no time")],
)
def test_a_local_time_that_may_mean_two_is_refused(  # 35
    health: Any, client: Client, owner: Any, local: str, says: str
) -> None:
    owner.execute("UPDATE accounts_person SET zone = 'Europe/Berlin' WHERE id = %s", [health.editor.pk])
    client.force_login(health.editor)
    answer = client.post("/health/edit/new/incident/", said(health, zone="Europe/Berlin", occurred_at=local))
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not HealthEvent.objects.using("owner").exists()


def test_an_hour_that_came_twice_can_be_said_in_utc_and_edited_later(health: Any, client: Client, owner: Any) -> None:
    owner.execute("UPDATE accounts_person SET zone = 'Europe/Berlin' WHERE id = %s", [health.editor.pk])
    client.force_login(health.editor)
    client.post("/health/edit/new/incident/", said(health, occurred_at="2026-10-25T01:30"))
    event = HealthEvent.objects.using("owner").get()
    page = client.get(f"/health/edit/{event.pk}/change/").content.decode()
    assert 'value="2026-10-25T01:30"' in page
    assert '<option value="UTC" selected>' in page


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"occurred_at": "2026-11-22T09:00"}, "lies in the future"),
        ({"customers": "nobody", "reach": "named", "visibility": "affected"}, "No customer has the code"),
        ({"reach": "named", "visibility": "affected"}, "Nobody is named"),
        ({"component_999999": "major_outage"}, "One of the components is not there"),
        ({"title": ""}, "required"),
        ({"text": "a\x07b"}, "control"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(  # 32
    health: Any, client: Client, over: dict[str, str], says: str
) -> None:
    client.force_login(health.editor)
    answer = client.post("/health/edit/new/incident/", said(health, **over))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert says in page
    assert "We look into it." in page or "text" in over
    assert not HealthEvent.objects.using("owner").exists()


def test_an_update_is_published_from_its_page(health: Any, publish: Publish, client: Client) -> None:
    event = publish()
    client.force_login(health.editor)
    form = {
        "text": "Mended.",
        "status": "resolved",
        "version": "1",
        "zone": "UTC",
        f"component_{health.queries.pk}": "operational",
    }
    assert client.post(f"/health/edit/{event}/", form).status_code == 302
    assert event_of(event).status == "resolved"
    answer = client.post(f"/health/edit/{event}/", form)
    assert answer.status_code == 400
    assert "Somebody else has changed this event meanwhile" in answer.content.decode()


def test_named_customers_are_said_by_code_and_read_by_the_editor_alone(health: Any, client: Client) -> None:
    client.force_login(health.editor)
    answer = client.post(
        "/health/edit/new/incident/", said(health, customers="birch\ncedar", reach="named", visibility="affected")
    )
    assert "Birch" in client.get(answer["Location"]).content.decode()
    event = HealthEvent.objects.using("owner").get()
    client.force_login(health.admin)
    page = client.get(f"/health/events/{event.pk}/")
    assert page.status_code == 200
    assert "Birch" not in page.content.decode()


def test_a_component_is_added_changed_and_taken_out_of_use(health: Any, client: Client) -> None:
    client.force_login(health.editor)
    form = {"sort": "component", "product": health.search.pk, "code": "crawler", "name_en": "Crawler"}
    assert client.post("/health/edit/components/add/", form).status_code == 302
    assert client.post("/health/edit/components/add/", form).status_code == 400  # the code is taken
    made = Component.objects.using("owner").get(code="crawler")
    assert (made.position, made.organization_id) == (1, health.provider.pk)
    client.post(f"/health/edit/components/component/{made.pk}/", {"name_en": "Robot"})
    made.refresh_from_db(using="owner")
    assert (made.names["en"], made.is_used, made.is_public) == ("Robot", False, False)
    assert client.post("/health/edit/components/region/999999/", {"name_en": "x"}).status_code == 404
    assert client.get("/health/edit/components/").status_code == 200


def test_every_refusal_has_a_sentence() -> None:
    from tallyhub.health.editing.forms import FIELD_OF
    from tallyhub.kernel.sentences import sentence

    for code in FIELD_OF:
        assert "health_" not in str(sentence(HubError(code, customer="x", customers_max=1)))
    assert set(ComponentStatus) == {
        "operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"
    }  # fmt: skip
