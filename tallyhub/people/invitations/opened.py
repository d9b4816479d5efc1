"""What pages have in common that the link of an invitation opens, whether into a workspace or to work somewhere."""

from typing import Any, Protocol

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation

from tallyhub.kernel.http import HubRequest


class Invited(Protocol):
    @property
    def language(self) -> str: ...


def language_of(request: HubRequest, found: Invited | None) -> str:
    """Whoever is signed in has chosen one; anybody else reads the one of the invitation (R6.2)."""
    return found.language if found and request.access.person_id is None else translation.get_language() or "en"


def show(request: HubRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """In the language that is on; no browser keeps it."""
    response = render(request, template, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = translation.get_language() or "en"
    return response
