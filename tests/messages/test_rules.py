"""The rules of communication and what a message may say, as tables (R5.6, R5.8)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tallyhub.kernel.errors import Invalid
from tallyhub.messages.rules import (
    Audience,
    Decision,
    MessageCategory,
    MessageClass,
    MessageSeverity,
    Planned,
    Reason,
    Said,
    Seller,
    Text,
    check_said,
    check_text,
    decide,
    fingerprint,
    language_of,
)

X, Y = 1, 2  # products
DIRECT, PARTNER, OTHER = Seller(10, False), Seller(20, True), Seller(30, True)
ALL = list(MessageClass)
HELD: dict[str, dict[int, frozenset[Seller]]] = {
    "direct": {X: frozenset({DIRECT}), Y: frozenset({DIRECT})},
    "partner": {X: frozenset({PARTNER}), Y: frozenset({PARTNER})},
    "mixed": {X: frozenset({DIRECT}), Y: frozenset({PARTNER})},
    "two_partners": {X: frozenset({PARTNER}), Y: frozenset({OTHER})},
    "both_ways": {X: frozenset({DIRECT, PARTNER})},
    "nothing": {},
}
# (who, named products): class -> why not. What is not listed is allowed.
SUBSCRIPTION, OPERATIONAL, PRODUCT, PROMOTION = (
    MessageClass.SUBSCRIPTION, MessageClass.OPERATIONAL, MessageClass.DIRECT_PRODUCT, MessageClass.PROMOTION,
)  # fmt: skip
PARTNERS_ALONE = {
    SUBSCRIPTION: Reason.THROUGH_PARTNER, PRODUCT: Reason.THROUGH_PARTNER, PROMOTION: Reason.UNASKED,
}  # fmt: skip
UNCLEAR = {
    SUBSCRIPTION: Reason.NO_PRODUCT, OPERATIONAL: Reason.NO_PRODUCT, PRODUCT: Reason.NO_PRODUCT,
    PROMOTION: Reason.UNASKED,
}  # fmt: skip
NOTHING = dict.fromkeys((SUBSCRIPTION, PRODUCT, PROMOTION), Reason.NOTHING_HELD)
NOT_HELD = dict.fromkeys(set(ALL) - {PROMOTION}, Reason.NOT_HELD)
TABLE: list[tuple[str, set[int], dict[MessageClass, Reason]]] = [
    ("direct", {X}, {}),
    ("direct", set(), {}),
    ("partner", {X}, PARTNERS_ALONE),  # S003-29
    ("partner", set(), PARTNERS_ALONE),
    ("mixed", {X}, {}),  # S003-31: what was bought from the provider itself
    ("mixed", {Y}, PARTNERS_ALONE),  # S003-31: what was bought through the partner
    ("mixed", {X, Y}, PARTNERS_ALONE),
    ("mixed", set(), UNCLEAR),
    ("two_partners", set(), PARTNERS_ALONE),
    ("both_ways", {X}, PARTNERS_ALONE),
    ("nothing", set(), NOTHING),
    ("nothing", {X}, NOT_HELD),
    ("both_ways", {Y}, {**NOT_HELD, PROMOTION: Reason.UNASKED}),
]


@pytest.mark.parametrize("about", ALL)
@pytest.mark.parametrize(("who", "products", "refused"), TABLE)
def test_class_and_channel_decide(  # R5.6, 29, 30
    who: str, products: set[int], refused: dict[MessageClass, Reason], about: MessageClass
) -> None:
    assert decide(about, products, HELD[who]).reason == refused.get(about)


@pytest.mark.parametrize(
    ("who", "products", "partners"),
    [
        ("direct", {X}, set()),
        ("partner", {X}, {20}),
        ("mixed", {X}, set()),
        ("mixed", {Y}, {20}),
        ("two_partners", {X}, {20}),
        ("two_partners", set(), {20, 30}),
        ("nothing", {X}, set()),
    ],
)
def test_those_partners_are_concerned_that_sold_what_it_names(who: str, products: set[int], partners: set[int]) -> None:
    assert decide(OPERATIONAL, products, HELD[who]).partners == partners
    assert decide(SUBSCRIPTION, products, HELD[who]).partners == partners


def test_a_refusal_names_whom_to_ask_instead() -> None:  # S003-29
    assert decide(SUBSCRIPTION, {Y}, HELD["mixed"]) == Decision(Reason.THROUGH_PARTNER, frozenset({20}))
    assert decide(SUBSCRIPTION, {Y}, {X: frozenset({PARTNER})}).partners == {20}  # even of what it does not hold


def test_no_partner_reads_what_is_about_data_protection() -> None:
    assert decide(MessageClass.PRIVACY, {X}, HELD["partner"]) == Decision(None)


def test_advertising_goes_to_whoever_asked_for_it() -> None:
    assert decide(PROMOTION, {X}, HELD["partner"], takes_promotions=True).reason is None
    assert decide(PROMOTION, {Y}, HELD["both_ways"], takes_promotions=True).reason is None
    assert decide(SUBSCRIPTION, {X}, HELD["partner"], takes_promotions=True).reason is Reason.THROUGH_PARTNER


def test_what_was_shown_is_named_by_customer_reason_and_partner() -> None:
    one = Planned(1, Decision(None, frozenset({20, 30})))
    assert fingerprint([one]) == fingerprint([Planned(1, Decision(None, frozenset({30, 20})))])
    others = [Planned(2, one.decision), Planned(1, Decision(None)), Planned(1, Decision(Reason.NO_PRODUCT))]
    assert len({fingerprint([each]) for each in (one, *others)}) == 4


# What it may say

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def text(**over: Any) -> Text:
    fields: dict[str, Any] = {
        "category": MessageCategory.PLAN,
        "severity": MessageSeverity.NORMAL,
        "titles": {"en": "x"},
        "bodies": {"en": "x"},
    }
    return Text(**fields | over)


MAJOR = {"is_major": True}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"titles": {"de": "x"}, "bodies": {"de": "x"}}, "message_text_missing"),
    ({"titles": {"en": "x", "de": "x"}}, "message_text_half"),
    ({"ends_at": NOW}, "message_end_before_start"),
    ({"act_by_on": date(2026, 11, 20)}, "message_act_by_past"),
    (MAJOR, "message_major_day_missing"),
    ({**MAJOR, "act_by_on": date(2026, 12, 20)}, "message_major_too_soon"),  # 29 days
    ({**MAJOR, "act_by_on": date(2027, 1, 1), "category": MessageCategory.INFORM}, "message_major_category"),
]


@pytest.mark.parametrize(("over", "code"), REFUSED)
def test_what_is_wrong_is_named(over: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_text(text(**over), NOW)
    assert refused.value.code == code


def test_a_major_change_is_told_thirty_days_ahead() -> None:  # R5.8
    check_text(text(**MAJOR, act_by_on=date(2026, 12, 21)), NOW)


def test_a_correction_may_put_the_day_of_a_major_change_off_but_not_forward() -> None:
    known, soon = text(**MAJOR, act_by_on=date(2026, 12, 1)), NOW
    check_text(text(**MAJOR, act_by_on=date(2026, 12, 2)), soon, known=known)
    with pytest.raises(Invalid):
        check_text(text(**MAJOR, act_by_on=date(2026, 11, 30)), soon, known=known)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"audience": Audience.NAMED}, "message_nobody_named"),
        ({"audience": Audience.NAMED, "customers": frozenset(range(501))}, "message_customers_too_many"),
        ({"starts_at": NOW - timedelta(minutes=2)}, "message_start_past"),
    ],
)
def test_whom_and_when_is_checked(over: dict[str, Any], code: str) -> None:
    fields: dict[str, Any] = {"about": OPERATIONAL, "text": text(), "audience": Audience.HOLDERS}
    with pytest.raises(Invalid) as refused:
        check_said(Said(**fields | over), NOW)
    assert refused.value.code == code


def test_a_reader_without_their_language_gets_english() -> None:  # 34
    assert [language_of({"en": "x", "de": "y"}, one) for one in ("de", "ru", "en")] == ["de", "en", "en"]
    assert language_of({"en": "x", "de": ""}, "de") == "en"
