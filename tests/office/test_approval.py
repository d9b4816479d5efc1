"""From a draft to an agreement: all of it in one act, once, and only when nothing is missing."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Agreement, AgreementContact, Mapping, Package
from tallyhub.journal.models import Event
from tallyhub.kernel import clock
from tallyhub.ledger.doctor import find_differences
from tallyhub.ledger.models import Allotment
from tallyhub.office.models import AgreementDraft
from tallyhub.organizations.models import Organization
from tests.integrations.api.program import ALL, Program, make_token
from tests.office.writing import (
    ADA,
    BO,
    TERMS,
    add_package,
    approve,
    draft_of,
    line,
    make,
    rows,
    said,
    save,
    written,
)
from tests.world import NOW


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def found(number: str = "CED-2027") -> Agreement:
    return Agreement.objects.using("owner").get(number=number)


def nothing_written() -> bool:
    return not Agreement.objects.using("owner").filter(number="CED-2027").exists()


def test_approval_makes_all_of_it_and_the_draft_goes(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    summary = said(csam.get(reverse("office:draft_approve", args=[draft_id])))
    for words in ("CED-2027", "1 January 2027 – 31 December 2027", "20 h", "As needed", "ada@cedar.test"):
        assert words in summary
    answer = approve(csam, draft_id)
    agreement = found()
    assert answer.url == reverse("office:agreement", args=[agreement.pk])
    assert (agreement.customer_id, agreement.seller_id) == (world.cedar.pk, world.provider.pk)
    assert (agreement.starts_on, agreement.days.ends_on) == (date(2027, 1, 1), date(2027, 12, 31))
    assert (agreement.approved_at, agreement.approved_by_id) == (NOW, world.csam.pk)
    assert agreement.activated_at is None  # its beginning picks it up
    bought = Allotment.objects.using("owner").get(entitlement__package__agreement=agreement)
    assert (bought.amount, bought.kind, bought.starts_on, bought.ends_on) == (
        1200,
        "purchase",
        date(2027, 1, 1),
        date(2027, 12, 31),
    )
    assert not AgreementDraft.objects.using("owner").exists()
    assert list(find_differences()) == []


def test_people_are_named_by_their_addresses_and_whether_they_had_an_account_is_not_told(
    world: SimpleNamespace, csam: Any
) -> None:
    draft_id = written(csam, world)
    known = {"name": "Somebody New", "email": "Member@example.test", "kind": "support_contact", "language": "ru"}
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, BO, known, known | {"kind": "services_administrator"}))
    approve(csam, draft_id)
    named = AgreementContact.objects.using("owner").filter(agreement=found()).select_related("person")
    assert {(one.person.email, one.kind, one.name, one.language) for one in named} == {
        ("ada@cedar.test", "services_administrator", "Ada Lind", "de"),
        ("bo@cedar.test", "support_contact", "Bo Lind", "en"),
        ("member@example.test", "support_contact", "Somebody New", "ru"),
        ("member@example.test", "services_administrator", "Somebody New", "ru"),
    }
    assert {one.person_id for one in named if one.name == "Somebody New"} == {world.member.pk}
    shown = said(csam.get(reverse("office:agreement", args=[found().pk])))
    assert "Somebody New" in shown
    assert ">member<" not in shown  # the name of the account
    new = Person.objects.using("owner").get(email="ada@cedar.test")
    assert not new.has_usable_password()


def test_what_is_missing_is_listed_and_nothing_is_written(world: SimpleNamespace, csam: Any) -> None:
    draft_id = make(csam)
    save(csam, "draft_terms", draft_id, **TERMS | {"name": "", "zone": "Europe/Nowhere"})
    add_package(csam, draft_id, line("", "x"), code="")
    answer = approve(csam, draft_id)
    assert answer.status_code == 400
    for sentence in (
        "Something is missing or wrong",
        "This is no time zone",
        "A value is needed here",
        "Nobody is named as services administrator",
    ):
        assert sentence in said(answer)
    assert "<button" not in said(answer).split("<main")[1].split("</main>")[0]
    assert nothing_written()


def test_a_number_that_another_customer_has_is_taken_and_nothing_more_is_told(
    world: SimpleNamespace, csam: Any
) -> None:
    draft_id = written(csam, world, number="BIR-2026")
    for shown in (
        said(csam.get(reverse("office:draft", args=[draft_id]))),
        said(csam.get(reverse("office:draft_terms", args=[draft_id]))),
        said(approve(csam, draft_id)),
    ):
        assert "This number is taken" in shown
        assert "irch" not in shown
    assert Agreement.objects.using("owner").filter(number="BIR-2026").count() == 1


def test_a_draft_that_was_changed_since_one_looked_is_not_approved(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    version = draft_of(draft_id).version
    save(csam, "draft_terms", draft_id, **TERMS | {"name": "Other"})
    answer = csam.post(reverse("office:draft_approve", args=[draft_id]), {"version": version})
    assert answer.status_code == 409
    assert nothing_written()


def test_approving_twice_is_approving_once(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    first, second = approve(csam, draft_id), approve(csam, draft_id)
    assert second.url == first.url
    assert Allotment.objects.using("owner").filter(source="office").count() == 1


def test_two_who_approve_at_once_make_one_agreement(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    version, gate, statuses = draft_of(draft_id).version, Barrier(2), []

    def press(client: Any) -> None:
        gate.wait()
        with clock.frozen(NOW):
            answer = client.post(
                reverse("office:draft_approve", args=[draft_id]), {"version": version, "number": "CED-2027"}
            )
        statuses.append(answer.status_code)
        connection.close()

    other = Client()
    other.force_login(world.coordinator)
    threads = [Thread(target=press, args=[client]) for client in (csam, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302, 302]
    assert Agreement.objects.using("owner").filter(number="CED-2027").count() == 1
    assert Allotment.objects.using("owner").filter(source="office").count() == 1


def test_the_same_number_in_two_drafts_ends_in_one_agreement(world: SimpleNamespace, csam: Any) -> None:
    first, second = written(csam, world), written(csam, world)
    approve(csam, first)
    assert "This number is taken" in said(approve(csam, second))
    assert Agreement.objects.using("owner").filter(number="CED-2027").count() == 1


@pytest.mark.parametrize("number", ["CED\u200b-2026", "CED\u20102026", "CED-2026\u3164", "ced-2026", "ＣＥＤ-2026"])
def test_a_number_that_looks_like_another_is_not_taken_twice(world: SimpleNamespace, csam: Any, number: str) -> None:
    answer = approve(csam, written(csam, world, number=number), number)
    assert answer.status_code == 400
    assert Agreement.objects.using("owner").filter(customer=world.cedar).count() == 2


def test_two_drafts_with_one_number_at_once_never_become_one_agreement(world: SimpleNamespace, csam: Any) -> None:
    """A race with another draft must not put its packages into this agreement."""
    first, second = written(csam, world), written(csam, world)
    add_package(csam, second, line(world.credits.code, "5"), code="OTHER", scope="addon")
    gate, statuses = Barrier(2), []
    other = Client()
    other.force_login(world.coordinator)

    versions = {one: draft_of(one).version for one in (first, second)}

    def press(client: Any, draft_id: int) -> None:
        gate.wait()
        with clock.frozen(NOW):
            answer = client.post(
                reverse("office:draft_approve", args=[draft_id]), {"version": versions[draft_id], "number": "x"}
            )
        statuses.append(answer.status_code)
        connection.close()

    threads = [Thread(target=press, args=pair) for pair in ((csam, first), (other, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 400]
    left = AgreementDraft.objects.using("owner").get()
    packages = Package.objects.using("owner").filter(agreement=found()).count()
    assert packages == (2 if left.pk == first else 1)


def test_an_agreement_may_be_dated_back_and_the_summary_says_so(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world, starts_on="2026-03-01", ends_on="2027-02-28")
    shown = said(csam.get(reverse("office:draft_approve", args=[draft_id])))
    assert "It is dated back: its first day, 1 March 2026, is past." in shown
    approve(csam, draft_id)
    assert found().starts_on == date(2026, 3, 1)


def test_customers_see_it_on_customer_activity_once_it_is_mapped(world: SimpleNamespace, csam: Any) -> None:  # R1.4
    reader = Client()
    reader.force_login(world.reader)
    page = reverse("activity:customer_activity")
    approve(csam, written(csam, world, starts_on="2026-03-01", ends_on="2027-02-28"))
    assert "Cedar 2027" not in said(reader.get(page))
    package = Package.objects.using("owner").get(agreement=found())
    fields = {"before": "", "ticked": f"{package.pk}-{world.north.pk}"}
    assert csam.post(reverse("office:mappings"), fields).status_code == 302
    shown = said(reader.get(page, {"agreement": found().pk}))
    assert "Cedar 2027" in shown
    assert "20 h left of 20 h" in shown


def test_approval_makes_the_pages_of_the_customer_out_of_date(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    before = Organization.objects.using("owner").get(pk=world.cedar.pk).data_version
    approve(csam, draft_id)
    assert Organization.objects.using("owner").get(pk=world.cedar.pk).data_version > before


def test_the_journal_tells_of_it_in_numbers(world: SimpleNamespace, csam: Any) -> None:  # R7.3
    approve(csam, written(csam, world))
    event = Event.objects.using("owner").get(kind="office.agreement_approved")
    assert (event.subject_id, event.customer_id, event.actor_id) == (found().pk, world.cedar.pk, world.csam.pk)
    assert event.details == {"packages": 1, "entitlements": 2, "allotments": 1}


CUSTOMERS_PAGES: list[tuple[str, Callable[[Any], list[Any]]]] = [
    ("activity:home", lambda world: []),
    ("activity:management", lambda world: []),
    ("activity:customer_activity", lambda world: []),
    ("activity:statements", lambda world: []),
    ("activity:audit", lambda world: []),
    ("activity:audit_csv", lambda world: []),
    ("activity:exports", lambda world: []),
    ("people:who", lambda world: []),
]


@pytest.mark.parametrize(("name", "arguments"), CUSTOMERS_PAGES, ids=[name for name, _ in CUSTOMERS_PAGES])
def test_the_customer_sees_nothing_of_a_draft(
    world: SimpleNamespace, csam: Any, name: str, arguments: Callable[[Any], list[Any]]
) -> None:
    draft_id = written(csam, world, number="SECRET-9", name="Secret name")
    admin = Client()
    admin.force_login(world.admin)
    answer = admin.get(reverse(name, args=arguments(world)))
    shown = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
    assert answer.status_code == 200
    for words in ("SECRET", "Secret", "Began the draft", "Changed the draft", "Ada Lind"):
        assert words not in shown
    for page in ("draft", "draft_terms", "draft_contacts", "draft_approve"):
        assert admin.get(reverse(f"office:{page}", args=[draft_id])).status_code == 403


def test_programs_see_nothing_of_a_draft_either(world: SimpleNamespace, csam: Any) -> None:
    written(csam, world, number="SECRET-9", name="Secret name")
    program = Program(make_token(world.csam, world.cedar, *ALL))  # of somebody who may see drafts, even
    for path in ("/agreements", "/packages", "/entitlements", "/allotments", "/workspaces"):
        answer = program.get(path)
        assert answer.status_code == 200, path
        assert "ecret" not in said(answer).lower().replace("secret_", "")


def test_one_more_package_is_written_and_approved_in_the_same_way(world: SimpleNamespace, csam: Any) -> None:
    answer = csam.post(reverse("office:agreement_package", args=[world.agreement.pk]))
    draft_id, key = (int(part) for part in answer.url.strip("/").split("/")[-3::2])
    assert csam.get(reverse("office:draft_terms", args=[draft_id])).status_code == 404  # it has its agreement's
    fields = {"name": "More", "code": "BASE", "scope": "addon", **rows("e", line(world.credits.code, "12.50 credits"))}
    save(csam, "draft_package", draft_id, key, **fields)
    assert "This code is there already" in said(csam.get(reverse("office:draft_package", args=[draft_id, key])))
    save(csam, "draft_package", draft_id, key, **fields | {"code": "MORE"})
    answer = approve(csam, draft_id, "CED-2026")
    assert answer.url == reverse("office:agreement", args=[world.agreement.pk])
    package = Package.objects.using("owner").get(agreement=world.agreement, code="MORE")
    assert package.days == world.agreement.days
    assert Allotment.objects.using("owner").get(entitlement__package=package).amount == 1250
    assert not Mapping.objects.using("owner").filter(package=package).exists()
    assert Event.objects.using("owner").filter(kind="office.packages_added", subject_id=world.agreement.pk).exists()
