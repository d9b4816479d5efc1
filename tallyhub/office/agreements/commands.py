"""Writing a draft, and approving it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from tallyhub.agreements import queries as agreements
from tallyhub.agreements import steps
from tallyhub.agreements.models import Agreement, Entitlement
from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.bulk import Added
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.ledger import steps as ledger
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.agreements import copying, queries
from tallyhub.office.agreements.check import (
    Checked,
    PlannedContact,
    PlannedEntitlement,
    PlannedPackage,
)
from tallyhub.office.agreements.content import (
    CONTACTS_MAX,
    PACKAGES_MAX,
    ContactPart,
    Draft,
    PackagePart,
    Terms,
)
from tallyhub.office.models import AgreementDraft
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.steps import find_sellers, touch_customer
from tallyhub.people.steps import Invitee, persons_of

M = TypeVar("M", bound=models.Model)
SOURCE = "office"  # of what is bought here
NOBODYS = None  # events of drafts have no customer: what is not agreed is nothing for the customer's audit either


@command
def make_draft(access: Access) -> AgreementDraft:
    """An empty one, with what can be foreseen: seller, zone, a year from today."""
    access.require(Right.MANAGE_AGREEMENTS)
    customer = organizations.get_customer(access)
    sellers = organizations.list_sellers()
    starts_on = clock.today(customer.zone)
    terms = Terms(
        name=customer.name,
        seller=sellers[0].code if sellers else "",
        zone=customer.zone,
        starts_on=starts_on.isoformat(),
        ends_on=(copying.months_later(starts_on, 12) - timedelta(days=1)).isoformat(),
    )
    return _make(access, Draft(terms=terms))


@command
def copy_agreement(access: Access, agreement_id: int) -> AgreementDraft:
    """Another one like it, from today."""
    access.require(Right.MANAGE_AGREEMENTS)
    whole = queries.get_whole(access, agreement_id)
    return _make(access, copying.copy(whole, whole.today))


@command
def renew(access: Access, agreement_id: int) -> AgreementDraft:
    """The one that follows, from the day after the last; there is one such draft at most, and it is handed back."""
    access.require(Right.MANAGE_AGREEMENTS)
    agreements.lock_agreement(access, agreement_id)  # asked for twice at once, it is made once
    whole = queries.get_whole(access, agreement_id)
    if known := queries.find_follow_up(access, agreement_id):
        return known
    if whole.followers:
        raise Conflict("already_followed", number=whole.followers[0].number)
    starts_on = whole.agreement.ends_on + timedelta(days=1)
    return _make(access, copying.copy(whole, starts_on), follows_id=agreement_id)


@command
def begin_package(access: Access, agreement_id: int) -> AgreementDraft:
    """One more package for an approved agreement, to be written and approved as a new agreement is."""
    access.require(Right.MANAGE_AGREEMENTS)
    agreement = agreements.get_agreement(access, agreement_id)
    check_goes_on(agreement)
    content = Draft(amends=agreement_id)
    content.add_package(PackagePart(scope="addon"))
    return _make(access, content)


def check_goes_on(agreement: Agreement) -> None:
    """Whatever ended early is over: what comes after it is another agreement."""
    if agreement.terminated_on is not None:
        raise Conflict("ended_early", ends_on=agreement.terminated_on)


def _make(access: Access, content: Draft, **more: Any) -> AgreementDraft:
    now = clock.now()
    draft = AgreementDraft.objects.create(
        customer_id=access.customer_id or 0,
        content=content.model_dump(),
        made_by_id=access.person_id or 0,
        made_at=now,
        changed_at=now,
        **more,
    )
    record_many(access, [News("office.draft_made", NOBODYS, draft.pk)])
    return draft


@command
def save_terms(access: Access, draft_id: int, version: int, terms: Terms) -> None:
    def change(content: Draft) -> None:
        content.terms = terms

    _change(access, draft_id, version, change)


@command
def save_contacts(access: Access, draft_id: int, version: int, contacts: list[ContactPart]) -> None:
    def change(content: Draft) -> None:
        content.contacts = contacts[:CONTACTS_MAX]

    _change(access, draft_id, version, change)


@command
def add_package(access: Access, draft_id: int) -> int:
    """Returns its key. Takes nothing from anybody, so it needs no version."""
    draft = _lock(access, draft_id)
    content = Draft.model_validate(draft.content)
    if len(content.packages) >= PACKAGES_MAX:
        raise Conflict("draft_full", packages_max=PACKAGES_MAX)
    scope = "enterprise" if content.amends is None and not content.packages else "addon"
    added = content.add_package(PackagePart(scope=scope))
    _store(access, draft, content)
    return added.key


@command
def save_package(access: Access, draft_id: int, version: int, package: PackagePart) -> None:
    """In place of the one with its key. Raises DoesNotExist for a key that was never given."""

    def change(content: Draft) -> None:
        if not 0 < package.key < content.next_key:
            raise AgreementDraft.DoesNotExist
        content.put_package(package)

    _change(access, draft_id, version, change)


@command
def remove_package(access: Access, draft_id: int, version: int, key: int) -> None:
    def change(content: Draft) -> None:
        content.packages = [one for one in content.packages if one.key != key]

    _change(access, draft_id, version, change)


def _change(access: Access, draft_id: int, version: int, change: Callable[[Draft], None]) -> None:
    """Raises Conflict where somebody else has changed it since ``version``."""
    draft = _lock(access, draft_id)
    if draft.version != version:
        raise Conflict("draft_changed")
    content = Draft.model_validate(draft.content)
    change(content)
    _store(access, draft, content)


def _lock(access: Access, draft_id: int) -> AgreementDraft:
    access.require(Right.MANAGE_AGREEMENTS)
    return queries.lock_draft(access, draft_id)


def _store(access: Access, draft: AgreementDraft, content: Draft) -> None:
    draft.content = content.model_dump()
    draft.version += 1
    draft.changed_at = clock.now()
    draft.save(update_fields=["content", "version", "changed_at"])
    record_many(access, [News("office.draft_changed", NOBODYS, draft.pk)])


@command
def delete_draft(access: Access, draft_id: int) -> None:
    draft = _lock(access, draft_id)
    record_many(access, [News("office.draft_deleted", NOBODYS, draft.pk)])
    draft.delete()


@command
def approve(access: Access, draft_id: int, version: int) -> Agreement:
    """All that the draft says becomes an agreement, or more of one, and the draft goes. Booking is the last act.

    Raises DoesNotExist where it was approved or deleted meanwhile, Conflict where it was changed, and Invalid where
    something is missing or wrong.
    """
    access.require(Right.MANAGE_AGREEMENTS)
    touch_customer(access.customers)  # and it is this customer's turn: what is read now is what is written
    draft = _lock(access, draft_id)
    if draft.version != version:
        raise Conflict("draft_changed")
    read = queries.read_draft(access, draft)
    if read.checked.problems:
        raise Invalid("draft_incomplete", problems=len(read.checked.problems))
    if read.amended:
        agreement = agreements.lock_agreement(access, read.amended.pk)
        check_goes_on(agreement)
    else:
        agreement = _add_agreement(access, draft, read.checked)
    rows = add_packages(agreement, read.checked.packages)
    _add_contacts(agreement, read.checked.contacts)
    counts = {
        "packages": len(read.checked.packages),
        "entitlements": sum(len(one.entitlements) for one in read.checked.packages),
        "allotments": len(rows),
    }
    if read.amended:
        record(access, "office.packages_added", agreement.pk, **counts)
    else:
        record(access, "office.agreement_approved", agreement.pk, **counts)
    draft.delete()
    ledger.allot(access, rows)
    return agreement


def _add_agreement(access: Access, draft: AgreementDraft, checked: Checked) -> Agreement:
    terms = checked.terms
    if terms is None:
        raise Invalid("draft_incomplete", problems=1)
    row = {
        "customer_id": draft.customer_id,
        "seller_id": find_sellers([terms.seller])[terms.seller],
        "number": terms.number,
        "name": terms.name,
        "plan": terms.plan,
        "zone": terms.zone,
        "term": steps.term_of(terms.days),
        "approved_at": clock.now(),
        "approved_by_id": access.person_id,
        "follows_id": draft.follows_id,
    }
    try:
        with transaction.atomic():
            (agreement,) = _all_new(steps.add_agreements([row]))
    except IntegrityError:  # another customer took the number between our look and our writing
        raise Invalid("number_taken") from None
    return agreement


def _all_new(added: Added[M]) -> list[M]:
    """What was added, and nothing that an import brought in meanwhile under the same name."""
    if len(added.new) != len(added.rows):
        raise Conflict("draft_changed")
    return added.rows


def add_packages(agreement: Agreement, planned: list[PlannedPackage]) -> list[dict[str, Any]]:
    """With their entitlements; returns the allotments that are to be recorded."""
    packages = _all_new(steps.add_packages([_package_row(agreement, one) for one in planned]))
    pairs = [(package.pk, line) for package, one in zip(packages, planned, strict=True) for line in one.entitlements]
    entitlements = steps.add_entitlements(
        [entitlement_row(agreement.customer_id, package, line) for package, line in pairs]
    ).rows
    return [
        row
        for entitlement, (_, line) in zip(entitlements, pairs, strict=True)
        for row in purchase_rows(entitlement, line)
    ]


def purchase_rows(entitlement: Entitlement, line: PlannedEntitlement) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": entitlement.customer_id,
            "entitlement_id": entitlement.pk,
            "kind": AllotmentKind.PURCHASE,
            "amount": bought.amount,
            "starts_on": bought.days.starts_on,
            "ends_on": bought.days.ends_on,
            "priority": 0,
            "source": SOURCE,
            "external_id": f"entitlement-{entitlement.pk}-{place}",
        }
        for place, bought in enumerate(line.purchases, start=1)
    ]


def _package_row(agreement: Agreement, one: PlannedPackage) -> dict[str, Any]:
    return {
        "customer_id": agreement.customer_id,
        "agreement_id": agreement.pk,
        "code": one.code,
        "name": one.name,
        "scope": one.scope,
        "term": steps.term_of(one.days),
    }


def entitlement_row(customer_id: int, package_id: int, one: PlannedEntitlement) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "package_id": package_id,
        "service_id": one.service.pk,
        "code": one.code,
        "is_as_needed": one.is_as_needed,
        "rounding_step": one.rounding_step,
    }


def _add_contacts(agreement: Agreement, contacts: list[PlannedContact]) -> None:
    """People by their addresses. Whether one of them has an account changes nothing that anybody sees."""
    by_address = {one.email.lower(): one for one in contacts}
    invitees = [Invitee(one.email, (), one.language, one.name) for one in by_address.values()]
    persons = dict(zip(by_address, persons_of(invitees), strict=True))
    steps.add_contacts(
        [
            {
                "customer_id": agreement.customer_id,
                "agreement_id": agreement.pk,
                "person_id": persons[one.email.lower()].pk,
                "kind": one.kind,
                "name": one.name,
                "email": one.email,
                "language": one.language,
            }
            for one in contacts
        ]
    )
