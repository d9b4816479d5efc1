"""What the list of agreements and the page of one say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tallyhub.agreements.models import Agreement, Entitlement, Package
from tallyhub.agreements.rules import ACTIVE_STATES, ContactKind, Plan, Scope, ServiceKind, State
from tallyhub.agreements.words import contact_name, kind_name, plan_name, scope_name
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.engine import Balance
from tallyhub.ledger.models import Allotment
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.office.agreements.content import Draft
from tallyhub.office.agreements.page import state_badge
from tallyhub.office.agreements.queries import Line, PackageLines, Whole
from tallyhub.office.models import AgreementDraft
from tallyhub.people.contacts import Named, Room

DRAFTS, CURRENT, FUTURE, ENDED = "drafts", "current", "future", "ended"


def filters(chosen: str) -> list[dict[str, Any]]:
    named = [
        ("", _("All")),
        (CURRENT, _("In force")),
        (FUTURE, _("To come")),
        (ENDED, _("Ended")),
        (DRAFTS, _("Drafts")),
    ]
    return [{"id": one, "label": label, "is_chosen": one == chosen} for one, label in named]


def card(agreement: Agreement) -> dict[str, Any]:
    state = agreement.state(clock.today(agreement.zone))
    return {
        "id": agreement.pk,
        "number": agreement.number,
        "name": agreement.name,
        "seller": agreement.seller.name,
        "term": fmt.term(agreement.starts_on, agreement.ends_on),
        "badge": state_badge(state),
        "group": _group(state),
    }


def draft_card(draft: AgreementDraft) -> dict[str, Any]:
    content = Draft.model_validate(draft.content)
    more = _("More for an agreement") if content.amends else _("New agreement")
    return {
        "id": draft.pk,
        "title": content.terms.number or content.terms.name or more,
        "changed": fmt.short_day(localtime(draft.changed_at).date()),
        "is_renewal": draft.follows_id is not None,
    }


def _group(state: State) -> str:
    if state is State.FUTURE:
        return FUTURE
    return CURRENT if state in ACTIVE_STATES else ENDED


@dataclass(frozen=True, slots=True)
class People:
    """Who is a support contact by the agreement. ``room`` None: it caps nothing, or is not in force anywhere."""

    room: Room | None
    named: Sequence[Named]


def is_being_set_up(one: Agreement, today: date) -> bool:
    """It has begun, and the hub has not yet come round to it."""
    return bool(one.approved_at and not one.activated_at and one.starts_on <= today <= one.ends_on)


def agreement(
    whole: Whole, workspaces: dict[int, str], going: Collection[int], people: People | None = None
) -> dict[str, Any]:
    """``going``: the packages that are mapped by themselves when the agreement begins."""
    one = whole.agreement
    state = one.state(whole.today)
    facts = [
        (_("Number"), one.number),
        (_("Plan"), plan_name(Plan(one.plan))),
        (_("Seller"), one.seller.name),
        (_("In force"), fmt.term(one.starts_on, one.ends_on)),
        (_("Time zone"), one.zone),
    ]
    if one.terminated_on:
        facts.append((_("Agreed until"), fmt.day(one.days.ends_on)))
    return {
        "id": one.pk,
        "name": one.name,
        "number": one.number,
        "badge": state_badge(state),
        "facts": facts,
        "origin": _origin(one, whole.today),
        "may_activate": bool(one.approved_at and not one.activated_at and whole.today <= one.ends_on),
        "goes_on": one.terminated_on is None,
        "follows": one.follows,
        "followers": whole.followers,
        "packages": [
            _package(each, whole.today, workspaces, people) | {"is_going": each.package.pk in going}
            for each in whole.packages
        ],
        "contacts": [
            {"name": each.name or each.email, "email": each.email, "kind": contact_name(ContactKind(each.kind))}
            for each in whole.contacts
        ],
    }


def _origin(one: Agreement, today: date) -> str:
    if one.approved_at is None:
        return _("It came by import.")
    said = {"day": fmt.day(localtime(one.approved_at).date())}
    if is_being_set_up(one, today):
        return _("Approved on %(day)s. It is being set up now; look again in a minute.") % said
    if one.activated_at is None:
        return _("Approved on %(day)s. It is set up by itself when it begins.") % said
    if today < one.starts_on:
        said |= {"since": fmt.day(localtime(one.activated_at).date()), "begins": fmt.day(one.starts_on)}
        return _("Approved on %(day)s. It is set up since %(since)s and begins on %(begins)s.") % said
    return _("Approved on %(day)s.") % said


def _package(lines: PackageLines, today: date, workspaces: dict[int, str], people: People | None) -> dict[str, Any]:
    one = lines.package
    state = state_inside(one, today)
    mapped = sorted(workspaces.get(each.workspace_id, "") for each in one.mappings.all())
    return {
        "id": one.pk,
        "name": one.name,
        "code": one.code,
        "scope": scope_name(Scope(one.scope)),
        "term": fmt.term(one.starts_on, min(one.ends_on, one.agreement.ends_on)),
        "badge": state_badge(state),
        "goes_on": one.terminated_on is None and one.agreement.terminated_on is None,
        "workspaces": mapped,
        "lines": [line(each, people if state in ACTIVE_STATES else None) for each in lines.lines],
    }


def state_inside(package: Package, today: date) -> State:
    """A package never outlives its agreement."""
    whole, own = package.agreement.state(today), package.state(today)
    return whole if whole in (State.TERMINATED, State.EXPIRED) and own in ACTIVE_STATES else own


def line(one: Line, people: People | None = None) -> dict[str, Any]:
    entitlement = one.entitlement
    unit = Unit(entitlement.service.unit)
    is_of_people = people is not None and entitlement.service.kind == ServiceKind.CONTACTS
    return {
        "id": entitlement.pk,
        "code": entitlement.code,
        "name": entitlement.service.name,
        "kind": kind_name(ServiceKind(entitlement.service.kind)),
        "is_counted": one.balance is not None and not entitlement.is_as_needed,
        "figures": _people_figures(people) if people and is_of_people else _line_figures(one, unit),
        "people": [_person(each) for each in people.named] if people and is_of_people else [],
        "allotments": [allotment(each, unit) for each in one.allotments],
    }


def _line_figures(one: Line, unit: Unit) -> list[tuple[str, str]]:
    return figures(one.balance, unit) if one.balance else [(_("Additional benefit"), _("not counted"))]


def _people_figures(people: People) -> list[tuple[str, str]]:
    """As *Manage users* counts them, over the whole agreement."""
    room = people.room
    if room is None:
        return [(_("As needed"), _("%(n)s named") % {"n": fmt.number(len(people.named))})]
    beyond = [(_("Over"), fmt.number(room.over))] if room.over else []
    told = [(_("Free"), room.left), (_("Named"), room.named), (_("Allowed"), room.allowed)]
    return [(name, fmt.number(count)) for name, count in told] + beyond


def _person(one: Named) -> str:
    said = {"name": one.name, "day": fmt.short_day(localtime(one.since).date())}
    if one.is_invited:
        return _("%(name)s, invited on %(day)s") % said
    return _("%(name)s, since %(day)s") % said


def figures(balance: Balance, unit: Unit) -> list[tuple[str, str]]:
    """Each figure under its name; where no quantity was agreed there is a use and nothing else."""
    if balance.quantity is None:
        return [(_("As needed"), _("%(amount)s used") % {"amount": fmt.amount(balance.used, unit)})]
    shown = [one for one in _figures(balance) if one.amount or one.is_main]
    return [(one.name, fmt.amount(one.amount, unit)) for one in shown]


class _Figure(NamedTuple):
    name: str
    amount: int
    is_main: bool = False  # shown even where it is nothing


def _figures(balance: Balance) -> list[_Figure]:
    return [
        _Figure(_("Left"), balance.left, is_main=True),
        _Figure(_("In force"), balance.quantity or 0, is_main=True),
        _Figure(_("Used"), balance.used, is_main=True),
        _Figure(_("To come"), balance.upcoming),
        _Figure(_("Expired"), balance.expired),
        _Figure(_("Over"), balance.over),
    ]


def allotment(one: Allotment, unit: Unit) -> dict[str, str]:
    kind = AllotmentKind(one.kind)
    return {
        "kind": allotment_name(kind),
        "amount": "" if kind is AllotmentKind.TERMINATION else fmt.amount(one.amount, unit),
        "term": fmt.term(one.starts_on, one.ends_on) if one.amount else fmt.day(one.ends_on),
        "recorded": fmt.short_day(localtime(one.recorded_at).date()),
    }


def allotment_name(kind: AllotmentKind) -> str:
    names = {
        AllotmentKind.PURCHASE: pgettext("kind of an allotment", "Purchase"),
        AllotmentKind.TOP_UP: pgettext("kind of an allotment", "Top-up"),
        AllotmentKind.CARRY_OVER: pgettext("kind of an allotment", "Carry-over"),
        AllotmentKind.ADJUSTMENT: pgettext("kind of an allotment", "Adjustment"),
        AllotmentKind.TERMINATION: pgettext("kind of an allotment", "Early end"),
    }
    return names[kind]


def moves(
    entitlements: Iterable[Entitlement], before: Mapping[int, Balance], after: Mapping[int, Balance]
) -> list[dict[str, Any]]:
    """What changes in each balance, figure by figure; the main ones stand there in any case."""
    return [
        {
            "name": one.service.name,
            "code": one.code,
            "rows": _moves(before[one.pk], after[one.pk], Unit(one.service.unit)),
        }
        for one in entitlements
    ]


def _moves(before: Balance, after: Balance, unit: Unit) -> list[dict[str, str]]:
    pairs = zip(_figures(before), _figures(after), strict=True)
    return [
        {"figure": was.name, "before": fmt.amount(was.amount, unit), "after": fmt.amount(will.amount, unit)}
        for was, will in pairs
        if was.is_main or was.amount != will.amount
    ]
