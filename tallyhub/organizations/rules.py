"""Kinds of organisation, roles, and what each role allows."""

from enum import StrEnum

from tallyhub.kernel.access import Right


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


_ADMINISTRATOR = frozenset({Right.VIEW_ACTIVITY, Right.ADMINISTER, Right.VIEW_ALL_REQUESTS})
_ACCOUNT_TEAM = frozenset({Right.VIEW_ACTIVITY, Right.MANAGE_AGREEMENTS, Right.POST_ENTRIES})

RIGHTS_OF: dict[Role, frozenset[Right]] = {
    Role.CUSTOMER_ADMINISTRATOR: _ADMINISTRATOR,
    Role.WORKSPACE_ADMINISTRATOR: _ADMINISTRATOR,
    Role.CUSTOMER_ACTIVITY: frozenset({Right.VIEW_ACTIVITY}),
    Role.LEARNING_MANAGER: frozenset({Right.VIEW_LEARNING}),
    Role.SUPPORT_CONTACT: frozenset({Right.OPEN_REQUESTS}),
    Role.VIEW_ALL_SUPPORT_REQUESTS: frozenset({Right.VIEW_ALL_REQUESTS}),
    Role.MEMBER: frozenset(),
    Role.CSAM: _ACCOUNT_TEAM,
    Role.ACCOUNT_COORDINATOR: _ACCOUNT_TEAM,
    Role.ENGINEER: frozenset({Right.WORK_REQUESTS}),
}
