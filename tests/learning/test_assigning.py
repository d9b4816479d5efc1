"""Learning managers assign, follow their people and take the report; others see numbers (R2.2)."""

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.learning.assignments import commands
from tallyhub.learning.models import Activity, Assignment, Record
from tallyhub.learning.queries import due
from tallyhub.learning.report.rules import Period, year_of
from tallyhub.learning.rules import ASSIGNED_MAX
from tallyhub.notifications.letters import LETTERS
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.sign_on import act_for
from tallyhub.people.users import commands as users
from tests.activity.test_customer_activity import text
from tests.learning.people import ask, learn
from tests.make import grant, make_activity, make_person
from tests.people.people import acting
from tests.world import NOW

TODAY = date(2026, 11, 21)
KEYS = (
    "learner_name,learner_email,workspace,agreement,activity_id,activity_title,format,product,level,language,"
    "assigned_by,assigned_on,due_on,started_on,last_activity_on,completed_on,progress_pct,minutes"
)


@pytest.fixture
def basics(world: SimpleNamespace) -> Any:
    return make_activity("basics")


def assign(client: Client, activity: Any, people: list[Any], due: str = "2026-12-01", **more: str) -> Any:
    form = {"act": "assign", "people": [one.pk for one in people], "due": due, **more}
    return client.post(f"/learning/activities/{activity.pk}/assign/", form)


def assignments() -> list[tuple[int, date, bool]]:
    rows = Assignment.objects.using("owner").order_by("pk")
    return [(one.person_id, one.due_on, one.withdrawn_at is not None) for one in rows]


def own_due(world: SimpleNamespace, person: Any) -> list[tuple[str, bool]]:
    access = act_for(person.pk, world.cedar.pk).access
    with scope(access):
        return [(one.title, one.is_overdue) for one in due(access)[0]]


def report(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/learning/report.csv?header=keys{query}")
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body, newline="")))


# Assigning


def test_whoever_is_assigned_something_is_told_what_is_due(world: SimpleNamespace, basics: Any, client: Client) -> None:
    client.force_login(world.learning)
    assert assign(client, basics, [world.member, world.reader]).status_code == 302
    assert assignments() == [(one, date(2026, 12, 1), False) for one in sorted((world.member.pk, world.reader.pk))]
    assert own_due(world, world.member) == [("Basics", False)]
    client.force_login(world.member)
    assert "due 1 Dec 2026" in text(client.get("/learning/").content.decode())
    client.post(f"/learning/activities/{basics.pk}/start/")
    assert own_due(world, world.member) == [("Basics", False)]
    client.post(f"/learning/activities/{basics.pk}/complete/")
    assert own_due(world, world.member) == []


