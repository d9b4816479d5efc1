"""What is changed in an approved agreement: each change adds rows, is seen before it is made, or refused in words."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.agreements.models import Agreement, Entitlement, Package
from tallyhub.journal.models import Event
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger.doctor import find_differences
from tallyhub.ledger.models import Allotment
from tallyhub.ledger.queries import balances
from tallyhub.organizations.models import Organization
from tests.make import book, days, make_agreement, make_entitlement, make_package, make_service
from tests.office.writing import line, said
from tests.world import TODAY

DAYS = {"starts_on": "2026-11-21", "ends_on": "2026-12-31"}


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def hidden(answer: Any) -> dict[str, Any]:
    """The fields of a preview, as the browser sends them again."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', said(answer)):
        found[name] = [*found[name], value] if name in found else [value]
    return found


def through(client: Any, address: str, fields: dict[str, Any]) -> Any:
    """See what changes, then record it."""
    seen = client.post(address, fields | {"act": "preview"})
    assert seen.status_code == 200, said(seen)
    assert "Nothing is recorded yet" in said(seen)
    return client.post(address, hidden(seen) | {"act": "save"})


def bought(entitlement: Any) -> list[tuple[str, int, date, date]]:
    rows = Allotment.objects.using("owner").filter(entitlement=entitlement, source="office").order_by("pk")
    return [(one.kind, one.amount, one.starts_on, one.ends_on) for one in rows]


def balance(entitlement: Any, day: date = TODAY) -> Any:
    with scope(Access.of_system([entitlement.customer_id])):
        return balances({entitlement.pk: day})[entitlement.pk]


def allot(entitlement: Any, kind: str) -> str:
    return reverse("office:allot", args=[entitlement.pk, kind])


def test_a_top_up_is_seen_and_then_recorded_once(world: SimpleNamespace, csam: Any) -> None:
    address = allot(world.cedar_advisory, "top_up")
    seen = csam.post(address, DAYS | {"amount": "5 h", "act": "preview"})
    rows = dict(re.findall(r'data-label="Figure"><span>(\w[\w ]*)</span>.*?After"><span>([^<]+)<', said(seen), re.S))
    assert rows["Left"] == "17:30 h"
    assert bought(world.cedar_advisory) == []
    for _ in range(2):  # the button pressed twice
        assert csam.post(address, hidden(seen) | {"act": "save"}).status_code == 302
    assert bought(world.cedar_advisory) == [("top_up", 300, date(2026, 11, 21), date(2026, 12, 31))]
    assert balance(world.cedar_advisory).left == 1050
    (event,) = Event.objects.using("owner").filter(kind="office.allotment_added")
    assert (event.subject_id, event.details) == (world.cedar_advisory.pk, {"what": "top_up", "amount": 300})
    assert Organization.objects.using("owner").get(pk=world.cedar.pk).data_version > 0
    assert list(find_differences()) == []


