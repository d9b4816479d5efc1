"""What a customer types to its partner, and what tests look up afterwards."""

import re
from itertools import count
from types import SimpleNamespace
from typing import Any

from tallyhub.helpdesk.models import Intake
from tallyhub.support.models import Request

_once = count(1)
ASKED: dict[str, Any] = {
    "act": "send",
    "kind": "problem",
    "title": "The database refuses every second query",
    "description": "Since 09:40 every second query ends with a time-out.",
    "severity": "C",
    "impact": "",
    "reach": "+49 30 5550199, until five",
    "accepted": "1",
}


def form(sold: SimpleNamespace, **over: Any) -> dict[str, Any]:
    fresh = {"once": f"once-{next(_once)}", "workspace": sold.birch_main.pk, "product": sold.database.pk}
    return ASKED | fresh | over


def address(sold: SimpleNamespace, partner: Any = None) -> str:
    return f"/technical-support/contact/?partner={(partner or sold.partner).pk}"


def ask(client: Any, sold: SimpleNamespace, **over: Any) -> Request:
    """Send the form as it should be, and return what came of it."""
    answer = client.post(address(sold), form(sold, **over))
    assert answer.status_code == 302, errors(answer)
    return request_of(answer)


def request_of(answer: Any) -> Request:
    number = re.search(r"/requests/(\d+)/", answer["Location"])
    assert number, answer["Location"]
    found: Request = Request.objects.using("owner").get(number=number[1])
    return found


def intake_of(request: Request) -> Intake:
    found: Intake = Intake.objects.using("owner").get(request=request)
    return found


def errors(answer: Any) -> list[str]:
    """What stands beside the fields of a refused form."""
    said = re.findall(r'class="field-errors"[^>]*><p>.*?</svg>(.*?)</p>', answer.content.decode(), re.DOTALL)
    return [one.strip() for one in said]