def test_a_mail_names_the_activity_and_the_day_while_it_is_due(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    asked = ask(world.north, world.member, basics, world.learning, date(2026, 12, 1), TODAY)
    letter = LETTERS["learning.assigned"].make(world.member, {"subject": asked.pk})
    assert "“Basics” until 1 December 2026" in letter.paragraphs[0]
    with pytest.raises(Assignment.DoesNotExist):
        LETTERS["learning.assigned"].make(world.reader, {"subject": asked.pk})
    learn(world.north, world.member, basics, TODAY, TODAY)
    with pytest.raises(Assignment.DoesNotExist):
        LETTERS["learning.assigned"].make(world.member, {"subject": asked.pk})


def test_asked_again_one_has_the_new_day(world: SimpleNamespace, basics: Any, client: Client) -> None:
    client.force_login(world.learning)
    assign(client, basics, [world.member])
    assign(client, basics, [world.member], "2026-12-24")
    assert assignments() == [(world.member.pk, date(2026, 12, 24), False)]


def test_what_is_withdrawn_is_due_no_more_and_can_be_assigned_again(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    asked = ask(world.north, world.member, basics, world.learning, date(2026, 11, 20), date(2026, 11, 1))
    assert own_due(world, world.member) == [("Basics", True)]
    client.force_login(world.learning)
    page = text(client.get(f"/learning/people/{world.member.pk}/").content.decode())
    assert "overdue since 20 Nov 2026" in page
    assert "assigned by learning on 1 Nov 2026" in page
    assert client.post(f"/learning/assignments/{asked.pk}/withdraw/").status_code == 302
    assert own_due(world, world.member) == []
    assign(client, basics, [world.member])
    assert [withdrawn for *_rest, withdrawn in assignments()] == [True, False]


def test_home_and_learning_say_by_the_customers_day_what_is_overdue(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    """At noon in UTC it is the next day at the other end of the world, where the reader is, and not in Berlin."""
    Person.objects.using("owner").filter(pk=world.member.pk).update(zone="Pacific/Kiritimati")
    ask(world.north, world.member, basics, world.learning, TODAY, date(2026, 11, 1))
    client.force_login(world.member)
    assert "due 21 Nov 2026" in text(client.get("/learning/").content.decode())
    assert "A learning activity is due: Basics" in text(client.get("/").content.decode())
    with clock.frozen(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)):  # past midnight in Berlin
        assert "overdue since 21 Nov 2026" in text(client.get("/learning/").content.decode())
        assert "A learning activity is overdue: Basics" in text(client.get("/").content.decode())


def test_of_a_workspace_that_one_has_left_nothing_is_due(world: SimpleNamespace, basics: Any, client: Client) -> None:
    grant(world.member, "member", world.south)
    ask(world.north, world.member, basics, world.learning, date(2026, 11, 20), date(2026, 11, 1))
    ask(world.south, world.member, make_activity("second"), world.learning, date(2026, 12, 1), date(2026, 11, 1))
    assert own_due(world, world.member) == [("Basics", True), ("Second", False)]
    users.remove_people(acting(world.admin, world.cedar), world.north.pk, [world.member.pk])
    assert own_due(world, world.member) == [("Second", False)]
    client.force_login(world.member)
    assert "Basics" not in text(client.get("/learning/?mine=assigned").content.decode())


@pytest.mark.parametrize(
    ("over", "status", "said"),
    [
        ({"due": "2026-11-20"}, 400, "The day lies before today, 21 November 2026."),
        ({"due": "2036-11-20"}, 400, "more than three years away"),
        ({"due": "soon"}, 400, "Choose the day on which it is due."),
        ({"people": []}, 400, "Choose at least one person."),
    ],
)
def test_a_wrong_assignment_is_refused_in_words_and_nothing_is_written(
    world: SimpleNamespace, basics: Any, client: Client, over: dict[str, Any], status: int, said: str
) -> None:
    client.force_login(world.learning)
    answer = client.post(
        f"/learning/activities/{basics.pk}/assign/",
        {"act": "assign", "people": [world.member.pk], "due": "2026-12-01"} | over,
    )
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert assignments() == []


def test_nobody_is_assigned_anything_from_elsewhere_or_by_somebody_else(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    client.force_login(world.learning)
    assert assign(client, basics, [world.member, world.stranger]).status_code == 404
    assert assign(client, basics, [world.member], workspace=str(world.south.pk)).status_code == 404
    for who in (world.admin, world.north_admin, world.csam, world.member):
        client.force_login(who)
        assert assign(client, basics, [world.member]).status_code == 403
        page = client.get(f"/learning/activities/{basics.pk}/").content.decode()
        assert "/assign/" not in page  # and no button
    assert assignments() == []


def test_a_manager_withdraws_in_their_own_workspace_only(world: SimpleNamespace, basics: Any, client: Client) -> None:
    south = ask(world.south, world.member, basics, world.learning, date(2026, 12, 1), TODAY)
    mine = ask(world.north, world.learning, basics, world.admin, date(2026, 12, 1), TODAY)
    client.force_login(world.learning)
    assert client.post(f"/learning/assignments/{south.pk}/withdraw/").status_code == 404
    client.force_login(world.member)  # one's own is seen, and not withdrawn
    assert client.post(f"/learning/assignments/{south.pk}/withdraw/").status_code == 403
    assert [withdrawn for *_rest, withdrawn in assignments()] == [False, False]
    assert mine.pk


def test_nothing_is_assigned_without_the_right_too_widely_or_in_vain(world: SimpleNamespace, basics: Any) -> None:
    others, me = (act_for(who.pk, world.cedar.pk).access for who in (world.north_admin, world.learning))

    def assign_by(access: Any, people: Any = (world.member.pk,)) -> int:
        return commands.assign(access, basics.pk, workspace_id=world.north.pk, people=people, due_on=TODAY)

    with pytest.raises(Forbidden):
        assign_by(others)
    with pytest.raises(Invalid, match="assigned_too_many"):
        assign_by(me, range(1, ASSIGNED_MAX + 2))
    Activity.objects.using("owner").update(is_offered=False)
    with pytest.raises(Conflict, match="activity_not_offered"):
        assign_by(me)
    Activity.objects.using("owner").update(is_offered=True)
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(archived_at="2026-11-20T00:00Z")
    with pytest.raises(Conflict, match="workspace_archived"):  # at this moment: a page is not there any more
        assign_by(me)
    assert assignments() == []


# Following


def test_one_follows_the_people_of_ones_own_workspaces_only(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    southerner = make_person("southerner")
    grant(southerner, "member", world.south)
    learn(world.south, southerner, basics, date(2026, 3, 2))
    ask(world.south, southerner, make_activity("second"), world.learning, date(2026, 12, 1), TODAY)
    client.force_login(world.learning)
    assert client.get(f"/learning/people/{southerner.pk}/").status_code == 404
    assert client.get(f"/learning/people/?workspace={world.south.pk}").status_code == 404
    assert report(client) == []


def test_the_list_of_people_counts_what_each_did(world: SimpleNamespace, basics: Any, client: Client) -> None:
    second = make_activity("second")
    learn(world.north, world.member, basics, date(2026, 3, 2), date(2026, 3, 5))
    learn(world.north, world.member, second, date(2026, 4, 2))
    learn(world.south, world.member, make_activity("third"), date(2026, 5, 2))
    ask(world.north, world.member, second, world.learning, date(2026, 11, 20), date(2026, 11, 1))
    client.force_login(world.learning)
    page = text(client.get("/learning/people/?text=member").content.decode())
    assert "member member@example.test 1 1 2 1 2 Apr 2026" in page
    only = text(client.get("/learning/people/?overdue=yes").content.decode())
    assert "member@example.test" in only
    assert "reader@example.test" not in only
    assert client.get(f"/learning/people/{world.stranger.pk}/").status_code == 404


# The report


def test_the_report_has_its_stable_keys_and_who_is_not_done(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    learn(world.north, world.member, basics, date(2026, 3, 2), date(2026, 3, 5))
    learn(world.north, world.reader, basics, date(2026, 4, 2))
    ask(world.north, world.contact, basics, world.learning, date(2026, 12, 1), TODAY)
    client.force_login(world.learning)
    rows = report(client)
    assert ",".join(rows[0]) == KEYS
    assert [(row["learner_name"], row["started_on"], row["completed_on"], row["progress_pct"]) for row in rows] == [
        ("contact", "", "", "0"),
        ("member", "2026-03-02", "2026-03-05", "100"),
        ("reader", "2026-04-02", "", "0"),
    ]
    assert rows[0] == rows[0] | {"assigned_by": "learning", "assigned_on": "2026-11-21", "due_on": "2026-12-01"}
    assert rows[1] == rows[1] | {
        "learner_email": "member@example.test", "workspace": "North", "agreement": "CED-2026", "activity_id": "basics",
        "activity_title": "Basics", "format": "course", "level": "beginner", "language": "en", "minutes": "60",
    }  # fmt: skip
    page = text(client.get("/learning/report/").content.decode())
    assert "not started" in page
    assert "3 rows" in page


def test_the_report_has_each_thing_once_and_nothing_that_was_taken_back(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    learn(world.north, world.member, basics, date(2026, 3, 2))
    ask(world.north, world.member, basics, world.learning, date(2026, 12, 1), date(2026, 3, 1))
    withdrawn = ask(world.north, world.reader, basics, world.learning, date(2026, 12, 1), TODAY)
    Assignment.objects.using("owner").filter(pk=withdrawn.pk).update(withdrawn_at=NOW)
    where = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk}
    Record.objects.using("owner").create(**where, person_id=world.contact.pk, activity_id=basics.pk, made_at=NOW)
    client.force_login(world.learning)
    assert [(row["learner_name"], row["due_on"]) for row in report(client, "&from=2025-01-01")] == [
        ("member", "2026-12-01")
    ]


def test_the_report_is_of_the_days_and_workspaces_that_were_chosen(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    grant(world.learning, "learning_manager", world.south)
    learn(world.north, world.member, basics, date(2026, 3, 2), date(2026, 3, 5))
    learn(world.south, world.member, basics, date(2026, 6, 2))
    learn(world.north, world.reader, basics, date(2025, 3, 2))
    client.force_login(world.learning)
    assert [row["workspace"] for row in report(client)] == ["North", "South"]
    assert len(report(client, "&from=2025-01-01")) == 3
    assert [row["workspace"] for row in report(client, f"&workspace={world.south.pk}")] == ["South"]
    assert len(report(client, "&from=2026-03-04&to=2026-03-31")) == 1
    assert report(client, "&from=2026-03-06&to=2026-03-31") == []
    assert client.get(f"/learning/report.csv?workspace={world.birch_main.pk}").status_code == 404
    assert client.get("/learning/report/?from=2026-04-01&to=2026-03-31").status_code == 400
    assert client.get("/learning/report/?from=x").status_code == 400


def test_what_is_assigned_stands_in_the_report_until_it_is_completed(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    """Also what was overdue before the days that were chosen: it is open in them. Without days: this year."""
    second = make_activity("second")
    long_ago = date(2025, 6, 30), date(2025, 6, 1)
    ask(world.north, world.member, basics, world.learning, *long_ago)  # never started
    ask(world.north, world.reader, basics, world.learning, *long_ago)
    learn(world.north, world.reader, basics, date(2025, 6, 5))  # started, and left
    ask(world.north, world.contact, basics, world.learning, *long_ago)
    learn(world.north, world.contact, basics, date(2025, 6, 5), date(2025, 7, 5))
    learn(world.north, world.member, second, date(2025, 6, 5))  # started by themselves, and left
    client.force_login(world.learning)

    def rows(query: str) -> list[tuple[str, str, str]]:
        return [(row["learner_name"], row["activity_id"], row["started_on"]) for row in report(client, query)]

    open_ones = [("member", "basics", ""), ("reader", "basics", "2025-06-05")]
    assert rows("") == open_ones
    assert rows("&from=2026-03-01&to=2026-03-31") == open_ones
    assert rows("&to=2025-05-31&from=2025-05-01") == []  # nobody had asked for it then
    assert len(rows("&from=2025-06-01")) == 4
    withdrawn = Assignment.objects.using("owner").filter(person_id=world.member.pk)
    withdrawn.update(withdrawn_at=NOW)
    assert rows("") == open_ones[1:]


def test_people_read_in_which_unit_a_duration_is(world: SimpleNamespace, basics: Any, client: Client) -> None:
    learn(world.north, world.member, basics, date(2026, 3, 2))
    for who, address in ((world.learning, "/learning/report.csv"), (world.member, "/learning/transcript.csv")):
        client.force_login(who)
        heading, row = b"".join(client.get(address).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert heading.endswith(",Duration (minutes)")
        assert row.endswith(",60")
        keys = b"".join(client.get(f"{address}?header=keys").streaming_content).decode("utf-8-sig").splitlines()[0]  # type: ignore[attr-defined]
        assert keys.endswith(",minutes")
    page = text(client.get("/learning/transcript/").content.decode())
    assert "Duration" in page
    assert "Duration (minutes)" not in page


def test_whoever_has_left_is_a_row_without_name_and_address(
    world: SimpleNamespace, basics: Any, client: Client
) -> None:
    """Of somebody whom the customer knows no more, nothing new is told: they may be of another one by now."""
    learn(world.north, world.member, basics, date(2026, 3, 2))
    learn(world.north, world.reader, basics, date(2026, 3, 3))
    users.remove_people(acting(world.admin, world.cedar), world.north.pk, [world.member.pk])
    client.force_login(world.learning)
    assert [(row["learner_name"], row["learner_email"], row["started_on"]) for row in report(client)] == [
        ("Erased person", "", "2026-03-02"),
        ("reader", "reader@example.test", "2026-03-03"),
    ]
    page = client.get("/learning/report/").content.decode()
    assert f"/learning/people/{world.reader.pk}/" in page
    assert f"/learning/people/{world.member.pk}/" not in page  # that page is gone
    assert client.get(f"/learning/people/{world.member.pk}/").status_code == 404


def test_others_are_refused_and_shown_no_button(world: SimpleNamespace, basics: Any, client: Client) -> None:
    """Scenario 9, by every address."""
    learn(world.north, world.member, basics, date(2026, 3, 2))
    drill = f"/customer-activity/entitlements/{world.cedar_education.pk}/"
    for who in (world.admin, world.north_admin, world.reader, world.csam):
        client.force_login(who)
        for address in ("/learning/report/", "/learning/report.csv", "/learning/people/", f"{drill}entries.csv"):
            assert client.get(address).status_code == 403, (who.name, address)
        made = client.post("/exports/make/", {"address": "/learning/report/"})
        assert made.status_code in (403, 404)
        page = client.get(drill).content.decode()
        assert "Education report" not in page
        assert "entries.csv" not in page
        assert "member@example.test" not in page
        assert "0 of 2 shown" in text(page)
    client.force_login(world.learning)
    page = client.get(drill).content.decode()
    assert "Education report" in page
    assert "member@example.test" in page


def test_a_spreadsheet_of_the_report_is_made_by_the_job(world: SimpleNamespace, basics: Any, client: Client) -> None:
    from tallyhub.activity.exports import open_source
    from tallyhub.activity.rows import Reader
    from tallyhub.organizations import sign_on

    learn(world.north, world.member, basics, date(2026, 3, 2))
    actor = sign_on.act_for(world.learning.pk, world.cedar.pk)
    with scope(actor.access):
        source = open_source(Reader.of(actor), "/learning/report/?from=2026-01-01", rows_max=100)
        (sheet,) = source.sheets(lambda rows: rows)
        cells = [[*row] for row in sheet.rows]
    assert [key for key, _label in sheet.header] == KEYS.split(",")
    assert (source.total, source.names_people, len(cells)) == (1, True, 1)
    assert date(2026, 3, 2) in cells[0]


# The drill-down


def test_the_rows_of_the_drill_down_add_up_to_its_total(world: SimpleNamespace, basics: Any, client: Client) -> None:
    """With an entry that is no record's, a start that has moved, and one that was taken back."""
    learn(world.north, world.member, basics, date(2026, 3, 2), date(2026, 3, 5))
    learn(world.north, world.member, basics, date(2026, 2, 1))
    learn(world.north, world.reader, basics, date(2026, 5, 2))
    client.force_login(world.learning)
    drill = f"/customer-activity/entitlements/{world.cedar_education.pk}/"
    answer = client.get(f"{drill}entries.csv?header=keys")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))
    assert sum(int(row["charged"]) for row in rows) == 3
    assert [(row["person"], row["title"]) for row in rows] == [
        ("member", "Basics"),
        ("member", "Network basics"),
        ("reader", "Basics"),
    ]
    page = text(client.get(drill).content.decode())
    assert "Started 3 Completed 0 Learners 2 Period 1 January 2026" in page.replace("3 Started", "Started 3")


def test_the_year_of_a_longer_agreement_begins_on_its_anniversary() -> None:
    first, last = date(2025, 3, 1), date(2028, 2, 29)
    assert year_of(first, last, date(2026, 11, 21)) == Period(date(2026, 3, 1), date(2027, 2, 28))
    assert year_of(first, last, date(2025, 3, 1)) == Period(date(2025, 3, 1), date(2026, 2, 28))
    assert year_of(date(2024, 2, 29), date(2027, 6, 30), date(2025, 2, 28)).last == date(2025, 2, 28)
    assert year_of(date(2024, 2, 29), date(2027, 6, 30), date(2027, 5, 1)).last == date(2027, 6, 30)


def test_what_nobody_paid_is_booked_once_something_does(world: SimpleNamespace, basics: Any) -> None:
    from tallyhub.learning.jobs import book_unbooked
    from tests.make import make_entitlement

    learn(world.birch_main, world.stranger, basics, date(2026, 3, 2))
    assert Record.objects.using("owner").get().unbooked == "missing"
    make_entitlement(world.birch_base, world.education, bought=5)
    with clock.frozen(datetime(2026, 11, 22, tzinfo=UTC)):
        book_unbooked(0)
        book_unbooked(0)
    record = Record.objects.using("owner").select_related("entry").get()
    assert record.entry is not None
    assert (record.unbooked, record.entry.occurred_on, record.serial) == ("", date(2026, 3, 2), 1)


def test_what_is_never_paid_keeps_nothing_waiting_that_is(
    world: SimpleNamespace, basics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tallyhub.learning import steps
    from tallyhub.learning.jobs import book_unbooked
    from tests.make import make_entitlement

    monkeypatch.setattr(steps, "AT_ONCE", 1)
    learn(world.birch_main, world.stranger, basics, date(2020, 3, 2))
    learn(world.birch_main, world.stranger, make_activity("second"), date(2026, 3, 2))
    make_entitlement(world.birch_base, world.education, bought=5)
    book_unbooked(0)
    found = Record.objects.using("owner").order_by("pk").values_list("unbooked", flat=True)
    assert list(found) == ["missing", ""]
