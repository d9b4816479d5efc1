"""Kinds and states of wishes in plain words."""

from typing import Any

from django.utils.translation import pgettext_lazy

from tallyhub.partners.subscriptions.rules import WishKind, WishState

KIND_NAMES: dict[str, Any] = {
    WishKind.BUY: pgettext_lazy("a wish", "Something new"),
    WishKind.ADD: pgettext_lazy("a wish", "More of it"),
    WishKind.REDUCE: pgettext_lazy("a wish", "Less of it"),
    WishKind.CANCEL: pgettext_lazy("a wish", "Cancel"),
}
STATE_NAMES: dict[str, Any] = {
    WishState.ASKED: pgettext_lazy("a wish", "asked"),
    WishState.ACCEPTED: pgettext_lazy("a wish", "accepted"),
    WishState.DONE: pgettext_lazy("a wish", "done"),
    WishState.DECLINED: pgettext_lazy("a wish", "declined"),
    WishState.WITHDRAWN: pgettext_lazy("a wish", "withdrawn"),
}
STATE_TONES = {
    WishState.ASKED: "low",
    WishState.ACCEPTED: "ok",
    WishState.DONE: "ok",
    WishState.DECLINED: "critical",
    WishState.WITHDRAWN: "plain",
}


def wish_badge(state: str) -> dict[str, str]:
    return {"text": str(STATE_NAMES[state]), "tone": STATE_TONES[WishState(state)]}
