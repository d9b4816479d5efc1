"""One and the same data, whoever tells of it: tile, drill-down, files, statement and programs agree to the digit."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.tokens import TokenScope
from tallyhub.engagements.deliveries import commands as deliveries
from tallyhub.engagements.deliveries.commands import Worked
from tallyhub.engagements.models import Offering
from tallyhub.engagements.planning import commands as planning
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger import doctor
from tallyhub.ledger.models import Entry
from tests.activity.test_drilldown import of, rows_of
from tests.activity.test_exports import ask, take
from tests.activity.test_statements import figures, make, page, workbook
from tests.activity.test_statements import rows_of as sheet_of
from tests.activity.test_statements import text as words
from tests.engagements.making import (
    as_,
    finish,
    get,
    log,
    make_offering,
    plan,
    planned,
    proactive,
    request,
    schedule,
    used_and_held,
)
from tests.integrations.api.program import Program, make_token
from tests.ledger.test_reversals import reverse
from tests.make import allot, book, make_entitlement, make_package
from tests.working import run_jobs

SCOPES = (TokenScope.READ_SERVICES, TokenScope.READ_AGREEMENTS, TokenScope.READ_ENTRIES)


def take_back(world: Any, entry: Entry) -> None:
    """By a program, past the engagement."""
    program = Program(make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES))
    assert program.post(f"/entries/{entry.pk}/reversal", {"reason": "wrong"}).status_code == 200


def hours(world: Any, owner: Any) -> Any:
    """Delivered, corrected, taken back by a program, beyond the plan, cancelled late, open; and bare entries."""
    pays = proactive(world, bought=60 * 60)
    owner.execute("UPDATE agreements_package SET late_cancel_days = 40, late_cancel_percent = 33")
    first = planned(world, 16, entitlement_id=pays.pk)
    log(world, first, 4, day=date(2026, 11, 10))
    took_back = Entry.objects.using("owner").get(source="engagements")
    wrong = log(world, first, 3, day=date(2026, 11, 12))
    deliveries.correct_delivery(as_(world, "csam"), wrong.pk, Worked(date(2026, 11, 13), 115), "So it was", version=1)
    take_back(world, took_back)
    second = planned(world, 8, entitlement_id=pays.pk)
    log(world, second, 9.25, day=date(2026, 10, 31))
    finish(world, second)
    third = planned(world, 5, entitlement_id=pays.pk)
    schedule(world, third, in_days=10)
    planning.cancel(as_(world, "csam"), third, "No", version=get(third).version, charge=99)
    planned(world, 7, entitlement_id=pays.pk)
    bare = book(pays, world.south, 90, date(2026, 3, 3), title="Bare")
    reverse(world, book(pays, world.north, 30, date(2026, 3, 4)))
    book(pays, world.south, 30, date(2026, 3, 3))
    assert bare.charged == 90
    return pays


def credits_(world: Any, owner: Any) -> Any:
    """Of two lots, one of which has expired with something left: spent at the old rate, taken back, open, bare."""
    package = make_package(world.agreement, world.north, world.south, scope="addon", code="CRED")
    pays = make_entitlement(package, world.credits, is_as_needed=False)
    allot(pays, 900, date(2026, 1, 1), date(2026, 10, 31))
    allot(pays, 800, date(2026, 6, 1), date(2026, 12, 31))
    offering = make_offering(credit_rate=333)
    numbers = [request(world, offering=offering) for _ in range(3)]
    Offering.objects.using("owner").filter(pk=offering.pk).update(credit_rate=777, rate_version=2)
    for number in numbers:
        plan(world, number, 8, entitlement_id=pays.pk)
    log(world, numbers[0], 5, day=date(2026, 10, 20))
    log(world, numbers[0], 3, day=date(2026, 10, 21))
    finish(world, numbers[0])
    log(world, numbers[1], 8, day=date(2026, 10, 20))
    finish(world, numbers[1])
    take_back(world, Entry.objects.using("owner").filter(source="engagements", entitlement=pays).order_by("-pk")[0])
    book(pays, world.south, 125, date(2026, 11, 2), title="Bare")
    return pays


def ended_early(world: Any, owner: Any) -> Any:
    """What was bought ends while one order is open and after another one was delivered; the latter is corrected then,
    and the former delivered on a day that nothing covers any more: it is over.
    """
    package = make_package(world.agreement, world.north, world.south, scope="addon", code="CRED")
    pays = make_entitlement(package, world.credits, bought=1000)
    numbers = [request(world, offering=make_offering(credit_rate=333)) for _ in range(2)]
    for number in numbers:
        plan(world, number, 8, entitlement_id=pays.pk)
    delivery = log(world, numbers[0], 8, day=date(2026, 11, 10))
    finish(world, numbers[0])
    allot(pays, 0, date(2026, 11, 15), date(2026, 11, 15), kind="termination")
    worked = Worked(date(2026, 11, 9), 300)
    deliveries.correct_delivery(as_(world, "csam"), delivery.pk, worked, "So it was", version=1)
    log(world, numbers[1], 8, day=date(2026, 11, 18))
    finish(world, numbers[1])
    return pays


def taken_away_after_the_end(world: Any, owner: Any) -> Any:
    """Of a package that is over, a delivery did not take place: what it cost has expired, and is not left."""
    package = make_package(world.agreement, world.north, world.south, scope="addon", code="CRED")
    pays = make_entitlement(package, world.credits, bought=1000)
    number = request(world, offering=make_offering(credit_rate=333))
    plan(world, number, 8, entitlement_id=pays.pk)
    delivery = log(world, number, 8, day=date(2026, 11, 10))
    finish(world, number)
    owner.execute("UPDATE agreements_package SET terminated_on = '2026-11-12' WHERE id = %s", [package.pk])
    allot(pays, 0, date(2026, 11, 12), date(2026, 11, 12), kind="termination")
    deliveries.correct_delivery(as_(world, "csam"), delivery.pk, None, "Never was", version=1)
    return pays


MAKERS: dict[str, tuple[Callable[..., Any], Unit, int, int]] = {
    "hours": (hours, Unit.MINUTES, 115 + 555 + 99 + 120, 16 * 60 - 115 + 7 * 60),
    "credits": (credits_, Unit.CREDITS, 333 + 125, 333),
    "credits that ended early": (ended_early, Unit.CREDITS, 666, 0),
    "credits given back after the end": (taken_away_after_the_end, Unit.CREDITS, 0, 0),
}


def charged_of(cell: Any, unit: Unit) -> int:
    """A cell of a spreadsheet in the unit's smallest step."""
    if isinstance(cell, timedelta):
        return round(cell.total_seconds() / 60)
    return round(cell * 100) if unit is Unit.CREDITS else round(cell)


