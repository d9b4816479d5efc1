"""What editors of the provider do with configuration tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_products
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import cells
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.partners.models import ConfigurationTask
from tallyhub.partners.profiles.rules import read_site
from tallyhub.partners.rules import Refused
from tallyhub.partners.tasks.rules import (
    CODE_MAX,
    RIGHT_NAMES,
    RIGHT_OF,
    STEPS_MAX,
    TASKS_MAX,
    TITLE_MAX,
    HubPage,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A task as an editor types it. ``way``: one of HubPage, or empty, and then perhaps a ``link``."""

    code: str
    product: int | None
    titles: Mapping[str, str]
    steps: Mapping[str, str]
    way: str = ""
    link: str = ""
    right: str = ""
    position: str = "0"
    is_used: bool = True


@command
def add_task(access: Access, typed: Typed) -> int:
    """Raises Refused with each field that is wrong, Conflict where there are too many."""
    access.require_serving(Right.EDIT_GUIDES)
    mine = ConfigurationTask.objects.filter(organization_id__in=access.organizations)
    if mine.count() >= TASKS_MAX:
        raise Conflict("tasks_many", tasks_max=TASKS_MAX)
    values = _read(typed, is_taken=mine.filter(code=typed.code).exists())
    task = ConfigurationTask.objects.create(organization_id=access.organization_id or 0, code=typed.code, **values)
    record_many(access, [News("partners.task_added", None, task.pk)])
    return task.pk


@command
def change_task(access: Access, task_id: int, version: int, typed: Typed) -> None:
    """Its code stays. Raises Refused, and Conflict where another editor has written meanwhile."""
    access.require_serving(Right.EDIT_GUIDES)
    found = ConfigurationTask.objects.select_for_update()
    task = found.get(organization_id__in=access.organizations, pk=task_id)
    if task.version != version:
        raise Conflict("task_changed_meanwhile")
    for name, value in _read(typed, is_taken=False).items():
        setattr(task, name, value)
    task.version += 1
    task.save()
    record_many(access, [News("partners.task_changed", None, task.pk)])


def _read(typed: Typed, *, is_taken: bool) -> dict[str, Any]:
    wrong: dict[str, Invalid] = {}
    values: dict[str, Any] = {
        "product_id": typed.product,
        "is_used": typed.is_used,
        "link": "",
        "page": "",
        "right": "",
    }
    if is_taken:
        wrong["code"] = Invalid("task_code_taken")
    if typed.product is not None and typed.product not in {one.pk for one in list_products()}:
        wrong["product"] = Invalid("product_unknown")
    readers: dict[str, Callable[[], Any]] = {
        "code": lambda: cells.code(CODE_MAX)(typed.code),
        "titles": lambda: read_texts(typed.titles, TITLE_MAX, "task_title_missing"),
        "steps": lambda: read_texts(typed.steps, STEPS_MAX, "task_steps_missing"),
        "position": lambda: cells.whole(0, 9_999)(typed.position.strip() or "0"),
        "right": lambda: _right(typed),
        "link": lambda: read_site(typed.link.strip()) if typed.link.strip() and not typed.way else "",
        "page": lambda: HubPage(typed.way).value if typed.way in set(HubPage) else "",
    }
    for name, read in readers.items():
        try:
            values[name] = read()
        except Invalid as error:
            wrong[name] = error
    if typed.way and typed.way not in set(HubPage):
        wrong["page"] = Invalid("word_unknown", words=", ".join(HubPage))
    if wrong:
        raise Refused(wrong)
    del values["code"]
    return values


def read_texts(texts: Mapping[str, str], length_max: int, code: str) -> dict[str, str]:
    """By language; English must be there."""
    known = dict(LANGUAGES)
    read = {one: cells.lines(length_max)(text) for one, text in texts.items() if text.strip() and one in known}
    if "en" not in read:
        raise Invalid(code)
    return read


def _right(typed: Typed) -> str:
    """Of what is done in the hub, the page says what it needs; else an editor does."""
    if typed.way in set(HubPage):
        return RIGHT_OF[HubPage(typed.way)].value
    if typed.right and typed.right not in RIGHT_NAMES:
        raise Invalid("word_unknown", words=", ".join(RIGHT_NAMES))
    return typed.right
