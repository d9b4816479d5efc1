"""What people do so that a request comes to a partner, and to the right desk of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.agreements.models import Product
from tallyhub.agreements.queries import list_channels, list_products
from tallyhub.helpdesk.escalations.steps import give_up
from tallyhub.helpdesk.intake import queries, steps
from tallyhub.helpdesk.intake.asking import Refused, ask_partner, code_of, require_own
from tallyhub.helpdesk.intake.rules import (
    REASON_MAX,
    Addressee,
    Asked,
    Channel,
    Offered,
    Problem,
    check_asked,
    read_asked,
)
from tallyhub.helpdesk.intake.steps import Place
from tallyhub.helpdesk.mails.rules import Outcome
from tallyhub.helpdesk.mails.steps import lock_mail, settle, take_files
from tallyhub.helpdesk.models import ContactDraft, ContactFile, Handover, Intake
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command, widen
from tallyhub.kernel.texts import read_text
from tallyhub.organizations.queries import get_workspace
from tallyhub.partners.card.queries import read_supported
from tallyhub.partners.queries import get_party
from tallyhub.support import desk
from tallyhub.support.conversation.rules import FILES_MAX
from tallyhub.support.conversation.steps import attach, rows_of
from tallyhub.support.conversation.storage import Kept, kept_of
from tallyhub.support.models import Request
from tallyhub.support.rules import OPEN
from tallyhub.support.steps import Line, about, lock_request, tell
from tallyhub.support.work.steps import check_version, keep

# By the customer's people


@command
def save_draft(access: Access, seller_id: int, asked: Asked, files: Sequence[Kept] = ()) -> None:
    """Keep what is typed to a partner of one's own, with files that ``storage.keeping`` keeps; one draft for each.

    Raises DoesNotExist for another's partner, Invalid where there would be more files than a request takes.
    """
    require_own(access)
    if seller_id not in read_supported(access).partners:
        raise ObjectDoesNotExist
    here = get_workspace(access, asked.workspace or access.workspaces[0]).pk if files else 0
    _put_draft(access, seller_id, here, asked, files)


def _put_draft(access: Access, partner_id: int, workspace_id: int, asked: Asked, files: Sequence[Kept]) -> None:
    """``workspace_id``: where the files lie, if there are any."""
    own: dict[str, Any] = {"customer_id": access.customer_id, "person_id": access.person_id, "partner_id": partner_id}
    said = {"typed": asked.stored(), "changed_at": clock.now()}
    draft, _is_new = ContactDraft.objects.update_or_create(**own, defaults=said)
    if not files:
        return
    if len(queries.list_draft_files(access, draft)) + len(files) > FILES_MAX:
        raise Invalid("draft_files_full", files_max=FILES_MAX)
    of = {"customer_id": access.customer_id, "workspace_id": workspace_id, "draft": draft}
    ContactFile.objects.bulk_create(rows_of(ContactFile, access, files, **of))


@command
def remove_file(access: Access, seller_id: int, file_id: int) -> list[str]:
    """Returns the keys of the bytes that nobody needs any more. Again is no error."""
    files = queries.list_draft_files(access, queries.find_draft(access, seller_id))
    return _remove(one for one in files if one.pk == file_id)


@command
def drop_draft(access: Access, seller_id: int) -> list[str]:
    """With its files; returns the keys of their bytes. Again is no error."""
    return _forget(access, seller_id)


def _forget(access: Access, seller_id: int) -> list[str]:
    draft = queries.find_draft(access, seller_id)
    keys = _remove(queries.list_draft_files(access, draft))
    if draft:
        draft.delete()
    return keys


def _remove(files: Iterable[ContactFile]) -> list[str]:
    found = list(files)
    for one in found:
        one.delete()
    return [one.key for one in found]


@command
def contact_partner(access: Access, seller_id: int, asked: Asked) -> str:
    """Ask the partner that sold something, or whoever stands in for it, with the files of the draft.

    Returns the number. The same form again leads to the same request. Raises Refused for what is wrong with it,
    DoesNotExist for another's partner, and Conflict where the provider itself supports what it sold (S003-53).
    """
    require_own(access)
    if number := steps.opened_before(access.customer_id or 0, asked):
        _forget(access, seller_id)
        return number
    request = ask_partner(access, read_supported(access), seller_id, asked)
    files = queries.list_draft_files(access, queries.find_draft(access, seller_id))
    attach(access, request, kept_of(files))
    _forget(access, seller_id)
    return request.number


@command
def accept_price(access: Access, number: str, plan_number: int) -> None:
    """By the customer, of what its partner wrote down for it: the price at which it came in. Again is no error.

    Raises DoesNotExist for a request that is hidden or absent, Forbidden for the partner's people, and Conflict for
    another version than the one that the form showed.
    """
    request = lock_request(access, number)
    require_own(access)
    intake = Intake.objects.visible_to(access).select_for_update().filter(request=request).first()
    if intake is None or intake.plan_number is None or intake.accepted_at is not None:
        return
    if intake.plan_number != plan_number:
        raise Conflict("contact_price_changed")
    intake.accepted_at, intake.accepted_by_id = clock.now(), access.person_id
    intake.save(update_fields=["accepted_at", "accepted_by"])
    record(access, "helpdesk.price_accepted", request.pk, workspace_id=request.workspace_id, number=intake.plan_number)


# By the partner's people


def at_draft(access: Access, customer_id: int) -> Access | None:
    """Inside the customer's first workspace, where what one has begun to write down for it lies with its files,
    whichever workspace it is about in the end. None: the customer has no workspace.

    Raises DoesNotExist for another's customer. Runs in the scope of the partner.
    """
    access.require_serving(Right.SERVE_CUSTOMERS)
    served = queries.get_served(customer_id)
    places = dict(queries.list_served_places(served.customer_id))
    return _in_draft(access, served.customer_id, places) if places else None


def _in_draft(access: Access, customer_id: int, places: Iterable[int]) -> Access:
    return desk.inside(access, customer_id, next(iter(places)))


@command
def save_told(access: Access, customer_id: int, asked: Asked, files: Sequence[Kept] = ()) -> None:
    """Keep what is typed for a customer, as ``save_draft`` does; nobody else sees it.

    Raises DoesNotExist for another's customer, Invalid where there would be more files than a request takes.
    """
    if inside := at_draft(access, customer_id):
        widen(inside)
        _put_draft(inside, access.organization_id or 0, inside.workspaces[0], asked, files)


@command
def remove_told_file(access: Access, customer_id: int, file_id: int) -> list[str]:
    """Returns the keys of the bytes that nobody needs any more. Again is no error."""
    inside = at_draft(access, customer_id)
    if inside is None:
        return []
    widen(inside)
    files = queries.list_draft_files(inside, queries.find_draft(inside, access.organization_id or 0))
    return _remove(one for one in files if one.pk == file_id)


@command
def drop_told(access: Access, customer_id: int) -> list[str]:
    """With its files; returns the keys of their bytes. Again is no error."""
    inside = at_draft(access, customer_id)
    if inside is None:
        return []
    widen(inside)
    return _forget(inside, access.organization_id or 0)


@command
def take_in(
    access: Access,
    customer_id: int,
    asked: Asked,
    *,
    mail_id: int | None = None,
    mail_files: Collection[int] = (),
    takes_draft: bool = False,
) -> str:
    """Write a request down for a customer that one's partner sells to: what somebody said by telephone, or wrote, with
    the files of one's draft where it is sent; or what a mail says that waits at one's own desk, with these of its own.

    The customer is whom it is for, and who wrote it down stands with it (S003-15). Returns its number; the same form
    again leads to the same request. Raises DoesNotExist for another's customer or mail, Refused for what is wrong with
    the form, and Conflict while the partner is suspended, or where somebody else has taken the mail in.
    """
    access.require_serving(Right.SERVE_CUSTOMERS)
    mail = lock_mail(access, mail_id) if mail_id else None
    asked = replace(asked, channel=Channel.MAIL.value) if mail else asked
    served, own = queries.get_served(customer_id), access.organization_id or 0
    if get_party(own).suspended_at is not None:
        raise Conflict("helpdesk_suspended")
    places = dict(queries.list_served_places(served.customer_id))
    contacts = queries.contacts_in(queries.list_contacts(served.customer_id), asked.workspace)
    products = products_sold(access, served.customer_id)
    terms = queries.read_own_terms(access)
    asked = _read_told(asked, Offered(places, {one.pk for one in products}, contacts))
    files = [] if mail or not takes_draft else _take_draft_files(_in_draft(access, customer_id, places))
    inside = desk.inside(access, served.customer_id, asked.workspace or 0)
    widen(inside)  # from here on in this one workspace of the customer, as for each request at the desk
    if number := steps.opened_before(served.customer_id, asked):
        return number
    if mail:
        files = take_files(inside, mail, mail_files)
    place = Place(served.customer_id, asked.workspace or 0, asked.contact)
    routed = queries.read_routed(terms, own, code_of(products, asked.product_id), asked.severity)
    request = steps.take_in(inside, place, asked, Addressee(own, own), terms, routed)
    attach(inside, request, files)
    said: dict[str, Any] = {
        "workspace_id": request.workspace_id,
        "channel": asked.channel,
        "mode": routed.route.mode.value,
    }
    if mail:
        settle(inside, mail, Outcome.TAKEN, request.number)
        record(inside, "helpdesk.mail_taken_in", request.pk, **said)
    else:
        record(inside, "helpdesk.taken_in", request.pk, **said)
    return request.number


def _read_told(asked: Asked, offered: Offered) -> Asked:
    asked, wrong = read_asked(asked)
    wrong += check_asked(asked, offered)
    if asked.channel == Channel.PORTAL:
        wrong.append(Problem("channel", Invalid("contact_channel_missing")))
    if wrong:
        raise Refused(wrong)
    return asked


def _take_draft_files(there: Access) -> list[Kept]:
    """Those of the draft, which goes."""
    own = there.organization_id or 0
    widen(there)
    files = kept_of(queries.list_draft_files(there, queries.find_draft(there, own)))
    _forget(there, own)
    return files


def products_sold(access: Access, customer_id: int) -> list[Product]:
    """What one's partner sold to the customer, by name."""
    sold = {one.product_id for one in list_channels([customer_id]) if one.seller_id in access.organizations}
    return sorted((one for one in list_products() if one.pk in sold), key=lambda one: (one.name.casefold(), one.pk))


