"""What states are called."""

from django.utils import translation

from tallyhub.engagements.rules import State
from tallyhub.engagements.words import state_name


def test_a_cancelled_engagement_is_called_so_in_the_readers_language() -> None:  # R6.1
    with translation.override("de"):
        assert state_name(State.CANCELLED) == "Abgesagt"
    with translation.override("en"):
        assert state_name(State.CANCELLED) == "Cancelled"
