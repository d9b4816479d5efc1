"""`tallyhub doctor`, and what `serve` refuses."""

import os

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from typer.testing import CliRunner

from tallyhub.kernel.errors import HubError
from tallyhub.site import cli, database, postgres


def run():
    answer = CliRunner().invoke(cli.app, ["doctor"], catch_exceptions=False)
    return answer.exit_code, " ".join(answer.output.split())


def test_a_healthy_hub_has_no_difference_and_says_what_was_checked(world):
    code, said = run()
    assert code == 0
    assert "No difference found in 2 customers, 17 entries, " in said
    assert "at TALLYHUB_DATABASE_URL" in said
    assert "Row-level security binds the app's role." in said
    assert "The schema is that of this release." in said
    assert "Mail is kept and not sent; 0 are waiting." in said
    assert "can be written, " in said


def test_a_figure_that_does_not_add_up_is_named_and_fails(world, owner):
    owner.execute("UPDATE ledger_workspacetotal SET charged = 61 WHERE customer_id = %s", [world.birch.pk])
    code, said = run()
    assert code == 1
    assert f"workspace total of customer {world.birch.pk}" in said
    assert "61 in 1, expected 60 in 1" in said
    assert "1 differences found in" in said


def test_a_schema_of_another_release_is_named_before_any_figure(world, owner):
    newest = "SELECT max(id) FROM django_migrations WHERE app = 'ledger'"
    owner.execute(f"DELETE FROM django_migrations WHERE id = ({newest})")
    code, said = run()
    assert code == 1
    assert "1 migrations are not applied. Run: tallyhub migrate" in said
    assert "difference" not in said


# What the app's role must not be able to do (threat model)

POWERS = {
    "superuser": ("CREATE ROLE {role} LOGIN PASSWORD 'x' SUPERUSER", "does not bind"),
    "bypass": ("CREATE ROLE {role} LOGIN PASSWORD 'x' BYPASSRLS", "does not bind"),
    "member of one that bypasses": ("CREATE ROLE {role} LOGIN PASSWORD 'x' IN ROLE {bypassing}", "does not bind"),
    "member of the owner": ("CREATE ROLE {role} LOGIN PASSWORD 'x' IN ROLE {owner}", "owns tables"),
    "truncate": ("CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT TRUNCATE ON ledger_entry TO {role}", "may truncate"),
}


@pytest.fixture
def superuser():
    """The server's own, connected to this worker's database."""
    name = conninfo_to_dict(os.environ["TALLYHUB_OWNER_URL"])["dbname"]
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], dbname=name, autocommit=True) as connection:
        yield connection


@pytest.fixture
def role(superuser):
    """A name for one test in one worker: roles belong to the whole server."""
    names = [f"role_{os.getpid()}", f"bypassing_{os.getpid()}"]
    superuser.execute(f"CREATE ROLE {names[1]} BYPASSRLS")
    yield names[0]
    superuser.execute(f"DROP OWNED BY {names[0]}")
    superuser.execute(f"DROP ROLE {names[0]}, {names[1]}")


@pytest.mark.parametrize("power", POWERS)
def test_serve_refuses_a_role_that_could_pass_the_wall(world, superuser, role, power, monkeypatch):
    statement, sentence = POWERS[power]
    names = {"role": role, "bypassing": f"bypassing_{os.getpid()}", "owner": postgres.OWNER}
    superuser.execute(statement.format(**names))
    address = make_conninfo(os.environ["TALLYHUB_DATABASE_URL"], user=role, password="x")
    with psycopg.connect(address) as connection:
        monkeypatch.setattr(database, "connection", connection)
        with pytest.raises(HubError, match=sentence):
            database.check_app_role()


def test_serve_accepts_the_apps_role(world):
    database.check_app_role()


def test_a_refusal_is_a_sentence_and_not_a_trace(world, monkeypatch, capsys):
    monkeypatch.setattr(cli, "app", database.migrate)
    monkeypatch.setattr(database.settings, "DATABASES", {})
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "Set TALLYHUB_OWNER_URL" in capsys.readouterr().err
