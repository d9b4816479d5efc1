"""Which accounts a workspace accepts, what follows for whom, and who is told before (R3.6, R7.2)."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tallyhub.accounts import commands as accounts
from tallyhub.accounts.models import Person
from tallyhub.accounts.sessions import VOUCHED_KEY
from tallyhub.accounts.tokens import TokenScope
from tallyhub.agreements import jobs
from tallyhub.agreements.models import Agreement, Mapping
from tallyhub.agreements.queries import list_unsettled
from tallyhub.integrations.importing import import_records
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden
from tallyhub.kernel.scope import scope
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import AccessGrant, ProvedDomain, WorkAccount, Workspace
from tallyhub.people.models import Invitation
from tallyhub.people.sign_in import commands
from tallyhub.site import doctor
from tests.make import (
    days,
    grant,
    make_agreement,
    make_organization,
    make_package,
    make_person,
    make_workspace,
    prove_domain,
    settle,
)
from tests.people.inviting import text_of
from tests.world import NOW


@pytest.fixture
def guest(world: SimpleNamespace) -> Person:
    """Has a personal account, and a role in a workspace that refuses them."""
    person = make_person("guest", email="guest@home.test")
    grant(person, "customer_activity", world.north)
    return person


def refuses(workspace: Workspace) -> bool:
    return bool(Workspace.objects.using("owner").get(pk=workspace.pk).refuses_personal)


def access_of(person: Person, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def acting(world: SimpleNamespace, name: str = "admin") -> Access:
    return access_of(getattr(world, name), world.cedar)


# Who is refused


def test_a_personal_account_opens_nothing_where_they_are_refused(
    world: SimpleNamespace, guest: Person, client: Client
) -> None:
    client.force_login(guest)
    assert client.get("/customer-activity/").status_code == 403
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(refuses_personal=False)
    assert client.get("/customer-activity/").status_code == 200  # from the next request on
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(refuses_personal=True)
    assert client.get("/customer-activity/").status_code == 403


def test_home_says_why(world: SimpleNamespace, guest: Person, client: Client) -> None:
    client.force_login(guest)
    page = client.get("/").content.decode()
    assert "the workspaces of Cedar accept work accounts only" in page
    client.force_login(world.newcomer)
    assert "not assigned to a customer yet" in client.get("/").content.decode()


@pytest.mark.parametrize("made", ["confirmed", "vouched", "neither"])
def test_what_makes_a_work_account(world: SimpleNamespace, client: Client, made: str) -> None:
    address = "guest@example.test" if made == "confirmed" else "guest@home.test"
    person = make_person("guest", email=address, confirmed_at=NOW if made != "neither" else None)
    grant(person, "customer_activity", world.north)
    client.force_login(person)
    if made == "vouched":
        session = client.session
        session[VOUCHED_KEY] = world.cedar.pk
        session.save()
    assert client.get("/customer-activity/").status_code == (403 if made == "neither" else 200)


def test_an_address_that_nobody_confirmed_is_personal_in_whichever_domain(
    world: SimpleNamespace, client: Client
) -> None:
    Person.objects.using("owner").filter(pk=world.reader.pk).update(confirmed_at=None)
    client.force_login(world.reader)
    assert client.get("/customer-activity/").status_code == 403


def test_a_claimed_domain_makes_nobody_a_work_account(world: SimpleNamespace, client: Client) -> None:
    ProvedDomain.objects.using("owner").filter(customer=world.cedar).update(proved_at=None)
    client.force_login(world.reader)
    assert client.get("/customer-activity/").status_code == 403


def test_a_session_that_another_customer_opened_is_no_work_account_here(
    world: SimpleNamespace, guest: Person, client: Client
) -> None:
    client.force_login(guest)
    session = client.session
    session[VOUCHED_KEY] = world.birch.pk
    session.save()
    assert client.get("/customer-activity/").status_code == 403


def test_a_role_in_the_whole_customer_needs_all_of_it(world: SimpleNamespace, client: Client) -> None:
    boss = make_person("boss", email="boss@home.test")
    grant(boss, "customer_administrator", world.cedar)
    client.force_login(boss)
    everywhere = Workspace.objects.using("owner").filter(customer=world.cedar)
    for north, south, opens in ((True, True, False), (True, False, False), (False, True, False), (False, False, True)):
        everywhere.filter(pk=world.north.pk).update(refuses_personal=north)
        everywhere.filter(pk=world.south.pk).update(refuses_personal=south)
        assert (client.get("/audit/").status_code == 200) == opens
    everywhere.filter(pk=world.south.pk).update(refuses_personal=True, archived_at=NOW)
    assert client.get("/audit/").status_code == 200  # an archived one does not count


def test_the_providers_staff_is_never_refused(world: SimpleNamespace, client: Client) -> None:
    person = make_person("agency", email="agency@home.test", confirmed_at=None)
    grant(person, "csam", world.cedar)
    client.force_login(person)
    assert client.get("/customer-activity/").status_code == 200


def test_jobs_and_tokens_go_by_whether_the_customer_ever_vouched(world: SimpleNamespace, guest: Person) -> None:
    assert access_of(guest, world.cedar) == Access()
    secret = _token(world, guest)
    assert sign_on.use_token(secret) is None
    WorkAccount.objects.using("owner").create(customer=world.cedar, person_id=guest.pk, vouched_at=NOW)
    assert access_of(guest, world.cedar).workspaces == (world.north.pk,)
    assert sign_on.use_token(secret) is not None


def _token(world: SimpleNamespace, person: Person) -> str:
    """Made while personal accounts were accepted."""
    rows = Workspace.objects.using("owner").filter(pk=world.north.pk)
    rows.update(refuses_personal=False)
    access = access_of(person, world.cedar)
    secret = accounts.make_token(
        access, name="x", scopes=[TokenScope.READ_AGREEMENTS], lifetime_days=30, is_of_customer=False
    )
    rows.update(refuses_personal=True)
    return secret


def test_the_database_itself_keeps_a_refused_administrator_out(world: SimpleNamespace) -> None:
    """The second wall, with the first off: the scope of whoever is refused has neither customer nor workspace."""
    person = make_person("boss", email="boss@home.test")
    grant(person, "workspace_administrator", world.north)
    Invitation.objects.using("owner").create(
        customer=world.cedar, workspace=world.north, person_id=world.member.pk, email="a@b.test", language="en",
        made_at=NOW, sent_at=NOW, expires_at=NOW,
    )  # fmt: skip
    access = access_of(person, world.cedar)
    assert access == Access()
    with scope(Access(person_id=person.pk, customer_id=access.customer_id, workspaces=access.workspaces)):
        assert not Workspace.objects.exists()
        assert not Invitation.objects.exists()
        assert not Mapping.objects.exists()


def test_who_can_see_this_leaves_out_who_is_refused(world: SimpleNamespace, guest: Person, client: Client) -> None:
    client.force_login(world.north_admin)
    assert "guest" not in client.get("/who/").content.decode()
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(refuses_personal=False)
    assert "guest" in client.get("/who/").content.decode()


def test_signing_on_stays_one_statement(world: SimpleNamespace, guest: Person, client: Client, statements: Any) -> None:
    client.force_login(guest)
    with statements() as made:
        client.get("/profile/")
    assert len([one for one in made if "organizations_sign_on" in one]) == 1
    assert len(made) == 1


# What the agreements say


def plans(world: SimpleNamespace, *terms: tuple[str, date, date], allows: bool = False) -> bool:
    """Whether a fresh workspace with agreements of these plans and terms refuses."""
    customer = make_organization(f"c{Workspace.objects.using('owner').count()}")
    workspace = make_workspace(customer, "main", allows_personal=allows)
    for plan, first, last in terms:
        agreement = make_agreement(customer, world.provider, plan=plan, term=days(first, last), zone="Pacific/Auckland")
        make_package(agreement, workspace)
    settle(customer)
    return refuses(workspace)


LAST, NEXT = (date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        ([], True),  # nothing yet
        ([("unified", *NEXT)], True),
        ([("premier", *NEXT)], False),
        ([("other", *NEXT)], False),
        ([("premier", *NEXT), ("unified", *NEXT)], True),  # the strictest decides
        ([("unified", *LAST), ("premier", *NEXT)], False),  # one that has ended does not
        ([("premier", *LAST), ("unified", *NEXT)], True),
        ([("premier", *NEXT), ("unified", date(2027, 1, 1), date(2027, 12, 31))], True),  # one to come does
        ([("unified", *LAST)], True),  # an end by itself changes nothing
        ([("premier", *LAST)], False),
        ([("unified", date(2024, 1, 1), date(2024, 12, 31)), ("premier", *LAST)], False),
    ],
)
def test_the_agreements_decide(world: SimpleNamespace, terms: list[Any], refused: bool) -> None:
    assert plans(world, *terms) is refused
    assert plans(world, *terms, allows=True) is False


def test_the_last_day_is_one_of_the_agreements_zone(world: SimpleNamespace) -> None:
    """In Auckland it is 21 November, 01:00, when it is the 20th at noon in UTC."""
    ending = [("unified", date(2026, 1, 1), date(2026, 11, 20)), ("premier", *NEXT)]
    with clock.frozen(datetime(2026, 11, 20, 10, 59, tzinfo=UTC)):
        assert plans(world, *ending) is True
    with clock.frozen(datetime(2026, 11, 20, 11, 0, tzinfo=UTC)):
        assert plans(world, *ending) is False


def test_an_agreement_that_ends_by_date_lets_go_by_itself(world: SimpleNamespace, owner: Any) -> None:
    premier = make_agreement(world.cedar, world.provider, plan="premier", term=days(NOW.date(), date(2027, 12, 31)))
    make_package(premier, world.north, world.south)
    settle(world.cedar)
    assert refuses(world.north)
    Agreement.objects.using("owner").filter(pk=world.agreement.pk).update(terminated_on=date(2026, 11, 20))
    with scope(Access()):
        assert [customer for customer, _count in list_unsettled()] == [world.cedar.pk]
    jobs.settle_policies(0)
    assert not refuses(world.north)
    kinds = owner.execute("SELECT kind, workspace_id, details FROM journal_event ORDER BY workspace_id").fetchall()
    accepts = ("agreements.account_policy_settled", {"accepts": "all"})
    assert kinds == [(accepts[0], one.pk, accepts[1]) for one in (world.north, world.south)]
    with scope(Access()):
        assert list_unsettled() == []
    jobs.settle_policies(0)
    assert owner.execute("SELECT count(*) FROM journal_event").fetchone() == (2,)


# The page


def test_the_page_says_what_each_workspace_accepts_and_why(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    page = client.get("/account-policy/").content.decode()
    assert page.count("Unified agreement CED-2026 refuses personal accounts; the customer has not allowed them.") == 2
    assert "example.test" in page
    assert "Birch" not in page
    make_package(make_agreement(world.cedar, world.provider, plan="premier", number="CED-P"), world.north)
    settle(world.cedar)
    assert "the strictest decides" in client.get("/account-policy/").content.decode()


def test_the_customer_allows_and_refuses(world: SimpleNamespace, guest: Person, client: Client) -> None:
    client.force_login(world.admin)
    client.post(f"/account-policy/workspaces/{world.north.pk}/allow/")
    assert not refuses(world.north)
    assert refuses(world.south)
    assert "the customer has allowed them" in client.get("/account-policy/").content.decode()
    visitor = Client()
    visitor.force_login(guest)
    assert visitor.get("/customer-activity/").status_code == 200
    before = client.get(f"/account-policy/workspaces/{world.north.pk}/refuse/").content.decode()
    assert "1 person" in before
    assert "guest" in before
    client.post(f"/account-policy/workspaces/{world.north.pk}/refuse/")
    assert refuses(world.north)
    assert visitor.get("/customer-activity/").status_code == 403


def open_up(world: SimpleNamespace) -> None:
    for workspace in (world.north, world.south):
        commands.allow_personal(acting(world), workspace.pk)


def test_who_would_no_longer_fit_is_named_with_the_invited(world: SimpleNamespace, client: Client) -> None:
    open_up(world)
    for name, role, place in (
        ("away", "customer_administrator", world.cedar),
        ("near", "member", world.north),
        ("far", "member", world.south),
    ):
        grant(make_person(name, email=f"{name}@home.test"), role, place)
    over = make_person("over", email="over@home.test")
    grant(over, "member", world.north, ends_at=NOW - timedelta(days=1))
    for name in ("asked@home.test", "asked@example.test"):
        person = make_person(name, email=name)
        Invitation.objects.using("owner").create(
            customer=world.cedar, workspace=world.north, person_id=person.pk, name=name, email=name, language="en",
            made_at=NOW, sent_at=NOW, expires_at=NOW + timedelta(days=9),
        )  # fmt: skip
    client.force_login(world.csam)
    page = client.get(f"/account-policy/workspaces/{world.north.pk}/refuse/").content.decode()
    assert "2 people" in page
    assert "1 invitation" in page
    assert all(f">{name} <" in page for name in ("away", "near", "asked@home.test"))
    assert not any(f">{name} <" in page for name in ("far", "over", "csam", "asked@example.test", "reader"))
    commands.refuse_personal(acting(world, "csam"), world.north.pk)
    south = client.get(f"/account-policy/workspaces/{world.south.pk}/refuse/").content.decode()
    assert "1 person" in south  # whose role in the whole customer ended with the first
    assert ">far <" in south


def test_a_domain_of_an_import_says_so_in_words(world: SimpleNamespace, client: Client) -> None:
    fields = {"domain": "mill.test", "proved_by": "csam", "reason": "import", "proved_at": NOW}
    ProvedDomain.objects.using("owner").create(customer=world.cedar, **fields)
    client.force_login(world.admin)
    page = text_of(client.get("/account-policy/"))
    assert "By an import, on 21 Nov 2026" in page
    assert ": import" not in page


def test_each_is_named_with_why_the_account_is_personal(world: SimpleNamespace, client: Client) -> None:  # R3.6
    open_up(world)
    for name, fields in (
        ("Away", {"email": "away@home.test"}),
        ("Late", {"email": "late@example.test", "confirmed_at": None}),
        ("None", {"email": None}),
    ):
        grant(make_person(name, **fields), "member", world.north)
    client.force_login(world.csam)
    page = text_of(client.get(f"/account-policy/workspaces/{world.north.pk}/refuse/"))
    said = re.findall(r'<li class="text-break">(\w+) <span class="quiet">· ([^<]+)</span>', page)
    assert said == [
        ("Away", "home.test is none of the proved domains"),
        ("Late", "has not confirmed the email address"),
        ("None", "has no email address"),
    ]


def test_many_are_counted_and_the_first_are_named(world: SimpleNamespace, client: Client, statements: Any) -> None:
    open_up(world)
    grant(make_person("Guest", email="g@home.test"), "member", world.north)
    client.force_login(world.csam)
    address = f"/account-policy/workspaces/{world.north.pk}/refuse/"
    with statements() as few:
        client.get(address)
    people = [Person(name=f"Guest {n:04}", email=f"g{n}@home.test", password="!") for n in range(1_249)]
    Person.objects.using("owner").bulk_create(people)
    place = {"customer_id": world.cedar.pk, "workspace_id": world.north.pk, "role": "member", "starts_at": NOW}
    AccessGrant.objects.using("owner").bulk_create([AccessGrant(person=one, **place) for one in people])
    with statements() as many:
        page = client.get(address).content.decode()
    assert "1,250 people" in page
    assert "and 1,150 more" in page
    assert page.count('<li class="text-break">Guest') == 100
    assert len(many) == len(few)


def test_nobody_locks_out_themselves_or_the_last_who_administers(world: SimpleNamespace, client: Client) -> None:
    open_up(world)
    ProvedDomain.objects.using("owner").filter(customer=world.cedar).delete()
    client.force_login(world.admin)
    answer = client.post(f"/account-policy/workspaces/{world.north.pk}/refuse/")
    assert answer.status_code == 409
    assert "lock yourself out" in answer.content.decode()
    client.force_login(world.csam)
    answer = client.post(f"/account-policy/workspaces/{world.north.pk}/refuse/")
    assert answer.status_code == 409
    assert "Somebody must stay who administers the customer" in answer.content.decode()
    assert not refuses(world.north)
    WorkAccount.objects.using("owner").create(customer=world.cedar, person_id=world.admin.pk, vouched_at=NOW)
    assert client.post(f"/account-policy/workspaces/{world.north.pk}/refuse/").status_code == 302
    assert refuses(world.north)


def test_another_customers_workspace_is_not_there(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    for act in ("allow", "refuse"):
        assert client.post(f"/account-policy/workspaces/{world.birch_main.pk}/{act}/").status_code == 404
    with pytest.raises(Forbidden):
        commands.allow_personal(acting(world, "north_admin"), world.north.pk)
    with pytest.raises(Conflict):
        commands.remove_domain(acting(world), ProvedDomain.objects.using("owner").get(domain="example.test").pk)


# Confirmed addresses


def test_an_operator_who_sets_a_password_confirms_the_address(world: SimpleNamespace) -> None:
    Person.objects.using("owner").filter(pk=world.reader.pk).update(confirmed_at=None)
    assert accounts.set_password(Access.of_system(), email="reader@example.test", password="a long new secret")
    assert Person.objects.get(pk=world.reader.pk).confirmed_at == NOW


# Whoever else brings it about


def test_an_import_settles_what_it_maps(world: SimpleNamespace, tmp_path: Path) -> None:
    """What has no agreement yet accepts work accounts only."""
    written = {
        "customers": [{"code": "maple", "name": "Maple"}],
        "workspaces": [{"customer": "maple", "code": code, "name": code} for code in ("main", "lab")],
        "agreements": [
            {"customer": "maple", "number": "M-1", "name": "M", "plan": "premier", "zone": "Europe/Rome",
             "starts_on": "2026-01-01", "ends_on": "2026-12-31"},
        ],
        "packages": [{"agreement": "M-1", "code": "B", "name": "B", "scope": "enterprise"}],
        "mappings": [{"agreement": "M-1", "package": "B", "workspace": "lab"}],
    }  # fmt: skip
    import_records((kind, iter(rows)) for kind, rows in written.items())
    maple = Workspace.objects.using("owner").filter(customer__code="maple")
    assert dict(maple.values_list("code", "refuses_personal")) == {"main": True, "lab": False}
    with scope(Access()):
        assert list_unsettled() == []


def test_doctor_says_where_sign_on_does_not_know_yet(world: SimpleNamespace) -> None:
    assert not [one.text for one in doctor.examine(settings.TALLYHUB) if "accept other accounts" in one.text]
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(refuses_personal=False)
    (finding,) = [one for one in doctor.examine(settings.TALLYHUB) if "accept other accounts" in one.text]
    assert finding.is_fault
    assert finding.text.startswith("1 workspaces")


def test_the_page_costs_the_same_for_many(world: SimpleNamespace, client: Client, statements: Any) -> None:
    client.force_login(world.admin)
    client.get("/account-policy/")
    with statements() as few:
        client.get("/account-policy/")
    for n in range(30):
        workspace = make_workspace(world.cedar, f"w{n}")
        make_package(make_agreement(world.cedar, world.provider), workspace)
        prove_domain(world.cedar, f"d{n}.test")
    with statements() as many:
        client.get("/account-policy/")
    assert len(many) == len(few) <= 9
