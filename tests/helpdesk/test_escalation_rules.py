"""What an escalation needs, where it goes, and who moves it how: pure rules, tables of cases."""

from datetime import UTC, datetime

import pytest

from tallyhub.agreements.rules import Severity
from tallyhub.helpdesk.escalations import rules
from tallyhub.helpdesk.escalations.alike import Asked, propose
from tallyhub.helpdesk.escalations.evidence import COMMON, OF, Evidence, Form, gaps, items_of
from tallyhub.helpdesk.escalations.findings import (
    SCANNED_MAX,
    Finding,
    find_in,
    find_in_bytes,
    hints_at_vulnerability,
    is_executable,
    seal,
)
from tallyhub.helpdesk.escalations.instants import ONGOING_WORDS, is_ongoing, read_instant
from tallyhub.helpdesk.escalations.rules import (
    TRANSITIONS,
    Category,
    Route,
    Side,
    Status,
    check_move,
    check_words,
    default_severity,
    holder_of,
    next_statuses,
    route_of,
)
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.partners.rules import PartyType
from tests.helpdesk.escalating import complete

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def missing(category: Category, **over: object) -> list[str]:
    return [one.item for one in gaps(category, complete(category, **over), NOW)]


@pytest.mark.parametrize("category", Category)
def test_what_is_complete_has_no_gap(category: Category) -> None:
    assert missing(category) == []


@pytest.mark.parametrize("category", Category)
def test_each_item_that_is_needed_is_missed_by_its_name(category: Category) -> None:
    """S003-21 to 25, edge 20."""
    for item in items_of(category):
        said = {"files": {item.code: 0}} if item.form is Form.FILES else {item.code: "  "}
        assert (missing(category, **said) == [item.code]) is item.is_required, item.code


def test_all_gaps_are_named_at_once() -> None:
    """Edge 20."""
    found = {one.item for one in gaps(Category.OUTAGE, Evidence(values={}), NOW)}
    needed = {one.code for one in (*COMMON, *OF[Category.OUTAGE]) if one.is_required}
    assert found == needed | {"health_check"}


def test_without_a_health_check_nothing_is_complete() -> None:
    """S003-16."""
    assert missing(Category.DEFECT, is_health_checked=False) == ["health_check"]


def test_a_regional_one_needs_a_second_customer() -> None:
    """S003-25, edge 22."""
    assert missing(Category.REGIONAL, tenants=1) == ["tenants"]
    assert missing(Category.OUTAGE, tenants=1) == []


def test_two_traces_through_one_network_are_one() -> None:
    """S003-24."""
    assert missing(Category.NETWORK, files={"trace_2": 0}) == ["trace_2"]
    assert missing(Category.NETWORK, network_1="Carrier 1", network_2=" carrier 1 ") == ["network_2"]


def test_severity_a_needs_somebody_around_the_clock() -> None:
    """S003-22."""
    assert missing(Category.OUTAGE, severity="A", contact_always="") == ["contact_always"]
    assert missing(Category.OUTAGE, severity="B", contact_always="") == []


def test_who_answers_is_of_the_partner() -> None:
    """Edge 26."""
    assert missing(Category.DEFECT, contact="999") == ["contact"]
    assert missing(Category.DEFECT, contact="Zoe of the customer") == ["contact"]


def test_a_vulnerability_is_no_gap_that_can_be_filled() -> None:
    """Edge 39."""
    assert missing(Category.DEFECT, vulnerability="yes") == ["vulnerability"]


def test_what_is_too_long_is_named() -> None:
    assert missing(Category.DEFECT, steps="x" * (rules.TEXT_MAX + 1)) == ["steps"]


@pytest.mark.parametrize("number", ["0", "-3", "many", "3.5", "²", "9" * 12])
def test_people_are_counted_in_whole_numbers(number: str) -> None:
    assert missing(Category.DEFECT, affected=number) == ["affected"]


# Instants

