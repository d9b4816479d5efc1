"""Where a partner request stands follows from what is stored, whatever that is."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyhub.helpdesk.gates.rules import (
    Ball,
    Facts,
    Left,
    Link,
    Lock,
    Rights,
    Stage,
    Step,
    ball_of,
    check_leaving,
    lock_of,
    stage_of,
)
from tallyhub.helpdesk.gates.words import BALL_NAMES, LEFT_NAMES, LOCKS, STAGE_ASKS, STAGE_MEANS, STAGE_NAMES
from tallyhub.kernel.errors import Conflict
from tallyhub.support.rules import OPEN, Status

HOLDERS = (None, Ball.PARTNER, Ball.INDIRECT_PROVIDER, Ball.PROVIDER)
EVERY = [Facts(*one) for one in product(Status, (False, True), Link, Rights, (False, True), HOLDERS)]
facts = st.builds(
    Facts,
    status=st.sampled_from(Status),
    is_checked=st.booleans(),
    link=st.sampled_from(Link),
    rights=st.sampled_from(Rights),
    is_at_supplier=st.booleans(),
    escalated_to=st.sampled_from(HOLDERS),
)


def test_every_combination_gives_one_stage_and_one_ball() -> None:
    assert {stage_of(one) for one in EVERY} == set(Stage)
    assert {ball_of(one) for one in EVERY} == set(Ball)


@given(facts)
def test_nobody_has_the_ball_of_what_is_closed_and_of_nothing_else(one: Facts) -> None:
    assert (ball_of(one) is Ball.NOBODY) == (stage_of(one) is Stage.CLOSED)


@given(facts)
def test_what_is_over_stands_as_resolved_or_closed_whatever_else_is(one: Facts) -> None:
    assert (stage_of(one) in (Stage.RESOLVED, Stage.CLOSED)) == (one.status not in OPEN)


@given(facts)
def test_the_supplier_acts_for_the_partner_only_where_the_request_is_at_its_desk(one: Facts) -> None:
    assert not (ball_of(one) is Ball.SUPPLIER and not one.is_at_supplier)


@given(facts)
def test_nothing_is_escalated_without_a_check(one: Facts) -> None:  # S003-16
    assert one.is_checked or lock_of(Step.ESCALATE, one) is not None


@given(facts)
def test_what_waits_for_rights_is_not_escalated(one: Facts) -> None:  # edge 3
    assert stage_of(one) is not Stage.WAITING_DELEGATION or lock_of(Step.ESCALATE, one) is not None


@given(facts)
def test_a_diagnosis_is_noted_as_long_as_the_request_is_open(one: Facts) -> None:  # S003-16, edge 3
    assert (lock_of(Step.DIAGNOSE, one) is None) == (one.status in OPEN)


@pytest.mark.parametrize(
    ("one", "stage", "ball"),
    [
        (Facts(Status.SUBMITTED), Stage.NEW, Ball.PARTNER),
        (Facts(Status.SUBMITTED, is_at_supplier=True), Stage.NEW, Ball.SUPPLIER),
        (Facts(Status.ASSIGNED), Stage.HEALTH_CHECK, Ball.PARTNER),
        (Facts(Status.SUBMITTED, is_checked=True), Stage.DIAGNOSING, Ball.PARTNER),
        (Facts(Status.IN_PROGRESS, True, Link.FOLLOWS), Stage.LINKED_TO_INCIDENT, Ball.PROVIDER),
        (Facts(Status.IN_PROGRESS, True, Link.IS_OVER), Stage.LINKED_TO_INCIDENT, Ball.PARTNER),
        (Facts(Status.IN_PROGRESS, rights=Rights.MISSING), Stage.WAITING_DELEGATION, Ball.PARTNER),
        (Facts(Status.IN_PROGRESS, rights=Rights.ASKED), Stage.WAITING_DELEGATION, Ball.CUSTOMER),
        (Facts(Status.IN_PROGRESS, True, rights=Rights.HELD), Stage.DIAGNOSING, Ball.PARTNER),
        (Facts(Status.WAITING, True, escalated_to=Ball.PROVIDER), Stage.WAITING_CUSTOMER, Ball.CUSTOMER),
        (Facts(Status.IN_PROGRESS, True, escalated_to=Ball.PROVIDER), Stage.ESCALATED, Ball.PROVIDER),
        (Facts(Status.IN_PROGRESS, True, escalated_to=Ball.PARTNER), Stage.ESCALATED, Ball.PARTNER),
        (Facts(Status.REOPENED), Stage.REOPENED, Ball.PARTNER),
        (Facts(Status.RESOLVED, True), Stage.RESOLVED, Ball.CUSTOMER),
        (Facts(Status.CLOSED, True), Stage.CLOSED, Ball.NOBODY),
        (Facts(Status.CANCELLED), Stage.CLOSED, Ball.NOBODY),
    ],
)
def test_stage_and_ball(one: Facts, stage: Stage, ball: Ball) -> None:
    assert (stage_of(one), ball_of(one)) == (stage, ball)


@pytest.mark.parametrize(
    ("step", "one", "lock"),
    [
        (Step.ESCALATE, Facts(Status.ASSIGNED), Lock.NO_CHECK),
        (Step.ESCALATE, Facts(Status.ASSIGNED, True, Link.FOLLOWS), Lock.FOLLOWS),
        (Step.ESCALATE, Facts(Status.ASSIGNED, True, Link.IS_OVER), Lock.IS_OVER),
        (Step.ESCALATE, Facts(Status.ASSIGNED, True, rights=Rights.MISSING), Lock.NO_RIGHTS),
        (Step.ESCALATE, Facts(Status.ASSIGNED, True, rights=Rights.HELD), None),
        (Step.ESCALATE, Facts(Status.RESOLVED, True), Lock.OVER),
        (Step.CHECK, Facts(Status.ASSIGNED, True, Link.FOLLOWS), Lock.FOLLOWS),
        (Step.CHECK, Facts(Status.ASSIGNED, True), None),
        (Step.RESOLVE, Facts(Status.ASSIGNED), None),
        (Step.RESOLVE, Facts(Status.CLOSED, True), Lock.OVER),
    ],
)
def test_what_is_locked_and_why(step: Step, one: Facts, lock: Lock | None) -> None:  # S003-16, edge 21
    assert lock_of(step, one) is lock


@pytest.mark.parametrize("why", [Left.NEEDS_HELP, Left.DIFFERS])
def test_an_incident_is_left_for_a_reason_while_it_goes_on(why: Left) -> None:  # edge 21
    check_leaving(Link.FOLLOWS, why)
    with pytest.raises(Conflict, match="incident_is_over"):
        check_leaving(Link.IS_OVER, why)


@pytest.mark.parametrize("why", [Left.GONE, Left.STAYS])
def test_whether_the_trouble_is_gone_is_said_once_the_incident_is_over(why: Left) -> None:  # S003-17
    check_leaving(Link.IS_OVER, why)
    with pytest.raises(Conflict, match="incident_goes_on"):
        check_leaving(Link.FOLLOWS, why)


def test_a_request_that_follows_nothing_leaves_nothing() -> None:
    with pytest.raises(Conflict, match="incident_not_followed"):
        check_leaving(Link.NONE, Left.GONE)


def test_everything_has_words() -> None:
    for names, kinds in (
        (STAGE_NAMES, Stage),
        (STAGE_MEANS, Stage),
        (STAGE_ASKS, Stage),
        (BALL_NAMES, Ball),
        (LEFT_NAMES, Left),
        (LOCKS, Lock),
    ):
        assert set(names) == set(kinds)
