"""The same result by page, program, questionnaire and import; two at once, and one that is killed."""

import io
import json
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tallyhub.accounts.tokens import TokenScope
from tallyhub.assessments import commands
from tallyhub.assessments.models import AffectedObject, AnswerDraft, Check, Finding, Run, SetUp, Version
from tallyhub.integrations.importing import import_records
from tallyhub.integrations.importing.importer import Refused
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.ledger.models import Entry
from tallyhub.organizations.sign_on import act_for
from tallyhub.privacy import commands as privacy
from tests.assessments.making import file_of, make_definition, make_set_up, report, sell
from tests.integrations.api.program import Program, make_token
from tests.killing import kill_while_it_writes
from tests.world import NOW

READ, WRITE = TokenScope.READ_ASSESSMENTS, TokenScope.WRITE_ASSESSMENTS


def test_a_program_brings_a_result_in_once_and_reads_what_it_found(world: Any) -> None:  # R8.2
    one = make_set_up(make_definition(), world.north)
    program = Program(make_token(world.north_admin, world.cedar, READ, WRITE))
    first = program.post(f"/assessment-set-ups/{one.pk}/runs", report())
    assert (first.status_code, first.json()["status"]) == (200, "new")
    assert program.post(f"/assessment-set-ups/{one.pk}/runs", report()).json() == first.json() | {"status": "known"}
    run = first.json()["id"]
    assert program.get("/assessment-runs").json()["items"][0]["quality_index"] == 50
    (line,) = program.get("/assessment-set-ups").json()["items"]
    assert (line["status"], line["runs"], line["assessment"]) == ("ran", 1, "server-health")
    findings = program.get(f"/assessment-runs/{run}/findings").json()["items"]
    assert (findings[0]["check"], findings[0]["result"]) == ("C1", "failed")
    objects = program.get(f"/assessment-runs/{run}/findings/{findings[0]['id']}/objects").json()["items"]
    assert [each["name"] for each in objects] == ["srv-1", "srv-2"]
    refused = program.post(f"/assessment-set-ups/{one.pk}/runs", report(version=9))
    assert refused.status_code == 422
    assert "version 9" in refused.content.decode()
    assert program.post(f"/assessment-runs/{run}/withdraw", {}).status_code == 200
    made = program.post("/assessment-set-ups", {"workspace": "north", "assessment": "server-health", "label": "B"})
    assert made.status_code == 200, made.content
    assert program.post(f"/assessment-set-ups/{made.json()['id']}/end", {}).status_code == 200


