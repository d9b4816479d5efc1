"""What the pages say about workspaces and activations, in words."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.agreements.rules import ContactKind, Scope
from tallyhub.kernel import formatting as fmt
from tallyhub.office.workspaces.commands import Activated
from tallyhub.office.workspaces.queries import Home, Offered
from tallyhub.office.workspaces.rules import Welcome
from tallyhub.organizations.rules import ROLE_NAMES


def row(home: Home) -> dict[str, Any]:
    workspace = home.workspace
    return {
        "id": workspace.pk,
        "name": workspace.name,
        "code": workspace.code,
        "goal": workspace.goal,
        "is_default": workspace.is_default,
        "is_archived": workspace.archived_at is not None,
        "administrators": home.administrators,
        "invited": [_("%(address)s (invited)") % {"address": one} for one in home.invited],
        "packages": home.packages,
        "accounts": accounts(refuses_personal=workspace.refuses_personal or not workspace.allows_personal),
        "badge": badge(is_archived=workspace.archived_at is not None),
    }


def badge(*, is_archived: bool) -> dict[str, str]:
    return {"tone": "low", "text": _("archived")} if is_archived else {"tone": "ok", "text": _("in use")}


def accounts(*, refuses_personal: bool) -> str:
    return _("Work accounts only") if refuses_personal else _("Work and personal accounts")


def offered(packages: Sequence[Offered], chosen: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "about": f"{one.agreement} · {one.number} · {_scope(one.scope)}",
            "is_chosen": str(one.id) in chosen,
        }
        for one in packages
    ]


def _scope(scope: Scope) -> str:
    return _("add-on") if scope is Scope.ADDON else _("enterprise-wide")


def contact(welcome: Welcome, *, is_active: bool) -> dict[str, Any]:
    """``is_active``: the agreement is, so it is told how things stand, not what will be."""
    one = welcome.contact
    kinds = {
        ContactKind.SERVICES_ADMINISTRATOR: _("services administrator"),
        ContactKind.SUPPORT_CONTACT: _("support contact"),
    }
    return {
        "name": one.name or one.email or _("Somebody without an address"),
        "email": one.email if one.name else "",
        "named": ", ".join(str(kinds[kind]) for kind in ContactKind if kind in one.kinds),
        "roles": [str(ROLE_NAMES[role]) for role in welcome.roles],
        "what": _standing(welcome) if is_active else _will_be(welcome),
        "is_over": welcome.is_over,
    }


def _standing(welcome: Welcome) -> str:
    if welcome.contact.is_member:
        return _("member")
    return _("invited") if welcome.contact.is_invited else _("not invited")


def _will_be(welcome: Welcome) -> str:
    if welcome.contact.is_member:
        return _("is a member already, and gets the roles at once")
    return _("gets an invitation") if welcome.contact.email else _("cannot be invited: there is no address")


def done(activated: Activated) -> list[str]:
    """What an activation did, as sentences."""
    counted = (
        (activated.invited, ngettext("%(n)s person was invited.", "%(n)s people were invited.", activated.invited)),
        (
            activated.given,
            ngettext(
                "%(n)s member got their roles at once.", "%(n)s members got their roles at once.", activated.given
            ),
        ),
        (activated.over, over(activated.over)),
    )
    return [_("The agreement is set up.")] + [text % {"n": fmt.number(n)} for n, text in counted if n]


def over(count: int) -> str:
    return ngettext(
        "%(n)s support contact is beyond the number that the agreement allows and did not get the role.",
        "%(n)s support contacts are beyond the number that the agreement allows and did not get the role.",
        count,
    )