RELATIVE = [
    *("yesterday", "since this morning", "today 08:15", "2 hours ago", "last Monday", "just now"),
    *("gestern", "seit heute früh", "heute 8 Uhr", "vor zwei Stunden", "letzten Montag"),
    *("ayer", "desde esta mañana", "hoy a las 8", "hace dos horas", "anoche"),
    *("вчера", "сегодня в 8", "два часа назад", "с утра", "на прошлой неделе"),
    *("ieri", "da stamattina", "oggi alle 8", "due ore fa", "lunedì scorso"),
]


@pytest.mark.parametrize("text", RELATIVE)
def test_a_day_that_means_another_one_tomorrow_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="escalation_time_relative"):
        read_instant(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-21T08:15+01:00", "2026-11-21T07:15+00:00"),
        ("2026-11-21 08:15:30 Z", "2026-11-21T08:15:30+00:00"),
        ("2026-11-21T08:15-0530", "2026-11-21T13:45+00:00"),
        ("2026-07-01 08:15 Europe/Berlin", "2026-07-01T06:15+00:00"),
        ("  2026-11-21 08:15 utc ", "2026-11-21T08:15+00:00"),
    ],
)
def test_day_time_and_zone_make_an_instant(text: str, instant: str) -> None:
    assert read_instant(text) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-21T08:15", "escalation_time_zone"),
        ("2026-11-21", "escalation_time_malformed"),
        ("21.11.2026 08:15", "escalation_time_malformed"),
        ("2026-02-30T08:15Z", "escalation_time_malformed"),
        ("2026-11-21 08:15 Nowhere/Town", "escalation_time_malformed"),
        ("2026-11-21 08:15 ../../etc/passwd", "escalation_time_malformed"),
        ("2026-10-25 02:30 Europe/Berlin", "time_twice"),
        ("2026-03-29 02:30 Europe/Berlin", "time_never"),
        ("x" * 5_000, "escalation_time_malformed"),
    ],
)
def test_what_is_no_instant_says_what_is_wrong(text: str, code: str) -> None:
    """Edge 35."""
    with pytest.raises(Invalid) as refused:
        read_instant(text)
    assert refused.value.code == code


def test_ongoing_is_understood_in_every_language() -> None:
    assert set(ONGOING_WORDS) == {"en", "de", "es", "ru", "it"}
    for language, words in ONGOING_WORDS.items():
        for word in words:
            assert is_ongoing(f" {word.upper()}. "), language
            assert missing(Category.OUTAGE, ended=word) == []
    assert not is_ongoing("yesterday")


def test_nothing_began_in_the_future_or_ended_before() -> None:
    assert missing(Category.OUTAGE, started="2026-11-22T08:00Z", ended="ongoing") == ["started"]
    assert missing(Category.OUTAGE, started="2026-11-20T08:00Z", ended="2026-11-19T08:00Z") == ["ended"]


# Findings


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("ask zoe.miller@cedar.test", Finding.MAIL),
        ("call +49 30 1234567", Finding.PHONE),
        ("call 030 / 123 45 67", Finding.PHONE),
        ("Password: hunter22", Finding.PASSWORD),
        ('{"passwort": "geheim1"}', Finding.PASSWORD),
        ("contraseña=secreto", Finding.PASSWORD),
        ("пароль: тайна", Finding.PASSWORD),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwxyz", Finding.TOKEN),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", Finding.TOKEN),
        ("access_token=0123456789abcdef", Finding.TOKEN),
        ("-----BEGIN RSA PRIVATE KEY-----", Finding.PRIVATE_KEY),
        ("GET / HTTP/1.1\nCookie: session=abc", Finding.COOKIE),
        ('{"cookies": [{"name": "session", "value": "x"}]}', Finding.COOKIE),
        ('{"headers": [{"name": "Set-Cookie", "value": "x"}]}', Finding.COOKIE),
    ],
)
def test_what_nobody_else_should_read_is_found(text: str, finding: Finding) -> None:
    """Edge 28."""
    assert finding in find_in(text)
    assert finding in find_in_bytes(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Error 0x80070005 at 2026-11-21T08:15:00+01:00, correlation 0b7f2f9c-1d2e-4a5b-9c8d-7e6f5a4b3c2d",
        "10.0.0.1:443 -> 192.168.17.20:51514, 1500 bytes, 03:15:20.123456",
        "The password field stays empty, and the cookie banner comes back.",
        '{"cookies": []}',
        "Build 2026.11.3 (0412)",
    ],
)
def test_times_addresses_of_machines_and_ids_are_no_finding(text: str) -> None:
    assert find_in(text) == frozenset()


