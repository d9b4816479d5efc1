"""Access tokens: their secrets, and what each scope allows. Pure."""

import secrets
from enum import StrEnum
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.access import Access, Right

PREFIX = "thub_"  # so that people and scanners of leaked secrets know one when they see it
SECRET_BYTES = 32
LIFETIMES_DAYS = (30, 90, 180, 365)
LISTED_MAX = 200


class TokenScope(StrEnum):
    READ_AGREEMENTS = "agreements:read"
    READ_ENTRIES = "entries:read"
    WRITE_ENTRIES = "entries:write"
    READ_REQUESTS = "requests:read"
    WRITE_REQUESTS = "requests:write"
    READ_LEARNING = "learning:read"
    READ_ASSESSMENTS = "assessments:read"
    WRITE_ASSESSMENTS = "assessments:write"
    READ_SERVICES = "services:read"
    WRITE_SERVICES = "services:write"
    READ_HEALTH = "health:read"
    READ_MESSAGES = "messages:read"
    READ_ARTICLES = "articles:read"
    WRITE_WISHES = "wishes:write"
    READ_HELPDESK = "helpdesk:read"
    WRITE_HELPDESK = "helpdesk:write"


SCOPE_LABELS = {
    TokenScope.READ_AGREEMENTS: _("Read agreements, packages and what is left"),
    TokenScope.READ_ENTRIES: _("Read the rows of consumption"),
    TokenScope.WRITE_ENTRIES: _("Book consumption and take it back"),
    TokenScope.READ_REQUESTS: _("Read support requests, their messages and, for staff, the time worked"),
    TokenScope.WRITE_REQUESTS: _("Open support requests, write messages in them and, for engineers, log time"),
    TokenScope.READ_LEARNING: _("Read what you learn and, for learning managers, what their people learn"),
    TokenScope.READ_ASSESSMENTS: _("Read what assessments found"),
    TokenScope.WRITE_ASSESSMENTS: _("Set up assessments and bring in their results"),
    TokenScope.READ_SERVICES: _("Read the services that were ordered, and what was delivered of them"),
    TokenScope.WRITE_SERVICES: _(
        "Request services and accept or dispute what was delivered; for staff, plan, schedule and deliver them"
    ),
    TokenScope.READ_HEALTH: _("Read service health: what goes on and what was"),
    TokenScope.READ_MESSAGES: _("Read the provider’s messages to the customer"),
    TokenScope.READ_ARTICLES: _("Read the articles about the customer’s products"),
    TokenScope.WRITE_WISHES: _("Ask whoever sold a subscription for more, for less or for something new"),
    TokenScope.READ_HELPDESK: _("Read the requests at your helpdesk, and escalations"),
    TokenScope.WRITE_HELPDESK: _("Work on the requests at your helpdesk, and on escalations"),
}
# For one's work at the provider or a partner, inside no customer; all others are for what one does inside one.
OF_WORK = (TokenScope.READ_HELPDESK, TokenScope.WRITE_HELPDESK)
OF_CUSTOMERS = tuple(one for one in TokenScope if one not in OF_WORK)
_AT_WORK = frozenset({Right.SERVE_CUSTOMERS, Right.ESCALATE, Right.WORK_ESCALATIONS})
# The right without which it is of no use. Support requests are given to people who have no right at all (R1.5), so that
# one's own token may be of use to everybody; a customer's own is nobody whom anything could be given to.
_NEEDED = {
    TokenScope.READ_AGREEMENTS: Right.VIEW_ACTIVITY,
    TokenScope.READ_ENTRIES: Right.VIEW_ACTIVITY,
    TokenScope.WRITE_ENTRIES: Right.POST_ENTRIES,
    TokenScope.READ_ASSESSMENTS: Right.VIEW_ASSESSMENTS,
    TokenScope.WRITE_ASSESSMENTS: Right.SET_UP_ASSESSMENTS,
    TokenScope.WRITE_WISHES: Right.ADMINISTER,
}
_NEEDED_OF_CUSTOMER = _NEEDED | dict.fromkeys(
    (TokenScope.READ_REQUESTS, TokenScope.WRITE_REQUESTS), Right.VIEW_ALL_REQUESTS
)
_NEEDED_OF_CUSTOMER |= {TokenScope.READ_LEARNING: Right.VIEW_LEARNING}
_NEEDED_OF_CUSTOMER |= {TokenScope.READ_SERVICES: Right.VIEW_ACTIVITY, TokenScope.WRITE_SERVICES: Right.VIEW_ACTIVITY}
_NEEDED_OF_CUSTOMER |= {TokenScope.READ_HEALTH: Right.VIEW_ACTIVITY, TokenScope.READ_MESSAGES: Right.VIEW_ACTIVITY}
_NEEDED_OF_CUSTOMER |= {TokenScope.READ_ARTICLES: Right.VIEW_ACTIVITY}
# What a partner is asked, a customer's own token reads if one of the customer's administrators made it, and not the
# provider's account team, which must not know of it (R5.3).
_READS_REQUESTS = frozenset({Right.VIEW_ALL_REQUESTS, Right.VIEW_PARTNER_REQUESTS, Right.READ_WORK})
# A token has these of its holder's rights and no others, so that an endpoint cannot reach further than its scope.
_RIGHTS_OF = {
    TokenScope.READ_AGREEMENTS: frozenset({Right.VIEW_ACTIVITY, Right.ADMINISTER}),
    TokenScope.READ_ENTRIES: frozenset({Right.VIEW_ACTIVITY, Right.ADMINISTER, Right.VIEW_LEARNING}),
    TokenScope.WRITE_ENTRIES: frozenset({Right.POST_ENTRIES}),
    TokenScope.READ_REQUESTS: _READS_REQUESTS,
    TokenScope.READ_LEARNING: frozenset({Right.VIEW_LEARNING}),
    TokenScope.READ_HEALTH: frozenset(),  # whoever belongs to the customer may read it
    TokenScope.READ_MESSAGES: frozenset(),  # as service health; what is for administrators alone is not there
    TokenScope.READ_ARTICLES: frozenset(),  # as service health
    TokenScope.WRITE_REQUESTS: _READS_REQUESTS | {Right.OPEN_REQUESTS, Right.WORK_REQUESTS},
    TokenScope.READ_ASSESSMENTS: frozenset({Right.VIEW_ASSESSMENTS}),
    TokenScope.WRITE_ASSESSMENTS: frozenset({Right.VIEW_ASSESSMENTS, Right.SET_UP_ASSESSMENTS}),
}
_RIGHTS_OF |= {TokenScope.WRITE_WISHES: frozenset({Right.VIEW_ACTIVITY, Right.ADMINISTER})}
_RIGHTS_OF |= dict.fromkeys(OF_WORK, _AT_WORK)
# What was ordered is read by whoever reads the workspace, and written by those who plan, deliver or administer there.
_READS_SERVICES = frozenset({Right.VIEW_ACTIVITY, Right.PLAN_SERVICES, Right.DELIVER_SERVICES})
_RIGHTS_OF |= {
    TokenScope.READ_SERVICES: _READS_SERVICES,
    TokenScope.WRITE_SERVICES: _READS_SERVICES | {Right.ADMINISTER},
}
# What only somebody may do: a customer's own token is nobody, and lies with the customer, whoever made it.
_OF_PEOPLE = frozenset({Right.READ_WORK, Right.WORK_REQUESTS, Right.PLAN_SERVICES, Right.DELIVER_SERVICES})


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """What is stored. A plain hash is enough, because nobody guesses 256 random bits: a slow one, which passwords
    need, would only make each request slow."""
    return sha256(secret.encode(errors="replace")).digest()


