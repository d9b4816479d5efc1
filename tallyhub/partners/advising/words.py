"""How far a follow-up has come, in plain words."""

from typing import Any

from django.utils.translation import pgettext_lazy

from tallyhub.partners.advising.rules import FollowUpState

FOLLOW_UP_NAMES: dict[str, Any] = {
    FollowUpState.OPEN: pgettext_lazy("a follow-up", "open"),
    FollowUpState.OFFERED: pgettext_lazy("a follow-up", "offered"),
    FollowUpState.WON: pgettext_lazy("a follow-up", "won"),
    FollowUpState.LOST: pgettext_lazy("a follow-up", "lost"),
}
FOLLOW_UP_TONES = {
    FollowUpState.OPEN: "low",
    FollowUpState.OFFERED: "low",
    FollowUpState.WON: "ok",
    FollowUpState.LOST: "plain",
}


def follow_up_badge(state: str) -> dict[str, str]:
    return {"text": str(FOLLOW_UP_NAMES[state]), "tone": FOLLOW_UP_TONES[FollowUpState(state)]}
