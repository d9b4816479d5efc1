"""A file that is too long to be read while somebody waits: the worker reads it, whole or not at all, and says so."""

import json
import os
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from tallyhub.assessments import intakes, jobs, rules
from tallyhub.assessments.models import AffectedObject, Finding, Intake, Run
from tallyhub.kernel import clock
from tallyhub.ledger.models import Entry
from tallyhub.notifications.models import Mail
from tallyhub.organizations.models import AccessGrant
from tests.assessments.making import file_of, make_definition, make_set_up, report, sell
from tests.killing import kill_while_it_writes
from tests.working import run_jobs
from tests.world import NOW

LONG = report({"C1": ("failed", [f"srv-{n}" for n in range(200)]), "C2": "passed"})


@pytest.fixture(autouse=True)
def everything_is_long(monkeypatch: Any) -> None:
    monkeypatch.setattr(rules, "READ_AT_ONCE_BYTES", 100)


def leave(client: Any, set_up: Any, said: Any = LONG) -> Any:
    return client.post("/assessments/upload/", {"set_up": set_up.pk, "file": file_of(said)})


def the_intake() -> Intake:
    return Intake.objects.using("owner").order_by("-pk")[0]


def test_a_long_file_is_read_by_the_worker_and_its_page_says_how_far(world: Any, client: Any) -> None:  # R2.4
    sell(world, "runs", 5)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    answer = leave(client, one)
    page = reverse("assessments:intake", args=[the_intake().pk])
    assert answer["Location"] == page
    assert "waits for its turn" in client.get(page).content.decode()
    assert "waits for its turn" in client.get(reverse("assessments:set_up", args=[one.pk])).content.decode()
    assert not Run.objects.using("owner").exists()
    run_jobs()
    run = Run.objects.using("owner").get()
    assert (run.affected, run.by_id, run.entry_id is not None) == (200, world.north_admin.pk, True)
    assert reverse("assessments:run", args=[run.pk]) in client.get(page).content.decode()
    assert (the_intake().stage, the_intake().file) == ("done", "")


def test_what_is_wrong_with_a_long_file_is_said_on_its_page_and_by_mail(world: Any, client: Any, owner: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one, LONG | {"version": 7})
    path = the_intake().file
    assert intakes.files.path_of(path).exists()
    run_jobs()
    for name, about in (("intake", the_intake().pk), ("set_up", one.pk)):
        page = client.get(reverse(f"assessments:{name}", args=[about])).content.decode()
        assert "version 7, which is not known here; the newest one is version 1" in page
    assert not Run.objects.using("owner").exists()
    assert not AffectedObject.objects.using("owner").exists()
    assert not intakes.files.path_of(path).exists()
    mail = Mail.objects.using("owner").get()
    assert (mail.letter, mail.person_id) == ("assessments.refused", world.north_admin.pk)


def test_how_far_it_is_is_told_while_it_is_read(world: Any, client: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(intakes, "TOLD_EVERY", 1)
    sell(world, "runs", 5)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one, report({"C1": ("failed", [f"srv-{n}" for n in range(20_000)])}))
    taken = the_intake()

    def read() -> None:
        try:
            with clock.frozen(NOW):
                intakes.run(taken.pk, world.north_admin.pk, world.cedar.pk, is_last=True)
        finally:
            connection.close()

    reading = Thread(target=read)
    with psycopg.connect(os.environ["TALLYHUB_OWNER_URL"]) as holder:
        holder.execute("LOCK TABLE ledger_entry IN SHARE MODE")  # so that it cannot end
        reading.start()
        deadline = monotonic() + 180
        while not the_intake().done and monotonic() < deadline:
            sleep(0.02)
        page = client.get(reverse("assessments:intake", args=[taken.pk])).content.decode()
        assert "The file is being read" in page
        assert f'max="{taken.total}"' in page
        assert not Run.objects.using("owner").exists()
    reading.join(60)
    assert Run.objects.using("owner").get().affected == 20_000


_READ = """
import sys, django
django.setup()
from tallyhub.assessments import intakes
intakes.run(*map(int, sys.argv[1:]), is_last=False)
"""