def rights_of(scopes: frozenset[TokenScope]) -> frozenset[Right]:
    return frozenset[Right]().union(*(_RIGHTS_OF[one] for one in scopes))


def rights_of_customer(scopes: frozenset[TokenScope]) -> frozenset[Right]:
    """The same, for a customer's own token."""
    return rights_of(scopes) - _OF_PEOPLE


def may_make_for_customer(access: Access) -> bool:
    """The customer's administrators, and its account team. Nobody by a delegation: what they made would outlive it."""
    return not access.acts_as and bool(access.customer_rights & {Right.ADMINISTER, Right.MANAGE_AGREEMENTS})


def offered_scopes(access: Access, *, is_of_customer: bool) -> list[TokenScope]:
    """Those that would be of use: whose right one has somewhere, or, for the customer's own, in all of it."""
    if is_of_customer:
        return [one for one in OF_CUSTOMERS if _NEEDED_OF_CUSTOMER[one] in access.customer_rights]
    return [one for one in OF_CUSTOMERS if one not in _NEEDED or access.has_anywhere(_NEEDED[one])]


def offered_at_work(access: Access) -> list[TokenScope]:
    """For what one does at the provider or partner that one works for; none where a program could do nothing there."""
    return list(OF_WORK) if access.organization_rights & _AT_WORK else []
