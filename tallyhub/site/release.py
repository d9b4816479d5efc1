"""The release, read from the changelog, so that it is written down once."""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def _release() -> str:
    changelog = Path(__file__).parents[2] / "CHANGELOG.md"
    if changelog.exists():
        found = re.search(r"^## (\d+\.\d+\.\d+)", changelog.read_text(), re.MULTILINE)
        if found:
            return found[1]
    try:
        return version("tallyhub")
    except PackageNotFoundError:
        return "0"


RELEASE = _release()
