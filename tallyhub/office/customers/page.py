"""What waits at a customer, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.office.customers.queries import Served, Soon
from tallyhub.organizations.models import AccessGrant
from tallyhub.organizations.rules import ROLE_NAMES, Role, may_give_staff


def row(one: Served) -> dict[str, Any]:
    counted = (
        (ngettext("%(n)s draft", "%(n)s drafts", one.drafts), one.drafts),
        (ngettext("%(n)s open enquiry", "%(n)s open enquiries", one.enquiries), one.enquiries),
        (
            ngettext("%(n)s package reaches no workspace", "%(n)s packages reach no workspace", one.unmapped),
            one.unmapped,
        ),
    )
    waits = [said % {"n": fmt.number(count)} for said, count in counted if count]
    return {"id": one.id, "name": one.name, "code": one.code, "waits": waits + [_soon(each) for each in one.soon]}


def _soon(one: Soon) -> str:
    if one.begins:
        return _("%(number)s begins on %(day)s") % {"number": one.number, "day": fmt.day(one.starts_on)}
    return _("%(number)s ends on %(day)s") % {"number": one.number, "day": fmt.day(one.ends_on)}


def given_roles(access: Access) -> list[tuple[str, Any]]:
    """The roles of staff that this person may give."""
    return [(role.value, ROLE_NAMES[role]) for role in Role if may_give_staff(role, access.customer_rights)]


def staff(grant: AccessGrant) -> dict[str, Any]:
    role = Role(grant.role)
    return {"id": grant.person_id, "name": grant.person.name, "role": role.value, "role_name": ROLE_NAMES[role]}
