"""A person with a telling name, known in as many places as there are."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.notifications import steps
from tallyhub.organizations.models import PersonKey, Workspace
from tests.make import PASSWORD, book, grant, make_person

NAME, ADDRESS, KEY = "Zoë Quillfeather", "zoe.quillfeather@example.test", "QF-Zoë-77"
PERSONAL = (NAME, "Quillfeather", ADDRESS, KEY)


def make_zoe(world: SimpleNamespace) -> Person:
    """A reader of cedar's north with learning, a title that names her, a session, a mail and a failed sign-in."""
    zoe = make_person(NAME, email=ADDRESS)
    grant(zoe, "customer_activity", world.north)
    PersonKey.objects.using("owner").create(customer_id=world.cedar.pk, person_id=zoe.pk, key=KEY)
    learnt = date(2026, 4, 3)
    book(world.cedar_education, world.north, 1, learnt, title="Her own course", person_id=zoe.pk)
    book(world.cedar_reactive, world.north, 1, learnt, title=f"Password of {NAME.upper()} was lost")
    book(world.cedar_reactive, world.north, 1, learnt, title=f"{NAME}s and others: another word")
    browser = Client()
    browser.post("/accounts/login/", {"login": ADDRESS, "password": "wrong"})
    browser.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    profile = {"name": NAME, "language": "de", "zone": "Europe/Berlin", "theme": "dark"}
    assert browser.post("/accounts/profile/", profile).status_code == 302
    browser.post("/accounts/password/reset/", {"email": ADDRESS})
    with scope(Access(), writing=True):
        steps.send(Access(), zoe.pk, "accounts.password_changed")
    return zoe


def make_known_to_birch(world: SimpleNamespace, zoe: Person) -> None:
    """Where she has a personal account, which birch allows."""
    Workspace.objects.using("owner").filter(pk=world.birch_main.pk).update(allows_personal=True, refuses_personal=False)
    grant(zoe, "customer_activity", world.birch_main)
    book(world.birch_advisory, world.birch_main, 5, date(2026, 5, 7), title="Birch course", person_id=zoe.pk)


def dump(owner: Any) -> dict[str, str]:
    """Every row of every table as text; what Django pickles or packs is unpacked."""
    tables = owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    ).fetchall()
    found = {
        name: str(owner.execute(f"SELECT jsonb_agg(to_jsonb(t))::text FROM {name} t").fetchone()[0])
        for (name,) in tables
    }
    return found | {"sessions": _sessions(owner), "cache": _cache(owner)}


def _sessions(owner: Any) -> str:
    from tallyhub.accounts.sessions import SessionStore

    rows = owner.execute("SELECT session_data FROM accounts_session").fetchall()
    return str([SessionStore().decode(data) for (data,) in rows])


def _cache(owner: Any) -> str:
    import base64

    return str([base64.b64decode(value) for (value,) in owner.execute("SELECT value FROM accounts_cache")])


def with_traces(owner: Any) -> set[str]:
    """The tables in which something personal stands. JSON escapes letters such as ë, so it is looked for both ways."""
    wanted = {one.casefold() for one in PERSONAL}
    return {name for name, text in dump(owner).items() if any(one in text.casefold() for one in wanted)}
