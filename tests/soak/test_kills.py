"""`make soak`: kill -9 of the serving process while a program books, as often as TALLYHUB_SOAK_KILLS says."""

import json
import os
import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from types import SimpleNamespace
from typing import Any

from tallyhub.accounts.tokens import TokenScope
from tallyhub.kernel import clock
from tallyhub.ledger import doctor
from tests.integrations.api.program import make_token
from tests.make import days, make_agreement, make_entitlement, make_package
from tests.served import Served, serving

KILLS = int(os.environ.get("TALLYHUB_SOAK_KILLS", "3"))
SEED = int(os.environ.get("TALLYHUB_SOAK_SEED", "0")) or random.SystemRandom().randrange(2**32)
ROWS = 7  # of a request: whole or not at all
SECONDS_MAX = 0.5  # how long a process lives after its first answered request
TODAY = datetime.now(UTC).date()  # the process has the real clock


class Bookkeeper:
    """Sends one batch after the other; one that was not answered is sent again, as it was, until it is."""

    def __init__(self, secret: str, template: dict[str, str]) -> None:
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._template = template
        self._batch = 0
        self.answers: dict[int, dict[str, Any]] = {}
        self.replayed = 0

    @property
    def sent(self) -> range:
        """Every batch that was begun."""
        return range(self._batch + 1)

    def book_until_it_dies(self, served: Served, on_first_answer: threading.Timer) -> None:
        connection = served.connect()
        try:
            while True:
                self._book(connection)
                if on_first_answer.ident is None:
                    on_first_answer.start()
                self._batch += 1
        except (OSError, HTTPException):
            return
        finally:
            connection.close()

    def settle(self, served: Served) -> None:
        connection = served.connect()
        self._book(connection)
        connection.close()

    def _book(self, connection: Any) -> None:
        batch = self._batch
        rows = [self._template | {"external_id": f"{batch}.{n}"} for n in range(ROWS)]
        headers = self._headers | {"Idempotency-Key": f"batch-{batch}"}
        connection.request("POST", "/api/v1/entries", json.dumps({"entries": rows}), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        assert answer.status == 200, body
        self.replayed += answer.headers["Idempotency-Replayed"] == "true"
        self.answers[batch] = body


def test_what_was_answered_is_there_once_and_nothing_is_half(world: SimpleNamespace, owner: Any) -> None:
    print(f"\nTALLYHUB_SOAK_SEED={SEED}")  # noqa: T201 - to run a failure again
    chance = random.Random(SEED)
    keeper = _bookkeeper(world)
    for _ in range(KILLS):
        with serving(TALLYHUB_API_RATE="100000") as served:
            end = threading.Timer(chance.uniform(0, SECONDS_MAX), served.kill)
            keeper.book_until_it_dies(served, end)
            end.join()
    with serving() as served:
        keeper.settle(served)

    found = Counter(name for (name,) in owner.execute("SELECT external_id FROM ledger_entry WHERE source = 'api'"))
    assert found == Counter(f"{batch}.{n}" for batch in keeper.sent for n in range(ROWS))
    assert keeper.answers.keys() == set(keeper.sent)
    assert {(answer["new"], answer["known"]) for answer in keeper.answers.values()} == {(ROWS, 0)}
    keys = owner.execute("SELECT count(*), count(status) FROM journal_answered").fetchone()
    assert keys == (len(keeper.sent), len(keeper.sent))
    with clock.frozen(datetime.now(UTC)):
        assert list(doctor.find_differences()) == []
    print(f"{KILLS} kills, {len(keeper.sent)} batches, {keeper.replayed} answered again")  # noqa: T201


def _bookkeeper(world: SimpleNamespace) -> Bookkeeper:
    term = days(TODAY - timedelta(days=30), TODAY + timedelta(days=300))
    agreement = make_agreement(world.cedar, world.provider, number="KILL-1", term=term)
    package = make_package(agreement, world.north, code="KILL", term=term)
    with clock.frozen(datetime.now(UTC)):
        entitlement = make_entitlement(package, world.advisory, bought=1_000)
        secret = make_token(world.csam, world.cedar, TokenScope.WRITE_ENTRIES)
    row = {
        "agreement": agreement.number,
        "package": package.code,
        "entitlement": entitlement.code,
        "workspace": "north",
        "occurred_on": (TODAY - timedelta(days=2)).isoformat(),
        "amount": "1",
        "unit": "minutes",
    }
    return Bookkeeper(secret, row)