@command
def give_back(access: Access, number: str, reason: str, version: int) -> None:
    """By the supplier's people, to the partner whose customer it is, with why (S003-39). From then on it is none of the
    supplier's any more. ``access``: of ``support.desk.at_desk``.

    Raises DoesNotExist for a request that is hidden or absent, Forbidden for the partner's own people, Invalid without
    a reason, and Conflict where it is not open or has changed.
    """
    request = lock_request(access, number)
    access.require_serving(Right.SERVE_CUSTOMERS)
    was, partner = request.desk_id, request.partner_id
    if was is None or partner is None or was == partner or was not in access.organizations:
        raise Forbidden(Right.SERVE_CUSTOMERS)
    check_version(request, version)
    if request.status not in OPEN:
        raise Conflict("handover_not_open")
    if get_party(partner).suspended_at is not None:
        raise Conflict("handover_to_suspended")
    said = read_text(reason, length_max=REASON_MAX)
    if not said:
        raise Invalid("handover_reason_missing")
    _hand_over(access, request, partner, said)
    record(access, "helpdesk.given_back", request.pk, workspace_id=request.workspace_id, partner=partner)
    # Last, and as the hub: whoever gives it back does not see it any more.
    widen(Access.of_system([request.customer_id]))
    keep(request)


def _hand_over(access: Access, request: Request, becomes: int, reason: str = "") -> None:
    """To another desk, where it is nobody's yet. The caller keeps the request."""
    was = request.desk_id
    if was is None or was == becomes:  # a supplier that stands in goes on
        return
    there = {"customer_id": request.customer_id, "workspace_id": request.workspace_id, "request": request}
    by = {"reason": reason, "by_id": access.person_id, "at": clock.now()}
    Handover.objects.create(**there, was_id=was, becomes_id=becomes, **by)
    request.desk_id = becomes
    if request.assigned_to_id is not None:
        request.assigned_to_id = None
        tell(request, Line("assigned", {"person": None}, access.person_id))