def charged_in(text: str) -> int:
    """A figure of a CSV: h:mm, or credits with a point."""
    sign, plain = (-1 if text.startswith("-") else 1), text.lstrip("-")
    whole, _mark, rest = plain.replace(".", ":").partition(":")
    return sign * (int(whole) * (60 if ":" in text else 100) + int(rest))


@pytest.mark.parametrize("kind", MAKERS)
def test_every_page_file_and_program_says_the_same(  # R1.1, R1.13, R1.14, R8.1
    world: SimpleNamespace, client: Client, owner: Any, kind: str
) -> None:
    maker, unit, used, held = MAKERS[kind]
    pays = maker(world, owner)
    assert used_and_held(pays) == (used, held)
    everywhere = f"{of(pays)}?workspace=all"

    program = Program(make_token(world.admin, world.cedar, *SCOPES))
    balance = program.get(f"/entitlements/{pays.pk}").json()["balance"]
    assert (balance["used"], balance["used_here"], balance["held"]) == (used, used, held)
    assert balance["bought"] == balance["left"] + balance["expired"] + balance["used"] - balance["over"]
    listed = program.get("/entries", entitlement_id=pays.pk).json()["items"]
    assert sum(one["charged"] for one in listed) == used
    ordered = program.get("/engagements", entitlement_id=pays.pk).json()["items"]
    bare = sum(one["charged"] for one in listed if one["source"] == "test")
    assert sum(one["used"] for one in ordered) + bare == used
    assert sum(one["held"] for one in ordered) == held
    assert sum(one["amount"] for one in program.get("/holds", entitlement_id=pays.pk).json()["items"]) == held

    client.force_login(world.admin)
    tile = words(client.get("/customer-activity/?workspace=all&status=any").content.decode())
    drill = words(client.get(everywhere).content.decode())
    assert balance["text"] in tile
    for label, name in (("Left", "left"), ("Planned", "held"), ("Over", "over"), ("Bought", "bought"),
                        ("Expired unused", "expired")):  # fmt: skip
        assert (f"{label} {fmt.amount(balance[name], unit)}" in drill) is bool(balance[name]), label
    assert f"Used in the agreement {fmt.amount(used, unit)}" in drill
    rows = rows_of(client, world.admin, f"{of(pays)}entries.csv?workspace=all&header=keys")
    assert sum(charged_in(row["charged"]) for row in rows) == used
    assert sum(charged_in(row["held"]) for row in rows if row["held"]) == held
    if unit is Unit.CREDITS:
        last = max(rows, key=lambda row: row["occurred_on"])
        assert charged_in(last["running"]) == used

    export = ask(client, world.admin, everywhere)
    run_jobs()
    sheet = take(client, export)
    assert [charged_of(row["charged"], unit) for row in sheet] == [charged_in(row["charged"]) for row in rows]
    assert [row["reference"] for row in sheet] == [row["reference"] for row in rows]
    if unit is Unit.CREDITS:
        assert [charged_of(row["running"], unit) for row in sheet] == [charged_in(row["running"]) for row in rows]

    agreement = pays.package.agreement_id
    statement = make(world, agreement_id=agreement)
    found = figures(world, statement, pays)
    assert (found.before + found.in_period, found.here) == (used, used)
    assert (found.bought, found.left, found.over, found.expired) == tuple(
        balance[name] for name in ("bought", "left", "over", "expired")
    )
    book_ = workbook(client, statement)
    lines = [row for row in sheet_of(book_, "Entries") if row["package"] == pays.package.code]
    mine = [row for row in lines if row["unit"] == unit and row["service"] == pays.service.name]
    assert sum(charged_of(row["charged"], unit) for row in mine) == used
    assert fmt.amount(used, unit) in words(page(client, statement))
    assert list(doctor.find_differences()) == []
