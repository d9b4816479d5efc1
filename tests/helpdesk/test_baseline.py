"""What a partner solves by itself: the provider's list, and its editor."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.helpdesk.baseline.rules import USUAL
from tallyhub.helpdesk.models import BaselineItem

Gated = SimpleNamespace
EDIT = "/helpdesk/baseline/edit/"
ITEM = {"code": "printers", "position": "5", "is_used": "on", "title_en": "Printers", "text_en": "Paper is stuck."}


@pytest.mark.parametrize("who", ["helper", "agent", "editor"])
def test_partners_and_the_providers_editors_read_it(gated: Gated, as_: Any, who: str) -> None:
    assert "Nobody can sign in." in as_(getattr(gated, who)).get("/helpdesk/baseline/").content.decode()


@pytest.mark.parametrize("who", ["admin", "clerk", "engineer"])
def test_it_is_no_matter_of_others(gated: Gated, as_: Any, who: str) -> None:
    assert as_(getattr(gated, who)).get("/helpdesk/baseline/").status_code == 403


@pytest.mark.parametrize("who", ["helper", "agent", "warden", "admin"])
def test_nobody_but_editors_edits_it(gated: Gated, as_: Any, who: str) -> None:
    client = as_(getattr(gated, who))
    for way in ("", "new/", f"{gated.item.pk}/"):
        assert client.get(EDIT + way).status_code == 403
    assert client.post(EDIT + "usual/").status_code == 403


def test_an_item_is_added_in_several_languages(gated: Gated, as_: Any) -> None:
    answer = as_(gated.editor).post(EDIT + "new/", ITEM | {"title_de": "Drucker", "text_de": "Papierstau."})
    assert answer.status_code == 302
    made = BaselineItem.objects.using("owner").get(code="printers")
    assert made.titles == {"en": "Printers", "de": "Drucker"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title_en": ""}, "Write the title in English"),
        ({"text_en": " "}, "Write in English what belongs to it"),
        ({"code": "accounts"}, "Another item has this code already."),
        ({"position": "first"}, "position"),
        ({"product": "0"}, "product"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    gated: Gated, as_: Any, wrong: dict[str, str], said: str
) -> None:
    answer = as_(gated.editor).post(EDIT + "new/", ITEM | wrong)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "Printers" in answer.content.decode() or "title_en" in wrong
    assert BaselineItem.objects.using("owner").count() == 1


def test_two_editors_do_not_write_over_each_other(gated: Gated, as_: Any) -> None:
    editor = as_(gated.editor)
    said = {"version": "1", "is_used": "on", "title_en": "Sign-in", "text_en": "Nobody can sign in."}
    assert editor.post(f"{EDIT}{gated.item.pk}/", said).status_code == 302
    answer = editor.post(f"{EDIT}{gated.item.pk}/", said | {"title_en": "Keys"})
    assert answer.status_code == 400
    assert "Somebody else has changed the item meanwhile." in answer.content.decode()
    assert BaselineItem.objects.using("owner").get(pk=gated.item.pk).titles == {"en": "Sign-in"}


def test_the_usual_list_is_there_in_every_language_once(gated: Gated, as_: Any) -> None:
    for _again in range(2):
        assert as_(gated.editor).post(EDIT + "usual/").status_code == 302
    found = BaselineItem.objects.using("owner").all()
    assert {one.code for one in found} == {one.code for one in USUAL}
    assert all(set(one.titles) == {code for code, _name in LANGUAGES} for one in found if one.pk != gated.item.pk)


def test_what_is_not_in_use_is_not_offered(gated: Gated, as_: Any) -> None:
    BaselineItem.objects.using("owner").update(is_used=False)
    said = as_(gated.helper).get(f"/helpdesk/requests/{gated.asked.number}/resolve/").content.decode()
    assert "The baseline is empty" in said


def test_the_list_of_a_product_has_what_is_of_every_product(gated: Gated, as_: Any) -> None:
    from tests.make import make_product

    maps = make_product("maps")
    BaselineItem.objects.using("owner").create(
        organization=gated.provider, product=maps, code="routes", titles={"en": "Routes"}, texts={"en": "x"}
    )
    said = as_(gated.helper).get(f"/helpdesk/baseline/?product={gated.phones.pk}").content.decode()
    assert "Accounts" in said
    assert "Routes" not in said
