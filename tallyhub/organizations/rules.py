"""Kinds of organisation, roles, and what each role allows."""

import re
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Invalid


class Kind(StrEnum):
    PROVIDER = "provider"
    PARTNER = "partner"
    CUSTOMER = "customer"


class Role(StrEnum):
    CUSTOMER_ADMINISTRATOR = "customer_administrator"
    WORKSPACE_ADMINISTRATOR = "workspace_administrator"
    CUSTOMER_ACTIVITY = "customer_activity"
    LEARNING_MANAGER = "learning_manager"
    SUPPORT_CONTACT = "support_contact"
    VIEW_ALL_SUPPORT_REQUESTS = "view_all_support_requests"
    MEMBER = "member"
    CSAM = "csam"
    ACCOUNT_COORDINATOR = "account_coordinator"
    ENGINEER = "engineer"
    # What a customer delegates to a partner, for as long as it says so (partners).
    SUPPORT_READ = "support_read"
    SUPPORT_TIER_1 = "support_tier_1"
    SUPPORT_TIER_2 = "support_tier_2"
    FULL_ADMINISTRATION = "full_administration"
    # What it consents to for one request, in that request's workspace.
    REQUEST_READ = "request_read"
    REQUEST_WORK = "request_work"


class StaffRole(StrEnum):
    """What somebody is at the provider or a partner they work for; what they may do for a customer is a ``Role``."""

    ORGANIZATION_ADMINISTRATOR = "organization_administrator"
    EDITOR = "editor"
    DESK = "desk"
    PARTNER_MANAGER = "partner_manager"
    ADMIN_AGENT = "admin_agent"
    HELPDESK_AGENT = "helpdesk_agent"
    SALES_AGENT = "sales_agent"


STAFF_ROLES_AT: dict[Kind, frozenset[StaffRole]] = {
    Kind.PROVIDER: frozenset(
        {StaffRole.ORGANIZATION_ADMINISTRATOR, StaffRole.EDITOR, StaffRole.DESK, StaffRole.PARTNER_MANAGER}
    ),
    Kind.PARTNER: frozenset(
        {
            StaffRole.ORGANIZATION_ADMINISTRATOR,
            StaffRole.ADMIN_AGENT,
            StaffRole.HELPDESK_AGENT,
            StaffRole.SALES_AGENT,
        }
    ),
}
STAFF_ROLE_NAMES: dict[str, Any] = {
    StaffRole.ORGANIZATION_ADMINISTRATOR: _("Administrator of the organisation"),
    StaffRole.EDITOR: _("Editor"),
    StaffRole.DESK: _("Escalation desk"),
    StaffRole.PARTNER_MANAGER: _("Partner manager"),
    StaffRole.ADMIN_AGENT: _("Admin agent"),
    StaffRole.HELPDESK_AGENT: _("Helpdesk agent"),
    StaffRole.SALES_AGENT: _("Sales agent"),
}
STAFF_RIGHTS_OF: dict[StaffRole, frozenset[Right]] = {
    StaffRole.ORGANIZATION_ADMINISTRATOR: frozenset({Right.MANAGE_STAFF, Right.MANAGE_SUPPORT}),
    StaffRole.EDITOR: frozenset({Right.EDIT_HEALTH, Right.EDIT_MESSAGES, Right.EDIT_GUIDES}),
    StaffRole.DESK: frozenset({Right.WORK_ESCALATIONS}),
    StaffRole.PARTNER_MANAGER: frozenset({Right.OVERSEE_PARTNERS}),
    StaffRole.ADMIN_AGENT: frozenset(
        {Right.MANAGE_DELEGATIONS, Right.MANAGE_SUPPORT, Right.SERVE_CUSTOMERS, Right.ESCALATE, Right.ADVISE}
    ),
    StaffRole.HELPDESK_AGENT: frozenset({Right.SERVE_CUSTOMERS, Right.ESCALATE}),
    StaffRole.SALES_AGENT: frozenset({Right.ADVISE}),
}

