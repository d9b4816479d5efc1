"""What customers decide about how their people sign in, and what happens when somebody does."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import make_password

from tallyhub.accounts.models import Person
from tallyhub.accounts.queries import lock_person
from tallyhub.accounts.steps import add_invited, end_vouched_sessions
from tallyhub.agreements.steps import settle_account_policy
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.addresses import check_address
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.names import check_person_name
from tallyhub.kernel.scope import command
from tallyhub.organizations.models import ProvedDomain, Workspace
from tallyhub.organizations.steps import lock_people, touch_customer
from tallyhub.organizations.work import queries as work
from tallyhub.organizations.work import steps as work_steps
from tallyhub.people import policy
from tallyhub.people.invitations.queries import list_joinable
from tallyhub.people.invitations.steps import admit
from tallyhub.people.models import DirectoryGroup, IdentityProvider
from tallyhub.people.rules import GIVEN_ROLES
from tallyhub.people.sign_in import queries, rules, steps
from tallyhub.people.sign_in.queries import Provider
from tallyhub.people.sign_in.rules import Claim, Way
from tallyhub.people.users.steps import keeping_administrators


def require_part(access: Access) -> None:
    """The page is for the customer's administrators, and the account team. Raises Forbidden."""
    if not access.customer_rights & {Right.MANAGE_SIGN_IN, Right.MANAGE_AGREEMENTS}:
        raise Forbidden(Right.MANAGE_SIGN_IN)


# Personal accounts


@command
def allow_personal(access: Access, workspace_id: int) -> None:
    """Counts from the next request."""
    require_part(access)
    touch_customer(access.customers)
    _decide(access, workspace_id, allows=True)


@command
def refuse_personal(access: Access, workspace_id: int) -> None:
    """Counts from the next request. Raises Conflict where nobody would be left who could undo it."""
    require_part(access)
    touch_customer(access.customers)
    with keeping_administrators(access):
        policy.check(access, policy.refusing(access, work.get_workspace(access, workspace_id)))
        _decide(access, workspace_id, allows=False)


def _decide(access: Access, workspace_id: int, *, allows: bool) -> None:
    workspace = work.lock_workspace(access, workspace_id)
    if workspace.allows_personal == allows:
        return
    if allows and workspace.archived_at is not None:
        raise Conflict("workspace_archived", name=workspace.name)
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
    claimed, is_new = work_steps.claim_domain(access, name, proved_by="dns", challenge=rules.new_challenge())
    if is_new:
        record(access, "people.domain_claimed", claimed.pk)
    return claimed


@command
def prove_domain(access: Access, domain_id: int, *, texts: list[str]) -> ProvedDomain:
    """``texts``: what DNS said a moment ago. Raises Conflict where ours is not among them, or another was first."""
    access.require(Right.MANAGE_SIGN_IN)
    claimed = work.lock_domain(access, domain_id)
    if claimed.proved_at is not None:
        return claimed
    if not rules.is_proof(claimed.challenge, texts):
        raise Conflict("domain_record_other", record=rules.record_name(claimed.domain))
    work_steps.prove_domain(claimed, by="dns")
    record(access, "people.domain_proved", claimed.pk, by="dns")
    return claimed


@command
def set_domain(access: Access, *, domain: str, reason: str) -> ProvedDomain:
    """By the account team, which knows its customer otherwise (R7.2)."""
    access.require(Right.MANAGE_AGREEMENTS)
    if not reason.strip():
        raise Invalid("domain_reason_missing")
    name = rules.read_domain(domain)
    _check_room(access)
    claimed, _is_new = work_steps.claim_domain(access, name, proved_by="csam", reason=reason.strip())
    if claimed.proved_at is None:
        work_steps.prove_domain(claimed, by="csam", reason=reason.strip())
        record(access, "people.domain_proved", claimed.pk, by="csam")
    return claimed


def _check_room(access: Access) -> None:
    if len(work.list_domains(access)) >= rules.DOMAINS_MAX:
        raise Conflict("domains_full", count=rules.DOMAINS_MAX)


