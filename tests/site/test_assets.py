"""The static files: small, complete, from nowhere else, and fit for the strict content security policy."""

import re
from pathlib import Path

import brotli
import pytest

from tallyhub.site import assets
from tallyhub.site.pages import MANAGEMENT, OFFICE

PAGES = [*assets.ROOT.glob("tallyhub/*/jinja2/**/*.html"), *assets.ROOT.glob("tallyhub/site/templates/**/*.html")]
FIRST_VISIT_BYTES_MAX = 64 * 1024  # compressed; half of it is used


@pytest.fixture(scope="module")
def built() -> Path:
    assets.build()
    return assets.BUILT


def test_nothing_is_made_twice(built: Path) -> None:
    assert assets.build() is False


def test_a_first_visit_is_small(built: Path) -> None:
    sizes = {path.name: len(brotli.compress(path.read_bytes())) for path in built.iterdir()}
    assert sum(sizes.values()) <= FIRST_VISIT_BYTES_MAX, sizes


def test_every_icon_that_a_page_names_is_in_the_sprite(built: Path) -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (built / "icons.svg").read_text()))
    by_kind = (assets.SITE / "jinja2/site/_macros.html").read_text().partition("kind_icons")[2].partition("%}")[0]
    named = {name for page in PAGES for name in re.findall(r'icons\["([\w-]+)"\]', page.read_text())}
    named |= set(re.findall(r'"\w+": "([\w-]+)"', by_kind)) | {page.icon for page in (*MANAGEMENT, *OFFICE)}
    assert named <= sprite, named - sprite


def test_no_style_asks_another_host(built: Path) -> None:
    asked = re.findall(r"url\(([^)]{0,20})", (built / "hub.css").read_text())
    assert all(one.strip("\"'").startswith("data:") for one in asked)
    assert "@import" not in (built / "hub.css").read_text()


def test_paper_never_gets_the_layout_of_a_phone() -> None:
    """R1.1: a sheet is narrower than a screen, and its tables are tables all the same."""
    style = (assets.SOURCES / "hub.css").read_text()
    narrow = [one for one in re.findall(r"@media ([^{]+) {", style) if "width <" in one]
    assert narrow
    assert [one for one in narrow if not one.startswith("screen and ")] == []


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in assets.LOCK.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_inline_script_style_or_other_host(page: Path) -> None:  # the policy would refuse them
    html = page.read_text()
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|hx-on|https?://\w", html)
