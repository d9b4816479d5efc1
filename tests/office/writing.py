"""Writing a draft as a person does: page by page, through the browser's door."""

from typing import Any

from django.urls import reverse

from tallyhub.office.models import AgreementDraft

TERMS = {
    "number": "CED-2027",
    "name": "Cedar 2027",
    "plan": "unified",
    "seller": "northgate",
    "zone": "Europe/Berlin",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
}
ADA = {"name": "Ada Lind", "email": "ada@cedar.test", "kind": "services_administrator", "language": "de"}
BO = {"name": "Bo Lind", "email": "bo@cedar.test", "kind": "support_contact", "language": "en"}


def draft_of(draft_id: int) -> AgreementDraft:
    return AgreementDraft.objects.using("owner").get(pk=draft_id)


def said(answer: Any) -> str:
    return str(answer.content.decode())


def make(client: Any) -> int:
    """A new draft; returns its id."""
    answer = client.post(reverse("office:draft_make"))
    assert answer.status_code == 302, said(answer)
    return int(answer.url.split("/")[-3])


def save(client: Any, name: str, draft_id: int, /, *args: int, version: int | None = None, **fields: Any) -> Any:
    """Send a section's form, under the version that is there."""
    known = draft_of(draft_id).version if version is None else version
    return client.post(reverse(f"office:{name}", args=[draft_id, *args]), {"version": known, "act": "save", **fields})


def rows(letter: str, *parts: dict[str, str]) -> dict[str, str]:
    return {f"{letter}{place}-{name}": value for place, part in enumerate(parts) for name, value in part.items()}


def line(service: str, *purchases: dict[str, str] | str, **over: str) -> dict[str, str]:
    """An entitlement's fields; each purchase is an amount, or its fields."""
    bought = [one if isinstance(one, dict) else {"amount": one} for one in purchases]
    fields = {"service": service, "code": "", "how": "quantity", "rounding_step": "1", **over}
    empty = {"amount": "", "starts_on": "", "ends_on": ""}
    return fields | {f"p{n}-{name}": value for n, one in enumerate(bought) for name, value in (empty | one).items()}


def add_package(client: Any, draft_id: int, *lines: dict[str, str], **over: str) -> int:
    """One more package with these lines; returns its key."""
    answer = client.post(reverse("office:draft_package_add", args=[draft_id]))
    key = int(answer.url.split("/")[-2])
    fields = {"name": "Base", "code": "BASE", "scope": "enterprise", "starts_on": "", "ends_on": "", **over}
    save(client, "draft_package", draft_id, key, **fields, **rows("e", *lines))
    return key


def written(client: Any, world: Any, **over: str) -> int:
    """A draft that only waits for its approval: 20 h of advisory, reactive as needed, two contacts."""
    draft_id = make(client)
    save(client, "draft_terms", draft_id, **TERMS | over)
    add_package(client, draft_id, line(world.advisory.code, "20 h"), line(world.reactive.code, how="as_needed"))
    save(client, "draft_contacts", draft_id, **rows("c", ADA, BO))
    return draft_id


def approve(client: Any, draft_id: int, number: str = TERMS["number"]) -> Any:
    """Press the button."""
    known = AgreementDraft.objects.using("owner").filter(pk=draft_id).values_list("version", flat=True).first()
    return client.post(reverse("office:draft_approve", args=[draft_id]), {"version": known or 0, "number": number})