@command
def remove_domain(access: Access, domain_id: int) -> None:
    """Whoever was a work account by it alone has a personal one from the next request on."""
    require_part(access)
    with keeping_administrators(access):
        domain = work.get_domain(access, domain_id)
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
    Raises Conflict where nobody would be left who administers and can sign in.
    """
    access.require(Right.MANAGE_SIGN_IN)
    with keeping_administrators(access):
        one = _save_provider(access, fields)
        record(access, "people.provider_saved", one.pk)
    return one


def _save_provider(access: Access, fields: ProviderFields) -> IdentityProvider:
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
    return one


@command
def remove_provider(access: Access) -> None:
    """Whoever signed in by it is signed out; its directory's groups and their roles go, too.

    Raises Conflict where nobody would be left who administers and can sign in.
    """
    access.require(Right.MANAGE_SIGN_IN)
    with keeping_administrators(access):
        one = queries.find_identity_provider(access)
        if one is None:
            raise IdentityProvider.DoesNotExist
        policy.check(access, policy.ending_provider(access))
        steps.take_all(access, [group.pk for group, _members in queries.list_directory_groups(access)])
        _forget_accounts(access, one, keeps_links=False)
        record(access, "people.provider_removed", one.pk)
        one.delete()


def _forget_accounts(access: Access, one: IdentityProvider, *, keeps_links: bool) -> None:
    """Nobody is vouched for any more."""
    work_steps.forget_work_accounts(access)
    end_vouched_sessions(one.customer_id)
    if not keeps_links:
        SocialAccount.objects.filter(provider=one.slug).delete()


# Groups of its directory


@command
def add_directory_group(access: Access, *, key: str, name: str, workspace_id: int, roles: list[str]) -> DirectoryGroup:
    """Counts from each member's next sign-in. Raises DoesNotExist for a workspace of somebody else."""
    access.require(Right.MANAGE_SIGN_IN)
    lock_people(access.customer_id or 0)
    provider = queries.find_identity_provider(access)
    if provider is None:
        raise Conflict("directory_without_provider")
    workspace = work.get_workspace(access, workspace_id)
    said = key.strip()
    if not said or len(said) > rules.KEY_MAX or not roles or set(roles) - set(GIVEN_ROLES):
        raise Invalid("directory_group_incomplete")
    there = DirectoryGroup.objects.visible_to(access)
    if there.filter(provider=provider, workspace=workspace, key=said).exists():
        raise Conflict("directory_group_there")
    if there.count() >= rules.GROUPS_MAX:
        raise Conflict("directory_groups_full", count=rules.GROUPS_MAX)
    group = DirectoryGroup.objects.create(
        customer_id=workspace.customer_id,
        provider=provider,
        workspace=workspace,
        key=said,
        name=name.strip() or said[:100],
        roles=sorted(set(roles)),
        made_at=clock.now(),
    )
    record(access, "people.directory_group_added", group.pk, workspace_id=workspace.pk)
    return group


@command
def remove_directory_group(access: Access, group_id: int) -> None:
    """What it gave is taken at once; what else its members have stays."""
    access.require(Right.MANAGE_SIGN_IN)
    lock_people(access.customer_id or 0)
    group = queries.get_directory_group(access, group_id)
    steps.take_all(access, [group.pk])
    record(access, "people.directory_group_removed", group.pk, workspace_id=group.workspace_id)
    group.delete()


# Somebody signs in


@dataclass(frozen=True, slots=True)
class Entered:
    """Who was let in, and where a group would have made them a support contact, but no place was left."""

    person: Person
    full: list[Workspace]


@command
def sign_in(access: Access, provider: Provider, claim: Claim) -> Entered:
    """Let in whom the provider's verified answer names; ``access`` is the hub's, inside the provider's customer.

    Raises Invalid for whoever is not let in. Renews the roles that come from the directory's groups, and joins what the
    customer has asked them into: who it is needs no mail to prove it, so they may have no mailbox (R3.5).
    """
    lock_people(provider.customer_id)
    groups = steps.matching(access, provider, claim)
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
    work_steps.vouch(provider.customer_id, person.pk)
    lasts = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    full = steps.renew(access, provider, claim, person, groups, ends_at=clock.now() + lasts)
    if invitations := list_joinable(access, person.pk):
        admit(provider.customer_id, person.pk, invitations)
    return Entered(person, full)


def _is_address_of(person: Person, claim: Claim) -> bool:
    return (person.email or "").lower() == claim.email.lower()


def _new_person(claim: Claim) -> Person:
    """Raises Invalid for an address that nobody could be invited with."""
    email = check_address(claim.email)
    (person,) = add_invited([Person(name=_name_in(claim), email=email, password=make_password(None))])
    return person


def _name_in(claim: Claim) -> str:
    """As the directory says it, by the rule for any other name; else what stands before the @."""
    try:
        name = check_person_name(claim.name)
    except Invalid:
        name = ""
    return name or claim.email.partition("@")[0]
