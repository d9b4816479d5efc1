"""What administrators ask the account team for, and what comes of it (R3.2, R3.7)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.agreements.models import Mapping
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.office.enquiries import commands
from tallyhub.office.models import Enquiry
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.sign_on import act_for
from tests.ledger.test_concurrency import together
from tests.make import grant, make_package
from tests.notifications.conftest import MailServer
from tests.office.agreed import invited
from tests.working import run_jobs

ACTIVITY = "/customer-activity/"


def acting(world: SimpleNamespace, who: str) -> Access:
    return act_for(getattr(world, who).pk, world.cedar.pk).access


def ask(world: SimpleNamespace, who: str = "north_admin") -> Enquiry:
    """For the package that reaches no workspace, in north."""
    return commands.ask_for_package(acting(world, who), package_id=world.unmapped.pk, workspace_id=world.north.pk)


def wish(world: SimpleNamespace, name: str = "Harbour") -> Enquiry:
    return commands.ask_for_workspace(acting(world, "admin"), name=name, goal="Cranes", reason="Two teams")


def stored(enquiry: Enquiry) -> Enquiry:
    return Enquiry.objects.using("owner").get(pk=enquiry.pk)


def is_mapped(world: SimpleNamespace) -> bool:
    return Mapping.objects.using("owner").filter(package=world.unmapped, workspace=world.north).exists()


# Asking


@pytest.mark.parametrize("who", ["admin", "north_admin"])
def test_a_package_that_is_not_mapped_is_asked_for_with_one_click(
    world: SimpleNamespace, client: Client, who: str
) -> None:  # R3.7
    client.force_login(getattr(world, who))
    page = client.get(ACTIVITY).content.decode()
    assert "1 package not mapped" in page
    assert "Ask for it in North" in page
    fields = {"package": world.unmapped.pk, "workspace": world.north.pk}
    page = client.post("/enquiries/package/", fields, follow=True).content.decode()
    assert "Your account team has your enquiry" in page
    assert "Ask for it in North" not in page
    assert "Asked for" in page
    (made,) = Enquiry.objects.using("owner").all()
    assert (made.workspace_id, made.asked_by_id, made.answer) == (world.north.pk, getattr(world, who).pk, "open")
    listed = client.get("/enquiries/").content.decode()
    assert "Unmapped extra in North" in listed
    assert who in listed


def test_a_page_that_the_browser_has_changes_when_somebody_asks(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    etag = client.get(ACTIVITY)["ETag"]
    ask(world)
    assert client.get(ACTIVITY, headers={"If-None-Match": etag}).status_code == 200


def test_asking_twice_is_asking_once(world: SimpleNamespace, owner: Any) -> None:
    assert ask(world).pk == ask(world, "admin").pk
    assert wish(world).pk == wish(world, "HARBOUR").pk
    assert owner.execute("SELECT count(*) FROM office_enquiry").fetchone() == (2,)
    made = "SELECT count(*) FROM journal_event WHERE kind = 'office.enquiry_made'"
    assert owner.execute(made).fetchone() == (2,)


def test_two_who_ask_at_once_ask_once(world: SimpleNamespace) -> None:
    for question in (lambda: ask(world), lambda: wish(world)):
        assert len({one.pk for one in together(*[question] * 4)}) == 1


def test_what_is_not_there_cannot_be_asked_for(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.north_admin)
    birch_loose = make_package(world.birch_agreement, code="LOOSE")
    for package, workspace in (
        (world.base.pk, world.north.pk),  # reaches workspaces
        (birch_loose.pk, world.north.pk),
        (world.unmapped.pk, world.south.pk),  # of others
        (world.unmapped.pk, world.birch_main.pk),
        ("x", world.north.pk),
        ("", ""),
        ("9" * 40, "9" * 40),
    ):
        fields = {"package": package, "workspace": workspace}
        assert client.post("/enquiries/package/", fields).status_code == 404
    for who in ("reader", "member", "csam"):
        with pytest.raises(Forbidden):
            ask(world, who)
    assert not Enquiry.objects.using("owner").exists()


def test_a_workspace_is_asked_for_with_its_goal(world: SimpleNamespace, client: Client) -> None:  # R3.2
    client.force_login(world.admin)
    assert client.post("/enquiries/new/", {"name": "", "goal": "x"}).status_code == 400
    client.post("/enquiries/new/", {"name": "Harbour", "goal": "Cranes", "reason": "Two teams"})
    (made,) = Enquiry.objects.using("owner").all()
    assert (made.name, made.goal, made.reason, made.workspace_id) == ("Harbour", "Cranes", "Two teams", None)
    assert "Workspace Harbour" in client.get("/enquiries/").content.decode()
    client.force_login(world.north_admin)
    assert "Harbour" not in client.get("/enquiries/").content.decode()
    assert client.post("/enquiries/new/", {"name": "Mine", "goal": "x"}).status_code == 403


# Answering


def test_granting_maps_the_package_and_says_so(world: SimpleNamespace, client: Client) -> None:
    asked = ask(world)
    client.force_login(world.csam)
    assert "Unmapped extra in North" in client.get("/office/enquiries/").content.decode()
    client.post(f"/office/enquiries/{asked.pk}/grant/", {"note": "Enjoy"})
    assert is_mapped(world)
    done = stored(asked)
    assert (done.answer, done.answered_by_id, done.note) == ("granted", world.csam.pk, "Enjoy")
    client.force_login(world.north_admin)
    page = client.get(ACTIVITY).content.decode()
    assert "not mapped" not in page
    assert "Unmapped extra" in page
    assert "Enjoy" in client.get("/enquiries/").content.decode()


def test_declining_needs_a_note_and_leaves_everything_as_it_is(world: SimpleNamespace, client: Client) -> None:
    asked = ask(world)
    client.force_login(world.coordinator)
    address = f"/office/enquiries/{asked.pk}/decline/"
    answer = client.post(address, {"note": "  "})
    assert answer.status_code == 400
    assert "Say why in a note" in answer.content.decode()
    assert stored(asked).answer == "open"
    client.post(address, {"note": "Next year"})
    assert (stored(asked).answer, stored(asked).note) == ("declined", "Next year")
    assert not is_mapped(world)
    client.force_login(world.north_admin)
    assert "Ask for it in North" in client.get(ACTIVITY).content.decode()  # one may ask again
    assert ask(world).pk != asked.pk


def test_an_enquiry_is_answered_once(world: SimpleNamespace) -> None:
    asked = ask(world)
    team = acting(world, "csam")
    done = together(lambda: commands.grant_package(team, asked.pk), lambda: commands.decline(team, asked.pk, note="No"))
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Enquiry"]
    assert is_mapped(world) == (stored(asked).answer == "granted")


def test_a_workspace_is_granted_by_making_it_in_the_words_of_whoever_asked(
    world: SimpleNamespace, client: Client
) -> None:
    asked = wish(world)
    client.force_login(world.csam)
    address = f"/office/workspaces/new/?enquiry={asked.pk}"
    page = client.get(address).content.decode()
    assert 'value="Harbour"' in page
    assert "Cranes" in page
    fields = {"name": "Harbour", "goal": "Cranes", "administrators": "not an address", "language": "en"}
    assert client.post(address, fields).status_code == 400
    assert stored(asked).answer == "open"
    client.post(address, fields | {"administrators": "ada@cedar.test"})
    assert stored(asked).answer == "granted"
    assert Workspace.objects.using("owner").get(name="Harbour").goal == "Cranes"
    assert set(invited(world.cedar)) == {"ada@cedar.test"}
    assert client.post(address, fields | {"name": "Another", "administrators": "a@b.test"}).status_code == 409
    assert not Workspace.objects.using("owner").filter(name="Another").exists()


def test_what_is_mapped_otherwise_is_granted_with_it(world: SimpleNamespace) -> None:
    """The list holds nothing that the customer has already."""
    from tallyhub.kernel.scope import command
    from tallyhub.office.mappings.steps import map_packages

    asked = ask(world)
    command(lambda access: map_packages(access, [(world.unmapped.pk, world.south.pk)]))(acting(world, "csam"))
    assert stored(asked).answer == "open"
    command(lambda access: map_packages(access, [(world.unmapped.pk, world.north.pk)]))(acting(world, "csam"))
    assert stored(asked).answer == "granted"


def test_nothing_is_mapped_to_an_archived_workspace(world: SimpleNamespace, owner: Any) -> None:
    asked = ask(world)
    owner.execute("UPDATE organizations_workspace SET archived_at = now() WHERE id = %s", [world.north.pk])
    with pytest.raises(Conflict, match="workspace_archived"):
        commands.grant_package(acting(world, "csam"), asked.pk)
    assert stored(asked).answer == "open"


# Across customers


def test_the_account_team_reads_the_enquiries_of_all_customers_it_serves(
    world: SimpleNamespace, client: Client, statements: Any
) -> None:
    ask(world)
    grant(world.csam, "csam", world.birch)
    birch = act_for(world.stranger.pk, world.birch.pk).access
    asked = commands.ask_for_workspace(birch, name="Birch wish", goal="Goal", reason="")
    client.force_login(world.csam)
    client.post("/switch/customer/", {"customer": world.cedar.pk})
    with statements() as few:
        page = client.get("/office/enquiries/").content.decode()
    assert "Unmapped extra in North" in page
    assert "Workspace Birch wish" in page
    assert client.get(f"/office/enquiries/{asked.pk}/").status_code == 404  # one works inside one customer at a time
    opened = client.post(
        "/switch/customer/", {"customer": world.birch.pk, "next": f"/office/enquiries/{asked.pk}/"}, follow=True
    )
    assert "Birch wish" in opened.content.decode()
    for n in range(30):
        commands.ask_for_workspace(birch, name=f"Wish {n}", goal="Goal", reason="")
    with statements() as many:
        assert client.get("/office/enquiries/").content.decode().count("Wish ") >= 30
    assert len(few) == len(many) <= 5
    client.force_login(world.coordinator)  # of cedar alone
    page = client.get("/office/enquiries/").content.decode()
    assert "Unmapped extra in North" in page
    assert "Birch wish" not in page


def test_an_enquiry_of_another_customer_is_not_answered(world: SimpleNamespace) -> None:
    birch = act_for(world.stranger.pk, world.birch.pk).access
    asked = commands.ask_for_workspace(birch, name="Birch wish", goal="Goal", reason="")
    with pytest.raises(Enquiry.DoesNotExist):
        commands.decline(acting(world, "csam"), asked.pk, note="No")
    for who in ("admin", "north_admin"):
        with pytest.raises(Forbidden):
            commands.decline(acting(world, who), asked.pk, note="No")


# Mail


def test_the_account_team_gets_a_mail_and_the_asker_gets_the_answer(
    world: SimpleNamespace,
    smtp: MailServer,
    owner: Any,
) -> None:
    owner.execute("UPDATE accounts_person SET language = 'de' WHERE id = %s", [world.coordinator.pk])
    asked = ask(world)
    run_jobs()
    told = {readers[0]: message for _path, readers, message in smtp.mails}
    assert set(told) == {"csam@example.test", "coordinator@example.test"}
    assert told["csam@example.test"]["Subject"] == "Cedar asks for: Unmapped extra in North"
    assert 'lang="de"' in told["coordinator@example.test"].get_body(("html",)).get_content()
    smtp.mails.clear()
    commands.decline(acting(world, "csam"), asked.pk, note="Next year")
    run_jobs()
    [(_path, readers, message)] = smtp.mails
    assert readers == ["north_admin@example.test"]
    assert message["Subject"] == "Your account team declined what you asked for: Unmapped extra in North"
    assert "Next year" in message.get_body(("plain",)).get_content()


def test_a_mail_about_what_is_gone_is_not_sent(world: SimpleNamespace, smtp: MailServer, owner: Any) -> None:
    ask(world)
    owner.execute("DELETE FROM office_enquiry")
    run_jobs()
    assert smtp.mails == []
