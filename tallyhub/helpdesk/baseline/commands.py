"""What editors of the provider do with the baseline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_products
from tallyhub.helpdesk.baseline.rules import CODE_MAX, ITEMS_MAX, TEXT_MAX, TITLE_MAX, USUAL, Usual
from tallyhub.helpdesk.models import BaselineItem
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.partners.rules import Refused
from tallyhub.partners.tasks.commands import read_texts


@dataclass(frozen=True, slots=True)
class Typed:
    """An item as an editor types it."""

    code: str
    product: int | None
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    position: str = "0"
    is_used: bool = True


@command
def add_item(access: Access, typed: Typed) -> int:
    """Raises Refused with each field that is wrong, Conflict where there are too many."""
    access.require_serving(Right.EDIT_GUIDES)
    mine = BaselineItem.objects.filter(organization_id__in=access.organizations)
    if mine.count() >= ITEMS_MAX:
        raise Conflict("baseline_many", items_max=ITEMS_MAX)
    values = _read(typed, is_taken=mine.filter(code=typed.code).exists())
    item = BaselineItem.objects.create(organization_id=access.organization_id or 0, code=typed.code, **values)
    record_many(access, [News("helpdesk.baseline_added", None, item.pk)])
    return item.pk


@command
def change_item(access: Access, item_id: int, version: int, typed: Typed) -> None:
    """Its code stays. Raises Refused, and Conflict where another editor has written meanwhile."""
    access.require_serving(Right.EDIT_GUIDES)
    item = BaselineItem.objects.select_for_update().get(organization_id__in=access.organizations, pk=item_id)
    if item.version != version:
        raise Conflict("baseline_changed_meanwhile")
    for name, value in _read(typed, is_taken=False).items():
        setattr(item, name, value)
    item.version += 1
    item.save()
    record_many(access, [News("helpdesk.baseline_changed", None, item.pk)])


@command
def add_usual(access: Access) -> int:
    """Those of the usual list that are not there yet, in every language of the hub; returns how many."""
    access.require_serving(Right.EDIT_GUIDES)
    there = set(BaselineItem.objects.filter(organization_id__in=access.organizations).values_list("code", flat=True))
    items = [_usual(access, one, position=10 * place) for place, one in enumerate(USUAL, 1) if one.code not in there]
    made = BaselineItem.objects.bulk_create(items)
    record_many(access, [News("helpdesk.baseline_added", None, one.pk) for one in made])
    return len(made)


def _usual(access: Access, one: Usual, *, position: int) -> BaselineItem:
    titles, texts = {}, {}
    for code, _name in LANGUAGES:
        with translation.override(code):
            titles[code], texts[code] = str(one.title), str(one.text)
    return BaselineItem(
        organization_id=access.organization_id or 0, code=one.code, titles=titles, texts=texts, position=position
    )


def _read(typed: Typed, *, is_taken: bool) -> dict[str, Any]:
    wrong: dict[str, Invalid] = {}
    values: dict[str, Any] = {"product_id": typed.product, "is_used": typed.is_used}
    if is_taken:
        wrong["code"] = Invalid("baseline_code_taken")
    if typed.product is not None and typed.product not in {one.pk for one in list_products()}:
        wrong["product"] = Invalid("product_unknown")
    readers: dict[str, Callable[[], Any]] = {
        "code": lambda: cells.code(CODE_MAX)(typed.code),
        "titles": lambda: read_texts(typed.titles, TITLE_MAX, "baseline_title_missing"),
        "texts": lambda: read_texts(typed.texts, TEXT_MAX, "baseline_text_missing"),
        "position": lambda: cells.whole(0, 9_999)(typed.position.strip() or "0"),
    }
    for name, read in readers.items():
        try:
            values[name] = read()
        except Invalid as error:
            wrong[name] = error
    if wrong:
        raise Refused(wrong)
    del values["code"]
    return values
