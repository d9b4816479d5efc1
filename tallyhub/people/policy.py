"""Whom a change of the account policy would leave outside, before it is made (R3.6)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations.models import AccessGrant, ProvedDomain, WorkAccount, Workspace
from tallyhub.organizations.queries import find_personal
from tallyhub.organizations.rules import ADMINISTRATORS, STAFF, Role
from tallyhub.people.models import Invitation

SHOWN_MAX = 100  # names on a page; all are counted


@dataclass(frozen=True, slots=True)
class Effect:
    """``out``: people who could do something before and can do less after; ``invited``: open invitations that would
    lead to nothing. ``had`` and ``has``: whether anybody administers before and after."""

    out: frozenset[int]
    invited: tuple[str, ...] = ()
    had_administrator: bool = False
    has_administrator: bool = True


def check(access: Access, effect: Effect) -> None:
    """Raises Conflict where one would lock out oneself, or the last who administers."""
    if access.person_id in effect.out:
        raise Conflict("policy_oneself")
    if effect.had_administrator and not effect.has_administrator:
        raise Conflict("policy_last_administrator")


def names(effect: Effect) -> list[str]:
    """SHOWN_MAX at most, by name."""
    found = Person.objects.filter(pk__in=effect.out).order_by("name", "pk")
    return list(found.values_list("name", flat=True)[:SHOWN_MAX])


def refusing(access: Access, workspace: Workspace) -> Effect:
    """If this workspace refused personal accounts. The first that does ends them in the whole customer, too."""
    if workspace.refuses_personal:
        return Effect(frozenset())
    in_whole = workspace.archived_at is None and not _refusing(access)
    held = _held(access, [workspace.pk], in_whole=in_whole)
    out = find_personal(workspace.customer_id, held)
    invitations = _invitations(access, [workspace.pk])
    strangers = find_personal(workspace.customer_id, (one.person_id for one in invitations))
    invited = tuple(one.name or one.email for one in invitations if one.person_id in strangers)
    return _effect(_administrators(access, workspace), out, invited)


def taking_domain(access: Access, domain: ProvedDomain) -> Effect:
    """If the domain were the customer's no more: who is a work account by it alone, and reaches what refuses others."""
    if domain.proved_at is None:
        return Effect(frozenset())
    held = _held_where_refused(access)
    vouched = WorkAccount.objects.visible_to(access).values("person_id")
    by_it = Person.objects.filter(
        pk__in=held, confirmed_at__isnull=False, email_folded__endswith=f"@{domain.domain}"
    ).exclude(pk__in=vouched)
    return _effect(_administrators(access), set(by_it.values_list("pk", flat=True)))


def ending_provider(access: Access) -> Effect:
    """If the customer's identity provider vouched for nobody any more: who is a work account by that alone."""
    held = _held_where_refused(access)
    vouched = set(WorkAccount.objects.visible_to(access).values_list("person_id", flat=True))
    proved = ProvedDomain.objects.visible_to(access).exclude(proved_at=None)
    endings = Q(pk__in=())
    for name in proved.values_list("domain", flat=True):
        endings |= Q(email_folded__endswith=f"@{name}")
    by_domain = Person.objects.filter(endings, pk__in=vouched, confirmed_at__isnull=False)
    out = (held & vouched) - set(by_domain.values_list("pk", flat=True))
    return _effect(_administrators(access), out)


def _effect(administrators: set[int], out: Collection[int], invited: tuple[str, ...] = ()) -> Effect:
    return Effect(frozenset(out), invited, bool(administrators), bool(administrators - set(out)))


def _refusing(access: Access) -> list[int]:
    refusing = Workspace.objects.visible_to(access).filter(refuses_personal=True, archived_at=None)
    return list(refusing.values_list("pk", flat=True))


def _held_where_refused(access: Access) -> set[int]:
    refusing = _refusing(access)
    return _held(access, refusing, in_whole=bool(refusing))


def _current(access: Access) -> "Q":
    not_over = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    return not_over & Q(customer_id__in=access.customers) & ~Q(role__in=STAFF)


def _held(access: Access, workspaces: Collection[int], *, in_whole: bool) -> set[int]:
    """Who holds a role there now or later, the provider's staff left out: it is never refused."""
    reach = Q(workspace_id__in=workspaces)
    if in_whole:
        reach |= Q(workspace_id=None)
    grants = AccessGrant.objects.visible_to(access).filter(_current(access) & reach, person__is_active=True)
    return set(grants.values_list("person_id", flat=True))


def _administrators(access: Access, workspace: Workspace | None = None) -> set[int]:
    """Those whose role counts now: of the whole customer, and of the workspace, where one is named."""
    now = clock.now()
    roles = Q(role=Role.CUSTOMER_ADMINISTRATOR, workspace_id=None)
    if workspace is not None:
        roles |= Q(role__in=ADMINISTRATORS, workspace_id=workspace.pk)
    grants = AccessGrant.objects.visible_to(access).filter(_current(access) & roles, starts_at__lte=now)
    held = set(grants.filter(person__is_active=True).values_list("person_id", flat=True))
    if _refusing(access):
        held -= find_personal(access.customer_id or 0, held)
    return held


def _invitations(access: Access, workspaces: Collection[int]) -> list[Invitation]:
    found = Invitation.objects.filter(workspace_id__in=workspaces, accepted_at=None, voided_at=None)
    return list(found.filter(customer_id__in=access.customers, expires_at__gt=clock.now()).order_by("name", "email"))
