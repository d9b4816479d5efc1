"""The release before, with data in it, becomes this one; and what a migration that fails leaves: R10.2."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from typer.testing import CliRunner

import tallyhub.journal.migrations
from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.errors import HubError
from tallyhub.site import cli, database, postgres, programs
from tests.make import book
from tests.world import NOW

STATES = Path(__file__).parent / "upgrade"
RELEASES = ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0"]
SENTENCES = {  # what the page said to them under that release
    "admin": [
        "14:45 h left of 23 h",
        "1:30 h used here",
        "8:15 h used in the agreement",
        "7.5 credits left of 10",
        "As needed: 11 cases used",
    ],
    "stranger": ["4 h left of 5 h", "1 h used"],
}
DELIVERED = ["67 activities left of 70", "31:30 h left of 40 h", "7:30 h of it planned, 24 h free to plan"]
LATER = {
    "0.5.0": DELIVERED,
    "0.6.0": DELIVERED,
    "0.7.0": DELIVERED,
}  # what it said to the administrator of what came to the state later
BEFORE = ["49 activities left of 50"]  # and what it said until then
ENTRIES = {"0.5.0": 27, "0.6.0": 27, "0.7.0": 27}  # 22 before
WRONG = {"0.5.0": {"running"}}  # columns that this release exported wrongly: 0.00 in every row


def load(state: bytes) -> None:
    """This worker's database becomes that state."""
    name = connection.settings_dict["NAME"]
    database.let_go()
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE template0")
        major = admin.info.server_version // 10_000
    where, environment = programs.reach(settings.TALLYHUB.owner_url)
    psql = programs.find(major, settings.TALLYHUB.postgres_bin) / "psql"
    command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", f"--dbname={where}"]
    subprocess.run(command, input=state, env=environment, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, databases: Any) -> Iterator[str]:
    """A database as that release left it, migrated to this one: once, because an upgrade takes its time."""
    databases.kept(request.param.replace(".", "_"), partial(upgrade, request.param))
    with clock.frozen(NOW):
        yield request.param


def upgrade(release: str) -> None:
    load(gzip.decompress((STATES / f"{release}.sql.gz").read_bytes()))
    database.migrate()


def sign_in(who: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(email=f"{who}@example.test"))
    return client


def test_every_figure_adds_up_after_the_upgrade(release: str) -> None:  # R10.2
    answer = CliRunner().invoke(cli.app, ["doctor"], catch_exceptions=False)
    said = " ".join(answer.output.split())
    assert "The schema is that of this release." in said
    assert f"No difference found in 2 customers, {ENTRIES.get(release, 22)} entries" in said


@pytest.mark.parametrize("who", SENTENCES)
def test_the_page_says_what_it_said(release: str, who: str) -> None:  # R10.2
    page = sign_in(who).get("/customer-activity/").content.decode()
    wanted = SENTENCES[who] + (LATER.get(release, BEFORE) if who == "admin" else [])
    assert [one for one in wanted if one not in page] == []


def test_every_row_is_exported_as_it_was(release: str) -> None:  # R10.2
    """A later release may add columns at any place; those that were there say the same."""
    for name, before in json.loads((STATES / f"{release}.json").read_text()).items():
        who, _, entitlement = name.split()
        address = reverse("activity:entitlement_csv", args=[int(entitlement)])
        body = b"".join(sign_in(who).get(address, {"header": "keys"}))
        columns = [one for one in columns_of(before) if one not in WRONG.get(release, ())]
        assert rows_of(body.decode(), columns) == rows_of(before, columns), name


def columns_of(text: str) -> list[str]:
    return text.removeprefix("\ufeff").splitlines()[0].split(",")


def rows_of(text: str, columns: list[str]) -> list[list[str]]:
    import csv

    return [[row[column] for column in columns] for row in csv.DictReader(text.removeprefix("\ufeff").splitlines())]


def test_what_went_on_is_still_known(release: str) -> None:  # R10.2
    page = sign_in("admin").get("/health/").content.decode()
    assert ("Queries fail" in page) == (release in {"0.6.0", "0.7.0"})


def test_who_may_act_for_whom_is_still_known(release: str) -> None:  # R10.2
    page = sign_in("admin").get("/partners/").content.decode()
    assert ("First line" in page) == (release == "0.7.0")


# a migration that fails


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """``next_release(*statements)``: the journal's migrations, and one more of a release that is to come."""
    package = tmp_path / "coming_migrations"
    shutil.copytree(Path(tallyhub.journal.migrations.__file__).parent, package)
    last = max(path.stem for path in package.glob("0*.py"))
    monkeypatch.syspath_prepend(tmp_path)

    def write(*statements: str) -> None:
        (package / "9999_coming.py").write_text(
            "from django.db import migrations\n"
            "class Migration(migrations.Migration):\n"
            f"    dependencies = [('journal', {last!r})]\n"
            f"    operations = [migrations.RunSQL(one) for one in {statements!r}]\n"
        )

    with override_settings(MIGRATION_MODULES={"journal": "coming_migrations"}):
        yield write
    for name in [one for one in sys.modules if one.startswith("coming_migrations")]:
        del sys.modules[name]


def half_made(owner: Any) -> tuple[Any, ...]:
    found: tuple[Any, ...] = owner.execute(
        "SELECT to_regclass('half_made'), (SELECT count(*) FROM information_schema.columns"
        " WHERE table_name = 'ledger_entry' AND column_name = 'half')"
    ).fetchone()
    return found


@pytest.fixture
def owned(world: Any) -> Any:
    """The world in a database of the owner's, who may make tables there."""
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {connection.settings_dict['NAME']} OWNER TO {postgres.OWNER}")
    return world


def test_a_migration_that_fails_leaves_the_release_before_at_work(owned: Any, owner: Any, next_release: Any) -> None:
    """R10.2: all of it is rolled back, and pages are served and entries are posted as before."""
    next_release("CREATE TABLE half_made (id int)", "ALTER TABLE ledger_entry ADD half text", "SELECT 1 / 0")
    with pytest.raises(HubError, match="division by zero"):
        database.migrate()
    assert half_made(owner) == (None, 0)
    assert sign_in("admin").get("/customer-activity/").status_code == 200
    book(owned.cedar_credits, owned.north, 1, NOW.date())


def test_a_migration_gives_up_waiting_for_a_table_in_use(owned: Any, owner: Any, next_release: Any) -> None:  # R10.2
    next_release("CREATE TABLE half_made (id int)", "ALTER TABLE ledger_entry ADD half text")
    impatient = settings.TALLYHUB.model_copy(update={"lock_seconds_max": 1})
    with psycopg.connect(settings.TALLYHUB.owner_url) as busy, override_settings(TALLYHUB=impatient):
        busy.execute("SELECT count(*) FROM ledger_entry")
        with pytest.raises(HubError, match="lock timeout"):
            database.migrate()
    assert half_made(owner) == (None, 0)
    assert sign_in("admin").get("/customer-activity/").status_code == 200
    database.migrate()
    assert half_made(owner) == ("half_made", 1)