def test_a_worker_that_is_killed_leaves_nothing_and_the_next_one_begins_anew(
    world: Any, client: Any, owner: Any
) -> None:
    sell(world, "runs", 5)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    about = (the_intake().pk, world.north_admin.pk, world.cedar.pk)
    kill_while_it_writes(owner, _READ, [str(each) for each in about], "ledger_entry")
    assert the_intake().stage == "running"
    for model in (Run, Finding, AffectedObject):
        assert not model.objects.using("owner").exists()
    assert not Entry.objects.using("owner").filter(source="assessments").exists()
    intakes.run(*about, is_last=False)
    intakes.run(*about, is_last=False)  # and once more, as a worker may that was only slow
    assert Run.objects.using("owner").get().affected == AffectedObject.objects.using("owner").count() == 200
    assert Entry.objects.using("owner").filter(source="assessments").count() == 1


def test_a_file_that_kills_each_worker_is_given_up(world: Any, client: Any) -> None:
    from types import SimpleNamespace

    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    context = SimpleNamespace(job=SimpleNamespace(attempts=jobs.ATTEMPTS_MAX + 1))
    jobs.read_intake(context, the_intake().pk, world.north_admin.pk, world.cedar.pk)
    page = client.get(reverse("assessments:intake", args=[the_intake().pk])).content.decode()
    assert "could not be read to its end" in page
    assert not Run.objects.using("owner").exists()


def test_who_has_lost_the_right_meanwhile_brings_nothing_in(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    AccessGrant.objects.using("owner").filter(person_id=world.north_admin.pk).delete()
    run_jobs()
    assert the_intake().problem["code"] == "assessment_file_not_allowed"
    assert not Run.objects.using("owner").exists()


def test_a_file_of_a_set_up_that_has_ended_meanwhile_is_refused(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    client.post(reverse("assessments:end", args=[one.pk]))
    run_jobs()
    assert the_intake().problem["code"] == "assessment_ended"


def test_few_files_of_a_set_up_wait_at_once_and_what_is_refused_is_not_kept(
    world: Any, client: Any, monkeypatch: Any
) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    for n in range(rules.INTAKES_MAX):
        assert leave(client, one, LONG | {"run_id": str(n)}).status_code == 302
    folder = intakes.files.path_of(the_intake().file).parent
    before = sorted(folder.iterdir())
    answer = leave(client, one, LONG | {"run_id": "too many"})
    assert answer.status_code == 400
    assert "5 files of this set-up wait" in answer.content.decode()
    assert sorted(folder.iterdir()) == before


def test_the_same_long_file_twice_is_one_run(world: Any, client: Any) -> None:
    sell(world, "runs", 5)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    leave(client, one)
    run_jobs()
    run = Run.objects.using("owner").get()
    assert [each.run_id for each in Intake.objects.using("owner").all()] == [run.pk, run.pk]
    assert Entry.objects.using("owner").filter(source="assessments").count() == 1


def test_a_file_that_waits_is_seen_by_whoever_reads_results_there(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.south)
    client.force_login(world.admin)
    leave(client, one)
    page = reverse("assessments:intake", args=[the_intake().pk])
    for person, status in ((world.north_admin, 404), (world.stranger, 404), (world.reader, 403), (world.engineer, 200)):
        client.force_login(person)
        assert client.get(page).status_code == status, person.name
    client.force_login(world.north_admin)
    assert leave(client, one).status_code == 404
    assert Intake.objects.using("owner").count() == 1


def test_bytes_that_a_killed_worker_left_go_and_so_does_what_is_a_month_old(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    kept = the_intake()
    Intake.objects.using("owner").filter(pk=kept.pk).update(stage="failed", problem={"code": "result_malformed"})
    jobs.clear_intakes(0)
    assert the_intake().file == ""
    assert not intakes.files.path_of(kept.file).exists()
    orphan = intakes.files.path_of(intakes.files.keep(file_of(LONG)))  # its row was never written
    jobs.clear_intakes(0)
    assert orphan.exists()
    with clock.frozen(max(NOW, datetime.now(UTC)) + rules.INTAKES_KEPT * 2):
        jobs.clear_intakes(0)
    assert not Intake.objects.using("owner").exists()
    assert not orphan.exists()


def test_numbers_and_sizes_of_a_file_are_those_of_its_bytes(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    leave(client, one)
    assert the_intake().total == len(json.dumps(LONG).encode())
