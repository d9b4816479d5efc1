"""Ids of what one may not know of: each address and field answers as if there were nothing, and nothing changes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.assessments import rules
from tallyhub.assessments.models import Finding, Intake, Run
from tests.assessments.making import file_of, make_definition, make_set_up, report
from tests.assessments.test_running import upload
from tests.integrations.api.program import Program, make_token
from tests.make import grant, make_person, make_workspace
from tests.strangers import ABSENT, everything, raise_ids, said

STRANGERS = ("stranger", "elsewhere", "in_south")


@pytest.fixture
def there(world: Any, owner: Any, client: Client, monkeypatch: Any) -> SimpleNamespace:
    """A set-up of cedar's north with answers begun, a run and a file that waits; and people who do not belong there."""
    raise_ids(owner)
    made = make_definition()
    one = make_set_up(made, world.north)
    client.force_login(world.north_admin)
    upload(client, one, report())
    client.post(f"/assessments/set-ups/{one.pk}/questions/", {"answer-C1": "passed"})
    monkeypatch.setattr(rules, "READ_AT_ONCE_BYTES", 100)
    upload(client, one, report(collected_at="2026-11-19T08:00:00+00:00"))
    monkeypatch.undo()
    client.logout()
    world.elsewhere, world.in_south = make_person("elsewhere"), make_person("south")
    grant(world.elsewhere, "csam", world.birch)
    grant(world.in_south, "workspace_administrator", world.south)
    return SimpleNamespace(
        definition=made.pk,
        set_up=one.pk,
        run=Run.objects.using("owner").get().pk,
        finding=Finding.objects.using("owner").order_by("pk")[0].pk,
        intake=Intake.objects.using("owner").get().pk,
        workspace=make_workspace(world.cedar, "west").pk,
    )


def kept_files() -> list[Path]:
    return sorted(Path(default_storage.path("")).rglob("*.json"))


PAGES = (
    ("get", "uploads/{}/", "intake"),
    ("get", "set-ups/{}/", "set_up"),
    ("post", "set-ups/{}/end/", "set_up"),
    ("get", "set-ups/{}/questions/", "set_up"),
    ("post", "set-ups/{}/questions/", "set_up"),
    ("post", "set-ups/{}/questions/finish/", "set_up"),
    ("post", "set-ups/{}/questions/discard/", "set_up"),
    ("get", "runs/{}/", "run"),
    ("get", "runs/{}/findings.csv", "run"),
    ("post", "runs/{}/withdraw/", "run"),
)


def asked(there: Any) -> list[tuple[str, str, int]]:
    """(method, address with a place for the id, the id that is there)."""
    found = [(method, f"/assessments/{path}", getattr(there, name)) for method, path, name in PAGES]
    return [*found, ("get", f"/assessments/runs/{{}}/findings/{there.finding}/", there.run)]


@pytest.mark.parametrize("who", STRANGERS)
def test_an_id_of_somebody_else_is_as_good_as_none(
    world: Any, there: Any, owner: Any, client: Client, who: str
) -> None:
    client.force_login(getattr(world, who))
    client.get("/assessments/")
    before = everything(owner)
    for method, address, one in asked(there):
        send, form = getattr(client, method), {"answer-C1": "failed"} if method == "post" else {}
        found, none = send(address.format(one), form), send(address.format(ABSENT), form)
        assert said(found, one) == said(none, ABSENT), address
        assert found.status_code == 404, address
    assert everything(owner) == before


@pytest.mark.parametrize("who", ["reader", "member", "newcomer"])
def test_whoever_reads_no_results_is_told_so_whatever_there_is(
    world: Any, there: Any, owner: Any, client: Client, who: str
) -> None:
    client.force_login(getattr(world, who))
    client.get("/assessments/")
    before = everything(owner)
    for method, address, one in asked(there):
        found, none = (getattr(client, method)(address.format(each)) for each in (one, ABSENT))
        assert said(found, one) == said(none, ABSENT), address
        assert found.status_code == 403, address
    assert everything(owner) == before


