"""A program that calls the API: a token, and a client that sends it."""

import json
from typing import Any

from django.test import Client

from tallyhub.accounts import commands
from tallyhub.accounts.models import Person
from tallyhub.accounts.tokens import OF_CUSTOMERS, OF_WORK, TokenScope
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import Organization

# All that the account team may be given; a customer's administrators alone ask for other subscriptions.
ALL = tuple(one for one in OF_CUSTOMERS if one is not TokenScope.WRITE_WISHES)


def make_token(
    person: Person, customer: Organization, *scopes: TokenScope, lifetime_days: int = 90, is_of_customer: bool = False
) -> str:
    """Made by the person, by the same command as on the page."""
    access = sign_on.act_for(person.pk, customer.pk).access
    return commands.make_token(
        access, name="Nightly", scopes=scopes, lifetime_days=lifetime_days, is_of_customer=is_of_customer
    )


def make_work_token(person: Person, *scopes: TokenScope) -> str:
    """For their work, by the same command as on the page."""
    access = sign_on.act_at_work(person.pk)
    return commands.make_work_token(access, name="Bridge", scopes=scopes or OF_WORK, lifetime_days=90)


class Program:
    """What a program has: a token, and HTTP."""

    def __init__(self, secret: str | None) -> None:
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        sent = {**self._headers, **headers} | ({"Idempotency-Key": key} if key else {})
        data = body if isinstance(body, str) else json.dumps(body)
        return self._client.post(f"/api/v1{path}", data, content_type="application/json", headers=sent)

    def patch(self, path: str, body: Any) -> Any:
        return self._client.patch(
            f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=self._headers
        )

    def put(self, path: str, body: Any) -> Any:
        return self._client.put(
            f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=self._headers
        )

    def follow(self, address: str) -> Any:
        """The next page."""
        return self._client.get(address, headers=self._headers)

    def book(self, *rows: dict[str, Any], key: str | None = None) -> Any:
        return self.post("/entries", {"entries": list(rows)}, key=key)
