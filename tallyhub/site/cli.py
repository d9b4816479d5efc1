"""The one command line. Each verb finds or starts its database first, then Django."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from tallyhub.kernel.errors import HubError
from tallyhub.site import postgres
from tallyhub.site.config import Config
from tallyhub.site.release import RELEASE

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)


@contextmanager
def hub() -> Iterator[Config]:
    """A running database and a set-up Django, for as long as the verb runs."""
    config = Config()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallyhub.site.settings")
    if not config.is_embedded:
        _set_up_django()
        yield config
        return
    with postgres.running(config.data_dir, binaries=config.postgres_bin, say=console.print) as addresses:
        os.environ["TALLYHUB_DATABASE_URL"] = addresses.app
        os.environ["TALLYHUB_OWNER_URL"] = addresses.owner
        _set_up_django()
        from tallyhub.site import database

        try:
            yield config
        finally:
            database.let_go()


def _set_up_django_alone() -> None:
    """For what asks the database nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallyhub.site.settings")
    _set_up_django()


def _set_up_django() -> None:
    import django

    django.setup()


@app.command()
def migrate() -> None:
    """Bring the database to this release's schema. Needs the owner's address."""
    with hub():
        from tallyhub.site import database

        database.migrate()


@app.command()
def serve(
    *, worker: Annotated[bool, typer.Option(help="Run the job worker in this process group, too.")] = True
) -> None:
    """Serve the hub until interrupted."""
    with hub() as config:
        from tallyhub.site import database, server, static_files

        server.check_address(config)
        database.check_app_role()
        static_files.prepare()
        console.print(f"Tallyhub {RELEASE}: http://{config.bind}/")
        server.run(config, with_worker=worker)


@app.command()
def demo() -> None:
    """Fill an empty hub with demo data, say who can sign in, and serve it. Again is quick and keeps the data."""
    os.environ["TALLYHUB_DEMO"] = "true"
    with hub() as config:
        from tallyhub.kernel import clock
        from tallyhub.site import database, server, static_files
        from tallyhub.site.demo.cast import PASSWORD
        from tallyhub.site.demo.loading import load

        server.check_address(config)
        console.print("Making tables, static files and demo data; the first time takes a minute.")
        database.migrate()
        static_files.prepare()
        accounts = load(clock.today("UTC"))
        console.print(f"Tallyhub {RELEASE}: http://{config.bind}/  (password of everybody: {PASSWORD})")
        for account in accounts:
            console.print(f"  {account.email:28} {account.who}")
        server.run(config, with_worker=True)


@app.command()
def doctor() -> None:
    """Check the database, its roles and its schema, and add up every figure again. Exits 1 when something is wrong."""
    with hub() as config:
        from tallyhub.site.doctor import examine

        is_well = True
        for finding in examine(config):
            console.print(finding.text, style="red" if finding.is_fault else None, markup=False, highlight=False)
            is_well = is_well and not finding.is_fault
    if not is_well:
        raise typer.Exit(1)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or JSON Lines.")],
    kind: Annotated[str | None, typer.Option(help="What the rows are, where the file's name does not say it.")] = None,
    mapping: Annotated[str | None, typer.Option(help="How another system's export is read: a name, or a path.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
) -> None:
    """Import files, each of them whole or not at all. The same file again changes nothing."""
    with hub():
        from tallyhub.integrations.importing import terminal
        from tallyhub.site import database

        database.check_app_role()
        if not terminal.run(console, files, kind=kind, mapping=mapping, dry_run=dry_run):
            raise typer.Exit(1)


@app.command("set-password")
def set_password(email: str) -> None:
    """Give a person a password, asked for twice: the first way in after an import. Ends their sessions."""
    with hub():
        from tallyhub.accounts import commands
        from tallyhub.kernel.access import Access

        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        found = commands.set_password(Access.of_system(), email=email, password=password)
        console.print("The password is set." if found else f"Nobody has the address {email}.")
        raise typer.Exit(0 if found else 1)


@app.command("api-contract")
def api_contract() -> None:
    """Print the API's contract, an OpenAPI document."""
    _set_up_django_alone()
    from tallyhub.integrations.api.service import contract_text

    print(contract_text(), end="")


@app.command()
def version() -> None:
    """Print the release."""
    print(RELEASE)


def main() -> None:
    try:
        app()
    except ValidationError as error:
        for one in error.errors():
            name = "TALLYHUB_" + "_".join(map(str, one["loc"])).upper()
            console.print(f"{name}: {one['msg']}", style="red", markup=False)
        sys.exit(1)
    except (postgres.PostgresError, HubError) as error:
        console.print(str(error.args[0]), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
