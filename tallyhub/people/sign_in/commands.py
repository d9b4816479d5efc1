"""What customers decide about how their people sign in, and what happens when somebody does."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tallyhub.accounts.models import Person, Session
from tallyhub.accounts.queries import lock_person
from tallyhub.accounts.steps import add_invited
from tallyhub.agreements.steps import settle_account_policy
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.models import ProvedDomain, WorkAccount, Workspace
from tallyhub.organizations.steps import lock_people
from tallyhub.people import policy
from tallyhub.people.models import IdentityProvider
from tallyhub.people.sign_in import directory, queries, rules
from tallyhub.people.sign_in.queries import Provider
from tallyhub.people.sign_in.rules import Claim, Way


def require_part(access: Access) -> None:
    """The page is for the customer's administrators, and the account team. Raises Forbidden."""
    if not access.customer_rights & {Right.MANAGE_SIGN_IN, Right.MANAGE_AGREEMENTS}:
        raise Forbidden(Right.MANAGE_SIGN_IN)


# Personal accounts


@command
def allow_personal(access: Access, workspace_id: int) -> None:
    """Counts from the next request."""
    _decide(access, workspace_id, allows=True)


@command
def refuse_personal(access: Access, workspace_id: int) -> None:
    """Counts from the next request. Raises Conflict where nobody would be left who could undo it."""
    require_part(access)
    lock_people(access.customer_id or 0)
    policy.check(access, policy.refusing(access, queries.get_workspace(access, workspace_id)))
    _decide(access, workspace_id, allows=False)


def _decide(access: Access, workspace_id: int, *, allows: bool) -> None:
    require_part(access)
    workspace = Workspace.objects.visible_to(access).select_for_update().get(pk=workspace_id)
    if workspace.allows_personal == allows:
        return
    workspace.allows_personal = allows
    workspace.save(update_fields=["allows_personal"])
    if allows:
        record(access, "people.personal_allowed", workspace.pk, workspace_id=workspace.pk)
    else:
        record(access, "people.personal_refused", workspace.pk, workspace_id=workspace.pk)
    settle_account_policy(access, access.customers)


# Domains


@command
def claim_domain(access: Access, *, domain: str) -> ProvedDomain:
    """To be proved by a record. Claiming one again is no error."""
    access.require(Right.MANAGE_SIGN_IN)
    name = rules.read_domain(domain)
    _check_room(access)
    claimed, is_new = ProvedDomain.objects.get_or_create(
        customer_id=access.customer_id,
        domain=name,
        defaults={"proved_by": "dns", "challenge": rules.new_challenge()},
    )
    if is_new:
        record(access, "people.domain_claimed", claimed.pk)
    return claimed


@command
def prove_domain(access: Access, domain_id: int, *, texts: list[str]) -> ProvedDomain:
    """``texts``: what DNS said a moment ago. Raises Conflict where ours is not among them, or another was first."""
    access.require(Right.MANAGE_SIGN_IN)
    claimed = ProvedDomain.objects.visible_to(access).select_for_update().get(pk=domain_id)
    if claimed.proved_at is not None:
        return claimed
    if not rules.is_proof(claimed.challenge, texts):
        raise Conflict("domain_record_other", record=rules.record_name(claimed.domain))
    claimed.proved_by = "dns"
    _prove(access, claimed)
    return claimed


@command
def set_domain(access: Access, *, domain: str, reason: str) -> ProvedDomain:
    """By the account team, which knows its customer otherwise (R7.2)."""
    access.require(Right.MANAGE_AGREEMENTS)
    if not reason.strip():
        raise Invalid("domain_reason_missing")
    name = rules.read_domain(domain)
    _check_room(access)
    defaults = {"proved_by": "csam", "reason": reason.strip()}
    claimed, _is_new = ProvedDomain.objects.select_for_update().get_or_create(
        customer_id=access.customer_id, domain=name, defaults=defaults
    )
    if claimed.proved_at is None:
        claimed.proved_by, claimed.reason = "csam", reason.strip()
        _prove(access, claimed)
    return claimed


def _check_room(access: Access) -> None:
    if ProvedDomain.objects.visible_to(access).count() >= rules.DOMAINS_MAX:
        raise Conflict("domains_full", count=rules.DOMAINS_MAX)


def _prove(access: Access, claimed: ProvedDomain) -> None:
    claimed.proved_at = clock.now()
    try:
        with transaction.atomic():  # whose it is, the database keeps, and says to nobody
            claimed.save(update_fields=["proved_by", "reason", "proved_at"])
    except IntegrityError:
        raise Conflict("domain_proved_elsewhere", domain=claimed.domain) from None
    record(access, "people.domain_proved", claimed.pk, by=claimed.proved_by)


