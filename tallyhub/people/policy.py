"""Whom a change of the account policy would leave outside, before it is made (R3.6)."""

from collections.abc import Collection
from dataclasses import dataclass

from tallyhub.accounts.queries import find_confirmed_in, find_without_password, list_addressed
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.organizations.models import ProvedDomain, Workspace
from tallyhub.organizations.queries import find_personal
from tallyhub.organizations.work import queries as work
from tallyhub.people.sign_in.queries import list_open_invitations

SHOWN_MAX = 100  # names on a page; all are counted


@dataclass(frozen=True, slots=True)
class Effect:
    """``out``: people who could do something before and can do less after; ``invited``: (name, address) of open
    invitations that would lead to nothing; ``unable``: people who could sign in no more; ``domains``: the proved ones
    after."""

    out: frozenset[int]
    invited: tuple[tuple[str, str], ...] = ()
    unable: frozenset[int] = frozenset()
    domains: frozenset[str] = frozenset()


def check(access: Access, effect: Effect) -> None:
    """Raises Conflict where one would lock out oneself."""
    if access.person_id in effect.unable:
        raise Conflict("policy_oneself_unable")
    if access.person_id in effect.out:
        raise Conflict("policy_oneself")


def names(people: Collection[int]) -> list[tuple[str, str]]:
    """(name, address), SHOWN_MAX at most, by name."""
    return list_addressed(people, SHOWN_MAX)


def refusing(access: Access, workspace: Workspace) -> Effect:
    """If this workspace refused personal accounts. The first that does ends them in the whole customer, too."""
    if workspace.refuses_personal:
        return Effect(frozenset())
    in_whole = workspace.archived_at is None and not work.list_refusing(access)
    out = find_personal(workspace.customer_id, work.find_holders(access, [workspace.pk], in_whole=in_whole))
    invitations = list_open_invitations(access, workspace.pk)
    strangers = find_personal(workspace.customer_id, (one.person_id for one in invitations))
    invited = tuple((one.name or one.email, one.email) for one in invitations if one.person_id in strangers)
    return Effect(frozenset(out), invited, domains=_proved(access))


def taking_domain(access: Access, domain: ProvedDomain) -> Effect:
    """If the domain were the customer's no more: who is a work account by it alone, and reaches what refuses others."""
    if domain.proved_at is None:
        return Effect(frozenset())
    held = _held_where_refused(access) - work.find_vouched(access)
    left = _proved(access) - {domain.domain}
    return Effect(frozenset(find_confirmed_in(held, [domain.domain])), domains=left)


def ending_provider(access: Access) -> Effect:
    """If the customer's identity provider vouched for nobody any more: who is a work account by that alone, and who
    signs in by nothing else."""
    vouched = work.find_vouched(access)
    held = _held_where_refused(access) & vouched
    proved = _proved(access)
    everywhere = [one.pk for one in work.list_workspaces(access)]
    unable = find_without_password(work.find_holders(access, everywhere, in_whole=True) & vouched)
    return Effect(frozenset(held - find_confirmed_in(held, proved)), unable=frozenset(unable), domains=proved)


def _proved(access: Access) -> frozenset[str]:
    return frozenset(one.domain for one in work.list_domains(access) if one.proved_at)


def _held_where_refused(access: Access) -> set[int]:
    refusing = work.list_refusing(access)
    return work.find_holders(access, refusing, in_whole=bool(refusing))
