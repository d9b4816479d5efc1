"""What somebody types into a follow-up."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from tallyhub.agreements.models import Product, Service
from tallyhub.kernel import cells
from tallyhub.kernel.errors import HubError
from tallyhub.kernel.ids import find_id, read_word
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.models import Staff
from tallyhub.partners.advising import rules
from tallyhub.partners.advising.rules import FollowUpState, TypedFollowUp
from tallyhub.partners.advising.words import FOLLOW_UP_NAMES
from tallyhub.partners.models import FollowUp

FIELD_OF = {
    "follow_up_title_missing": "title",
    "follow_up_requests": "requests",
    "follow_up_day": "due_on",
    "follow_up_service": "service",
    "follow_up_owner": "owner",
    "product_unknown": "product",
    "day_malformed": "due_on",
    "day_out_of_bounds": "due_on",
}


def read(data: QueryDict) -> TypedFollowUp:
    """Raises Invalid for what cannot be read."""
    return TypedFollowUp(
        title=data.get("title", ""),
        product=find_id(data.get("product")),
        service=find_id(data.get("service")),
        reason=data.get("reason", ""),
        requests=rules.read_numbers(data.get("requests", "")),
        owner=find_id(data.get("owner")),
        state=read_word(FollowUpState, data.get("state") or FollowUpState.OPEN),
        due_on=cells.day(day) if (day := data.get("due_on", "").strip()) else None,
        notes=data.get("notes", ""),
    )


def typed_of(one: FollowUp) -> dict[str, str]:
    """One that is there, as if it was typed."""
    return {
        "title": one.title,
        "product": str(one.product_id or ""),
        "service": str(one.service_id or ""),
        "reason": one.reason,
        "requests": ", ".join(one.requests),
        "owner": str(one.owner_id or ""),
        "state": one.state,
        "due_on": one.due_on.isoformat() if one.due_on else "",
        "notes": one.notes,
    }


def form(
    data: Mapping[str, Any], products: list[Product], services: list[Service], people: list[Staff],
    error: HubError | None = None,
) -> dict[str, Any]:  # fmt: skip
    typed = {name: data.get(name, "") for name in ("title", "reason", "requests", "due_on", "notes")}
    return {
        **typed,
        "products": _choices([(one.pk, one.name) for one in products], data.get("product", "")),
        "services": _choices([(one.pk, one.name) for one in services], data.get("service", "")),
        "people": _choices([(one.pk, one.person.name) for one in people], data.get("owner", "")),
        "states": _choices([(one.value, str(FOLLOW_UP_NAMES[one])) for one in FollowUpState], data.get("state", "")),
        "errors": {FIELD_OF.get(error.code, ""): sentence(error)} if error else {},
        "maxima": {"title": rules.TITLE_MAX, "reason": rules.REASON_MAX, "notes": rules.NOTES_MAX},
    }


def _choices(items: list[tuple[Any, str]], chosen: str) -> list[dict[str, Any]]:
    return [{"id": key, "label": label, "is_chosen": str(key) == chosen} for key, label in items]
