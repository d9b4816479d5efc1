"""The customers one serves: what waits there, making one, and who else serves it."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.journal.models import Event
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.scope import scope
from tallyhub.office.customers import commands
from tallyhub.office.models import AgreementDraft, Enquiry
from tallyhub.organizations.models import AccessGrant, Organization
from tallyhub.organizations.sign_on import act_for
from tests.make import grant, make_agreement, make_organization, make_package, make_person
from tests.office.writing import said
from tests.world import NOW


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def draft_in(customer: Organization, person: Any) -> None:
    AgreementDraft.objects.using("owner").create(
        customer_id=customer.pk, content={}, made_by_id=person.pk, made_at=NOW, changed_at=NOW
    )


def test_what_waits_is_told_of_every_customer_one_serves_and_of_no_other(
    world: SimpleNamespace, csam: Any, statements: Any
) -> None:
    grant(world.csam, "csam", world.birch)
    for customer in (world.cedar, world.birch):
        draft_in(customer, world.csam)
    ash = make_organization("ash", name="Ash Hidden")
    make_agreement(ash, world.provider, number="ASH-1")
    draft_in(ash, world.csam)
    Enquiry.objects.using("owner").create(
        customer_id=world.cedar.pk, wish="workspace", name="x", asked_by_id=world.admin.pk, asked_at=NOW
    )
    shown = said(csam.get(reverse("activity:round")))
    cedar, birch = shown.split("<tbody")[1].split("</tr>")[:2]
    if "Birch" in cedar:
        cedar, birch = birch, cedar
    for words in ("1 draft", "1 open enquiry", "1 package reaches no workspace", "CED-2026 ends on 31 December 2026"):
        assert words in cedar
    assert "1 draft" in birch
    assert "reaches no workspace" not in birch
    assert "Ash" not in shown


def test_the_database_itself_tells_of_no_customer_that_one_does_not_serve(world: SimpleNamespace) -> None:
    """With Python's wall off: whatever the settings claim, the person's own grants decide (R3.8)."""
    draft_in(world.birch, world.csam)
    for person, served in ((world.csam, {world.cedar.pk}), (world.stranger, set()), (world.engineer, set())):
        claim = Access(person_id=person.pk, in_whole=True, system_customers=(world.cedar.pk, world.birch.pk))
        with scope(claim), connection.cursor() as cursor:
            cursor.execute("SELECT customer_id FROM office_round(now(), 90)")
            assert {customer for (customer,) in cursor.fetchall()} == served
            cursor.execute("SELECT office_is_staff(%s)", [world.csam.pk])
            assert cursor.fetchone() == (bool(served),)


def test_an_engineer_a_stranger_and_an_administrator_have_no_round(world: SimpleNamespace, client: Any) -> None:
    for person in (world.engineer, world.stranger, world.admin):
        client.force_login(person)
        assert client.get(reverse("activity:round")).status_code == 403


def test_one_who_lost_the_role_has_no_round_any_more(world: SimpleNamespace, csam: Any) -> None:
    AccessGrant.objects.using("owner").filter(person=world.csam).update(ends_at="2026-01-01T00:00Z")
    assert csam.get(reverse("activity:round")).status_code == 403


def test_the_round_takes_as_many_statements_for_many_customers_as_for_one(
    world: SimpleNamespace, csam: Any, statements: Any
) -> None:
    def count() -> int:
        with statements() as made:
            assert csam.get(reverse("activity:round")).status_code == 200
        return len(made)

    one = count()
    for n in range(60):
        customer = make_organization(f"many-{n}")
        grant(world.csam, "csam", customer)
        make_package(make_agreement(customer, world.provider))
    assert count() == one


def test_what_waits_comes_first_and_a_name_can_be_searched(world: SimpleNamespace, csam: Any) -> None:
    grant(world.csam, "csam", make_organization("aaa", name="Aaa Calm"))
    shown = said(csam.get(reverse("activity:round"))).partition("<tbody")[2]
    assert shown.index("Cedar") < shown.index("Aaa Calm")
    assert "Cedar" not in said(csam.get(reverse("activity:round"), {"text": "aaa"})).split("<tbody")[1]
    assert "No customer found" in said(csam.get(reverse("activity:round"), {"text": "zzz"}))


def test_opening_a_customer_is_to_work_inside_it(world: SimpleNamespace, csam: Any) -> None:
    grant(world.csam, "csam", world.birch)
    fields = {"customer": world.birch.pk, "next": reverse("office:agreements")}
    answer = csam.post(reverse("organizations:switch_customer"), fields)
    assert answer.url == reverse("office:agreements")
    assert "BIR-2026" in said(csam.get(answer.url))
    evil = csam.post(reverse("organizations:switch_customer"), fields | {"next": "https://evil.example/"})
    assert evil.url == "/"


def new(client: Any, **over: str) -> Any:
    return client.post(
        reverse("office:customer_new"), {"name": "Maple", "code": "maple", "zone": "Europe/Rome", **over}
    )


def test_whoever_makes_a_customer_serves_it_and_works_inside_it(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.coordinator)
    assert new(client).url == reverse("office:customer")
    maple = Organization.objects.using("owner").get(code="maple")
    assert (maple.kind, maple.name, maple.zone) == ("customer", "Maple", "Europe/Rome")
    (held,) = AccessGrant.objects.using("owner").filter(customer=maple)
    assert (held.person_id, held.role, held.workspace_id) == (world.coordinator.pk, "account_coordinator", None)
    assert "Maple" in said(client.get(reverse("office:customer")))
    kinds = set(Event.objects.using("owner").filter(customer_id=maple.pk).values_list("kind", flat=True))
    assert kinds >= {"organizations.customer_made", "organizations.role_given"}


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"code": "birch"}, "Another organisation has this code already"),
        ({"code": "northgate"}, "Another organisation has this code already"),
        ({"code": "x" * 41}, "The text is longer than 40 characters"),
        ({"name": " "}, "A value is needed here"),
        ({"zone": "Mars/Base"}, "This is no time zone"),
    ],
)
def test_a_customer_that_cannot_be_is_refused_beside_the_field(
    world: SimpleNamespace, csam: Any, over: dict[str, str], sentence: str
) -> None:
    before = Organization.objects.using("owner").count()
    answer = new(csam, **over)
    assert answer.status_code == 400
    assert sentence in said(answer)
    assert Organization.objects.using("owner").count() == before


def test_only_who_serves_a_customer_makes_one(world: SimpleNamespace, client: Any) -> None:
    for person in (world.engineer, world.admin, world.stranger, world.newcomer):
        client.force_login(person)
        assert new(client).status_code == 403
    assert not Organization.objects.using("owner").filter(code="maple").exists()


def test_the_act_itself_asks_whether_one_serves_a_customer(world: SimpleNamespace) -> None:
    for person, customer in ((world.engineer, world.cedar), (world.stranger, world.birch)):
        access = act_for(person.pk, customer.pk).access
        with pytest.raises(Forbidden):
            commands.make_customer(access, code="maple", name="Maple", zone="Europe/Rome")


def test_a_customer_gets_another_name_and_zone(world: SimpleNamespace, csam: Any) -> None:
    csam.post(reverse("office:customer_change"), {"name": "Cedar & Sons", "zone": "Europe/Oslo"})
    cedar = Organization.objects.using("owner").get(pk=world.cedar.pk)
    assert (cedar.name, cedar.zone, cedar.data_version) == ("Cedar & Sons", "Europe/Oslo", 1)
    answer = csam.post(reverse("office:customer_change"), {"name": "", "zone": "Europe/Oslo"})
    assert "A value is needed here" in said(answer)


def roles(customer: Organization, person: Any) -> set[str]:
    held = AccessGrant.objects.using("owner").filter(customer=customer, person=person)
    return set(held.values_list("role", flat=True))


def test_staff_of_another_customer_can_be_added(world: SimpleNamespace, csam: Any) -> None:
    other = make_person("other")
    grant(other, "engineer", world.birch)
    csam.post(reverse("office:staff_add"), {"address": "Other@example.test", "role": "csam"})
    assert roles(world.cedar, other) == {"csam"}
    second = Client()
    second.force_login(other)
    second.post(reverse("organizations:switch_customer"), {"customer": world.cedar.pk})
    assert second.get(reverse("office:agreements")).status_code == 200


def test_whoever_is_no_staff_is_refused_like_nobody(world: SimpleNamespace, csam: Any) -> None:
    """Else the page would tell which addresses have an account."""
    answers = [
        csam.post(reverse("office:staff_add"), {"address": address, "role": "engineer"})
        for address in ("stranger@example.test", "nobody@example.test", "newcomer@example.test")
    ]
    assert {one.status_code for one in answers} == {400}
    assert len({said(one).split("field-errors")[1].split("</div>")[0].split("_error")[-1] for one in answers}) == 1
    assert roles(world.cedar, world.stranger) == set()


def test_no_role_of_the_customers_own_people_is_given_here(world: SimpleNamespace, csam: Any) -> None:
    answer = csam.post(
        reverse("office:staff_add"), {"address": "engineer@example.test", "role": "customer_administrator"}
    )
    assert answer.status_code == 400
    assert roles(world.cedar, world.engineer) == {"engineer"}


def test_nobody_gives_a_role_that_may_more_than_their_own(world: SimpleNamespace, client: Any) -> None:
    """A CSAM who made themselves account coordinator could erase people."""
    fields = {"address": "csam@example.test", "role": "account_coordinator"}
    client.force_login(world.csam)
    answer = client.post(reverse("office:staff_add"), fields)
    assert answer.status_code == 400
    assert "The role Account coordinator may do more here than you" in said(answer)
    assert 'value="account_coordinator"' not in said(client.get(reverse("office:customer"))).split("<select")[-1]
    assert roles(world.cedar, world.csam) == {"csam"}
    client.force_login(world.coordinator)
    assert client.post(reverse("office:staff_add"), fields).status_code == 302
    assert roles(world.cedar, world.csam) == {"csam", "account_coordinator"}


def test_who_cannot_sign_in_or_goes_soon_is_nobody_who_manages_agreements(world: SimpleNamespace, csam: Any) -> None:
    address = reverse("office:staff_remove", args=[world.csam.pk])
    held = AccessGrant.objects.using("owner").filter(customer=world.cedar, person=world.coordinator)
    held.update(ends_at="2026-11-22T00:00Z")
    assert "Nobody would be left" in said(csam.post(address, {"role": "csam"}, follow=True))
    held.update(ends_at=None)
    Person.objects.using("owner").filter(pk=world.coordinator.pk).update(is_active=False)
    assert "Nobody would be left" in said(csam.post(address, {"role": "csam"}, follow=True))
    Person.objects.using("owner").filter(pk=world.coordinator.pk).update(is_active=True)
    csam.post(address, {"role": "csam"})
    assert roles(world.cedar, world.csam) == set()


def test_staff_are_removed_but_not_the_last_who_manages_agreements(world: SimpleNamespace, csam: Any) -> None:
    def remove(person: Any, role: str) -> Any:
        return csam.post(reverse("office:staff_remove", args=[person.pk]), {"role": role}, follow=True)

    remove(world.engineer, "engineer")
    assert roles(world.cedar, world.engineer) == set()
    remove(world.coordinator, "account_coordinator")
    assert roles(world.cedar, world.coordinator) == set()
    assert "Nobody would be left who manages its agreements" in said(remove(world.csam, "csam"))
    assert roles(world.cedar, world.csam) == {"csam"}


def test_a_role_that_is_not_held_here_is_not_there_to_be_removed(world: SimpleNamespace, csam: Any) -> None:
    answer = csam.post(reverse("office:staff_remove", args=[world.stranger.pk]), {"role": "csam"})
    assert answer.status_code == 404
    answer = csam.post(reverse("office:staff_remove", args=[world.admin.pk]), {"role": "customer_administrator"})
    assert answer.status_code == 302  # says in words that this is no role of staff
    assert roles(world.cedar, world.admin) == {"customer_administrator"}
