"""What the account team is told on its way: what is being done, what goes along, and for which customer."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.organizations.models import Organization
from tests.make import allot, days, make_agreement, make_entitlement, make_package
from tests.office.agreed import approve, follow
from tests.office.test_enquiries import stored, wish
from tests.office.test_renewal import renew
from tests.office.test_workspaces import fields, named
from tests.office.writing import TERMS, make, said, save, written
from tests.world import NOW


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", said(answer)).split())


def inside(client: Any, customer: Organization) -> None:
    client.post(reverse("organizations:switch_customer"), {"customer": customer.pk})


# Granting a workspace


def test_the_note_begun_at_an_enquiry_goes_along_into_the_answer(world: SimpleNamespace, csam: Any) -> None:
    asked = wish(world)
    page = said(csam.get(reverse("office:enquiry", args=[asked.pk])))
    address = reverse("office:new_workspace") + f"?enquiry={asked.pk}"
    assert f'formaction="{address}"' in page
    form = said(csam.post(address, {"note": "Gladly, from Monday.", "begin": "yes"}))
    assert "Gladly, from Monday." in form
    assert "admin@example.test" in form  # whoever asked is proposed
    assert reverse("office:enquiry", args=[asked.pk]) in form
    csam.post(address, fields(name="Harbour", note="Gladly, from Monday.", administrators="admin@example.test"))
    assert (stored(asked).answer, stored(asked).note) == ("granted", "Gladly, from Monday.")


def test_a_workspace_without_a_package_is_made_with_a_word_and_a_way_on(world: SimpleNamespace, csam: Any) -> None:
    page = said(csam.post(reverse("office:new_workspace"), fields(), follow=True))
    assert "No package reaches it yet" in page
    assert f'href="{reverse("office:mappings")}"' in page.split("How it is set up")[1]
    csam.post(reverse("office:new_workspace"), fields(name="Other", packages=[world.base.pk]))
    assert named("Other").mappings.using("owner").count() == 1
    page = said(csam.get(reverse("office:workspace", args=[named("Other").pk])))
    assert "No package reaches it yet" not in page


def test_packages_of_agreements_with_one_name_are_told_apart_by_number(world: SimpleNamespace, csam: Any) -> None:
    for number in ("CED-A", "CED-B"):
        make_package(make_agreement(world.cedar, world.provider, number=number, name="Cedar again"), name="Base")
    page = said(csam.get(reverse("office:new_workspace")))
    assert "Cedar again · CED-A ·" in page
    assert "Cedar again · CED-B ·" in page


# Where one works, and what comes next


def test_every_page_names_the_customer(world: SimpleNamespace, csam: Any) -> None:
    maple = approve(world)
    inside(csam, maple.customer)
    pages = [reverse(f"office:{name}") for name in ("agreements", "workspaces", "mappings")]
    pages += [reverse(f"office:{name}", args=[maple.agreement.pk]) for name in ("agreement", "activation")]
    pages += [reverse(f"office:{name}", args=[make(csam)]) for name in ("draft", "draft_approve")]
    for address in pages:
        page = said(csam.get(address))
        assert "Maple &amp; Søns" in page.partition('class="page-head"')[2].partition("</div>")[0], address
        assert "Choose a workspace" not in page  # there is none


def test_after_making_a_customer_one_reads_what_comes_next(world: SimpleNamespace, csam: Any) -> None:
    fields = {"code": "ash", "name": "Ash", "zone": "Europe/Berlin"}
    page = said(csam.post(reverse("office:customer_new"), fields, follow=True))
    assert "What comes next" in page
    assert f'href="{reverse("office:domain")}"' in page
    inside(csam, world.cedar)
    assert "What comes next" not in said(csam.get(reverse("office:customer")))


# An agreement that begins


def test_what_has_begun_is_being_set_up_and_says_so(world: SimpleNamespace, csam: Any) -> None:
    maple = approve(world, term=days(NOW.date(), date(2027, 11, 20)))
    inside(csam, maple.customer)
    page = text_of(csam.get(reverse("office:agreement", args=[maple.agreement.pk])))
    assert "It is being set up now; look again in a minute." in page
    assert "It is set up by itself" not in page
    assert "It is being set up now. Look again in a minute." in said(csam.get(reverse("office:mappings")))


def test_one_that_begins_later_can_be_activated_from_its_page_and_both_agree(world: SimpleNamespace, csam: Any) -> None:
    maple = approve(world)
    inside(csam, maple.customer)
    there, activation = (reverse(f"office:{name}", args=[maple.agreement.pk]) for name in ("agreement", "activation"))
    assert f'href="{activation}"' in said(csam.get(there))
    page = text_of(csam.post(reverse("office:activate", args=[maple.agreement.pk]), follow=True))
    assert "It is set up since" in page
    assert "and begins on 1 December 2026" in page
    assert "Active since" not in page
    page = text_of(csam.get(there))
    assert "Future" in page
    assert "It is set up since 21 November 2026 and begins on 1 December 2026." in page
    assert activation not in said(csam.get(there))


def test_what_goes_along_by_itself_is_no_alarm(world: SimpleNamespace, csam: Any) -> None:  # R3.7
    follower = follow(world)
    mapping, there = reverse("office:mappings"), reverse("office:agreement", args=[follower.pk])
    rows = said(csam.get(mapping)).split("<tr")
    for name, is_going in (("Next base", True), ("Next add-on", True), ("New add-on", False), ("Unmapped", False)):
        (row,) = [one for one in rows if name in one]
        assert ("is mapped when the agreement begins" in row) == is_going, name
        assert ("reaches no workspace" in row) != is_going, name
    page = said(csam.get(there))
    assert (page.count("is mapped when the agreement begins"), page.count("reaches no workspace")) == (2, 1)
    assert "2 packages reach no workspace" in said(csam.get(reverse("activity:round")))


# Renewing


def test_a_quantity_over_the_whole_term_is_one_over_the_whole_new_term(world: SimpleNamespace, csam: Any) -> None:
    """Also where the term was extended since, so that its last day is not the quantity's."""
    extended = days(date(2025, 11, 26), date(2026, 12, 31))
    agreement = make_agreement(world.cedar, world.provider, term=extended)
    package = make_package(agreement, world.north, term=extended)
    line = make_entitlement(package, world.advisory, is_as_needed=False)
    allot(line, 600, date(2025, 11, 26), date(2026, 11, 25))
    short = make_entitlement(package, world.credits, is_as_needed=False)
    allot(short, 600, date(2025, 11, 26), date(2026, 1, 25))
    (proposed,) = renew(csam, agreement).content["packages"]
    bought = {one["service"]: one["purchases"] for one in proposed["entitlements"]}
    assert bought[world.advisory.code] == [{"amount": "10", "starts_on": "", "ends_on": ""}]
    assert bought[world.credits.code][0]["starts_on"] != ""


def test_a_renewal_names_what_it_follows(world: SimpleNamespace, csam: Any) -> None:
    draft = renew(csam, world.agreement)
    for name in ("draft", "draft_approve"):
        assert "It follows CED-2026:" in said(csam.get(reverse(f"office:{name}", args=[draft.pk])))


# What a draft says


def test_plan_seller_rounding_and_languages_are_shown(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    page = text_of(csam.get(reverse("office:draft", args=[draft_id])))
    assert "Plan Unified Seller Northgate" in page
    page = text_of(csam.get(reverse("office:draft_approve", args=[draft_id])))
    assert "Rounded up to" in page
    assert "0:01 h" in page
    assert "Deutsch" in page


def test_a_taken_number_and_a_wrong_day_are_told_together(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    wrong = TERMS | {"number": "BIR-2026", "ends_on": "2026-12-31"}
    page = said(csam.get(save(csam, "draft_terms", draft_id, **wrong).url))
    assert "This number is taken." in page
    assert page.count('class="field-errors"') == 2
