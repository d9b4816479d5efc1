"""Which tests share something that takes long to make: they run in one worker, one after another."""

import re

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/browser/": "browser",  # one hub and one browser
    "tests/site/test_demo.py": "demo",  # loaded once
    "tests/site/test_walk.py": "demo",
    "tests/site/test_upgrade_database.py": "upgrade-database",  # the old hub is made once
}
RELEASE = re.compile(r"tests/site/test_upgrade\.py::\w+\[(\d+\.\d+\.\d+)")  # upgraded once


def group_of(test: str) -> str:
    """Of a test by its id; what shares nothing is a group of its own."""
    if found := RELEASE.match(test):
        return f"upgrade-{found[1]}"
    return next((name for start, name in TOGETHER.items() if test.startswith(start)), test)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """The largest group first. Marks are no way: their suffix of a test's id is lost on pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
