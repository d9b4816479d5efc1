"""The API put together, its contract (OpenAPI 3.1), and a page that shows it."""

import json
import re
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import translation
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tallyhub.integrations.api import (
    articles,
    assessments,
    contacts,
    escalations,
    health,
    helpdesk,
    messages,
    partner_requests,
    services,
    subscriptions,
)
from tallyhub.integrations.api.door import JsonBody, fault
from tallyhub.integrations.api.problems import MEDIA_TYPE, answer_error

ROOT = "/api/v1/"
_ABOUT = (
    "What was bought, what was delivered, what is left; booking what was delivered; services, support requests and "
    "assessments. Numbers are whole, in the unit's smallest step: minutes, cases, hundredths of a credit. The hub "
    "serves how to use it at /api/v1/docs."
)


def _on_error(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_error(error) or fault(error)


def _parameters(request: Any) -> frozenset[str]:
    """Of the address, by the contract."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{request.resolver_match.route}")
    parameters = contract()["paths"][path][request.method.lower()].get("parameters", [])
    return frozenset(one["name"] for one in parameters if one["in"] == "query")


def _assembled() -> NinjaAPI:
    made = NinjaAPI(
        title="Tallyhub",
        version="1",
        description=_ABOUT,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        parser=JsonBody(_parameters),
    )
    made.add_router("", articles.router)
    made.add_router("", assessments.router)
    made.add_router("", contacts.router)
    made.add_router("", health.router)
    made.add_router("", messages.router)
    made.add_router("", services.router)
    made.add_router("", subscriptions.router)
    made.add_router("", partner_requests.router)
    made.add_router("", helpdesk.router)
    made.add_router("", escalations.router)
    for kind in (Exception, HttpError, ValidationError):
        made.add_exception_handler(kind, _on_error)
    return made


api = _assembled()


@cache
def contract() -> dict[str, Any]:
    """The OpenAPI document. Problems have a media type of their own, which the framework does not know."""
    with translation.override("en"):
        made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=ROOT), default=str))
    for operation in (one for path in made["paths"].values() for one in path.values()):
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
    return made


def contract_text() -> str:
    """As it is committed in docs/openapi.json."""
    return json.dumps(contract(), indent=1, ensure_ascii=False) + "\n"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(contract_text(), content_type="application/json")


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """One plain page of our own: no script, no other host."""
    page = engines["jinja2"].get_template("integrations/reference.html")
    return HttpResponse(page.render({"contract": contract(), "operations": _operations()}))


def _operations() -> list[dict[str, Any]]:
    return [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in contract()["paths"].items()
        for method, operation in methods.items()
    ]
