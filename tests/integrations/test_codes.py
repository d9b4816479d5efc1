"""The page of codes: all that a file can name for this customer, and nothing of another one (R8.1)."""

import csv
import io
from types import SimpleNamespace
from typing import Any

from django.test import Client

from tests.make import grant, make_entitlement, make_organization, make_package, make_workspace

PAGE = "/import/codes/"


def rows(client: Client) -> list[dict[str, str]]:
    body = b"".join(client.get(f"{PAGE}codes.csv").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body, newline="")))


def test_what_a_row_of_consumption_needs_stands_in_one_line(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    found = rows(client)
    (line,) = [one for one in found if one["kind"] == "entitlements" and one["code"] == world.cedar_advisory.code
               and one["agreement"] == "CED-2026" and one["package"] == "BASE"]  # fmt: skip
    assert (line["unit"], line["service"], line["name"]) == ("minutes", world.advisory.code, "Advisory support")
    assert {one["code"] for one in found if one["kind"] == "workspaces"} == {"north", "south"}
    page = client.get(PAGE).content.decode()
    assert world.cedar_advisory.code in page
    assert PAGE in client.get("/import/").content.decode()


def test_another_customers_codes_are_not_among_them(world: SimpleNamespace, client: Client) -> None:  # R3.8
    client.force_login(world.csam)
    assert "BIR-2026" not in str(rows(client)) + client.get(PAGE).content.decode()
    assert "main" not in {one["code"] for one in rows(client)}


def test_a_code_is_no_formula(world: SimpleNamespace, client: Client) -> None:  # R8.3
    make_workspace(world.cedar, "=1+1")
    client.force_login(world.csam)
    assert "'=1+1" in {one["code"] for one in rows(client)}


def test_more_codes_take_no_more_statements(world: SimpleNamespace, client: Client, statements: Any) -> None:
    client.force_login(world.csam)
    with statements() as before:
        client.get(PAGE)
    for number in range(5):
        make_workspace(world.cedar, f"w{number}")
        make_entitlement(make_package(world.agreement, code=f"P{number}", name="More"), world.credits, bought=100)
    with statements() as after:
        client.get(PAGE)
    assert len(after) == len(before) <= 10


def test_a_customer_with_nothing_is_told_so(world: SimpleNamespace, client: Client) -> None:
    empty = make_organization("aspen")
    grant(world.csam, "csam", empty)
    client.force_login(world.csam)
    client.post("/switch/customer/", {"customer": empty.pk})
    assert "There are none yet." in client.get(PAGE).content.decode()
