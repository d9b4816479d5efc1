"""Assessments of the demo: two that the provider offers, set-ups of two customers, and runs that show a trend."""

import io
import json
from dataclasses import dataclass
from datetime import timedelta

from tallyhub.agreements.models import Product
from tallyhub.assessments import commands
from tallyhub.assessments.models import Definition
from tallyhub.integrations.importing import import_records
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import AccessGrant, Workspace
from tallyhub.organizations.rules import RIGHTS_OF, Role
from tallyhub.site.demo.assessment_texts import DIRECTORY, DIRECTORY_CHECKS, READINESS, READINESS_CHECKS, Texts
from tallyhub.site.demo.support import LANGUAGES

DIRECTORY_CODE, READINESS_CODE = "directory-health", "operations-readiness"
PRODUCT = "identity"
PREREQUISITES = (  # name, group, fix
    ("Reach every directory server", "Discovery", "Open ports 389 and 636 from the collector."),
    ("Read the list of sites", "Discovery", "Give the collector’s account the role of a reader."),
    ("Read event logs", "Collection", "Add the collector’s account to the readers of event logs."),
    ("Read replication state", "Collection", "Allow remote management on each server."),
    ("Read certificates", "Collection", "Allow remote registry reading on each server."),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """``days`` ago: how many of the checks still failed, and how many prerequisites did not pass."""

    days: int
    failing: int
    unmet: int


@dataclass(frozen=True, slots=True)
class Place:
    customer: str
    workspace: str
    servers: str  # what the names of its machines begin with
    label: str = ""
    runs: tuple[Ran, ...] = ()


PLACES = (
    Place("halden", "paper", "pm2-dc", "Paper machine 2",
          (Ran(96, 15, 3), Ran(64, 13, 2), Ran(33, 9, 1), Ran(3, 6, 0))),
    Place("halden", "energy", "trb-dc", "", (Ran(40, 11, 2), Ran(12, 12, 1))),
    Place("halden", "mills", "saw-dc"),
    Place("orchard", "cold-chain", "cold-dc", "", (Ran(20, 8, 0),)),
)  # fmt: skip
ANSWERED = ("halden", "paper", 10)  # days ago
BEGUN = ("halden", "energy")  # a questionnaire that waits for its last pages


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system()):
        if Definition.objects.exists():
            return
        has_product = Product.objects.filter(code=PRODUCT).exists()
    import_records([("assessment_checks", _checks(PRODUCT if has_product else ""))])
    with scope(Access.of_system()):
        ids = dict(Definition.objects.values_list("code", "pk"))
    for place in PLACES:
        _run(place, ids[DIRECTORY_CODE])
    _answer(ids[READINESS_CODE])


def _checks(product: str) -> list[dict[str, str]]:
    directory = [
        _row(DIRECTORY_CODE, DIRECTORY, code, focus, priority, title=titles, remedy=remedies) | {"product": product}
        for code, focus, priority, titles, remedies in DIRECTORY_CHECKS
    ]
    readiness = [
        _row(READINESS_CODE, READINESS, code, focus, priority, title=titles, question=questions)
        for code, focus, priority, titles, questions in READINESS_CHECKS
    ]
    return directory + readiness


def _row(assessment: str, names: Texts, code: str, focus: str, priority: str, **texts: Texts) -> dict[str, str]:
    said = {"name": names, **texts}
    return {
        "assessment": assessment, "version": "1", "check": code, "focus_area": focus, "priority": priority,
        **{f"{what}_{one}": text for what, several in said.items()
           for one, text in zip(LANGUAGES, several, strict=True)},
    }  # fmt: skip


def _run(place: Place, definition_id: int) -> None:
    access, workspace_id = _administrator(place.customer, place.workspace)
    first = max((one.days for one in place.runs), default=1)
    with clock.frozen(clock.now() - timedelta(days=first + 4)):
        made = commands.set_up(access, workspace_id, definition_id, label=place.label, goes_beyond=True)
    for one in place.runs:
        at = clock.now() - timedelta(days=one.days, hours=3)
        with clock.frozen(at + timedelta(minutes=20)):
            said = _report(place, one) | {"collected_at": at.isoformat()}
            commands.upload(access, made.pk, io.BytesIO(json.dumps(said).encode()))


def _administrator(customer: str, workspace: str) -> tuple[Access, int]:
    """Whoever administers the customer, and the workspace's id."""
    with scope(Access.of_system(), writing=True):
        customer_id = organizations.find_customers([customer])[customer]
    with scope(Access.of_system([customer_id])):
        place = Workspace.objects.get(customer_id=customer_id, code=workspace)
        role = Role.CUSTOMER_ADMINISTRATOR
        grant = AccessGrant.objects.filter(customer_id=customer_id, role=role).order_by("pk")[0]
        access = Access(
            person_id=grant.person_id,
            customer_id=customer_id,
            in_whole=True,
            workspaces=tuple(Workspace.objects.filter(customer_id=customer_id).values_list("pk", flat=True)),
            customer_rights=RIGHTS_OF[role],
        )
    return access, place.pk


def _report(place: Place, one: Ran) -> dict[str, object]:
    """The checks fail in an order of their own, so that what is mended first differs by area."""
    order = sorted(range(len(DIRECTORY_CHECKS)), key=lambda n: (n * 7 + 3) % len(DIRECTORY_CHECKS))
    failing = set(order[: one.failing])
    return {
        "definition": DIRECTORY_CODE,
        "version": 1,
        "collector": "Directory collector 3.2",
        "prerequisites": [
            {"name": name, "group": group, "passed": n >= one.unmet, "fix": fix}
            for n, (name, group, fix) in enumerate(PREREQUISITES)
        ],
        "results": [
            _result(place, code, n, is_failing=n in failing) for n, (code, *_rest) in enumerate(DIRECTORY_CHECKS)
        ],
    }


def _result(place: Place, code: str, n: int, *, is_failing: bool) -> dict[str, object]:
    if not is_failing:
        return {"check": code, "result": "not_applicable" if n == 7 else "passed"}
    servers = [{"name": f"{place.servers}{k:02}", "type": "server"} for k in range(1, 3 + n % 7)]
    return {"check": code, "result": "failed", "objects": servers}


def _answer(definition_id: int) -> None:
    customer, workspace, days = ANSWERED
    access, workspace_id = _administrator(customer, workspace)
    with clock.frozen(clock.now() - timedelta(days=days)):
        made = commands.set_up(access, workspace_id, definition_id, goes_beyond=True)
        commands.save_answers(
            access,
            made.pk,
            {code: "failed" if n % 4 == 1 else "passed" for n, (code, *_rest) in enumerate(READINESS_CHECKS)},
        )
        commands.finish_answers(access, made.pk)
    access, workspace_id = _administrator(*BEGUN)
    made = commands.set_up(access, workspace_id, definition_id, goes_beyond=True)
    commands.save_answers(access, made.pk, {code: "passed" for code, *_rest in READINESS_CHECKS[:5]})
