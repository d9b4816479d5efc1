"""The agreement that follows, and another one like it."""

from datetime import date
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.agreements.models import Agreement, AgreementContact
from tallyhub.agreements.rules import Days
from tallyhub.office.agreements.copying import as_long_as, whole_months, year_by_year
from tallyhub.office.models import AgreementDraft
from tests.make import allot, days, make_agreement, make_entitlement, make_package
from tests.office.writing import ADA, TERMS, approve, draft_of, rows, said, save


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def renew(client: Any, agreement: Agreement) -> AgreementDraft:
    answer = client.post(reverse("office:agreement_renew", args=[agreement.pk]))
    return draft_of(int(answer.url.strip("/").split("/")[-1]))


def test_a_renewal_begins_the_day_after_and_proposes_the_same(world: SimpleNamespace, csam: Any) -> None:
    AgreementContact.objects.using("owner").create(
        customer_id=world.cedar.pk, agreement_id=world.agreement.pk, person_id=world.contact.pk,
        kind="support_contact", name="Ann", email="contact@example.test", language="de",
    )  # fmt: skip
    draft = renew(csam, world.agreement)
    assert draft.follows_id == world.agreement.pk
    terms = draft.content["terms"]
    assert (terms["number"], terms["starts_on"], terms["ends_on"]) == ("", "2027-01-01", "2027-12-31")
    assert (terms["seller"], terms["plan"], terms["zone"]) == ("northgate", "unified", "Europe/Berlin")
    packages = {one["code"]: one for one in draft.content["packages"]}
    assert set(packages) == {"BASE", "ADD", "LOOSE"}
    lines = {one["code"]: one for one in packages["BASE"]["entitlements"]}
    assert lines[world.cedar_advisory.code]["purchases"] == [{"amount": "20", "starts_on": "", "ends_on": ""}]
    assert lines[world.cedar_reactive.code]["is_as_needed"] is True
    assert draft.content["contacts"][0]["email"] == "contact@example.test"


def test_what_came_on_top_is_not_proposed(world: SimpleNamespace, csam: Any) -> None:
    for kind, amount in (("top_up", 60), ("carry_over", 120), ("adjustment", -30)):
        allot(world.cedar_advisory, amount, date(2026, 1, 1), date(2026, 12, 31), kind=kind)
    (base,) = [one for one in renew(csam, world.agreement).content["packages"] if one["code"] == "BASE"]
    (line,) = [one for one in base["entitlements"] if one["code"] == world.cedar_advisory.code]
    assert [one["amount"] for one in line["purchases"]] == ["20"]


def test_yearly_quantities_move_with_the_years(world: SimpleNamespace, csam: Any) -> None:
    long = make_agreement(world.cedar, world.provider, term=days(date(2025, 4, 1), date(2027, 3, 31)))
    line = make_entitlement(make_package(long, world.north), world.advisory, is_as_needed=False)
    allot(line, 600, date(2025, 4, 1), date(2026, 3, 31))
    allot(line, 300, date(2026, 4, 1), date(2027, 3, 31))
    (package,) = renew(csam, long).content["packages"]
    assert package["entitlements"][0]["purchases"] == [
        {"amount": "10", "starts_on": "2027-04-01", "ends_on": "2028-03-31"},
        {"amount": "5", "starts_on": "2028-04-01", "ends_on": "2029-03-31"},
    ]


def test_renewing_twice_is_one_draft_and_the_chain_is_shown(world: SimpleNamespace, csam: Any) -> None:
    draft = renew(csam, world.agreement)
    assert renew(csam, world.agreement).pk == draft.pk
    save(csam, "draft_terms", draft.pk, **TERMS)
    assert approve(csam, draft.pk).status_code == 302  # whom the first one named administers on
    follower = Agreement.objects.using("owner").get(number="CED-2027")
    assert follower.follows_id == world.agreement.pk
    assert "Followed by" in said(csam.get(reverse("office:agreement", args=[world.agreement.pk])))
    assert "It follows" in said(csam.get(reverse("office:agreement", args=[follower.pk])))
    again = csam.post(reverse("office:agreement_renew", args=[world.agreement.pk]))
    assert again.status_code == 409
    assert "It is followed by CED-2027 already" in said(again)


def test_a_copy_follows_nothing_and_begins_today(world: SimpleNamespace, csam: Any) -> None:
    answer = csam.post(reverse("office:agreement_copy", args=[world.agreement.pk]))
    draft = draft_of(int(answer.url.strip("/").split("/")[-2]))
    assert draft.follows_id is None
    assert draft.content["terms"]["starts_on"] == "2026-11-21"
    save(csam, "draft_terms", draft.pk, **TERMS)
    save(csam, "draft_contacts", draft.pk, **rows("c", ADA))
    assert approve(csam, draft.pk).status_code == 302


def test_the_list_can_be_narrowed_by_state(world: SimpleNamespace, csam: Any) -> None:
    renew(csam, world.agreement)

    def shown(state: str) -> set[str]:
        page = said(csam.get(reverse("office:agreements"), {"state": state}))
        return {name for name in ("CED-2026", "CED-2025", "A renewal", "No agreement here") if name in page}

    assert shown("") == {"CED-2026", "CED-2025", "A renewal"}
    assert shown("current") == {"CED-2026"}
    assert shown("ended") == {"CED-2025"}
    assert shown("future") == {"No agreement here"}
    assert shown("drafts") == {"A renewal"}


TERMS_OF = [
    (date(2026, 1, 1), date(2026, 12, 31), 12, date(2027, 12, 31)),
    (date(2025, 3, 1), date(2026, 2, 28), 12, date(2027, 2, 28)),
    (date(2024, 2, 29), date(2025, 2, 27), 12, date(2026, 2, 27)),
    (date(2026, 1, 1), date(2028, 6, 30), 30, date(2030, 12, 31)),
    (date(2026, 1, 1), date(2026, 1, 10), 0, date(2026, 1, 20)),
]


@pytest.mark.parametrize(("first", "last", "months", "next_last"), TERMS_OF)
def test_what_follows_is_as_long(first: date, last: date, months: int, next_last: date) -> None:
    term = Days(first, last)
    assert whole_months(term) == months
    start = date.fromordinal(last.toordinal() + 1)
    assert as_long_as(term, start).ends_on == next_last


def test_a_longer_term_is_divided_into_years_without_gap(world: SimpleNamespace) -> None:
    parts = year_by_year(Days(date(2024, 2, 29), date(2026, 6, 30)))
    assert [one.starts_on for one in parts] == [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28)]
    assert parts[-1].ends_on == date(2026, 6, 30)
    for before, after in pairwise(parts):
        assert after.starts_on.toordinal() == before.ends_on.toordinal() + 1