def test_a_program_of_somebody_else_reads_and_brings_in_nothing(world: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    stranger = Program(make_token(world.stranger, world.birch, READ, WRITE))
    assert stranger.post(f"/assessment-set-ups/{one.pk}/runs", report()).status_code == 404
    assert stranger.get("/assessment-set-ups").json()["items"] == []
    reader = Program(make_token(world.engineer, world.cedar, READ))
    assert reader.get("/assessment-set-ups").status_code == 200
    assert reader.post(f"/assessment-set-ups/{one.pk}/runs", report()).status_code == 403
    assert not Run.objects.using("owner").exists()


def test_the_same_file_twice_at_once_is_one_run_and_one_entry(world: Any) -> None:
    sell(world, "runs", 10)
    one = make_set_up(make_definition(), world.north)
    access = act_for(world.north_admin.pk, world.cedar.pk).access
    together, taken = Barrier(2), []

    def upload() -> None:
        try:
            together.wait(20)
            with clock.frozen(NOW):
                taken.append(commands.upload(access, one.pk, io.BytesIO(json.dumps(report()).encode())))
        finally:
            connection.close()

    threads = [Thread(target=upload) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(each.is_new for each in taken) == [False, True]
    assert taken[0].run.pk == taken[1].run.pk
    assert Run.objects.using("owner").count() == 1
    assert Entry.objects.using("owner").filter(source="assessments").count() == 1


_UPLOAD = """
import io, sys, django
django.setup()
from tallyhub.assessments import commands
from tallyhub.organizations.sign_on import act_for
person, customer, one, said = sys.argv[1:]
commands.upload(act_for(int(person), int(customer)).access, int(one), io.BytesIO(said.encode()))
"""


def test_an_upload_that_is_killed_leaves_nothing(world: Any, owner: Any) -> None:
    sell(world, "runs", 10)
    one = make_set_up(make_definition(), world.north)
    said = [world.north_admin.pk, world.cedar.pk, one.pk, json.dumps(report())]
    kill_while_it_writes(owner, _UPLOAD, [str(each) for each in said], "ledger_entry")
    for model in (Run, Finding, AffectedObject):
        assert not model.objects.using("owner").exists()
    assert not Entry.objects.using("owner").filter(source="assessments").exists()


def test_a_fault_in_the_middle_of_a_file_keeps_nothing_of_it(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    said = report({"C1": ("failed", ["a", "b"]), "C99": "passed"})
    answer = client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(said)})
    assert answer.status_code == 400
    assert "has no check C99" in answer.content.decode()
    assert not AffectedObject.objects.using("owner").exists()


def test_markup_in_names_is_shown_as_text(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    said = report({"C1": ("failed", ["<script>alert(1)</script>", "=1+1"])})
    client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(said)})
    run = Run.objects.using("owner").get()
    page = client.get(reverse("assessments:run", args=[run.pk])).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    answer = client.get(reverse("assessments:findings_csv", args=[run.pk]))
    assert ",'=1+1," in b"".join(answer.streaming_content).decode()


def test_a_set_up_of_another_workspace_or_customer_is_not_there(world: Any, client: Any) -> None:
    definition = make_definition()
    south, birch = make_set_up(definition, world.south), make_set_up(definition, world.birch_main)
    client.force_login(world.north_admin)
    for one in (south, birch):
        assert client.get(reverse("assessments:set_up", args=[one.pk])).status_code == 404
        assert client.post(reverse("assessments:end", args=[one.pk])).status_code == 404
        sent = {"set_up": one.pk, "file": file_of(report())}
        assert client.post("/assessments/upload/", sent).status_code == 404
    wanted = {"definition": definition.pk, "workspace": world.south.pk}
    assert client.post(reverse("assessments:new"), wanted).status_code == 404
    client.force_login(world.engineer)  # reads, and runs nothing
    assert client.get(reverse("assessments:set_up", args=[south.pk])).status_code == 200
    assert client.post(reverse("assessments:end", args=[south.pk])).status_code == 403


def test_a_questionnaire_is_saved_page_by_page_and_makes_a_run_when_all_is_answered(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)  # C1, C3 and C5 are questions
    client.force_login(world.north_admin)
    questions = reverse("assessments:questions", args=[one.pk])
    client.post(questions, {"answer-C1": "failed", "go": "performance"})
    client.post(reverse("assessments:finish", args=[one.pk]), {"answer-C3": "passed"})
    assert not Run.objects.using("owner").exists()  # one is missing
    client.force_login(world.admin)  # a colleague goes on
    page = client.get(f"{questions}?area=security").content.decode()
    assert 'value="failed" checked' in page
    client.post(reverse("assessments:finish", args=[one.pk]), {"answer-C5": "not_applicable"})
    run = Run.objects.using("owner").get()
    assert (run.failed, run.passed, run.not_applicable, run.source) == (1, 1, 1, "questionnaire")
    assert not AnswerDraft.objects.using("owner").exists()
    assert "No quality index" in client.get(reverse("assessments:run", args=[run.pk])).content.decode()


CHECK = {"assessment": "net", "version": "1", "name_en": "Network", "focus_area": "security", "priority": "high"}


def _checks(**over: str) -> list[dict[str, str]]:
    return [CHECK | {"check": f"N{n}", "title_en": f"Title {n}"} | over for n in range(3)]


