"""What a partner asks for, and what a customer grants of it."""

from collections.abc import Collection
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tallyhub.kernel.errors import HubError
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.rules import ROLE_NAMES
from tallyhub.partners.models import Delegation
from tallyhub.partners.rules import DAYS_DEFAULT, DAYS_MAX, NAME_MAX, REASON_MAX, ROLES, Refused, Wish
from tallyhub.partners.words import MEANS

FIELD_OF = {
    "delegation_draft_for_reseller": "reseller",
    "delegation_name_taken": "name",
    "partnership_needed": "reseller",
}
_DIGITS_MAX = 4


def read_days(text: str) -> int | None:
    """None for what is no whole number."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS_MAX else None


def read_wish(data: QueryDict) -> Wish:
    return Wish(
        name=" ".join(data.get("name", "").split()),
        roles=frozenset(data.getlist("roles")),
        days=read_days(data.get("days", "")),
        extends="extends" in data,
        reason=data.get("reason", "").strip(),
    )


def typed_of(one: Delegation) -> QueryDict:
    """A draft, as if it was typed."""
    typed = QueryDict(mutable=True)
    typed["name"], typed["days"], typed["reason"] = one.name, str(one.days), one.reason
    typed.setlist("roles", one.roles)
    if one.extends:
        typed["extends"] = "on"
    return typed


def form(data: QueryDict | None, error: HubError | None = None) -> dict[str, Any]:
    """The form with what was typed, and what is wrong beside its field."""
    typed = data or QueryDict()
    is_sent = error is not None or "roles" in typed  # a form that was sent may hold none
    chosen: Collection[str] = typed.getlist("roles") if is_sent else [ROLES[0]]
    return {
        "name": typed.get("name", ""),
        "days": typed.get("days", str(DAYS_DEFAULT)),
        "extends": "extends" in typed,
        "reason": typed.get("reason", ""),
        "roles": [
            {"value": role.value, "name": ROLE_NAMES[role], "means": MEANS[role], "is_chosen": role in chosen}
            for role in ROLES
        ],
        "errors": _errors(error),
        "maxima": {"name": NAME_MAX, "days": DAYS_MAX, "reason": REASON_MAX},
        "title": _("Ask for a delegation"),
    }


def _errors(error: HubError | None) -> dict[str, str]:
    """By field; what is about none of them stands at the empty name."""
    if isinstance(error, Refused):
        return {field: str(sentence(one)) for field, one in error.fields.items()}
    return {FIELD_OF.get(error.code, ""): str(sentence(error))} if error else {}
