"""Write down what a release leaves, so that every later one must upgrade it (R10.2).

Run once, with the code of the release, on the oldest PostgreSQL that is supported, whose dump every newer one reads:

    TALLYHUB_POSTGRES_BIN=/usr/lib/postgresql/15/bin python -m pytest -n 0 tests/site/write_state.py

Adds what came with the release to the state of the one before; say there, too, what has to be found afterwards
(``test_upgrade.py``). pytest does not collect this file by itself.
"""

import gzip
import json
import re
import subprocess
from typing import Any

from django.conf import settings
from django.urls import reverse

from tallyhub.kernel import clock
from tallyhub.organizations.models import Organization
from tallyhub.site import programs
from tests.make import employ, make_delegation, make_party, make_person, make_resale, make_support
from tests.site.test_upgrade import RELEASES, STATES, sign_in, upgrade
from tests.world import NOW

CHANGELOG = STATES.parents[2] / "CHANGELOG.md"


def test_write_it_down(databases: Any) -> None:
    release = re.search(r"^## (\d+\.\d+\.\d+)$", CHANGELOG.read_text(), re.MULTILINE)[1]  # type: ignore[index]
    before = max(one for one in RELEASES if one != release)
    databases.kept(f"written_{release.replace('.', '_')}", lambda: upgrade(before))
    with clock.frozen(NOW):
        _add()
        exports = {name: _export(name) for name in json.loads((STATES / f"{before}.json").read_text())}
    (STATES / f"{release}.json").write_text(json.dumps(exports, ensure_ascii=False, indent=1) + "\n")
    (STATES / f"{release}.sql.gz").write_bytes(gzip.compress(_dump(), mtime=0))


def _add() -> None:
    """What came with 0.7.0: a partner that sells, supports and acts for its customer."""
    partner = Organization.objects.using("owner").get(code="lakeside")
    customer = Organization.objects.using("owner").get(code="cedar")
    make_party(partner)
    make_support(partner)
    make_resale(partner, customer)
    make_delegation(partner, customer, name="First line")
    employ(make_person("agent", email="agent@example.test"), partner, "admin_agent")


def _export(name: str) -> str:
    who, _, entitlement = name.split()
    address = reverse("activity:entitlement_csv", args=[int(entitlement)])
    return b"".join(sign_in(who).get(address, {"header": "keys"})).decode()


def _dump() -> bytes:
    where, environment = programs.reach(settings.TALLYHUB.owner_url)
    folder = programs.find(15, settings.TALLYHUB.postgres_bin)
    command = [folder / "pg_dump", "--no-owner", "--no-comments", f"--dbname={where}"]
    found = subprocess.run(command, env=environment, check=True, capture_output=True).stdout
    # Lines that only the newest minor releases of psql understand.
    return re.sub(rb"^\\(un)?restrict .*\n", b"", found, flags=re.MULTILINE)
