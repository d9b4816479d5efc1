"""What products consist of: added and changed by editors, and never removed, because events name it."""

from typing import Any

from django.db.models import QuerySet

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_products
from tallyhub.health.models import Component, Region
from tallyhub.health.rules import COMPONENTS_MAX
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command

SORTS: dict[str, type[Component] | type[Region]] = {"component": Component, "region": Region}
CODE_MAX, NAME_MAX = 60, 120  # characters


def read_names(names: dict[str, str]) -> dict[str, str]:
    """By language; English must be there. Raises Invalid."""
    read = {language: cells.text(NAME_MAX)(text.strip()) for language, text in names.items() if text.strip()}
    if unknown := read.keys() - dict(LANGUAGES).keys():
        raise Invalid("language_unknown", language=min(unknown), words=", ".join(dict(LANGUAGES)))
    if "en" not in read:
        raise Invalid("health_name_missing")
    return read


def _rows(sort: str) -> QuerySet[Component] | QuerySet[Region]:
    return Component.objects.all() if sort == "component" else Region.objects.all()


@command
def add_part(access: Access, sort: str, product_id: int, code: str, names: dict[str, str]) -> int:
    """A component, the last of its product, or a region. Raises DoesNotExist for a product that is not there."""
    access.require_serving(Right.EDIT_HEALTH)
    model = SORTS[sort]
    product = next((one for one in list_products() if one.pk == product_id), None)
    if product is None:
        raise Invalid("product_unknown")
    there = _rows(sort).filter(product_id=product_id)
    if there.filter(code=cells.code(CODE_MAX)(code)).exists():
        raise Conflict("health_code_taken")
    count = there.count()
    if count >= COMPONENTS_MAX:
        raise Conflict("health_parts_too_many", parts_max=COMPONENTS_MAX)
    fields: dict[str, Any] = {"position": count} if model is Component else {}
    made = model(
        organization_id=access.organization_id or 0, product_id=product_id, code=code, names=read_names(names), **fields
    )
    made.save()
    record_many(access, [News("health.part_added", None, made.pk)])
    return made.pk


@command
def change_part(
    access: Access, sort: str, part_id: int, *, names: dict[str, str], is_used: bool, is_public: bool
) -> None:
    """``is_public`` is of a component alone."""
    access.require_serving(Right.EDIT_HEALTH)
    part = _rows(sort).select_for_update().get(organization_id__in=access.organizations, pk=part_id)
    part.names = part.names | read_names(part.names | names)
    part.is_used = is_used
    if isinstance(part, Component):
        part.is_public = is_public
    part.save()
    record_many(access, [News("health.part_changed", None, part.pk)])
