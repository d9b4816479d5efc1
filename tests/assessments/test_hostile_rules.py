"""Rules of assessments that nothing else watches: each was taken out once, and no test went red."""

from typing import Any

import pytest
from django.urls import reverse

from tallyhub.agreements.models import Mapping
from tallyhub.assessments import reading
from tallyhub.assessments.jobs import settle
from tallyhub.assessments.models import Run
from tallyhub.ledger.models import Entry
from tests.assessments.making import make_definition, make_set_up, report, sell
from tests.assessments.test_reading import refused
from tests.assessments.test_running import upload
from tests.make import make_package


def test_a_run_that_was_withdrawn_before_anything_paid_is_never_booked(world: Any, client: Any) -> None:
    package = make_package(world.agreement, world.south)
    sell(world, "runs", 5, package)
    one = make_set_up(make_definition(), world.north)
    client.force_login(world.north_admin)
    upload(client, one, report())
    run = Run.objects.using("owner").get()
    assert run.unbooked == "unmapped"
    client.post(reverse("assessments:withdraw", args=[run.pk]))
    Mapping.objects.using("owner").create(
        customer_id=world.cedar.pk, package_id=package.pk, workspace_id=world.north.pk
    )
    settle(0)
    assert not Entry.objects.using("owner").filter(source="assessments").exists()


def test_objects_of_all_checks_together_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "OBJECTS_MAX", 4)
    few = report({"C1": ("failed", ["a", "b"]), "C2": ("failed", ["c", "d"])})
    many = report({"C1": ("failed", ["a", "b"]), "C2": ("failed", ["c", "d", "e"])})
    reading.read_report(_bytes(few), lambda *_one: None)
    assert refused(many) == "result_objects_many"


def _bytes(said: Any) -> Any:
    import io
    import json

    return io.BytesIO(json.dumps(said).encode())


def test_a_key_that_comes_twice_is_refused_wherever_it_stands() -> None:
    twice = (
        b'{"results": [{"check": "C1", "check": "C2", "result": "passed"}]}',
        b'{"results": [{"check": "C1", "result": "failed", "objects": [{"name": "a", "name": "b"}]}]}',
        b'{"results": [], "results": []}',
        b'{"collector": {"a": 1, "a": 2}}',
    )
    assert {refused(one) for one in twice} == {"result_key_twice"}


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_in_json_is_none_here(number: bytes) -> None:
    assert refused(b'{"collector": {"load": ' + number + b"}}") == "result_malformed"
