"""Hostile files by the page's own way: a sentence for the person, and nothing half written."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tallyhub.assessments.models import AffectedObject, AnswerDraft, Finding, Intake, Prerequisite, Run
from tallyhub.integrations.importing import import_file
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import AccessGrant
from tests.activity.test_exports import ask
from tests.assessments.making import add_version, file_of, make_definition, make_set_up, report, sell
from tests.integrations.files import write
from tests.working import run_jobs

KEPT = (AffectedObject, Finding, Intake, Prerequisite, Run)
GOOD = json.dumps(report()).encode()
BOMB = gzip.compress(b"[" * 50_000_000)


def upload(client: Any, set_up: Any, said: Any) -> Any:
    return client.post("/assessments/upload/", {"set_up": set_up.pk, "file": file_of(said)})


HOSTILE = [
    (report(version=2), "version 2, which is not known here"),
    ({"$schema": "urn:tallyhub:assessment-result:9"} | report(), "form urn:tallyhub:assessment-result:9"),
    (report(definition="other"), "is a result of other"),
    (report({"C1": ("failed", ["a"]), "C99": "passed"}), "has no check C99"),
    (report(collected_at="2027-01-01T00:00:00Z"), "in the future"),
    (GOOD.replace(b'"version": 1', b'"version": 1, "version": 1'), "version comes twice"),
    (GOOD.replace(b'"passed": true', b'"passed": NaN'), "this is no JSON"),
    (GOOD.replace(b'"version": 1', b'"version": 1e400'), "version is no whole number"),
    (GOOD.replace(b'"version": 1', b'"version": ' + b"9" * 10_000), "this is no JSON"),
    (GOOD.replace(b"srv-1", b"a\x00b"), "this is no JSON"),
    (GOOD.replace(b"srv-1", b"a\\u0000b"), "holds characters that no text has"),
    (GOOD.replace(b"srv-1", "\u202egnp.exe".encode()), "holds characters that no text has"),  # turns its end around
    (GOOD.replace(b'"srv-1"', b"[" * 20_000), "nested too deeply"),
    (GOOD.decode().encode("utf-16"), "not written in UTF-8"),
    (GOOD.replace(b"srv-1", "Müller".encode("latin-1")), "not written in UTF-8"),
    (gzip.compress(GOOD), "The file is compressed"),
    (BOMB, "The file is compressed"),
    (GOOD[:-40], "this is no JSON"),
    (b" ", "this is no JSON"),
]


@pytest.mark.parametrize(("said", "sentence"), HOSTILE, ids=[f"{n}-{one[1][:24]}" for n, one in enumerate(HOSTILE)])
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(
    world: Any, client: Any, said: Any, sentence: str
) -> None:
    sell(world, "runs", 5)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    answer = upload(client, one, said)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    for model in KEPT:
        assert not model.objects.using("owner").exists()
    assert not Entry.objects.using("owner").filter(source="assessments").exists()


NAMES = [
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(1)",
    "+1",
    "@SUM(A1)",
    "{{ 7*7 }}",
    "'; DROP TABLE x",
]


def test_names_are_texts_on_every_page_and_in_every_file(world: Any, client: Any) -> None:  # R8.3
    one = make_set_up(make_definition(), world.north, label="<b>Hall</b>")
    client.force_login(world.north_admin)
    said = report({"C1": ("failed", NAMES), "C2": "passed"})
    said["prerequisites"] = [{"name": "<i>x</i>", "group": "<u>g</u>", "passed": False, "fix": "<script>1</script>"}]
    assert upload(client, one, said).status_code == 302
    run, finding = Run.objects.using("owner").get(), Finding.objects.using("owner").order_by("pk")[0]
    for name, about in (("run", [run.pk]), ("finding", [run.pk, finding.pk]), ("set_up", [one.pk]), ("overview", [])):
        page = client.get(reverse(f"assessments:{name}", args=about)).content.decode()
        for raw in ("<img src=x", "<b>Hall", "<i>x", "<u>g", "<script>1"):
            assert raw not in page, name
        assert "49" not in page.split("{{ 7*7 }}")[-1][:3]
    csv = b"".join(client.get(reverse("assessments:findings_csv", args=[run.pk])).streaming_content).decode()
    for guarded in ("'=HYPERLINK(1)", "'+1", "'@SUM(A1)"):
        assert guarded in csv
    export = ask(client, world.north_admin, reverse("assessments:run", args=[run.pk]))
    run_jobs()
    answer = client.get(f"{export}file/")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    keys, _labels, *rows = book.get_sheet_by_name("Findings").to_python()
    objects = [row[keys.index("object")] for row in rows]
    assert objects[: len(NAMES)] == [" ".join(name.split()) for name in NAMES]  # texts, and no formula among them
    assert [row[keys.index("result")] for row in rows] == ["Failed"] * len(NAMES) + ["Passed"]
    assert rows[0][keys.index("affected")] == len(NAMES)


def test_the_spreadsheet_of_a_run_is_for_whoever_may_read_results_still(world: Any, client: Any) -> None:
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    upload(client, one, report())
    run = reverse("assessments:run", args=[Run.objects.using("owner").get().pk])
    for person, status in ((world.reader, 404), (world.stranger, 404)):
        client.force_login(person)
        assert client.post("/exports/make/", {"address": run}).status_code == status
    export = ask(client, world.north_admin, run)
    run_jobs()
    AccessGrant.objects.using("owner").filter(person_id=world.north_admin.pk).update(role="customer_activity")
    assert client.get(f"{export}file/").status_code == 404


def test_a_version_that_is_published_meanwhile_changes_nothing_that_was_begun(world: Any, client: Any) -> None:
    """Runs and answers stay with the version that they are of, and results of both are told apart."""
    definition = make_definition()
    one = make_set_up(definition, world.north)
    client.force_login(world.north_admin)
    client.post(reverse("assessments:questions", args=[one.pk]), {"answer-C1": "failed"})
    add_version(definition, 2, checks=2)
    draft = AnswerDraft.objects.using("owner").select_related("version").get()
    client.post(reverse("assessments:questions", args=[one.pk]), {"answer-C3": "passed", "answer-C5": "passed"})
    client.post(reverse("assessments:finish", args=[one.pk]))
    assert Run.objects.using("owner").get().version_id == draft.version_id
    assert upload(client, one, report()).status_code == 302  # still of the first version
    assert "has no check C3" in upload(client, one, report(version=2)).content.decode()
    assert upload(client, one, report({"C1": "passed"}, version=2, run_id="new")).status_code == 302
    numbers = Run.objects.using("owner").order_by("pk").values_list("version__number", flat=True)
    assert list(numbers) == [1, 1, 2]


def test_the_shipped_mapping_reads_what_scanners_export(world: Any, tmp_path: Path) -> None:  # R8.1
    make_definition("server-health")
    shipped = Path("tallyhub/integrations/mappings/xccdf-results.yaml").read_text()
    mapping = tmp_path / "cedar.yaml"
    mapping.write_text(shipped.replace("halden", "cedar").replace("value: group", "value: north"))
    header = "Scan,Target,Benchmark,Version,Rule,Result,End time,Hosts\n"
    lines = "".join(
        f"S-1,Hall 2,server-health,1,{rule},{result},2026-11-20T08:00:00,{hosts}\n"
        for rule, result, hosts in (("C1", "fail", "3"), ("C2", "pass", "-"), ("C3", "notchecked", ""), ("C4", "", ""))
    )
    for _again in range(2):
        report_of = import_file(write(tmp_path, "scan.csv", header + lines), mapping=str(mapping))
        assert report_of.problems == ()
        run = Run.objects.using("owner").select_related("set_up").get()
    assert (run.failed, run.passed, run.errors, run.affected, run.source) == (1, 1, 1, 3, "xccdf")
    assert run.set_up.label == "Hall 2"
