"""The demo: the same on the same day, something of every state, and accounts that open."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from tallyhub.agreements.models import Agreement, Entitlement, Mapping, Package
from tallyhub.agreements.rules import state_of_agreement, state_of_package
from tallyhub.health import queries
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger.engine import Allotment as Lot
from tallyhub.ledger.engine import Balance, balance
from tallyhub.ledger.models import Allotment, EntitlementDay, Entry
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.organizations.models import Organization, ProvedDomain
from tallyhub.partners.models import Delegation, Resale
from tallyhub.site.demo.cast import ACCOUNTS, PASSWORD
from tallyhub.site.demo.customers import CUSTOMERS
from tallyhub.site.demo.loading import load
from tallyhub.site.demo.story import records
from tests.site.demo_day import NOW, TODAY

# The first, an ordinary and the last day of a month, and a leap day: the states must hold on each.
DAYS = (TODAY, date(2027, 3, 1), date(2027, 1, 31), date(2028, 2, 29))
LANGUAGES = ("en", "de", "es", "ru", "it")
COUNTED = ("ledger_entry", "ledger_allotment", "accounts_person", "organizations_accessgrant", "journal_event")


def of_kind(kind: str, today: date = TODAY) -> list[dict[str, str]]:
    return [row for name, rows in records(today) if name == kind for row in rows]


def test_the_same_day_gives_the_same_records():
    once, again = ([(kind, list(rows)) for kind, rows in records(TODAY)] for _ in range(2))
    assert once == again


def test_the_large_customer_is_as_large_as_promised():
    numbers = {row["number"] for row in of_kind("agreements") if row["customer"] == "halden"}
    entries = [row for row in of_kind("consumption") if row["agreement"] in numbers]
    assert len(of_kind("customers")) == 9
    assert len([row for row in of_kind("workspaces") if row["customer"] == "halden"]) == 6
    assert len(numbers) == 3
    assert len([row for row in of_kind("packages") if row["agreement"] in numbers]) == 14
    assert len(entries) > 2000
    assert max(row["occurred_on"] for row in entries)[:4] > min(row["occurred_on"] for row in entries)[:4]


def test_no_two_people_share_an_address_and_every_address_lies_in_its_customers_domain():
    people = of_kind("people")
    assert len({row["email"].lower() for row in people}) == len(people)
    houses = tuple(f"@{house}.example" for house in ("provider", "brightline", "fernway", "wexcombe"))
    own = ((row["email"], (f"@{row['customer']}.example",) if row["customer"] else houses) for row in people)
    assert all(address.endswith(domains) for address, domains in own)


def test_every_account_is_a_person():
    addresses = {row["email"] for row in of_kind("people")}
    assert {account.email for account in ACCOUNTS} <= addresses


def test_whoever_is_counted_as_a_support_contact_has_the_role():
    holders = {row["person"] for row in of_kind("grants") if row["role"] == "support_contact"}
    assert {row["person"] for row in of_kind("consumption") if row["entitlement"] == "support-contacts"} <= holders


@pytest.mark.parametrize("row", of_kind("services"), ids=lambda row: row["code"])
def test_the_catalogue_speaks_five_languages(row):
    texts = [row[f"{field}_{language}"] for field in ("name", "description") for language in LANGUAGES]
    assert all(texts)
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("today", DAYS)
def test_every_consumption_lies_before_today_and_inside_its_package(today):
    terms = {(row["agreement"], row["code"]): row for row in of_kind("packages", today)}
    for row in of_kind("consumption", today):
        term = terms[row["agreement"], row["package"]]
        assert term["starts_on"] <= row["occurred_on"] <= (term["terminated_on"] or term["ends_on"])
        assert row["occurred_on"] < today.isoformat()


@pytest.mark.parametrize("today", DAYS)
def test_something_of_every_state_is_there(today):
    packages = {state_of_package(*term(row), today) for row in of_kind("packages", today)}
    assert packages == {"future", "active", "expiring", "expired", "terminated"}
    agreements = {state_of_agreement(*term(row), today) for row in of_kind("agreements", today)}
    assert agreements == {"future", "active", "expired", "terminated"}


def term(row: dict[str, str]) -> tuple[date, date, date | None]:
    terminated_on = date.fromisoformat(row["terminated_on"]) if row["terminated_on"] else None
    return date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]), terminated_on


def everything() -> Access:
    """The hub itself, inside all customers of the demo."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM organizations_find_customers(%s)", [[one.code for one in CUSTOMERS]])
        return Access.of_system(row[0] for row in cursor.fetchall())


def balance_of(entitlement: Entitlement) -> Balance:
    lots = [
        Lot(one.pk, AllotmentKind(one.kind), one.amount, one.term.lower, one.term.upper - date.resolution, one.priority)
        for one in Allotment.objects.filter(entitlement=entitlement)
    ]
    daily = EntitlementDay.objects.filter(entitlement=entitlement).values_list("day", "charged")
    return balance(None if entitlement.is_as_needed else lots, daily, TODAY)


def test_everything_that_a_page_must_show_is_there(loaded):
    with scope(everything()):
        packages = list(Package.objects.all())
        assert {package.pk for package in packages} - set(Mapping.objects.values_list("package_id", flat=True))
        assert benefit_only_packages(packages)
        assert Entry.objects.filter(reverses__isnull=False).exclude(reason="").exists()
        assert Entry.objects.filter(multiplier_numerator=3, multiplier_denominator=2).exists()  # out of hours
        assert Entry.objects.filter(multiplier_numerator=1).exclude(charged=F("real_amount")).exists()  # rounded
        assert Agreement.objects.filter(seller__kind="partner").count() == 3