ROLE_NAMES: dict[str, Any] = {
    Role.CUSTOMER_ADMINISTRATOR: _("Customer administrator"),
    Role.WORKSPACE_ADMINISTRATOR: _("Workspace administrator"),
    Role.CUSTOMER_ACTIVITY: _("Customer activity"),
    Role.LEARNING_MANAGER: _("Learning manager"),
    Role.SUPPORT_CONTACT: _("Support contact"),
    Role.VIEW_ALL_SUPPORT_REQUESTS: _("View all support requests"),
    Role.MEMBER: _("Member"),
    Role.CSAM: _("CSAM"),
    Role.ACCOUNT_COORDINATOR: _("Account coordinator"),
    Role.ENGINEER: _("Engineer"),
    Role.SUPPORT_READ: _("Support, read"),
    Role.SUPPORT_TIER_1: _("Support, tier 1"),
    Role.SUPPORT_TIER_2: _("Support, tier 2"),
    Role.FULL_ADMINISTRATION: _("Full administration"),
    Role.REQUEST_READ: _("One request, read"),
    Role.REQUEST_WORK: _("One request, work on it"),
}
# Of a partner's people who work on one request of a customer from their own desk: no role, and held nowhere (support).
AT_DESK = "at_desk"
ACTED_AS: dict[str, Any] = ROLE_NAMES | {AT_DESK: _("At the partner’s desk")}
# What a right lets somebody see, for those who ask who can see a workspace. The others only allow to do something.
SEES: dict[Right, Any] = {
    Right.VIEW_ACTIVITY: _(
        "the totals of everything mapped here, with what its other workspaces used, and every row but those of "
        "reactive support, advisory support and learning"
    ),
    Right.ADMINISTER: _("every row of the consumption history but named people’s learning"),
    Right.VIEW_LEARNING: _("named people’s learning"),
    Right.VIEW_ALL_REQUESTS: _("every support request"),
    Right.VIEW_AUDIT: _("what was done, and who can see what"),
    Right.VIEW_ASSESSMENTS: _("what assessments found, with the objects that are affected"),
}
# Where a grant comes from; that of a group is named by people.rights.sources.
SOURCES: dict[str, Any] = {
    "consent": _("By the consent to one request"),
    "delegation": _("By a delegation to their partner"),
    "invitation": _("By the invitation they accepted"),
    "membership": _("Given to the person directly"),
}

# What people of the provider or of a partner read where the matters of a customer would stand.
INSIDE_NO_CUSTOMER: Any = _(
    "You work inside no customer now. What you may do for your organisation stands in the menu at the top."
)
_MARKET = re.compile(r"[A-Z]{2}", re.ASCII)
IMPORTED = "import"  # the reason for which an import says that a domain is the customer's

WHOLE_ROLES = frozenset({Role.CUSTOMER_ADMINISTRATOR})  # held in the whole customer and nowhere else
ADMINISTRATORS = frozenset({Role.CUSTOMER_ADMINISTRATOR, Role.WORKSPACE_ADMINISTRATOR})
ACCOUNT_TEAM = frozenset({Role.CSAM, Role.ACCOUNT_COORDINATOR})  # as organizations_served() has it, too
ASSIGNED = frozenset({Role.CSAM, Role.ACCOUNT_COORDINATOR, Role.ENGINEER})  # by the account team
DELEGATED = frozenset(  # to a partner by the customer; as organizations_delegated_roles() has it, too
    {
        Role.SUPPORT_READ,
        Role.SUPPORT_TIER_1,
        Role.SUPPORT_TIER_2,
        Role.FULL_ADMINISTRATION,
        Role.REQUEST_READ,
        Role.REQUEST_WORK,
    }
)
STAFF = ASSIGNED | DELEGATED  # of the provider or a partner
SERVING = frozenset({StaffRole.ADMIN_AGENT, StaffRole.HELPDESK_AGENT})  # to whom alone what is delegated gives anything


def read_market(text: str) -> str:
    """A country as ISO 3166 names it, in capital letters; empty: not said. Raises Invalid."""
    market = text.strip().upper()
    if market and not _MARKET.fullmatch(market):
        raise Invalid("market_unknown")
    return market


def may_give_staff(role: Role, held: frozenset[Right]) -> bool:
    """Nobody makes anybody, or themselves, more than they are. Engineers are assigned by the account team, whose own
    work theirs is not.
    """
    return role in ASSIGNED and RIGHTS_OF[role] - {Right.WORK_REQUESTS} <= held