def test_a_version_is_published_whole_and_never_changes(world: Any) -> None:  # R8.1
    import_records([("assessment_checks", _checks())])
    report_of = import_records([("assessment_checks", _checks())])
    assert report_of.tallies["assessment_checks"].new == 0
    for changed in (_checks(title_en="Other"), _checks()[:2], [*_checks(), CHECK | {"check": "N9", "title_en": "x"}]):
        with pytest.raises(Refused) as caught:
            import_records([("assessment_checks", changed)])
        assert "never changes" in caught.value.report.problems[0].sentence
    import_records([("assessment_checks", _checks(version="2", title_en="Other"))])
    assert Version.objects.using("owner").count() == 2
    assert Check.objects.using("owner").count() == 6


def _results(**over: str) -> list[dict[str, str]]:
    common = {"customer": "cedar", "workspace": "north", "assessment": "net", "version": "1", "external_id": "R-1",
              "collected_at": "2026-11-02T08:00+01:00", "prerequisites": "4", "prerequisites_passed": "3"}  # fmt: skip
    outcomes = (("N0", "failed", "7"), ("N1", "passed", "0"))
    return [common | {"check": c, "result": r, "affected": a} | over for c, r, a in outcomes]


def test_results_of_another_system_make_a_run_a_set_up_and_what_they_draw(world: Any) -> None:  # R8.1
    set_ups, runs = sell(world, "setups", 5), sell(world, "runs", 5)
    import_records([("assessment_checks", _checks())])
    import_records([("assessment_results", _results())])
    run = Run.objects.using("owner").get()
    assert (run.failed, run.affected, run.prerequisites_passed, run.entitlement_id) == (1, 7, 3, runs.pk)
    assert SetUp.objects.using("owner").get().entitlement_id == set_ups.pk
    import_records([("assessment_results", _results())])  # again changes nothing
    assert Run.objects.using("owner").count() == 1
    for wrong in (_results(result="passed"), _results(external_id="R-2", version="7"),
                  _results(external_id="R-3", check="N8")[:1], _results(external_id="R-4", prerequisites_passed="5"),
                  _results(external_id="R-5", collected_at="2027-01-01T08:00Z")):  # fmt: skip
        with pytest.raises(Refused):
            import_records([("assessment_results", wrong)])
    assert Run.objects.using("owner").count() == 1


def test_names_of_objects_go_after_their_time_and_figures_stay(world: Any, client: Any) -> None:  # R10.4
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(report())})
    assert privacy.clear(Access.of_system(), "assessment_objects", NOW) == 2
    assert not AffectedObject.objects.using("owner").exists()
    run = Run.objects.using("owner").get()
    assert (run.affected, run.objects_cleared_at is None) == (2, False)
    finding = Finding.objects.using("owner").order_by("pk")[0]
    page = client.get(reverse("assessments:finding", args=[run.pk, finding.pk])).content.decode()
    assert "The names are cleared" in page


def test_a_page_takes_as_many_statements_whatever_was_found(world: Any, client: Any, statements: Any) -> None:
    one = make_set_up(make_definition(checks=30), world.north)
    client.force_login(world.north_admin)
    counts = []
    for n, failed in ((1, 2), (2, 20)):
        found = {f"C{k}": ("failed", [f"srv-{k}-{m}" for m in range(n * 5)]) for k in range(1, failed + 1)}
        said = report(found, run_id=str(n), collected_at=f"2026-11-1{n}T08:00:00Z")
        client.post("/assessments/upload/", {"set_up": one.pk, "file": file_of(said)})
        run = Run.objects.using("owner").order_by("-pk")[0]
        with statements() as made:
            assert client.get(reverse("assessments:run", args=[run.pk])).status_code == 200
        counts.append(len(made))
    assert counts[1] - counts[0] <= 1  # the second one is compared with the first
