"""Requests, opened as people open them: step by step in the browser's forms."""

import re
from typing import Any

from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.organizations.models import Workspace
from tallyhub.support.models import Draft, Request, RequestViewer

TITLE = "The night job stops half way"


def begin(client: Client, workspace: Workspace) -> str:
    """The address of the draft that was begun, without its step."""
    answer = client.post("/support/open/begin/", {"workspace": workspace.pk})
    assert answer.status_code == 302, answer.content
    assert re.fullmatch(r"/support/open/\d+/what/", answer["Location"])
    return answer["Location"].removesuffix("what/")


def fill(client: Client, draft: str, product: Any = None, **over: Any) -> None:
    """Every step, each in its turn, with what a problem of severity C needs."""
    said: dict[str, dict[str, Any]] = {
        "what": {"kind": "problem", "product": product.pk if product else ""},
        "problem": {"title": TITLE, "description": "Since Monday it ends after an hour."},
        "severity": {"severity": "C", "impact": ""},
        "people": {"primary_contact": "", "people": [], "groups": []},
    }
    after = {"what": "problem", "problem": "severity", "severity": "people", "people": "check"}
    for step, fields in said.items():
        changed = {name: over[name] for name in fields if name in over}
        answer = client.post(f"{draft}{step}/", {**fields, **changed, "act": "next"})
        assert (answer.status_code, answer.get("Location")) == (302, f"{draft}{after[step]}/"), answer.content.decode()


def open_request(client: Client, workspace: Workspace, product: Any = None, **over: Any) -> Request:
    """Opened by whoever is signed in."""
    draft = begin(client, workspace)
    fill(client, draft, product, **over)
    answer = client.post(f"{draft}send/")
    assert answer.status_code == 302, answer.content.decode()
    number = re.fullmatch(r"/support/requests/(\d+)/", answer["Location"])
    assert number
    return Request.objects.using("owner").get(number=number.group(1))


def readers(request: Request) -> set[tuple[str, int | None, int | None]]:
    """(why, person, group), whatever anybody may see."""
    found = RequestViewer.objects.using("owner").filter(request_id=request.pk)
    return set(found.values_list("why", "person_id", "group_id"))


def drafts_of(person: Person) -> list[Draft]:
    return list(Draft.objects.using("owner").filter(person_id=person.pk).order_by("pk"))


def numbers(answer: Any) -> list[str]:
    """Of the requests that a list shows, in its order."""
    return re.findall(r'data-column="number"[^>]*><span><a href="/support/requests/(\d+)/"', answer.content.decode())
