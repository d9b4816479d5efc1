"""Terms of support on the agreement's page: covered products, caps, goals, calendars, time rules (R4.3, R4.4)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.agreements.models import Coverage, Entitlement, Package, ResponseGoal, TimeRule, WorkCalendar
from tallyhub.kernel.errors import Invalid
from tallyhub.office.terms.rules import read_holidays, read_hours, read_multiplier, write_hours
from tests.activity.test_customer_activity import text
from tests.make import make_entitlement, make_package, make_product, make_service

WEEK = {"monday": "8:00-12:00, 13:00-18:00", "tuesday": "8:00-18:00", "sunday": ""}


def page_of(agreement: Any) -> str:
    return f"/office/agreements/{agreement.pk}/support/"


@pytest.fixture
def calendar(world: SimpleNamespace) -> WorkCalendar:
    return WorkCalendar.objects.using("owner").create(
        customer=world.cedar, name="Office hours", zone="Europe/Berlin", week=[[[480, 1080]]] * 7
    )


def test_all_terms_are_set_at_once_and_shown_again(
    world: SimpleNamespace, client: Client, calendar: WorkCalendar
) -> None:
    product = make_product("engine")
    client.force_login(world.csam)
    typed = {
        f"product-{world.base.pk}": [str(product.pk)], f"cap-{world.cedar_advisory.pk}": "6:00", "goal-A": "0:30",
        "calendar-A": "", "goal-B": "4", "calendar-B": str(calendar.pk), "goal-C": "", f"rule-{calendar.pk}": "1.5",
    }  # fmt: skip
    answer = client.post(page_of(world.agreement), typed)
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(world.agreement))
    assert Entitlement.objects.using("owner").get(pk=world.cedar_advisory.pk).request_cap == 360
    assert [one.product_id for one in Coverage.objects.using("owner").filter(package=world.base)] == [product.pk]
    assert not Package.objects.using("owner").get(pk=world.base.pk).covers_every_product
    goals = ResponseGoal.objects.using("owner").order_by("severity")
    assert [(one.severity, one.minutes, one.calendar_id) for one in goals] == [("A", 30, None), ("B", 240, calendar.pk)]
    rule = TimeRule.objects.using("owner").get()
    assert (rule.numerator, rule.denominator) == (3, 2)
    html = client.get(page_of(world.agreement)).content.decode()
    for words in ('value="0:30"', 'value="4"', 'value="3/2"', 'value="6"', "Office hours"):
        assert words in html
    client.post(page_of(world.agreement), {f"every-{world.base.pk}": "on"})
    assert not TimeRule.objects.using("owner").exists()
    assert Package.objects.using("owner").get(pk=world.base.pk).covers_every_product


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("goal-A", "soon", "This is no amount"),
        ("goal-A", "-1", "A goal is at least a minute"),
        ("goal-A", "9999", "A goal is at least a minute"),
        ("cap-{advisory}", "0", "A cap is more than nothing"),
        ("cap-{advisory}", "500", "at most 166 hours"),
        ("rule-{calendar}", "0.5", "Time never counts for less"),
        ("rule-{calendar}", "11", "multiplier"),
        ("rule-{calendar}", "twice", "multiplier"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_written(
    world: SimpleNamespace, client: Client, calendar: WorkCalendar, field: str, value: str, said: str
) -> None:
    client.force_login(world.csam)
    name = field.format(advisory=world.cedar_advisory.pk, calendar=calendar.pk)
    answer = client.post(page_of(world.agreement), {"goal-B": "4"} | {name: value})
    assert answer.status_code == 400
    assert said.lower() in text(answer.content.decode()).lower()
    assert not ResponseGoal.objects.using("owner").exists()


def test_a_field_names_nothing_of_another_customer(world: SimpleNamespace, client: Client) -> None:  # R3.8
    theirs = WorkCalendar.objects.using("owner").create(customer=world.birch, name="x", zone="UTC", week=[[]] * 7)
    client.force_login(world.csam)
    for typed in (
        {"goal-A": "1", "calendar-A": str(theirs.pk)},
        {"goal-A": "1", "calendar-A": "x"},
        {f"product-{world.base.pk}": "999999"},
        {f"product-{world.base.pk}": "x"},
    ):
        assert client.post(page_of(world.agreement), typed).status_code == 404, typed
    assert client.post(page_of(world.birch_agreement), {}).status_code == 404
    calendar = f"{page_of(world.agreement)}calendars/{theirs.pk}/"
    assert client.get(calendar).status_code == client.post(calendar, WEEK).status_code == 404
    client.post(page_of(world.agreement), {f"cap-{world.birch_advisory.pk}": "6"})
    assert Entitlement.objects.using("owner").get(pk=world.birch_advisory.pk).request_cap is None
    assert not ResponseGoal.objects.using("owner").exists()


def test_terms_are_the_account_teams(world: SimpleNamespace, client: Client) -> None:
    for who in (world.admin, world.engineer, world.reader):
        client.force_login(who)
        for address in (page_of(world.agreement), f"{page_of(world.agreement)}calendars/new/"):
            assert client.get(address).status_code == client.post(address, {}).status_code == 403


def test_a_calendar_is_made_and_changed(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    typed = {"name": "Office hours", "zone": "Europe/Berlin", **WEEK, "holidays": "2026-12-26\n2026-12-25\n2026-12-25"}
    new = f"{page_of(world.agreement)}calendars/new/"
    assert client.post(new, typed).status_code == 302
    made = WorkCalendar.objects.using("owner").get()
    assert made.week == [[[480, 720], [780, 1080]], [[480, 1080]], [], [], [], [], []]
    assert made.holidays == [date(2026, 12, 25), date(2026, 12, 26)]
    answer = client.post(new, typed)
    assert (answer.status_code, "has this name already" in answer.content.decode()) == (400, True)
    changed = f"{page_of(world.agreement)}calendars/{made.pk}/"
    assert "8:00-12:00, 13:00-18:00" in client.get(changed).content.decode()
    assert client.post(changed, typed | {"saturday": "0:00-24:00"}).status_code == 302
    assert WorkCalendar.objects.using("owner").get().week[5] == [[0, 1440]]
    for wrong in ({"name": " "}, {"zone": "Mars/Base"}, {"monday": "8-18"}, {"holidays": "Christmas"}):
        assert client.post(changed, typed | wrong).status_code == 400, wrong


@pytest.mark.parametrize("written", ["8-18", "8:00", "18:00-8:00", "8:00-8:00", "8:00-24:01", "8:60-9:00", "x"])
def test_hours_that_nobody_can_mean_are_refused(written: str) -> None:
    with pytest.raises(Invalid, match="hours_malformed"):
        read_hours(written)


def test_hours_are_in_order_and_do_not_overlap() -> None:
    assert write_hours(read_hours("13:00-18:00,8:00-12:00")) == "8:00-12:00, 13:00-18:00"
    with pytest.raises(Invalid, match="hours_overlap"):
        read_hours("8:00-12:00, 11:00-13:00")
    with pytest.raises(Invalid):
        read_multiplier("1/3")
    with pytest.raises(Invalid, match="holidays_too_many"):
        read_holidays("\n".join(str(date.fromordinal(738_000 + n)) for n in range(401)))


def test_enterprise_packages_cover_every_product_and_add_ons_none(world: SimpleNamespace) -> None:
    """Whether they come by draft or by import."""
    from tallyhub.agreements import steps
    from tallyhub.kernel.access import Access
    from tallyhub.kernel.scope import scope

    with scope(Access.of_system([world.cedar.pk]), writing=True):
        rows = [
            {"customer_id": world.cedar.pk, "agreement_id": world.agreement.pk, "code": code, "name": code,
             "scope": of, "term": world.base.term}
            for code, of in (("WIDE", "enterprise"), ("MORE", "addon"))
        ]  # fmt: skip
        steps.add_packages(rows)
        Package.objects.filter(code="WIDE").update(covers_every_product=False)
        assert steps.add_packages(rows).differing == []
    found = Package.objects.using("owner").filter(code__in=["WIDE", "MORE"])
    assert {one.code: one.covers_every_product for one in found} == {"WIDE": False, "MORE": False}
    with scope(Access.of_system([world.cedar.pk]), writing=True):
        (new,) = steps.add_packages([rows[0] | {"code": "NEW"}]).rows
    assert Package.objects.using("owner").get(pk=new.pk).covers_every_product


@pytest.fixture
def ordered(world: SimpleNamespace) -> str:
    """The names of the late-cancel fields of a package with proactive services."""
    make_entitlement(world.base, make_service("proactive", "minutes"), bought=600)
    return f"late-%s-{world.base.pk}"


def late(world: SimpleNamespace) -> tuple[int | None, int | None]:
    package = Package.objects.using("owner").get(pk=world.base.pk)
    return package.late_cancel_days, package.late_cancel_percent


def test_what_cancelling_late_costs_is_set_by_package(world: SimpleNamespace, client: Client, ordered: str) -> None:
    client.force_login(world.csam)
    typed = {ordered % "days": "14", ordered % "percent": "25"}
    assert client.post(page_of(world.agreement), typed).status_code == 302
    assert late(world) == (14, 25)
    html = client.get(page_of(world.agreement)).content.decode()
    assert f'name="{ordered % "days"}" value="14"' in html
    assert f'name="{ordered % "percent"}" value="25"' in html
    assert client.post(page_of(world.agreement), {}).status_code == 302
    assert late(world) == (None, None)


@pytest.mark.parametrize(
    ("days", "percent", "said"),
    [
        ("14", "", "needs both the days and the percentage"),
        ("", "25", "needs both the days and the percentage"),
        ("366", "25", "from 0 to 365"),
        ("-1", "25", "from 0 to 365"),
        ("soon", "25", "from 0 to 365"),
        ("14", "0", "from 1 to 100"),
        ("14", "101", "from 1 to 100"),
        ("14", "1.5", "from 1 to 100"),
    ],
)
def test_half_a_rule_for_cancelling_and_one_out_of_bounds_are_refused(
    world: SimpleNamespace, client: Client, ordered: str, days: str, percent: str, said: str
) -> None:
    client.force_login(world.csam)
    answer = client.post(page_of(world.agreement), {ordered % "days": days, ordered % "percent": percent})
    assert (answer.status_code, said in text(answer.content.decode())) == (400, True)
    assert late(world) == (None, None)


def test_where_no_service_is_ordered_there_is_no_rule_for_cancelling(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    package = make_package(world.agreement, world.north, scope="addon")
    make_entitlement(package, make_service("education", "activities"), bought=5)
    assert f"late-days-{package.pk}" not in client.get(page_of(world.agreement)).content.decode()
    client.post(page_of(world.agreement), {f"late-days-{package.pk}": "9", f"late-percent-{package.pk}": "9"})
    assert Package.objects.using("owner").get(pk=package.pk).late_cancel_days is None
