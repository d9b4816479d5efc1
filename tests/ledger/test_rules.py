"""What may enter the ledger, and which entitlement pays."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from tallyhub.agreements.rules import Scope
from tallyhub.kernel.amounts import AMOUNT_MAX, Unit
from tallyhub.kernel.errors import Invalid
from tallyhub.ledger.rules import (
    AllotmentKind,
    Candidate,
    Choice,
    Loser,
    Reason,
    Terms,
    check_adjustment,
    check_allotment,
    check_entry,
    choose_entitlement,
)

START, END, TODAY = date(2025, 1, 1), date(2025, 12, 31), date(2025, 6, 15)
DAY = timedelta(days=1)
TERMS = Terms(unit=Unit.MINUTES, starts_on=START, ends_on=END, today=TODAY)
ENTRY = {"unit": Unit.MINUTES, "real": 30, "occurred_on": TODAY, "is_reversal": False, "terms": TERMS}
LATER = Terms(unit=Unit.MINUTES, starts_on=START, ends_on=END, today=END + 30 * DAY)


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"real": 1},
        {"real": AMOUNT_MAX},
        {"real": -30, "is_reversal": True},
        {"real": -AMOUNT_MAX, "is_reversal": True},
        {"occurred_on": START},
        {"occurred_on": END, "terms": LATER},
        {"occurred_on": END + DAY, "terms": LATER, "real": -30, "is_reversal": True},  # the term was cut short
    ],
)
def test_entry_that_is_booked(over):
    check_entry(**ENTRY | over)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"unit": Unit.CASES}, "unit_mismatch"),
        ({"real": 0}, "amount_zero"),
        ({"real": 0, "is_reversal": True}, "amount_zero"),
        ({"real": -30}, "amount_negative"),
        ({"real": 30, "is_reversal": True}, "reversal_not_negative"),
        ({"real": AMOUNT_MAX + 1}, "amount_too_large"),
        ({"real": -AMOUNT_MAX - 1, "is_reversal": True}, "amount_too_large"),
        ({"occurred_on": START - DAY}, "before_term"),
        ({"occurred_on": END + DAY, "terms": LATER}, "after_term"),
        ({"occurred_on": END + DAY}, "after_term"),  # its days are over before it is in the future
        ({"occurred_on": TODAY + DAY}, "in_future"),
    ],
)
def test_entry_that_is_refused(over, code):
    with pytest.raises(Invalid) as refused:
        check_entry(**ENTRY | over)
    assert refused.value.code == code


def test_refusal_names_the_input():
    with pytest.raises(Invalid) as refused:
        check_entry(**ENTRY | {"occurred_on": TODAY + DAY})
    assert refused.value.params == {"occurred_on": TODAY + DAY, "today": TODAY}


@pytest.mark.parametrize(
    ("kind", "amount", "is_valid"),
    [
        *((kind, 1, kind is not AllotmentKind.TERMINATION) for kind in AllotmentKind),
        *((kind, 0, kind is AllotmentKind.TERMINATION) for kind in AllotmentKind),
        *((kind, -1, kind is AllotmentKind.ADJUSTMENT) for kind in AllotmentKind),
        (AllotmentKind.PURCHASE, AMOUNT_MAX, True),
        (AllotmentKind.PURCHASE, AMOUNT_MAX + 1, False),
        (AllotmentKind.ADJUSTMENT, -AMOUNT_MAX - 1, False),
    ],
)
def test_allotment_amount_fits_its_kind(kind, amount, is_valid):
    if is_valid:
        check_allotment(kind, amount, START, END)
    else:
        with pytest.raises(Invalid):
            check_allotment(kind, amount, START, END)


def test_allotment_of_one_day_is_valid_and_of_less_is_not():
    check_allotment(AllotmentKind.PURCHASE, 1, START, START)
    with pytest.raises(Invalid, match="allotment_ends_before_start"):
        check_allotment(AllotmentKind.PURCHASE, 1, START, START - DAY)


def test_allotment_has_a_last_day():
    with pytest.raises(Invalid, match="allotment_without_end"):
        check_allotment(AllotmentKind.PURCHASE, 1, START, date.max)


def test_adjustment_takes_back_no_more_than_was_bought():
    check_adjustment(-10, correctable=10)
    check_adjustment(50, correctable=0)
    with pytest.raises(Invalid, match="adjustment_too_large"):
        check_adjustment(-11, correctable=10)


# Which entitlement pays

BASE = Candidate(10, Scope.ENTERPRISE, END)
BASE_ENDING_FIRST = Candidate(12, Scope.ENTERPRISE, END - DAY)
BASE_TWIN = Candidate(11, Scope.ENTERPRISE, END)
SQL, MAIL = 1, 2
ADD_ON = Candidate(20, Scope.ADDON, END, frozenset({SQL}))
ADD_ON_ENDING_FIRST = Candidate(21, Scope.ADDON, END - DAY, frozenset({SQL, MAIL}))
UNBOUND = Candidate(22, Scope.ADDON, START)

R = Reason
FIRST = Reason.ADD_ON_FIRST
CHOICES = [
    ("nobody fits", [], None, None, (None, None, [])),
    ("base alone", [BASE], None, None, (10, R.BASE, [])),
    ("named beats all", [BASE, ADD_ON], 10, SQL, (10, R.NAMED, [(20, R.NOT_NAMED)])),
    ("named does not fit", [BASE, ADD_ON], 99, SQL, (None, None, [(10, R.NOT_NAMED), (20, R.NOT_NAMED)])),
    ("add-on for the product", [BASE, ADD_ON], None, SQL, (20, R.ADD_ON, [(10, FIRST)])),
    ("add-on for another product", [BASE, ADD_ON], None, MAIL, (10, R.BASE, [(20, R.OTHER_PRODUCT)])),
    ("no product named", [BASE, ADD_ON], None, None, (10, R.BASE, [(20, R.OTHER_PRODUCT)])),
    ("only another's add-on", [ADD_ON], None, MAIL, (None, None, [(20, R.OTHER_PRODUCT)])),
    ("no products is not all", [BASE, UNBOUND], None, SQL, (10, R.BASE, [(22, R.OTHER_PRODUCT)])),
    ("base ending first", [BASE, BASE_ENDING_FIRST], None, None, (12, R.BASE, [(10, R.ENDS_LATER)])),
    ("lowest id among twins", [BASE, BASE_TWIN], None, None, (10, R.BASE, [(11, R.HIGHER_ID)])),
    ("add-on ending first", [ADD_ON, ADD_ON_ENDING_FIRST], None, SQL, (21, R.ADD_ON, [(20, R.ENDS_LATER)])),
    (
        "everybody",
        [BASE, BASE_ENDING_FIRST, ADD_ON, ADD_ON_ENDING_FIRST, UNBOUND],
        None,
        SQL,
        (21, R.ADD_ON, [(10, FIRST), (12, FIRST), (20, R.ENDS_LATER), (22, R.OTHER_PRODUCT)]),
    ),
]


@pytest.mark.parametrize("case", CHOICES, ids=[row[0] for row in CHOICES])
def test_which_entitlement_pays_whatever_the_order_of_the_candidates(case):
    _, candidates, named, product, (winner, reason, losers) = case
    choice = Choice(winner, reason, tuple(Loser(*lost) for lost in losers))
    for ordered in permutations(candidates):
        assert choose_entitlement(ordered, named, product) == choice