def test_looking_takes_time_in_proportion() -> None:
    """A pattern that goes back and forth would take minutes for these."""
    for text in ("a" * 300_000, "+1" * 150_000, "0 " * 150_000, "a@" * 150_000, "eyJ" + "A" * 300_000, "\n " * 150_000):
        find_in(text)


def test_looked_is_said_of_what_was_found_and_of_nothing_else() -> None:
    first, more = {"seen": [Finding.MAIL]}, {"seen": [Finding.MAIL], "error": [Finding.TOKEN]}
    assert seal({}) == seal({"seen": []}) == ""
    assert seal(first) == seal(dict(first)) != seal(more)


@pytest.mark.parametrize(
    "text",
    [
        "This is a vulnerability",
        "Sicherheitslücke im Login",
        "una vulnerabilidad",
        "уязвимость",
        "CVE-2026-1234",
        "XSS",
    ],
)
def test_words_that_hint_at_a_vulnerability(text: str) -> None:
    """Edge 39."""
    assert hints_at_vulnerability(["nothing", text])


def test_other_words_do_not() -> None:
    assert not hints_at_vulnerability(["The list is empty.", "Nobody can sign in."])


@pytest.mark.parametrize(
    ("name", "head"),
    [("tool.EXE", b""), ("tool.bat. ", b""), ("trace.txt", b"MZ\x90"), ("a.sh", b""), ("log", b"#!/bin/sh")],
)
def test_what_can_be_run_is_no_evidence(name: str, head: bytes) -> None:
    """Edge 28."""
    assert is_executable(name, head)
    assert not is_executable("trace.har", b'{"log": {}}')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_secrets_are_found_however_the_text_was_written(encoding: str) -> None:
    """Edge 28: a console of Windows writes two bytes a letter, and logs are of any age."""
    said = "Rückverfolgung\npassword: hunter22\n"
    assert Finding.PASSWORD in find_in_bytes(said.encode(encoding))


def test_what_is_not_looked_through_to_its_end_says_so() -> None:
    """Edge 28."""
    long = b"hop 1\n" * (SCANNED_MAX // 6 + 1)
    assert find_in_bytes(long[: SCANNED_MAX + 1]) == {Finding.LONG}
    assert find_in_bytes(long[:SCANNED_MAX]) == frozenset()
    assert find_in_bytes(b"\x00\x01" + b"password: hunter22") == frozenset()


# Severity, routes and steps


@pytest.mark.parametrize(
    ("category", "asked", "severity"),
    [
        (Category.OUTAGE, "C", "A"),
        (Category.NETWORK, "C", "A"),
        (Category.REGIONAL, "B", "A"),
        (Category.DEVIATION, "A", "B"),
        (Category.DEFECT, "A", "B"),
        (Category.DEFECT, "C", "C"),
    ],
)
def test_severity_begins_with_the_category(category: Category, asked: str, severity: str) -> None:
    """S003-22."""
    assert default_severity(category, asked) == Severity(severity)


@pytest.mark.parametrize(
    ("kind", "suspended", "upstream", "sold_by", "route"),
    [
        (PartyType.DIRECT_BILL, False, [], [], Route()),  # S003-12
        (PartyType.INDIRECT_PROVIDER, False, [7], [], Route()),
        (PartyType.INDIRECT_RESELLER, False, [7], [], Route(via_id=7)),  # S003-13
        (PartyType.INDIRECT_RESELLER, False, [], [], Route(refusal="escalation_no_provider")),  # S003-14
        (PartyType.INDIRECT_RESELLER, False, [7, 8], [8, 9], Route(via_id=8)),  # edge 11
        (PartyType.INDIRECT_RESELLER, False, [7, 8], [], Route(choices=(7, 8))),
        (PartyType.DIRECT_BILL, True, [], [], Route(refusal="escalation_suspended")),  # edge 16
    ],
)
def test_where_it_goes(kind: PartyType, suspended: bool, upstream: list[int], sold_by: list[int], route: Route) -> None:
    assert route_of(kind, is_published=False, is_suspended=suspended, upstream=upstream, sold_by=sold_by) == route


def test_every_status_has_its_transitions_and_only_two_are_the_last() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert {status for status, steps in TRANSITIONS.items() if not steps} == {Status.CLOSED, Status.WITHDRAWN}


def test_nobody_but_the_partner_sends_or_withdraws() -> None:
    for status, steps in TRANSITIONS.items():
        for side, becomes in steps.items():
            assert Status.WITHDRAWN not in becomes or side is Side.PARTNER
            if Status.SUBMITTED in becomes:
                assert side is Side.PARTNER or (side is Side.INDIRECT and status is Status.AWAITING)


def test_a_resellers_goes_through_its_indirect_provider() -> None:
    """S003-13."""
    direct = next_statuses(Status.DRAFT, Side.PARTNER, was_submitted=False, has_via=False)
    assert direct == {Status.SUBMITTED, Status.WITHDRAWN}
    through = next_statuses(Status.DRAFT, Side.PARTNER, was_submitted=False, has_via=True)
    assert through == {Status.AWAITING, Status.WITHDRAWN}


def test_what_was_solved_and_was_not_goes_back_to_whoever_solved_it() -> None:
    at_provider = next_statuses(Status.SOLVED, Side.PARTNER, was_submitted=True, has_via=True)
    assert at_provider == {Status.CLOSED, Status.IN_PROGRESS}
    at_indirect = next_statuses(Status.SOLVED, Side.PARTNER, was_submitted=False, has_via=True)
    assert at_indirect == {Status.CLOSED, Status.AWAITING}


def test_a_step_that_there_is_not_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="escalation_moved"):
        check_move(Status.WITHDRAWN, Status.ACCEPTED, Side.PROVIDER, was_submitted=True, has_via=False)


