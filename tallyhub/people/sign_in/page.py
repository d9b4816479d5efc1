"""What the page of the account policy says, in words."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.agreements.queries import AccountPolicy
from tallyhub.agreements.rules import Plan
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations.models import ProvedDomain, Workspace
from tallyhub.organizations.rules import IMPORTED, ROLE_NAMES
from tallyhub.people.models import DirectoryGroup
from tallyhub.people.policy import SHOWN_MAX, Effect
from tallyhub.people.sign_in.rules import record_name, record_text


def workspace(one: Workspace, policy: AccountPolicy) -> dict[str, Any]:
    accepts = _("Work accounts only") if policy.refuses else _("Work and personal accounts")
    return {
        "id": one.pk,
        "name": one.name,
        "is_archived": one.archived_at is not None,
        "badge": {"tone": "none" if policy.refuses else "ok", "text": accepts},
        "because": _because(one, policy),
        "allows": one.allows_personal,
    }


def _because(one: Workspace, policy: AccountPolicy) -> str:
    """Whose rule it is; of several agreements the strictest decides."""
    said = {"number": policy.decided_by[0].number} if policy.decided_by else {}
    decides = policy.decided_by[0] if policy.decided_by else None
    if one.allows_personal:
        if decides is None:
            return _("No agreement reaches it yet. The customer has allowed personal accounts.")
        if decides.plan == Plan.UNIFIED:
            return _("Unified agreement %(number)s refuses personal accounts; the customer has allowed them.") % said
        return _("Agreement %(number)s accepts personal accounts, and the customer has allowed them.") % said
    if decides is None:
        return _("No agreement reaches it yet. The customer has not allowed personal accounts.")
    if decides.plan != Plan.UNIFIED:
        return _("Agreement %(number)s accepts personal accounts.") % said
    if any(each.plan != Plan.UNIFIED for each in policy.decided_by):
        return (
            _(
                "Unified agreement %(number)s refuses personal accounts; the customer has not allowed them. Of the "
                "agreements that reach it, the strictest decides."
            )
            % said
        )
    return _("Unified agreement %(number)s refuses personal accounts; the customer has not allowed them.") % said


def domain(one: ProvedDomain) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.domain,
        "is_proved": one.proved_at is not None,
        "badge": {"tone": "ok", "text": _("proved")} if one.proved_at else {"tone": "low", "text": _("claimed")},
        "how": _how(one),
        "record": record_name(one.domain),
        "text": record_text(one.challenge),
    }


def _how(one: ProvedDomain) -> str:
    if one.proved_at is None:
        return _("Set this record where your domain’s DNS is kept, then check.")
    day = fmt.short_day(timezone.localtime(one.proved_at).date())
    if one.proved_by == "dns":
        return _("By its record, on %(day)s") % {"day": day}
    if one.reason == IMPORTED:
        return _("By an import, on %(day)s") % {"day": day}
    return _("By the account team, on %(day)s: %(reason)s") % {"day": day, "reason": one.reason}


def group(one: DirectoryGroup, members: int) -> dict[str, Any]:
    seen = _("nobody of it has signed in yet")
    if one.seen_at:
        seen = _("last sign-in %(day)s") % {"day": fmt.short_day(timezone.localtime(one.seen_at).date())}
    return {
        "id": one.pk,
        "name": one.name,
        "key": one.key,
        "workspace": one.workspace.name,
        "roles": ", ".join(str(ROLE_NAMES[role]) for role in one.roles),
        "members": ngettext("%(n)s person has them now", "%(n)s people have them now", members)
        % {"n": fmt.number(members)},
        "seen": seen,
    }


def effect(found: Effect, names: Callable[[Collection[int]], list[tuple[str, str]]]) -> dict[str, Any]:
    """``names``: reads name and address of some people."""
    invited = len(found.invited)
    return {
        "out": _people(len(found.out)),
        "names": _with_reasons(names(found.out), found),
        "more": _more(len(found.out)),
        "unable": _people(len(found.unable)),
        "unable_names": [(name, "") for name, _address in names(found.unable)],
        "unable_more": _more(len(found.unable)),
        "invited": ngettext("%(n)s invitation", "%(n)s invitations", invited) % {"n": fmt.number(invited)}
        if invited
        else "",
        "invited_names": _with_reasons(found.invited[:SHOWN_MAX], found),
        "invited_more": _more(invited),
    }


def _with_reasons(people: Iterable[tuple[str, str]], found: Effect) -> list[tuple[str, str]]:
    return [(name, why_personal(address, found.domains)) for name, address in people]


def why_personal(address: str, domains: Collection[str]) -> str:
    """Why an account of which it is known to be personal is that. ``domains``: those that the customer has proved."""
    domain = address.rpartition("@")[2].lower()
    if not domain:
        return _("has no email address")
    if domain not in domains:
        return _("%(domain)s is none of the proved domains") % {"domain": domain}
    return _("has not confirmed the email address")


def _people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": fmt.number(count)} if count else ""


def _more(count: int) -> str:
    left = count - SHOWN_MAX
    return ngettext("and %(n)s more", "and %(n)s more", left) % {"n": fmt.number(left)} if left > 0 else ""


def may(access: Access) -> dict[str, bool]:
    """What the page offers: the account team sets a domain, the customer's administrators do the rest."""
    return {
        "manage": Right.MANAGE_SIGN_IN in access.customer_rights,
        "set_domain": Right.MANAGE_AGREEMENTS in access.customer_rights,
    }
