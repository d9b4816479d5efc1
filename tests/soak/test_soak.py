"""`make soak`: random lives, as many operations as TALLYHUB_SOAK_OPERATIONS says (a million take some four hours)."""

import os
import random
from types import SimpleNamespace

import pytest

from tallyhub.ledger import doctor
from tests.ledger.episodes import Episode

OPERATIONS = int(os.environ.get("TALLYHUB_SOAK_OPERATIONS", "300"))
SEED = int(os.environ.get("TALLYHUB_SOAK_SEED", "0")) or random.SystemRandom().randrange(2**32)
LIFE = 60  # operations of one entitlement; more would make the token model the slowest part
DOCTOR_EVERY = 500  # lives; it adds up everything that was ever booked, so it cannot come after each


def test_a_long_random_run_keeps_every_invariant(world: SimpleNamespace) -> None:
    print(f"\nTALLYHUB_SOAK_SEED={SEED}")  # noqa: T201 - to run a failure again
    chance = random.Random(SEED)
    lives = max(1, OPERATIONS // LIFE)
    for life in range(lives):
        it = Episode(world, chance.choice, f"{life}", is_as_needed=chance.random() < 0.1)
        for _ in range(4):
            it.run(LIFE // 4)
            it.check()
        if life % DOCTOR_EVERY == DOCTOR_EVERY - 1:
            examine(f"after {(life + 1) * LIFE:,} operations")
    examine("at the end")


def examine(when: str) -> None:
    found = [str(difference) for difference in doctor.find_differences()]
    print(when, doctor.count_checked(), flush=True)  # noqa: T201
    if found:
        pytest.fail(f"{when}: {found[:10]}")
