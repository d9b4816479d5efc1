"""What a request's page shows of the request itself, and with whom it is shared."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.organizations.queries import find_members, list_members, names_of
from tallyhub.people.groups import queries as groups
from tallyhub.support.models import Request
from tallyhub.support.parts import Known, Part
from tallyhub.support.requests.queries import Reader, is_visible, list_readers
from tallyhub.support.requests.rules import may_be_taken, may_share, may_take_away
from tallyhub.support.rules import Why, number_of
from tallyhub.support.words import KIND_NAMES, severity_badge, status_badge

OFFERED_MAX = 100  # people that a form offers at once; others are searched for


def header(access: Access, request: Request) -> Part:
    """As ``header``."""
    merged, may_ask = _merged(access, request), may_ask_who(access, request)

    def say(known: Known) -> dict[str, Any]:
        return {
            "header": {
                "facts": _facts(request, known),
                "status": status_badge(request.status),
                "severity": severity_badge(request.severity),
                "may_ask_who": may_ask,
                "may_decide": access.has(Right.MANAGE_PARTNERS),
                "merged": merged,
            }
        }

    return Part(say, people=(request.opened_by_id, request.primary_contact_id))


def _facts(request: Request, known: Known) -> list[tuple[str, str]]:
    zone = timezone.get_current_timezone_name()
    return [
        (_("Kind"), str(KIND_NAMES[request.kind])),
        (_("Product"), request.product.name if request.product else _("none named")),
        *([(_("Partner"), request.partner.name)] if request.partner else []),
        (_("Workspace"), request.workspace.name),
        (_("Primary contact"), _name(known, request.primary_contact_id)),
        (_("Opened by"), _name(known, request.opened_by_id)),
        (_("Opened (%(zone)s)") % {"zone": zone.replace("_", " ")}, fmt.minute(request.opened_at, zone)),
    ]


def _merged(access: Access, request: Request) -> dict[str, str] | None:
    """Where it went; without an address for whoever does not see that one."""
    if request.merged_into_id is None:
        return None
    number = number_of(request.merged_into_id)
    is_seen = is_visible(access, number)
    return {"number": number, "href": url("support:request", number) if is_seen else ""}


def may_ask_who(access: Access, request: Request) -> bool:
    """Administrators of its workspace, and staff; but for a partner's desk."""
    return may_share(access) and any(
        access.has(one, workspace_id=request.workspace_id) for one in (Right.VIEW_AUDIT, Right.READ_NOTES)
    )


def _name(known: Known, person_id: int | None) -> str:
    if person_id is None:
        return _("none named")
    return known.people.get(person_id) or _("Erased person")


def sharing(access: Access, request: Request) -> Part:
    """As ``sharing``: everybody and every group that it was given to. One statement."""
    readers = list_readers(access, request)
    own = (request.opened_by_id, request.primary_contact_id)
    may_take = may_take_away(access, request.workspace_id, own)

    def say(known: Known) -> dict[str, Any]:
        rows = [
            {
                "id": one.id,
                "name": one.group_name if one.group_id else _name(known, one.person_id),
                "is_group": one.group_id is not None,
                "why": _why(one),
                "may_take": may_take and may_be_taken(one.why),
            }
            for one in readers
        ]
        return {"sharing": {"readers": rows, "may_share": may_share(access)}}

    return Part(say, people=[one.person_id for one in readers])


def _why(reader: Reader) -> str:
    if reader.why is Why.PRIMARY:
        return _("primary contact")
    if reader.why is Why.OPENED:
        return _("opened it")
    if reader.why is Why.CONSENT:
        return _("partner, by consent")
    return _("group") if reader.group_id else _("shared with")


def people_choices(
    access: Access, workspace_id: int, find: str, chosen: list[int], *, but: set[int]
) -> tuple[list[dict[str, Any]], bool]:
    """Whom a form offers of a workspace: those who are chosen first, then whoever fits what was searched for.

    Also whether there are more than are offered.
    """
    found = find_members(access, workspace_id, find, OFFERED_MAX + 1)
    names = names_of(access, list_members(access, workspace_id, chosen))  # an id of elsewhere gives no name away
    offered = [(one, name, address) for one, name, address in found[:OFFERED_MAX] if one not in {*but, *chosen}]
    rows = [(one, names.get(one, ""), "") for one in chosen if one in names]
    choices = [
        {"id": one, "name": name, "address": address if address != name else "", "is_chosen": one in chosen}
        for one, name, address in [*rows, *offered]
    ]
    return choices, len(found) > OFFERED_MAX


def group_choices(access: Access, workspace_id: int, chosen: list[int]) -> list[dict[str, Any]]:
    return [
        {"id": one, "name": name, "is_chosen": one in chosen}
        for one, name in groups.list_in_workspace(access, workspace_id)
    ]