_ADMINISTRATOR = frozenset(
    {
        Right.VIEW_ACTIVITY,
        Right.ADMINISTER,
        Right.VIEW_ALL_REQUESTS,
        Right.VIEW_AUDIT,
        Right.MANAGE_USERS,
        Right.SET_UP_ASSESSMENTS,
        Right.VIEW_ASSESSMENTS,
    }
)
# Staff, where they are assigned (R1.5).
_READS_REQUESTS = frozenset({Right.VIEW_ALL_REQUESTS, Right.READ_NOTES, Right.READ_WORK})
_TEAM = _READS_REQUESTS | {
    Right.VIEW_ACTIVITY,
    Right.MANAGE_AGREEMENTS,
    Right.VIEW_AUDIT,
    Right.MANAGE_WEBHOOKS,
    Right.POST_ENTRIES,
    Right.PLAN_SERVICES,
    Right.DELIVER_SERVICES,
    Right.SET_UP_ASSESSMENTS,
    Right.VIEW_ASSESSMENTS,
}

# As little as the work needs (spec 2.4). Nobody of a partner ever decides what partners may do.
_SUPPORT_READ = frozenset({Right.VIEW_ALL_REQUESTS, Right.VIEW_ACTIVITY, Right.VIEW_AUDIT})
_SUPPORT_TIER_1 = _SUPPORT_READ | {Right.WORK_REQUESTS, Right.READ_NOTES, Right.READ_WORK, Right.OPEN_REQUESTS}
_SUPPORT_TIER_2 = _SUPPORT_TIER_1 | {Right.MANAGE_USERS, Right.VIEW_ASSESSMENTS, Right.SET_UP_ASSESSMENTS}

RIGHTS_OF: dict[Role, frozenset[Right]] = {
    Role.CUSTOMER_ADMINISTRATOR: _ADMINISTRATOR
    | {Right.MANAGE_WEBHOOKS, Right.ERASE_PEOPLE, Right.MANAGE_SIGN_IN, Right.MANAGE_PARTNERS}
    | {Right.VIEW_PARTNER_REQUESTS},
    Role.WORKSPACE_ADMINISTRATOR: _ADMINISTRATOR,
    Role.CUSTOMER_ACTIVITY: frozenset({Right.VIEW_ACTIVITY}),
    Role.LEARNING_MANAGER: frozenset({Right.VIEW_LEARNING, Right.ASSIGN_LEARNING}),
    Role.SUPPORT_CONTACT: frozenset({Right.OPEN_REQUESTS}),
    Role.VIEW_ALL_SUPPORT_REQUESTS: frozenset({Right.VIEW_ALL_REQUESTS}),
    Role.MEMBER: frozenset(),
    Role.CSAM: _TEAM,
    Role.ACCOUNT_COORDINATOR: _TEAM | {Right.ERASE_PEOPLE},
    Role.ENGINEER: _READS_REQUESTS | {Right.WORK_REQUESTS, Right.DELIVER_SERVICES, Right.VIEW_ASSESSMENTS},
    Role.SUPPORT_READ: _SUPPORT_READ,
    Role.SUPPORT_TIER_1: _SUPPORT_TIER_1,
    Role.SUPPORT_TIER_2: _SUPPORT_TIER_2,
    Role.FULL_ADMINISTRATION: _ADMINISTRATOR | _SUPPORT_TIER_2 | {Right.MANAGE_WEBHOOKS, Right.MANAGE_SIGN_IN},
    Role.REQUEST_READ: frozenset(),
    Role.REQUEST_WORK: frozenset({Right.WORK_REQUESTS}),
}


def barred_roles(access: Access) -> frozenset[Role]:
    """What this person neither gives nor takes, whatever rights they have: nobody of a partner makes or unmakes
    administrators, whatever was delegated.
    """
    return ADMINISTRATORS if access.acts_as else frozenset()


def reads_customer(access: Access) -> bool:
    """Whether somebody reads what is for everybody of the customer: whoever was let into single requests does not."""
    return not access.acts_as or access.has_anywhere(Right.VIEW_ALL_REQUESTS)


def is_of_staff(access: Access) -> bool:
    """Whether somebody gets roles where they work and from their customers, and not within a customer."""
    return access.is_staff or access.organization_id is not None


def roles_with(access: Access, right: str) -> tuple[list[str], bool]:
    """Names of the roles that have a right, and whether somebody like this could be given one of them: staff get theirs
    where they work and from their customers, everybody else within the customer.
    """
    is_staff = is_of_staff(access)
    at_work = [str(STAFF_ROLE_NAMES[role]) for role, rights in STAFF_RIGHTS_OF.items() if right in rights]
    if at_work:
        return at_work, is_staff
    inside = [role for role, rights in RIGHTS_OF.items() if right in rights]
    theirs = [role for role in inside if (role in STAFF) is is_staff]
    return [str(ROLE_NAMES[role]) for role in theirs or inside], bool(theirs)