def test_a_top_up_dated_back_covers_what_was_over(world: SimpleNamespace, csam: Any) -> None:
    book(world.cedar_advisory, world.north, 900, date(2026, 10, 1))
    assert balance(world.cedar_advisory).over == 150
    fields = {"amount": "2:30", "starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    through(csam, allot(world.cedar_advisory, "top_up"), fields)
    assert balance(world.cedar_advisory).over == 0


REFUSED = [
    ("top_up", {"amount": "-1"}, "only an adjustment may be negative"),
    ("top_up", {"amount": "0"}, "only an adjustment may be negative"),
    ("top_up", {"amount": "5 credits"}, "This is counted in another unit: Hours"),
    ("top_up", {"amount": ""}, "A value is needed here"),
    ("top_up", {"amount": "1", "ends_on": "2027-01-01"}, "It ends after what it is a part of"),
    ("top_up", {"amount": "1", "starts_on": "2025-12-31"}, "It begins before what it is a part of"),
    ("top_up", {"amount": "1", "ends_on": "2026-11-20"}, "The last day lies before the first one"),
    ("carry_over", {"amount": "-1"}, "only an adjustment may be negative"),
    ("adjustment", {"amount": "-21", "reason": "mistake"}, "takes back more than was bought"),
    ("adjustment", {"amount": "-1", "reason": ""}, "A value is needed here"),
    ("adjustment", {"amount": "-1", "reason": "because"}, "Write one of these words"),
]


@pytest.mark.parametrize("act", ["preview", "save"])
@pytest.mark.parametrize(("kind", "over", "sentence"), REFUSED)
def test_what_the_ledger_refuses_is_refused_beside_the_field(
    world: SimpleNamespace, csam: Any, kind: str, over: dict[str, str], sentence: str, act: str
) -> None:
    answer = csam.post(allot(world.cedar_advisory, kind), {**DAYS, **over, "nonce": "0" * 32, "act": act})
    assert answer.status_code == 400
    assert sentence in said(answer)
    assert "field-errors" in said(answer)
    assert bought(world.cedar_advisory) == []


def test_nothing_is_bought_where_no_quantity_was_agreed_or_for_a_benefit(world: SimpleNamespace, csam: Any) -> None:
    for entitlement, sentence in (
        (world.cedar_reactive, "this entitlement is used as needed"),
        (world.cedar_benefit, "this is an additional benefit"),
    ):
        answer = csam.post(allot(entitlement, "top_up"), DAYS | {"amount": "1", "act": "preview"})
        assert sentence in said(answer)
        assert bought(entitlement) == []


def test_a_name_that_no_form_of_ours_made_is_refused(world: SimpleNamespace, csam: Any) -> None:
    fields = DAYS | {"amount": "1", "act": "save", "nonce": "allotment-1"}
    assert "The form is out of date" in said(csam.post(allot(world.cedar_advisory, "top_up"), fields))
    assert csam.get(reverse("office:allot", args=[world.cedar_advisory.pk, "purchase"])).status_code == 404
    assert csam.get(reverse("office:allot", args=[world.cedar_advisory.pk, "termination"])).status_code == 404


def test_an_adjustment_takes_back_and_says_why_in_a_code(world: SimpleNamespace, csam: Any) -> None:
    through(csam, allot(world.cedar_advisory, "adjustment"), DAYS | {"amount": "-2:30", "reason": "exchange"})
    assert bought(world.cedar_advisory) == [("adjustment", -150, date(2026, 11, 21), date(2026, 12, 31))]
    (event,) = Event.objects.using("owner").filter(kind="office.allotment_added")
    assert event.details["reason"] == "exchange"
    assert balance(world.cedar_advisory).quantity == 1050


def test_a_carry_over_proposes_what_expired_and_the_person_decides(world: SimpleNamespace, csam: Any) -> None:
    Agreement.objects.using("owner").filter(pk=world.agreement.pk).update(follows_id=world.old_agreement.pk)
    Package.objects.using("owner").filter(pk=world.old.pk).update(code="BASE")
    Entitlement.objects.using("owner").filter(pk=world.old_advisory.pk).update(code=world.cedar_advisory.code)
    address = allot(world.cedar_advisory, "carry_over")
    shown = said(csam.get(address))
    assert "CED-2025: 6 h expired unused on 31 December 2025." in shown
    assert 'value="6"' in shown
    through(csam, address, DAYS | {"amount": "4"})
    assert bought(world.cedar_advisory)[0][:2] == ("carry_over", 240)
    assert balance(world.old_advisory).expired == 360  # the old remainder stays what it is


def test_change_brings_back_what_was_typed(world: SimpleNamespace, csam: Any) -> None:
    address = allot(world.cedar_advisory, "top_up")
    seen = csam.post(address, DAYS | {"amount": "5 h", "act": "preview"})
    again = csam.post(address, hidden(seen) | {"act": "edit"})
    assert 'value="5 h"' in said(again)


# A later last day


def extend(client: Any, world: Any, ends_on: str, *packages: Any, **amounts: str) -> Any:
    fields = {"ends_on": ends_on, "package": [one.pk for one in packages], **amounts}
    return fields, reverse("office:agreement_extend", args=[world.agreement.pk])


def test_an_extension_moves_the_last_day_and_buys_for_the_added_days(world: SimpleNamespace, csam: Any) -> None:
    amount = {f"amount-{world.cedar_advisory.pk}": "10"}
    fields, address = extend(csam, world, "2027-03-31", world.base, **amount)
    shown = said(csam.post(address, fields | {"act": "preview"}))
    assert "Base runs until 31 March 2027 instead of 31 December 2026." in shown
    assert "Balances as of 1 January 2027" in shown
    through(csam, address, fields)
    agreement = Agreement.objects.using("owner").get(pk=world.agreement.pk)
    base, addon = (Package.objects.using("owner").get(pk=one.pk) for one in (world.base, world.addon))
    assert (agreement.days.ends_on, base.days.ends_on) == (date(2027, 3, 31), date(2027, 3, 31))
    assert addon.days.ends_on == date(2026, 12, 31)
    assert bought(world.cedar_advisory) == [("purchase", 600, date(2027, 1, 1), date(2027, 3, 31))]
    assert balance(world.cedar_advisory, date(2027, 1, 1)).left == 600  # the old remainder expired as agreed
    told = Event.objects.using("owner").filter(kind="office.term_extended").order_by("pk")
    assert [one.details["was"] for one in told] == ["2026-12-31", "2026-12-31"]
    assert list(find_differences()) == []


def test_an_extension_is_never_an_earlier_end(world: SimpleNamespace, csam: Any) -> None:
    for day in ("2026-12-31", "2026-06-30"):
        fields, address = extend(csam, world, day, world.base)
        answer = csam.post(address, fields | {"act": "save"})
        assert answer.status_code == 400
        assert "It is agreed until" in said(answer)
    fields, address = extend(csam, world, "2026-06-30")
    assert "It is agreed until" in said(csam.post(address, fields | {"act": "save"}))
    assert Agreement.objects.using("owner").get(pk=world.agreement.pk).days.ends_on == date(2026, 12, 31)


def test_a_quantity_for_a_package_that_is_not_extended_is_not_taken(world: SimpleNamespace, csam: Any) -> None:
    amount = {f"amount-{world.cedar_credits.pk}": "10"}
    fields, address = extend(csam, world, "2027-03-31", world.base, **amount)
    csam.post(address, fields | {"act": "save"})
    assert bought(world.cedar_credits) == []


def test_what_ended_early_is_not_extended(world: SimpleNamespace, csam: Any) -> None:
    end = reverse("office:agreement_end", args=[world.agreement.pk])
    through(csam, end, {"last_day": "2026-11-30"})
    fields, address = extend(csam, world, "2027-03-31", world.base)
    assert "It ended early, on" in said(csam.post(address, fields | {"act": "save"}))
    assert csam.post(reverse("office:agreement_package", args=[world.agreement.pk])).status_code == 409


# An earlier last day


def test_an_early_end_of_the_agreement_ends_every_balance(world: SimpleNamespace, csam: Any) -> None:
    address = reverse("office:agreement_end", args=[world.agreement.pk])
    through(csam, address, {"last_day": "2026-11-30"})
    agreement = Agreement.objects.using("owner").get(pk=world.agreement.pk)
    assert (agreement.terminated_on, agreement.days.ends_on) == (date(2026, 11, 30), date(2026, 12, 31))
    assert bought(world.cedar_advisory) == [("termination", 0, date(2026, 11, 30), date(2026, 11, 30))]
    assert bought(world.cedar_reactive) == []  # nothing was bought by quantity
    assert balance(world.cedar_advisory, date(2026, 11, 30)).left == 750
    assert balance(world.cedar_advisory, date(2026, 12, 1)).left == 0
    assert balance(world.cedar_advisory, date(2026, 12, 1)).expired == 750
    assert list(find_differences()) == []


def test_an_early_end_of_a_package_leaves_the_others(world: SimpleNamespace, csam: Any) -> None:
    through(csam, reverse("office:package_end", args=[world.addon.pk]), {"last_day": "2026-11-30"})
    assert Package.objects.using("owner").get(pk=world.addon.pk).terminated_on == date(2026, 11, 30)
    assert balance(world.cedar_credits, date(2026, 12, 1)).left == 0
    assert balance(world.cedar_advisory, date(2026, 12, 1)).left == 750
    assert Agreement.objects.using("owner").get(pk=world.agreement.pk).terminated_on is None


def test_an_early_end_may_become_earlier_and_never_later(world: SimpleNamespace, csam: Any) -> None:
    address = reverse("office:agreement_end", args=[world.agreement.pk])
    for day in ("2026-12-31", "2027-01-01", "2025-12-31"):
        assert csam.post(address, {"last_day": day, "act": "save"}).status_code == 400
    through(csam, address, {"last_day": "2026-11-30"})
    for day in ("2026-11-30", "2026-12-15"):
        answer = csam.post(address, {"last_day": day, "act": "save"})
        assert "It ends on 30 November 2026 in any case" in said(answer)
    through(csam, address, {"last_day": "2026-11-25"})
    assert balance(world.cedar_advisory, date(2026, 11, 26)).left == 0


def test_an_early_end_in_the_past_says_what_it_does_today_and_is_meant(world: SimpleNamespace, csam: Any) -> None:
    address = reverse("office:agreement_end", args=[world.agreement.pk])
    shown = said(csam.post(address, {"last_day": "2026-01-31", "act": "preview"}))
    assert "Balances as of 1 February 2026" in shown
    assert "Balances as of 21 November 2026" in shown
    assert "14 entries after that day count as used beyond what was bought" in shown
    assert "7:30 h" in shown  # over today
    for ticked in ({}, {"later": "13"}, {"later": "x"}, {"later": "9" * 30}):
        answer = csam.post(address, {"last_day": "2026-01-31", "act": "save"} | ticked)
        assert answer.status_code == 409
        assert "14 entries lie after that day" in said(answer)
        assert 'name="later"' in said(answer)
    agreement = Agreement.objects.using("owner").get(pk=world.agreement.pk)
    assert agreement.terminated_on is None
    assert bought(world.cedar_advisory) == []
    answer = csam.post(address, {"last_day": "2026-01-31", "later": "14", "act": "save"})
    assert answer.status_code == 302
    assert balance(world.cedar_advisory).over == 450
    assert list(find_differences()) == []


def test_an_early_end_with_nothing_booked_after_it_asks_for_nothing_more(world: SimpleNamespace, csam: Any) -> None:
    address = reverse("office:package_end", args=[world.addon.pk])
    shown = said(csam.post(address, {"last_day": "2026-05-05", "act": "preview"}))
    assert 'name="later"' not in shown
    through(csam, address, {"last_day": "2026-05-05"})
    assert Package.objects.using("owner").get(pk=world.addon.pk).terminated_on == date(2026, 5, 5)


def test_what_was_bought_for_after_an_early_end_is_refused(world: SimpleNamespace, csam: Any) -> None:
    through(csam, reverse("office:package_end", args=[world.base.pk]), {"last_day": "2026-11-30"})
    answer = csam.post(allot(world.cedar_advisory, "top_up"), DAYS | {"amount": "1", "act": "preview"})
    assert "It ends after what it is a part of" in said(answer)
    entitlement = reverse("office:package_entitlement", args=[world.base.pk])
    assert csam.post(entitlement, line(world.credits.code, "1") | {"act": "save"}).status_code == 409


# One more line, another name


def test_an_entitlement_is_added_to_a_package(world: SimpleNamespace, csam: Any) -> None:
    address = reverse("office:package_entitlement", args=[world.base.pk])
    answer = csam.post(address, line(world.credits.code, "12.50 credits", code="NEW") | {"act": "save"})
    assert answer.status_code == 302
    added = Entitlement.objects.using("owner").get(package=world.base, code="NEW")
    assert bought(added) == [("purchase", 1250, date(2026, 1, 1), date(2026, 12, 31))]
    again = csam.post(address, line(world.credits.code, "1", code="NEW") | {"act": "save"})
    assert again.status_code == 400
    assert "This code is there already" in said(again)
    wrong = csam.post(address, line(world.credits.code, "1.234") | {"act": "save"})
    assert "A credit has two decimals at most" in said(wrong)
    assert Entitlement.objects.using("owner").filter(package=world.base).count() == 4


def test_names_change_and_nothing_else(world: SimpleNamespace, csam: Any) -> None:
    csam.post(reverse("office:agreement_rename", args=[world.agreement.pk]), {"name": "Other"})
    csam.post(reverse("office:package_rename", args=[world.base.pk]), {"name": "Ground"})
    assert Agreement.objects.using("owner").get(pk=world.agreement.pk).name == "Other"
    assert Package.objects.using("owner").get(pk=world.base.pk).name == "Ground"
    assert Event.objects.using("owner").filter(kind="office.renamed").count() == 2
    answer = csam.post(reverse("office:package_rename", args=[world.base.pk]), {"name": " "})
    assert "A value is needed here" in said(answer)


def test_ids_of_another_customer_are_not_there(world: SimpleNamespace, csam: Any) -> None:  # R3.8
    theirs = (world.birch_agreement, world.birch_base, world.birch_advisory)
    agreement, package, entitlement = (one.pk for one in theirs)
    before = Allotment.objects.using("owner").count(), Event.objects.using("owner").count()
    for name in ("agreement_extend", "agreement_end", "agreement_rename"):
        fields = {"ends_on": "2027-12-31", "last_day": "2026-11-30", "name": "x", "act": "save"}
        assert csam.get(reverse(f"office:{name}", args=[agreement])).status_code == 404
        assert csam.post(reverse(f"office:{name}", args=[agreement]), fields).status_code == 404
    for name in ("package_end", "package_rename", "package_entitlement"):
        fields = line(world.credits.code, "1") | {"last_day": "2026-11-30", "name": "x", "act": "save"}
        assert csam.post(reverse(f"office:{name}", args=[package]), fields).status_code == 404
    for kind in ("top_up", "carry_over", "adjustment"):
        fields = DAYS | {"amount": "1", "reason": "mistake", "nonce": "0" * 32, "act": "save"}
        assert csam.post(reverse("office:allot", args=[entitlement, kind]), fields).status_code == 404
    for name in ("agreement_copy", "agreement_renew", "agreement_package"):
        assert csam.post(reverse(f"office:{name}", args=[agreement])).status_code == 404
    assert csam.get(reverse("office:agreement", args=[agreement])).status_code == 404
    fields, address = extend(csam, world, "2027-03-31", world.birch_base)
    assert csam.post(address, fields | {"act": "save"}).status_code == 404
    assert csam.post(address, fields | {"package": ["x"], "act": "save"}).status_code == 404
    assert (Allotment.objects.using("owner").count(), Event.objects.using("owner").count()) == before


def test_a_member_without_the_right_changes_nothing(world: SimpleNamespace, client: Any) -> None:
    for person in (world.admin, world.north_admin, world.engineer, world.reader):
        client.force_login(person)
        fields = DAYS | {"amount": "1", "nonce": "0" * 32, "act": "save", "name": "x", "last_day": "2026-11-30"}
        assert client.post(allot(world.cedar_advisory, "top_up"), fields).status_code == 403
        for name in ("agreement_end", "agreement_rename", "agreement_renew", "agreement_copy"):
            assert client.post(reverse(f"office:{name}", args=[world.agreement.pk]), fields).status_code == 403
    assert bought(world.cedar_advisory) == []


def test_the_page_of_an_agreement_costs_the_same_for_many_packages(
    world: SimpleNamespace, csam: Any, statements: Any
) -> None:
    agreement = make_agreement(world.cedar, world.provider)

    def count() -> int:
        with statements() as made:
            assert csam.get(reverse("office:agreement", args=[agreement.pk])).status_code == 200
        return len(made)

    make_entitlement(make_package(agreement, world.north), world.advisory, bought=60)
    few = count()
    for _ in range(10):
        package = make_package(agreement, world.north, world.south)
        for service in (world.advisory, world.credits):
            make_entitlement(package, service, bought=60)
    assert count() == few


def test_what_is_in_force_still_is_not_proposed_and_counting_it_twice_is_told(
    world: SimpleNamespace, csam: Any
) -> None:
    address = allot(world.cedar_advisory, "carry_over")
    shown = said(csam.get(address))
    assert "CED-2026: 12:30 h left, to be used by 31 December 2026." in shown
    assert 'value="12:30"' not in shown
    seen = said(csam.post(address, DAYS | {"amount": "4", "act": "preview"}))
    assert "12:30 h of CED-2026 are in force until 31 December 2026." in seen
    seen = said(csam.post(allot(world.cedar_advisory, "top_up"), DAYS | {"amount": "4", "act": "preview"}))
    assert "count twice" not in seen


def test_what_ends_before_the_carry_over_begins_is_proposed(world: SimpleNamespace, csam: Any) -> None:
    follower = make_agreement(
        world.cedar, world.provider, term=days(date(2027, 1, 1), date(2027, 12, 31)), follows=world.agreement
    )
    package = make_package(follower, world.north, code="BASE", term=days(date(2027, 1, 1), date(2027, 12, 31)))
    line = make_entitlement(package, world.advisory, code=world.cedar_advisory.code, is_as_needed=False)
    assert 'value="12:30"' in said(csam.get(allot(line, "carry_over")))
    fields = {"starts_on": "2027-01-01", "ends_on": "2027-12-31", "amount": "12:30", "act": "preview"}
    assert "count twice" not in said(csam.post(allot(line, "carry_over"), fields))


def test_a_remainder_ends_with_an_early_end(world: SimpleNamespace, csam: Any) -> None:
    through(csam, reverse("office:agreement_end", args=[world.agreement.pk]), {"last_day": "2026-11-30"})
    shown = said(csam.get(allot(world.cedar_advisory, "carry_over")))
    assert "left, to be used by 30 November 2026." in shown
    assert "31 December 2026" not in shown.partition("What was not used")[2].partition("</section>")[0]


def test_an_early_end_tells_of_the_gap_before_what_follows(world: SimpleNamespace, csam: Any) -> None:
    term = days(date(2027, 1, 1), date(2027, 12, 31))
    make_agreement(world.cedar, world.provider, number="CED-2027", term=term, follows=world.agreement)
    address = reverse("office:agreement_end", args=[world.agreement.pk])
    seen = said(csam.post(address, {"last_day": "2026-11-30", "act": "preview"}))
    assert "CED-2027 follows on 1 January 2027: after 30 November 2026 and until then nothing is in force." in seen
    package = reverse("office:package_end", args=[world.addon.pk])
    assert "follows on" not in said(csam.post(package, {"last_day": "2026-11-30", "act": "preview"}))


def test_an_extension_tells_that_nobody_may_be_named_in_the_added_days(world: SimpleNamespace, csam: Any) -> None:
    line = make_entitlement(world.base, make_service("contacts", "people"), bought=3)
    address = reverse("office:agreement_extend", args=[world.agreement.pk])
    fields = {"ends_on": "2027-01-31", "package": [str(world.base.pk)], "act": "preview"}
    assert "Base allows no support contact from 1 January 2027 on" in said(csam.post(address, fields))
    seen = said(csam.post(address, fields | {f"amount-{line.pk}": "3"}))
    assert "allows no support contact" not in seen


def test_a_day_in_a_refusal_is_written_as_people_write_days(world: SimpleNamespace, csam: Any) -> None:
    fields = {"starts_on": "2026-11-21", "ends_on": "2027-12-31", "amount": "4", "act": "preview"}
    shown = said(csam.post(allot(world.cedar_advisory, "top_up"), fields))
    assert "whose last day is 31 December 2026." in shown
    assert "is 2026-12-31" not in shown