@command
def remove_domain(access: Access, domain_id: int) -> None:
    """Whoever was a work account by it alone has a personal one from the next request on."""
    require_part(access)
    lock_people(access.customer_id or 0)
    domain = queries.get_domain(access, domain_id)
    policy.check(access, policy.taking_domain(access, domain))
    record(access, "people.domain_removed", domain.pk)
    domain.delete()


# The identity provider


@dataclass(frozen=True, slots=True)
class ProviderFields:
    """An empty secret leaves the stored one."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    groups_claim: str
    is_active: bool


@command
def save_provider(access: Access, fields: ProviderFields) -> IdentityProvider:
    """``fields.issuer`` has answered as itself a moment ago.

    At another issuer the same subject is somebody else, so a change of it forgets who signed in by the old one.
    """
    access.require(Right.MANAGE_SIGN_IN)
    lock_people(access.customer_id or 0)
    one = queries.find_identity_provider(access) or IdentityProvider(
        customer_id=access.customer_id or 0, slug=queries.slug_of_customer(access), client_secret=""
    )
    if not (fields.client_secret or one.client_secret):
        raise Invalid("provider_secret_missing")
    if one.pk and (fields.issuer, fields.client_id) != (one.issuer, one.client_id) and not fields.client_secret:
        raise Invalid("provider_secret_again")  # the old one is not sent to a stranger
    if one.pk and (fields.issuer != one.issuer or not fields.is_active):
        policy.check(access, policy.ending_provider(access))
        _forget_accounts(access, one, keeps_links=fields.issuer == one.issuer)
    one.name, one.issuer, one.client_id = fields.name, fields.issuer, fields.client_id
    one.client_secret = fields.client_secret or one.client_secret
    one.groups_claim, one.is_active = fields.groups_claim, fields.is_active
    one.save()
    record(access, "people.provider_saved", one.pk)
    return one


@command
def remove_provider(access: Access) -> None:
    """Whoever signed in by it is signed out; its directory's groups and their roles go, too."""
    access.require(Right.MANAGE_SIGN_IN)
    lock_people(access.customer_id or 0)
    one = queries.find_identity_provider(access)
    if one is None:
        raise IdentityProvider.DoesNotExist
    policy.check(access, policy.ending_provider(access))
    directory.take_all(access, [group.pk for group, _members in queries.list_directory_groups(access)])
    _forget_accounts(access, one, keeps_links=False)
    record(access, "people.provider_removed", one.pk)
    one.delete()


def _forget_accounts(access: Access, one: IdentityProvider, *, keeps_links: bool) -> None:
    """Nobody is vouched for any more."""
    WorkAccount.objects.visible_to(access).delete()
    Session.objects.filter(vouched_by_id=one.customer_id).delete()
    if not keeps_links:
        SocialAccount.objects.filter(provider=one.slug).delete()


# Somebody signs in


@command
def sign_in(access: Access, provider: Provider, claim: Claim) -> Person:
    """Let in whom the provider's verified answer names; ``access`` is the hub's, inside the provider's customer.

    Raises Invalid for whoever is not let in. Renews the roles that come from the directory's groups.
    """
    lock_people(provider.customer_id)
    groups = directory.matching(access, provider, claim)
    known = queries.get_known(provider, claim)
    way = rules.way_in(claim, known, has_group=bool(groups))
    person = _new_person(claim) if way is Way.NEW else lock_person(known.person_id or 0)
    if way is not Way.LINKED:
        account = rules.account_id(provider.issuer, claim.subject)
        SocialAccount.objects.create(user=person, provider=provider.slug, uid=account)
        record(access, "people.account_linked", person.pk, customer_id=provider.customer_id, way=way.value)
    if known.is_proved and claim.is_verified and person.confirmed_at is None and _is_address_of(person, claim):
        person.confirmed_at = clock.now()
        person.save(update_fields=["confirmed_at"])
    _vouch(provider, person)
    lasts = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    directory.renew(access, provider, claim, person, groups, ends_at=clock.now() + lasts)
    return person


def _is_address_of(person: Person, claim: Claim) -> bool:
    return (person.email or "").lower() == claim.email.lower()


def _new_person(claim: Claim) -> Person:
    person = Person(name=claim.name or claim.email, email=claim.email, password=make_password(None))
    add_invited([person])
    return person


def _vouch(provider: Provider, person: Person) -> None:
    WorkAccount.objects.update_or_create(
        customer_id=provider.customer_id, person=person, defaults={"vouched_at": clock.now()}
    )