def test_somebody_has_the_ball_until_it_is_over() -> None:
    for status in Status:
        assert (holder_of(status) is None) is (status in rules.OVER)
    for status, steps in TRANSITIONS.items():
        assert status in rules.OVER or holder_of(status) in steps


def test_steps_that_need_a_word() -> None:
    """S003-26."""
    with pytest.raises(Invalid, match="escalation_gaps_unnamed"):
        check_words(Status.SUBMITTED, Status.RETURNED, Side.PROVIDER, "", [])
    check_words(Status.SUBMITTED, Status.RETURNED, Side.PROVIDER, "", ["clause"])
    for status, becomes, side in (
        (Status.IN_PROGRESS, Status.SOLVED, Side.PROVIDER),
        (Status.IN_PROGRESS, Status.NEEDS_PARTNER, Side.PROVIDER),
        (Status.NEEDS_PARTNER, Status.IN_PROGRESS, Side.PARTNER),
        (Status.ACCEPTED, Status.CLOSED, Side.PARTNER),
    ):
        with pytest.raises(Invalid, match="escalation_words_missing"):
            check_words(status, becomes, side, "", [])
        check_words(status, becomes, side, "Done.", [])
    check_words(Status.SOLVED, Status.CLOSED, Side.PARTNER, "", [])


def test_of_each_other_customer_the_likest_request_is_proposed() -> None:
    """S003-25."""
    mine = Asked(1, 10, "Mail is not delivered\nDelivery fails with error 550 for everybody")
    others = [
        Asked(2, 10, "Mail is not delivered, delivery fails with error 550"),  # the same customer
        Asked(3, 11, "Delivery of mail fails with error 550"),
        Asked(4, 11, "Mail"),
        Asked(5, 12, "Printer is jammed again in the hall"),
        Asked(6, 13, "delivering mail: not delivered, error 550 for everybody"),
    ]
    assert set(propose(mine, others)) == {3, 6}
    assert propose(Asked(1, 10, ""), others) == []


def test_what_a_publisher_supports_goes_nowhere() -> None:  # edge 24
    route = route_of(PartyType.DIRECT_BILL, is_published=True, is_suspended=False, upstream=(), sold_by=())
    assert route.refusal == "escalation_of_publisher"
