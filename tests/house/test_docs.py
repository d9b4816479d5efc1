"""The pages that a newcomer reads: short, with links that lead somewhere, and true where a test can tell."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tallyhub.site import reference
from tallyhub.site.config import Config

ROOT = Path(__file__).parents[2]
LINES_MAX = {"README.md": 80, "CONTRIBUTING.md": 80, "docs/architecture.md": 200}
PACKAGE_README_MAX, ADR_MAX = 100, 60
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


@cache
def committed() -> list[str]:
    """What git tracks. A copy without its history has nothing to compare."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the repository has no git history")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _pages() -> list[str]:
    folders = (ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / "tallyhub").glob("*/README.md"))
    return sorted(path.relative_to(ROOT).as_posix() for found in folders for path in found)


def _text(page: str) -> str:
    return (ROOT / page).read_text()


ADRS = [page for page in _pages() if page.startswith("docs/adr/")]
PACKAGES = ["kernel", *sorted(path.parent.name for path in (ROOT / "tallyhub").glob("*/apps.py"))]


def _lines_max(page: str) -> int | None:
    if page.startswith("docs/adr/"):
        return ADR_MAX
    return PACKAGE_README_MAX if page.startswith("tallyhub/") else LINES_MAX.get(page)


@pytest.mark.parametrize("page", [page for page in _pages() if _lines_max(page)])
def test_page_is_short_enough_to_be_read(page: str) -> None:
    assert len(_text(page).splitlines()) <= (_lines_max(page) or 0)


@pytest.mark.parametrize("package", PACKAGES)
def test_package_says_what_it_means(package: str) -> None:
    sections = re.findall(r"^## (.+)$", _text(f"tallyhub/{package}/README.md"), re.MULTILINE)
    assert {"Meaning", "Invariants", "Time", "Boundaries"} <= set(sections)


@pytest.mark.parametrize("page", _pages())
def test_relative_links_lead_to_a_file(page: str) -> None:
    """A heading that a link names must be there, too."""
    for link in LINK.findall(CODE_BLOCK.sub("", _text(page))):
        path, _, heading = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not heading or heading in _anchors(target.read_text()), link


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", ADRS)
def test_decision_names_the_check_that_enforces_it(page: str) -> None:
    parts = re.split(r"^## (.+)$", _text(page), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(sections) == ["Context", "Decision", "Consequences", "Check"]
    checks = re.findall(r"`([\w/.-]+\.\w+|make \w+)`", sections["Check"])
    assert checks
    assert [one for one in checks if not _is_there(one)] == []


def _is_there(check: str) -> bool:
    if target := check.removeprefix("make ") if check.startswith("make ") else "":
        return f"\n{target}:" in _text("Makefile")
    return (ROOT / check).is_file()


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(Path(page).name[:4]) for page in ADRS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_settings_page_is_written_from_the_code() -> None:  # R10.7
    """Otherwise run: python -m tallyhub.site.reference"""
    assert reference.written(_text("docs/settings.md")) == _text("docs/settings.md")


@pytest.mark.parametrize("name", Config.model_fields)
def test_setting_says_what_it_is(name: str) -> None:
    description = Config.model_fields[name].description or ""
    assert description.rstrip("`").endswith("."), name


# Written so that no pattern finds itself.
MACHINES = re.compile(r"(?<!\w)/(?:home|Users|work|tmp/brief)/[\w.-]|[A-Z]:\\Users")
REGISTRIES = re.compile(r"pypi\.org|pythonhosted\.org|(?:registry|npm)\.(?:npmjs|yarnpkg)|npmjs\.com|index[-]url")


@pytest.mark.parametrize("pattern", [MACHINES, REGISTRIES], ids=["machine", "registry"])
def test_no_committed_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    """Any mirror serves the pinned parts, and nobody's folders are in here."""
    found = [name for name in committed() if pattern.search((ROOT / name).read_text(errors="ignore"))]
    assert found == []


def test_command_line_in_the_docs_is_there() -> None:
    """A verb that a page tells to run exists: ``tallyhub NAME`` in code style."""
    from tallyhub.site.cli import app

    known = {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    known = {name.replace("_", "-") for name in known}
    pages = [page for page in _pages() if page not in ("CHANGELOG.md", "docs/plan.md")]
    told = {verb for page in pages for verb in re.findall(r"`tallyhub ([a-z][a-z-]*)", _text(page))}
    assert told - known == set()


def test_make_targets_in_the_docs_are_there() -> None:
    told = {target for page in _pages() for target in re.findall(r"`make ([a-z]+)`", _text(page))}
    assert {target for target in told if not _is_there(f"make {target}")} == set()