# For the hub itself


@command
def move_on(access: Access, number: str, suspended_id: int) -> None:
    """What a suspended partner has not solved goes to whoever stands in for it, and what it does as a supplier back to
    the partner (edge 16). What is escalated stays until that is over, and where nobody stands in the customer is told
    to ask the provider. ``access``: of both. Again changes nothing.
    """
    request = lock_request(access, number)
    if request.status not in OPEN or suspended_id not in (request.partner_id, request.desk_id):
        return
    becomes = request.partner_id
    if request.partner_id == suspended_id:
        becomes = _stand_in(access, request)
    if becomes in (None, suspended_id):
        return
    _hand_over(access, request, becomes)
    request.partner_id = becomes
    keep(request)
    record(access, "helpdesk.moved_on", request.pk, **about(request), was=suspended_id, partner=becomes)


def _stand_in(access: Access, request: Request) -> int | None:
    """Whoever takes it over; None while it has to stay."""
    intake = queries.find_intake(access, request)
    seller = (intake.stands_in_for_id if intake else None) or request.partner_id or 0
    addressee = queries.find_addressee(read_supported(access), seller)
    if addressee is None or addressee.organization_id == request.partner_id or not give_up(access, request):
        return None
    if intake:
        intake.stands_in_for_id = seller
        intake.save(update_fields=["stands_in_for"])
    return addressee.organization_id
