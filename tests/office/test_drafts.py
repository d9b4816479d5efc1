"""Writing an agreement: nothing typed is lost, what is wrong stands beside its field, two do not undo each other."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.agreements.models import Agreement
from tallyhub.office.agreements.content import ENTITLEMENTS_MAX
from tallyhub.office.models import AgreementDraft
from tests.office.writing import ADA, BO, TERMS, add_package, draft_of, line, make, rows, said, save, written


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def test_a_new_draft_proposes_seller_zone_and_a_year_from_today(world: SimpleNamespace, csam: Any) -> None:
    terms = draft_of(make(csam)).content["terms"]
    assert terms["seller"] == "northgate"
    assert terms["zone"] == "Europe/Berlin"
    assert (terms["starts_on"], terms["ends_on"]) == ("2026-11-21", "2027-11-20")


def test_what_was_typed_wrong_is_kept_and_told_beside_its_field(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    answer = save(csam, "draft_terms", draft_id, **TERMS | {"ends_on": "2026-12-31"})
    assert answer.url == reverse("office:draft_terms", args=[draft_id])
    shown = said(csam.get(answer.url))
    assert 'value="2026-12-31"' in shown
    assert "The last day lies before the first one" in shown
    assert draft_of(draft_id).content["terms"]["number"] == "CED-2027"


WRONG_LINES = [
    ({"amount": "12 miles"}, "This is counted in another unit: Hours."),
    ({"amount": "a lot"}, "This is no amount."),
    ({"amount": "-3"}, "only an adjustment may be negative"),
    ({"amount": "20", "starts_on": "2026-12-31"}, "It begins before what it is a part of"),
    ({"amount": "20", "ends_on": "2028-01-01"}, "It ends after what it is a part of"),
    ({"amount": "20", "starts_on": "soon"}, "This is no day."),
    ({"amount": "999999999"}, "the largest amount of one row"),
]


@pytest.mark.parametrize(("purchase", "sentence"), WRONG_LINES)
def test_a_quantity_that_cannot_be_is_refused_in_words(
    world: SimpleNamespace, csam: Any, purchase: dict[str, str], sentence: str
) -> None:
    draft_id = make(csam)
    save(csam, "draft_terms", draft_id, **TERMS)
    key = add_package(csam, draft_id, line(world.advisory.code, purchase))
    shown = said(csam.get(reverse("office:draft_package", args=[draft_id, key])))
    assert sentence in shown
    assert f'value="{purchase["amount"]}"' in shown


def test_what_is_missing_stands_on_the_check_list_and_not_beside_an_empty_field(
    world: SimpleNamespace, csam: Any
) -> None:
    draft_id = make(csam)
    assert "A value is needed here" in said(csam.get(reverse("office:draft", args=[draft_id])))
    assert "A value is needed here" not in said(csam.get(reverse("office:draft_terms", args=[draft_id])))
    for sentence in ("There is no package yet", "Nobody is named as services administrator"):
        assert sentence in said(csam.get(reverse("office:draft", args=[draft_id])))


def test_rows_are_added_and_removed_by_buttons_that_keep_what_is_typed(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    save(csam, "draft_terms", draft_id, **TERMS | {"ends_on": "2028-12-31"})
    key = add_package(csam, draft_id, line(world.advisory.code, "20"), line(world.credits.code, "7"))
    package = {"name": "Base", "code": "B", "scope": "enterprise"}
    typed = package | rows("e", line(world.advisory.code, "30"), line(world.credits.code, "8"))

    def lines(act: str) -> list[dict[str, Any]]:
        save(csam, "draft_package", draft_id, key, **typed | {"act": act})
        return list(draft_of(draft_id).content["packages"][0]["entitlements"])

    assert [one["service"] for one in lines("entitlement")] == [world.advisory.code, world.credits.code, ""]
    assert [one["service"] for one in lines("drop-0")] == [world.credits.code]
    assert [one["amount"] for one in lines("purchase-1")[1]["purchases"]] == ["8", ""]
    assert lines("drop-0-0")[0]["purchases"] == []
    yearly = lines("years-0")[0]["purchases"]
    assert [(one["amount"], one["starts_on"], one["ends_on"]) for one in yearly] == [
        ("30", "2027-01-01", "2027-12-31"),
        ("30", "2028-01-01", "2028-12-31"),
    ]
    assert len(lines("drop-99")) == 2  # no such row: nothing but a save


def test_a_code_left_empty_is_that_of_the_service(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    add_package(csam, draft_id, line(world.advisory.code, "1"), line(world.advisory.code, "2"))
    lines = draft_of(draft_id).content["packages"][0]["entitlements"]
    assert [one["code"] for one in lines] == [world.advisory.code, f"{world.advisory.code}-2"]


def test_codes_come_once(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    add_package(csam, draft_id, line(world.advisory.code, "1", code="A"), line(world.credits.code, "2", code="A"))
    add_package(csam, draft_id, line(world.advisory.code, "1"))
    assert said(csam.get(reverse("office:draft", args=[draft_id]))).count("This code is there already") == 2


def test_the_second_of_two_is_told_and_what_they_typed_is_still_there(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    version = draft_of(draft_id).version
    save(csam, "draft_terms", draft_id, version=version, **TERMS)
    second = save(csam, "draft_terms", draft_id, version=version, **TERMS | {"number": "CED-SECOND"})
    assert second.status_code == 409
    assert "Somebody else has changed this draft" in said(second)
    assert 'value="CED-SECOND"' in said(second)
    assert draft_of(draft_id).content["terms"]["number"] == "CED-2027"
    again = save(csam, "draft_terms", draft_id, **TERMS | {"number": "CED-SECOND"})
    assert again.status_code == 302
    assert draft_of(draft_id).content["terms"]["number"] == "CED-SECOND"


def test_a_package_that_was_removed_meanwhile_is_not_lost_to_whoever_types_in_it(
    world: SimpleNamespace, csam: Any
) -> None:
    draft_id = make(csam)
    key = add_package(csam, draft_id, line(world.advisory.code, "1"))
    version = draft_of(draft_id).version
    save(csam, "draft_package_remove", draft_id, key)
    typed = {"name": "Kept", "code": "K", "scope": "addon", **rows("e", line(world.advisory.code, "3"))}
    refused = save(csam, "draft_package", draft_id, key, version=version, **typed)
    assert refused.status_code == 409
    assert 'value="Kept"' in said(refused)
    save(csam, "draft_package", draft_id, key, **typed)
    assert [one["name"] for one in draft_of(draft_id).content["packages"]] == ["Kept"]


def test_a_package_that_never_was_is_not_there(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    for key in (0, 1, 99, 10**30):
        assert csam.get(reverse("office:draft_package", args=[draft_id, key])).status_code == 404
        assert save(csam, "draft_package", draft_id, key, name="x", code="x", scope="addon").status_code == 404
    assert draft_of(draft_id).content["packages"] == []


def test_one_row_too_many_is_refused_and_the_others_stay(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    key = add_package(csam, draft_id)
    full = {"name": "B", "code": "B", "scope": "enterprise"}
    full |= rows("e", *(line(world.advisory.code, "1") for _ in range(ENTITLEMENTS_MAX)))
    answer = save(csam, "draft_package", draft_id, key, **full | {"act": "entitlement"})
    assert answer.status_code == 409
    assert "which is as many as there may be" in said(answer)
    assert save(csam, "draft_package", draft_id, key, **full).status_code == 302
    assert len(draft_of(draft_id).content["packages"][0]["entitlements"]) == ENTITLEMENTS_MAX


def test_hostile_texts_are_kept_as_text(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    hostile = "<script>alert(1)</script>" + "x" * 2_000
    save(csam, "draft_terms", draft_id, **TERMS | {"name": hostile, "plan": "<b>", "seller": "nobody"})
    shown = said(csam.get(reverse("office:draft_terms", args=[draft_id])))
    assert "<script>alert" not in shown
    assert "Choose a seller from the list" in shown
    assert "The text is longer than 200 characters" in shown


def test_support_contacts_are_counted_against_what_the_agreement_gives(
    world: SimpleNamespace, csam: Any, owner: Any
) -> None:  # R7.1
    owner.execute("UPDATE agreements_service SET kind = 'contacts', unit = 'people' WHERE id = %s", [world.benefit.pk])
    draft_id = make(csam)
    save(csam, "draft_terms", draft_id, **TERMS)
    add_package(csam, draft_id, line(world.benefit.code, "1"))
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, BO))
    page = reverse("office:draft", args=[draft_id])
    assert "Support contacts named: 1 of the 1" in said(csam.get(page))
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, BO, BO | {"email": "cy@cedar.test"}))
    assert "2 support contacts are named, but the agreement gives 1" in said(csam.get(page))


def test_the_same_address_is_named_once_for_the_same_thing(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, BO, BO | {"email": "BO@cedar.test"}))
    assert "This address is named twice" in said(csam.get(reverse("office:draft_contacts", args=[draft_id])))
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, ADA | {"kind": "support_contact"}))
    assert "Nothing is missing" in said(csam.get(reverse("office:draft", args=[draft_id])))


def test_a_draft_is_deleted_with_all_that_is_in_it(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    csam.post(reverse("office:draft_delete", args=[draft_id]))
    assert not AgreementDraft.objects.using("owner").exists()
    assert not Agreement.objects.using("owner").filter(number="CED-2027").exists()


def test_a_draft_of_another_customer_is_not_there(world: SimpleNamespace, csam: Any, owner: Any) -> None:
    draft_id = written(csam, world)
    owner.execute("UPDATE office_agreementdraft SET customer_id = %s", [world.birch.pk])
    for name in ("draft", "draft_terms", "draft_contacts", "draft_approve"):
        assert csam.get(reverse(f"office:{name}", args=[draft_id])).status_code == 404
    before = draft_of(draft_id).content
    assert save(csam, "draft_terms", draft_id, **TERMS | {"name": "Stolen"}).status_code == 404
    assert save(csam, "draft_contacts", draft_id, **rows("c", BO)).status_code == 404
    assert csam.post(reverse("office:draft_package_add", args=[draft_id])).status_code == 404
    assert csam.post(reverse("office:draft_approve", args=[draft_id]), {"version": 1}).status_code == 404
    assert csam.post(reverse("office:draft_delete", args=[draft_id])).status_code == 404
    assert draft_of(draft_id).content == before
