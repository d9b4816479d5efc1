"""Activating an agreement: how many statements for five people and for 500, and how long."""

import time
from collections.abc import Iterator
from datetime import date
from statistics import median
from typing import Any

from benchmarks.ground import Ground, use
from benchmarks.report import Result, rounded
from benchmarks.sizes import Sizes

FEW, MANY = 5, 500  # support contacts
_STATEMENTS_MAX, _SECONDS_MAX = 40, 5


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    turns = max(sizes.rounds // 2, 1)
    use(ground.fresh("activation", lambda _database: _fill(turns)))
    found = {people: [_activate(f"{people}-{turn}") for turn in range(turns)] for people in (FEW, MANY)}
    counts = {people: {count for count, _seconds in done} for people, done in found.items()}
    seconds = {people: [took for _count, took in done] for people, done in found.items()}
    most = max(max(each) for each in counts.values())
    is_same = counts[FEW] == counts[MANY]
    said = f"{'the same' if is_same else 'NOT the same'} with {FEW} and {MANY} support contacts"
    yield Result(
        "activation, statements", most, _STATEMENTS_MAX, False, said,
        {"is_same": is_same, **{str(people): sorted(each) for people, each in counts.items()}},
    )  # fmt: skip
    took = median(seconds[MANY])
    yield Result(
        "activation in s", took, _SECONDS_MAX, False, f"{MANY} support contacts; {median(seconds[FEW]):.2f} with {FEW}",
        {str(people): rounded(each, 3) for people, each in seconds.items()},
    )  # fmt: skip


def _fill(turns: int) -> None:
    """Customers of their own, each with one agreement that is approved: an activation happens once."""
    from tests.make import days, make_agreement, make_entitlement, make_organization, make_package, make_service
    from tests.world import NOW

    seller, service = make_organization("seller", kind="provider"), make_service("contacts", "people")
    term = days(date(2026, 1, 1), date(2099, 12, 31))
    for people in (FEW, MANY):
        for turn in range(turns):
            customer = make_organization(f"{people}-{turn}")
            agreement = make_agreement(customer, seller, number=customer.code, term=term, approved_at=NOW)
            make_entitlement(make_package(agreement), service, bought=people)
            _name(agreement, people)


def _name(agreement: Any, people: int) -> None:
    from django.contrib.auth.hashers import make_password

    from tallyhub.accounts.models import Person
    from tallyhub.agreements.models import AgreementContact

    password = make_password(None)
    persons = Person.objects.using("owner").bulk_create(
        Person(name=f"Contact {n}", email=f"{n}@{agreement.number}.test", password=password) for n in range(people)
    )
    AgreementContact.objects.using("owner").bulk_create(
        AgreementContact(
            customer_id=agreement.customer_id, agreement_id=agreement.pk, person_id=one.pk, name=one.name,
            kind="support_contact",
        )
        for one in persons
    )  # fmt: skip


def _activate(number: str) -> tuple[int, float]:
    """(statements, seconds), BEGIN and COMMIT not counted but timed."""
    from django.db import connection

    from tallyhub.agreements.models import Agreement
    from tallyhub.kernel.access import Access
    from tallyhub.office.workspaces.commands import activate_agreement

    agreement = Agreement.objects.using("owner").get(number=number)
    made: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        made.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        begun = time.perf_counter()
        done = activate_agreement(Access.of_system([agreement.customer_id]), agreement.pk)
        took = time.perf_counter() - begun
    if done is None or not done.invited:
        raise RuntimeError(f"nobody was invited: {done!r}")
    return len(made), took
