"""Random lives in the real database; what fails is shrunk. `make soak` runs the same for hours."""

from itertools import count
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.ledger import doctor
from tallyhub.ledger.models import DailyTotal
from tests.ledger.episodes import Episode

EXAMPLES, OPERATIONS = 25, 24


def test_entries_totals_doctor_and_model_agree_whatever_happens(world: SimpleNamespace) -> None:
    serial = count(1)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data(), st.booleans())
    def live(data: st.DataObject, is_as_needed: bool) -> None:
        it = Episode(world, lambda options: data.draw(st.sampled_from(options)), f"{next(serial)}", is_as_needed)
        for _ in range(3):
            it.run(OPERATIONS // 3)
            it.check()
        assert list(doctor.find_differences()) == []

    live()


def test_reversing_everything_leaves_as_much_as_if_nothing_had_been_used(world: SimpleNamespace) -> None:
    serial = count(1)

    @settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def live(data: st.DataObject) -> None:
        it = Episode(world, lambda options: data.draw(st.sampled_from(options)), f"all {next(serial)}")
        it.run(OPERATIONS // 2)
        for name in sorted(it.entries.keys() - it.reversed):
            it._reversed(it.entries[name])
        it.reversed |= it.entries.keys()
        it.check()
        totals = DailyTotal.objects.using("owner").filter(entitlement=it.entitlement)
        assert {row.charged for row in totals} <= {0}

    live()
