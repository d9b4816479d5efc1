"""Whether a page can be read: WCAG 2.2 AA as far as a machine can see it, and nothing wider than the window."""

from functools import cache
from typing import Any

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _axe() -> Any:
    from axe_core_python.sync_playwright import Axe

    return Axe()


def violations_of(page: Any) -> list[str]:
    page.wait_for_load_state()  # a page that is still being read has no root yet
    found = _axe().run(page, options={"runOnly": RULES})["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


def is_too_wide(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def looks_well(page: Any) -> None:
    assert violations_of(page) == [], page.url
    assert not is_too_wide(page), page.url
