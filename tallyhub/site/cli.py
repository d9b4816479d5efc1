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
from tallyhub.kernel.sentences import sentence
from tallyhub.site import postgres
from tallyhub.site.config import Config
from tallyhub.site.release import RELEASE

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)


@contextmanager
def hub(*, serves: bool = False) -> Iterator[Config]:
    """A running database and a set-up Django, for as long as the verb runs.

    ``serves``: for long, so the address must be free, and an embedded database be our own.
    """
    config = Config()
    if serves:
        from tallyhub.site import server

        server.check_address(config)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallyhub.site.settings")
    if not config.is_embedded:
        _set_up_django()
        yield config
        return
    with postgres.running(
        config.data_dir, binaries=config.postgres_bin, say=console.print, must_own=serves
    ) as addresses:
        os.environ["TALLYHUB_DATABASE_URL"] = addresses.app
        os.environ["TALLYHUB_OWNER_URL"] = addresses.owner
        _set_up_django()
        from tallyhub.site import database

        try:
            yield config
        finally:
            database.let_go()


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False)


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
    with hub(serves=True) as config:
        from tallyhub.site import database, server, static_files

        database.check_app_role()
        static_files.prepare()
        console.print(f"Tallyhub {RELEASE}: http://{config.bind}/")
        server.run(config, with_worker=worker)


@app.command()
def demo() -> None:
    """Fill an empty hub with demo data, say who can sign in, and serve it. Again is quick and keeps the data."""
    from tallyhub.site.demo.catcher import catching

    os.environ["TALLYHUB_DEMO"] = "true"
    with catching(Config().data_dir), hub(serves=True) as config:
        from tallyhub.kernel import clock
        from tallyhub.site import database, server, static_files
        from tallyhub.site.demo.cast import ACCOUNTS, PASSWORD
        from tallyhub.site.demo.loading import load

        console.print("Making tables, static files and demo data; the first time takes a minute.")
        database.migrate()
        static_files.prepare()
        accounts = load(clock.today("UTC"))
        if len(accounts) < len(ACCOUNTS):
            console.print(
                "An earlier release made this demo; it stays as it is. `make clean` removes it for a new one."
            )
        console.print(f"Tallyhub {RELEASE}: http://{config.bind}/  (password of everybody: {PASSWORD})")
        console.print(f"What it sends by mail is at http://{config.bind}/demo/mail/")
        for account in accounts:
            console.print(f"  {account.email:28} {account.who}")
        server.run(config, with_worker=True)


@app.command()
def doctor(
    *, mail: Annotated[bool, typer.Option("--mail", help="Check mail instead: the server, SPF, DKIM, DMARC.")] = False
) -> None:
    """Check the database, its roles and its schema, and add up every figure again. Exits 1 when something is wrong."""
    with hub() as config:
        from tallyhub.site.doctor import examine, examine_mail

        is_well = True
        for finding in examine_mail(config) if mail else examine(config):
            console.print(finding.text, style="red" if finding.is_fault else None, markup=False, highlight=False)
            is_well = is_well and not finding.is_fault
    if not is_well:
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Archive to write. It must not be there yet.")]) -> None:
    """Write database, private files and key into one archive, also while the hub runs. Keep it safe: it holds all."""
    with hub():
        from django.conf import settings

        from tallyhub.site.backup import back_up

        back_up(settings.TALLYHUB, file, _say)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Archive of a backup.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is here, and take the archive's.")] = False,
    hold: Annotated[bool, typer.Option("--hold", help="Do not send the mails and messages that were waiting.")] = False,
) -> None:
    """Bring an archive back into an empty hub. Stop the hub first. All of it or nothing."""
    with hub():
        from django.conf import settings

        from tallyhub.site import backup

        backup.restore(settings.TALLYHUB, file, replace=replace, hold=hold, say=_say)


@app.command("upgrade-database")
def upgrade_database(
    old_bin: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Programs of the version of the data.")],
) -> None:
    """Bring the embedded server's data to the installed PostgreSQL's major version. Stop the hub first."""
    config = Config()
    if not config.is_embedded:
        raise HubError("This is for the embedded server. Your own PostgreSQL is upgraded with its own tools.")
    postgres.upgrade(config.data_dir, binaries=config.postgres_bin, old_binaries=str(old_bin), say=_say)


@app.command()
def worker() -> None:
    """Run background jobs until interrupted, where they are not run by serve (serve --no-worker)."""
    with hub():
        from tallyhub.site import database, server
        from tallyhub.site.worker import main as work

        database.check_app_role()
        server.share_metrics(Config())
        work()


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, JSON Lines or XLSX.")
    ],
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


@app.command("erase-person")
def erase_person(
    address: str, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False
) -> None:
    """Erase the person with this address, in every customer: what is personal goes, figures stay. For good."""
    with hub():
        from tallyhub.kernel.access import Access
        from tallyhub.privacy import commands

        if not yes:
            typer.confirm(f"Erase {address} for good?", abort=True)
        found = commands.erase_by_operator(Access.of_system(), address=address)
        console.print("The person is erased." if found else f"Nobody has the address {address}.")
        raise typer.Exit(0 if found else 1)


@app.command()
def bounces() -> None:
    """Read one mail that came back from the standard input: your mail server pipes it in (docs/mail.md)."""
    with hub():
        from tallyhub.notifications import bounces as reading

        console.print(reading.read(sys.stdin.buffer).value)


@app.command("fetch-mail")
def fetch_mail() -> None:
    """Fetch answers to mail about support requests now; the job worker does it every minute (docs/mail.md)."""
    with hub():
        from tallyhub.support.conversation import fetching

        if not fetching.is_ready():
            raise HubError("Set TALLYHUB_REPLY_ADDRESS and TALLYHUB_IMAP_URL first: docs/mail.md says how.")
        try:
            counted = fetching.fetch()
        except fetching.MailboxError as error:
            raise HubError(str(error)) from error
        _say("; ".join(f"{one.value}: {many}" for one, many in counted.items()) or "No new mail.")


@app.command("allow-mail")
def allow_mail(address: str) -> None:
    """Send mail to this address again, which had been stopped because mail came back."""
    with hub():
        from tallyhub.accounts.queries import find_by_address
        from tallyhub.kernel.access import Access
        from tallyhub.notifications import commands

        person = find_by_address(address)
        found = person is not None and commands.allow_again(Access(person_id=person.pk))
        console.print("Mail is sent again." if found else f"Mail to {address} had not been stopped.")
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
    except postgres.PostgresError as error:
        console.print(str(error.args[0]), style="red", markup=False)
        sys.exit(1)
    except HubError as error:
        console.print(sentence(error), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
