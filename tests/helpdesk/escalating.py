"""Complete evidence, people on all sides, and what they do through the pages."""

from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tallyhub.helpdesk.escalations.evidence import Evidence, Form, items_of
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.models import Entry, Escalation, HealthCheck
from tallyhub.partners.models import Partnership, Party
from tallyhub.support.models import Request
from tests.make import (
    LONG_AGO,
    employ,
    give_request,
    make_organization,
    make_party,
    make_person,
    make_product,
    make_request,
    make_resale,
)
from tests.world import NOW

COLLEAGUE = 5
# Of each item something that is right.
SAID: dict[str, str] = {
    "vulnerability": "no",
    "title": "Delivery stops",
    "feature": "Mail, delivery",
    "region": "Northern Europe",
    "started": "2026-11-20T08:15+01:00",
    "ended": "ongoing",
    "pattern": "constant",
    "affected": "120",
    "error": "550 5.7.1, correlation 0b7f2f9c-1d2e-4a5b-9c8d-7e6f5a4b3c2d",
    "expected": "Mail leaves at once.",
    "seen": "Mail waits for ever.",
    "tried": "Another client: the same.",
    "severity": "B",
    "impact": "Nobody gets an offer out.",
    "contact_always": "duty telephone of the desk",
    "diagnostics": "yes",
    "clause": "Delivery within five minutes",
    "no_fit": "Nothing about delivery is listed.",
    "steps": "Write, send, wait.",
    "outage": "sign_in",
    "local_network": "Other services answer.",
    "clients": "Two browsers and a telephone",
    "version": "26.11",
    "frequency": "always",
    "second_environment": "The same in the test workspace.",
    "network_1": "Carrier one, Hamburg",
    "network_2": "Carrier two, Oslo",
    "sites": "AS 64500 and AS 64501",
    "common_factor": "All of them in one region.",
    "agreed": "Talked over with the desk on the telephone.",
}


def values_of(category: Category, contact: int = COLLEAGUE, **over: Any) -> dict[str, str]:
    said = SAID | {"contact": str(contact)} | over
    return {one.code: said[one.code] for one in items_of(category) if one.code in said}


def complete(category: Category, **over: Any) -> Evidence:
    """All that the category asks for, but for what is said otherwise."""
    files = {one.code: 1 for one in items_of(category) if one.form is Form.FILES} | over.pop("files", {})
    around = {"is_health_checked": over.pop("is_health_checked", True), "tenants": over.pop("tenants", 2)}
    return Evidence(values=values_of(category, **over), files=files, colleagues=[COLLEAGUE], **around)


# People and requests


def chain(world: SimpleNamespace) -> SimpleNamespace:
    """Lakeside sells to cedar and birch, directly; the provider has a desk. ``through`` makes it a reseller."""
    make_party(world.partner)
    make_resale(world.partner, world.cedar)
    make_resale(world.partner, world.birch)
    world.agent = hired(world.partner, "agent", "helpdesk_agent")
    world.second = hired(world.partner, "second", "admin_agent")
    world.seller = hired(world.partner, "seller", "sales_agent")
    world.clerk = hired(world.provider, "clerk", "desk")
    world.colleague = hired(world.provider, "colleague", "desk")
    world.editor = hired(world.provider, "editor", "editor")
    world.rival = make_organization("rivermouth", kind="partner", name="Rivermouth")
    make_party(world.rival)
    world.rival_agent = hired(world.rival, "rival_agent", "helpdesk_agent")
    world.product = make_product("mail")
    world.ask = partner_request(world, world.north)
    checked(world, world.ask)
    return world


def hired(house: Any, name: str, *roles: str) -> Any:
    person = make_person(name, email=f"{name}@house.test")
    employ(person, house, *roles)
    return person


def through(world: SimpleNamespace, *, is_running: bool = True) -> Any:
    """Lakeside becomes a reseller; harbour is its indirect provider, or was."""
    Party.objects.using("owner").filter(organization=world.partner).update(type="indirect_reseller")
    world.harbour = make_organization("harbour", kind="partner", name="Harbour")
    make_party(world.harbour, "indirect_provider")
    world.upper = hired(world.harbour, "upper", "helpdesk_agent")
    ended = None if is_running else NOW
    Partnership.objects.using("owner").create(
        provider=world.harbour, reseller=world.partner, invited_at=LONG_AGO, authorised_at=LONG_AGO, ended_at=ended
    )
    return world.harbour


def partner_request(world: SimpleNamespace, workspace: Any, **over: Any) -> Request:
    about = {"title": "Mail is not delivered", "description": "Delivery of mail fails with error 550 for everybody."}
    of = {"partner": world.partner, "desk": world.partner, "product": world.product, "status": "in_progress"}
    request = make_request(workspace, **{"severity": "B", **about, **of} | over)
    if request.primary_contact_id:
        give_request(request, request.primary_contact, "primary")
    return request


def checked(world: SimpleNamespace, request: Request, result: str = "none", **over: Any) -> HealthCheck:
    of = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    about = {"product": request.product, "result": result, "at": NOW, "by_id": world.agent.pk}
    return HealthCheck.objects.using("owner").create(**of, **about | over)


def noted(world: SimpleNamespace, request: Request, **said: str) -> Entry:
    of = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    return Entry.objects.using("owner").create(**of, **said, at=NOW, by_id=world.agent.pk)


# Through the pages


def typed(world: SimpleNamespace, category: Category, **over: Any) -> dict[str, Any]:
    """What the form holds, with its files."""
    data: dict[str, Any] = {"category": category.value, "act": "send", "draft_version": "0"}
    data |= values_of(category, world.agent.pk)
    data |= {one.code: upload() for one in items_of(category) if one.form is Form.FILES and one.is_required}
    return data | over


def upload(name: str = "shot.txt", content: bytes = b"hop 1, hop 2") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def escalated(world: SimpleNamespace, as_: Any, category: Category = Category.DEFECT, **over: Any) -> Escalation:
    answer = as_(world.agent).post(f"/helpdesk/requests/{world.ask.number}/escalate/", typed(world, category, **over))
    assert answer.status_code == 302, answer.content.decode()
    return newest()


def newest() -> Escalation:
    return Escalation.objects.using("owner").latest("pk")


def moved(client: Any, one: Escalation, becomes: str, **said: Any) -> Any:
    return client.post(f"/escalations/{one.pk}/move/", {"becomes": becomes, "version": newest().version} | said)