def test_an_indirect_provider_waits_for_its_reseller(loaded):
    with scope(everything()):
        partners = {one.code: one.pk for one in Organization.objects.filter(kind="partner")}
        (aldwyn,) = Organization.objects.filter(code="aldwyn").values_list("pk", flat=True)
    with scope(Access.of_system(organizations=partners.values())):
        waiting = Delegation.objects.get(state="consent")
        assert (waiting.provider_id, waiting.organization_id) == (partners["wexcombe"], partners["fernway"])
        assert Resale.objects.filter(organization=partners["wexcombe"], customer=aldwyn, ended_at=None).count() == 1


def benefit_only_packages(packages: list[Package]) -> list[Package]:
    def has_only_benefits(package: Package) -> bool:
        return all(one.service.is_benefit for one in package.entitlements.select_related("service"))

    return [package for package in packages if has_only_benefits(package)]


def test_a_year_of_service_health_is_there(loaded):
    with scope(Access.of_system()):
        public = [*queries.list_public(is_maintenance=False), *queries.list_public(is_maintenance=True)]
    goes_on = sorted((one.kind, one.status) for one in public if one.ended_at is None)
    assert goes_on == [("advisory", "identified"), ("maintenance", "scheduled")]
    over = [one for one in public if one.ended_at]
    assert len(over) >= 12
    assert min(one.occurred_at for one in over) < NOW - timedelta(days=300)
    assert all(one.ended_at >= one.occurred_at for one in over)
    assert all(one.names.keys() == set(LANGUAGES) for one in queries.list_components())


def test_the_balances_tell_every_story(loaded):
    with scope(everything()):
        consumables = Entitlement.objects.exclude(service__kind="benefit").filter(package__scope="addon")
        halden = consumables.filter(customer__code="halden", package__agreement__number="U-40718")
        balances = {(one.package.code, one.code): balance_of(one) for one in halden.select_related("package")}
        as_needed = Entitlement.objects.filter(is_as_needed=True)
        assert any(balance_of(one).used for one in as_needed)
        assert any(not balance_of(one).used for one in as_needed)

    identity = balances["DSE-IDENTITY", "designated-engineering"]
    assert 0 < identity.left <= identity.bought // 10  # nearly used up
    assert balances["DSE-DATA", "designated-engineering"].over > 0
    assert balances["LEARNING-PLANTS", "on-demand-education"].used == 0  # no consumption yet
    assert balances["WORKSHOPS", "workshop-days"].left > 0  # will be lost
    moved = balances["DATA-CENTRE-MOVE", "advisory-support"]
    assert moved.left == 0 < moved.expired  # terminated before its end
    credit = balances["CREDITS", "proactive-credits"]
    assert credit.expired > 0
    assert credit.left != credit.bought - credit.used
    assert balances["DSE-IDENTITY-2", "designated-engineering"].upcoming > 0


def test_loading_twice_changes_nothing(loaded, owner):
    def contents() -> list[Any]:
        return [owner.execute(f"SELECT count(*), max(id) FROM {table}").fetchone() for table in COUNTED] + [
            owner.execute("SELECT id, password FROM accounts_person ORDER BY id").fetchall()
        ]

    before = contents()
    assert load(TODAY + timedelta(days=40)) == loaded  # another day would tell another story
    assert contents() == before


def test_the_accounts_sign_in_and_nobody_else_can(loaded, client, owner):
    for account in loaded:
        answer = client.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
        assert answer.status_code == 302, account.email
        client.logout()
    usable = owner.execute("SELECT count(*) FROM accounts_person WHERE password NOT LIKE '!%'").fetchone()
    assert usable == (len(loaded),)


def test_the_addresses_are_confirmed_and_in_proved_domains(loaded, owner):  # R7.2
    assert owner.execute("SELECT count(*) FROM account_emailaddress WHERE verified").fetchone() == (len(loaded),)
    with scope(everything()):
        assert ProvedDomain.objects.filter(domain="halden.example", customer__code="halden").exists()
        assert ProvedDomain.objects.count() == Organization.objects.filter(kind="customer").count()


def test_a_first_run_that_was_killed_before_the_passwords_is_mended_by_the_next(loaded, owner):
    owner.execute("UPDATE accounts_person SET password = '!' WHERE email = 'admin@halden.example'")
    load(TODAY)
    (password,) = owner.execute("SELECT password FROM accounts_person WHERE email = 'admin@halden.example'").fetchone()
    assert password.startswith("argon2")


def test_a_demo_that_an_earlier_release_made_is_served_as_it_is(loaded, owner):
    owner.execute("UPDATE accounts_person SET email = 'x@provider.example' WHERE email = 'editor@provider.example'")
    owner.execute("UPDATE accounts_person SET password = '!' WHERE email = 'admin@halden.example'")
    assert load(TODAY) == [account for account in loaded if account.email != "editor@provider.example"]
    (password,) = owner.execute("SELECT password FROM accounts_person WHERE email = 'admin@halden.example'").fetchone()
    assert password == "!"