def test_an_engineer_reads_results_and_changes_nothing(world: Any, there: Any, owner: Any, client: Client) -> None:
    client.force_login(world.engineer)
    client.get("/assessments/")
    before = everything(owner)
    for method, address, one in asked(there):
        if method == "post":
            assert client.post(address.format(one), {"answer-C1": "failed"}).status_code == 403, address
    assert everything(owner) == before


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("is_long", [False, True])
def test_a_file_for_the_set_up_of_somebody_else_goes_nowhere(
    world: Any, there: Any, owner: Any, client: Client, monkeypatch: Any, who: str, is_long: bool
) -> None:
    if is_long:
        monkeypatch.setattr(rules, "READ_AT_ONCE_BYTES", 100)
    client.force_login(getattr(world, who))
    client.get("/assessments/")
    before, kept = everything(owner), kept_files()
    found, none = (
        client.post("/assessments/upload/", {"set_up": one, "file": file_of(report())})
        for one in (there.set_up, ABSENT)
    )
    assert said(found, there.set_up) == said(none, ABSENT)
    assert found.status_code == 404
    chosen = [client.get("/assessments/upload/", {"set_up": one}) for one in (there.set_up, ABSENT)]
    assert said(chosen[0], there.set_up) == said(chosen[1], ABSENT)
    assert (everything(owner), kept_files()) == (before, kept)


@pytest.mark.parametrize("who", STRANGERS)
def test_nothing_is_set_up_in_a_workspace_of_somebody_else(
    world: Any, there: Any, owner: Any, client: Client, who: str
) -> None:
    client.force_login(getattr(world, who))
    client.get("/assessments/")
    before = everything(owner)
    found, none = (
        client.post("/assessments/set-up/", {"workspace": one, "definition": there.definition, "goes_beyond": "yes"})
        for one in (there.workspace, ABSENT)
    )
    assert said(found, there.workspace) == said(none, ABSENT)
    assert found.status_code == 404
    assert everything(owner) == before


BOTH = (TokenScope.READ_ASSESSMENTS, TokenScope.WRITE_ASSESSMENTS)


@pytest.mark.parametrize("who", STRANGERS)
def test_a_program_of_somebody_else_finds_nothing(world: Any, there: Any, owner: Any, who: str) -> None:
    customer = world.cedar if who == "in_south" else world.birch
    program = Program(make_token(getattr(world, who), customer, *BOTH))
    program.get("/assessment-set-ups")
    before = everything(owner)
    for method, address, one, body in (
        ("get", "/assessment-runs/{}", there.run, {}),
        ("get", "/assessment-runs/{}/findings", there.run, {}),
        ("get", f"/assessment-runs/{{}}/findings/{there.finding}/objects", there.run, {}),
        ("post", "/assessment-set-ups/{}/end", there.set_up, {}),
        ("post", "/assessment-set-ups/{}/runs", there.set_up, report()),
        ("post", "/assessment-runs/{}/withdraw", there.run, {}),
    ):
        send = program.get if method == "get" else program.post
        found, none = (
            send(address.format(each), *([body] if body or method == "post" else [])) for each in (one, ABSENT)
        )
        assert said(found, one) == said(none, ABSENT), address
        assert found.status_code == 404, address
    for path, name, one in (
        ("assessment-set-ups", "workspace_id", there.workspace),
        ("assessment-runs", "set_up_id", there.set_up),
    ):
        found, none = (program.get(f"/{path}", **{name: each}) for each in (one, ABSENT))
        assert said(found, one) == said(none, ABSENT), path
        assert found.json()["items"] == [], path
    wanted = {"assessment": "server-health"}
    found, none = (program.post("/assessment-set-ups", wanted | {"workspace": each}) for each in ("west", "none"))
    assert said(found, "west") == said(none, "none")
    assert found.status_code == 422
    assert everything(owner) == before
