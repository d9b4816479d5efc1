"""Who may do what: the table of roles and rights, in plain words. Made from RIGHTS_OF, so that it says what holds."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.access import Right
from tallyhub.organizations.rules import RIGHTS_OF, ROLE_NAMES, STAFF, WHOLE_ROLES, Role

RIGHT_NAMES: dict[Right, Any] = {
    Right.VIEW_ACTIVITY: _("Open Customer activity: what was bought, used and is left"),
    Right.ADMINISTER: _("See every row of the consumption history, and packages that reach no workspace"),
    Right.VIEW_LEARNING: _("See and export named people’s learning"),
    Right.ASSIGN_LEARNING: _("Ask people to complete what can be learnt"),
    Right.VIEW_ASSESSMENTS: _("See what assessments found"),
    Right.SET_UP_ASSESSMENTS: _("Set up, run and end assessments"),
    Right.OPEN_REQUESTS: _("Open support requests"),
    Right.VIEW_ALL_REQUESTS: _("See every support request"),
    Right.VIEW_PARTNER_REQUESTS: _("Make access tokens that read what partners are asked"),
    Right.PLAN_SERVICES: _("Plan and schedule services, and answer disputes"),
    Right.DELIVER_SERVICES: _("Log what was delivered of services"),
    Right.WORK_REQUESTS: _("Work on support requests"),
    Right.READ_NOTES: _("Read the internal notes of support requests"),
    Right.READ_WORK: _("Read the time that was worked on support requests"),
    Right.MANAGE_USERS: _("Manage users: invite, give and take roles, remove"),
    Right.MANAGE_SIGN_IN: _("Decide how the customer’s people sign in"),
    Right.VIEW_AUDIT: _("Read the audit, and who can see what and why"),
    Right.MANAGE_PARTNERS: _("Decide what partners may do, and until when"),
    Right.ERASE_PEOPLE: _("Erase a person’s part in the customer"),
    Right.MANAGE_WEBHOOKS: _("Set up webhooks and access tokens of the customer"),
    Right.MANAGE_AGREEMENTS: _("Bring in and change agreements"),
    Right.POST_ENTRIES: _("Post consumption and take it back"),
}


def where_held(role: Role) -> Any:
    """Where a role counts."""
    if role in WHOLE_ROLES:
        return _("In the whole customer")
    return _("Staff of the provider or a partner") if role in STAFF else _("In a workspace")


def tables() -> list[dict[str, Any]]:
    """One of the customer's roles and one of staff's: a row for each right that one of them has, a column for each."""
    own = [role for role in Role if role not in STAFF]
    return [
        {"title": _("Roles of the customer’s people"), **_table(own)},
        {"title": _("Roles of the provider’s and partners’ staff"), **_table([role for role in Role if role in STAFF])},
    ]


def _table(roles: Sequence[Role]) -> dict[str, Any]:
    return {
        "roles": [{"name": ROLE_NAMES[role], "where": where_held(role)} for role in roles],
        "rows": [
            {"name": name, "cells": [{"role": ROLE_NAMES[role], "has": right in RIGHTS_OF[role]} for role in roles]}
            for right, name in RIGHT_NAMES.items()
            if any(right in RIGHTS_OF[role] for role in roles)
        ],
    }
