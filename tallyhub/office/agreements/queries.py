"""Reads about drafts, and about agreements as the account team sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.fields import alike, new_number
from tallyhub.agreements.models import Agreement, AgreementContact, Entitlement, Package, Service
from tallyhub.agreements.steps import find_customers_of
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.ledger import queries as ledger
from tallyhub.ledger.engine import Balance
from tallyhub.ledger.models import Allotment
from tallyhub.office.agreements import check
from tallyhub.office.agreements.content import Draft
from tallyhub.office.models import AgreementDraft
from tallyhub.organizations import queries as organizations


def list_drafts(access: Access) -> list[AgreementDraft]:
    return list(AgreementDraft.objects.visible_to(access).order_by("-changed_at", "-pk"))


def get_draft(access: Access, draft_id: int) -> AgreementDraft:
    return AgreementDraft.objects.visible_to(access).get(pk=draft_id)


def lock_draft(access: Access, draft_id: int) -> AgreementDraft:
    return AgreementDraft.objects.visible_to(access).select_for_update().get(pk=draft_id)


def find_follow_up(access: Access, agreement_id: int) -> AgreementDraft | None:
    """The draft that is to follow an agreement."""
    return AgreementDraft.objects.visible_to(access).filter(follows_id=agreement_id).order_by("pk").first()


@dataclass(frozen=True, slots=True)
class Read:
    """A draft, what it says, and what is to be said about it."""

    draft: AgreementDraft
    content: Draft
    known: check.Known
    checked: check.Checked
    amended: Agreement | None
    followed: Agreement | None


def read_draft(access: Access, draft: AgreementDraft) -> Read:
    content = Draft.model_validate(draft.content)
    amended = agreements.get_agreement(access, content.amends) if content.amends else None
    services: Mapping[str, Service] = {one.code: one for one in agreements.list_services()}
    known = check.Known(
        services=services,
        sellers={one.code: one.name for one in organizations.list_sellers()},
        whole=amended.days if amended else None,
        package_codes=[one.code for one in agreements.list_packages(access, amended.pk)] if amended else (),
        follows=draft.follows_id is not None,
    )
    checked = check.check(content, known)
    if amended is None and _is_taken(content.terms.number):
        # A number names one agreement, whoever's; whose is not told.
        checked.problems.append(check.Problem(check.TERMS, "number", Invalid("number_taken")))
    followed = agreements.get_agreement(access, draft.follows_id) if draft.follows_id else None
    return Read(draft, content, known, checked, amended, followed)


def _is_taken(number: str) -> bool:
    """Whatever else is wrong; what can be no number is nobody's."""
    try:
        return bool(number) and bool(find_customers_of(alike(new_number(number))))
    except Invalid:
        return False


@dataclass(frozen=True, slots=True)
class Line:
    """An entitlement, what was bought for it in the order of recording, and how it stands. A benefit has no balance."""

    entitlement: Entitlement
    allotments: tuple[Allotment, ...]
    balance: Balance | None


@dataclass(frozen=True, slots=True)
class PackageLines:
    package: Package
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """All of an agreement."""

    agreement: Agreement
    today: date
    packages: tuple[PackageLines, ...]
    contacts: tuple[AgreementContact, ...]
    followers: tuple[Agreement, ...]


def get_whole(access: Access, agreement_id: int) -> Whole:
    """A fixed number of statements, whatever it holds."""
    agreement = agreements.get_agreement(access, agreement_id)
    today = clock.today(agreement.zone)
    packages = agreements.list_packages(access, agreement_id)
    lines = [one for package in packages for one in package.entitlements.all()]
    bought: dict[int, list[Allotment]] = {one.pk: [] for one in lines}
    for allotment in ledger.list_allotments(access).filter(entitlement__package__agreement_id=agreement_id):
        bought[allotment.entitlement_id].append(allotment)
    counted = [one.pk for one in lines if not one.service.is_benefit]
    balances = ledger.balances(dict.fromkeys(counted, today))
    made = {one.pk: Line(one, tuple(bought[one.pk]), balances.get(one.pk)) for one in lines}
    return Whole(
        agreement,
        today,
        tuple(PackageLines(one, tuple(made[each.pk] for each in one.entitlements.all())) for one in packages),
        tuple(agreements.list_contacts(access, agreement_id)),
        tuple(agreements.list_followers(access, agreement_id)),
    )
