"""What the pages of partners show: sentences made of what was read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tallyhub.agreements.models import Product
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden
from tallyhub.kernel.grid import TEXT_MAX
from tallyhub.kernel.http import url
from tallyhub.kernel.ids import read_id
from tallyhub.organizations.rules import ROLE_NAMES, Role, reads_customer
from tallyhub.partners.delegations.queries import Holder
from tallyhub.partners.models import Consent, Delegation
from tallyhub.partners.rules import ANSWER_WITHIN, CONSENT_LASTS, ROLES, RUNNING, Stage, Template
from tallyhub.partners.words import MEANS, TEMPLATE_NAMES, stage_badge

_AT_A_PARTNER = (Right.SERVE_CUSTOMERS, Right.MANAGE_DELEGATIONS, Right.ADVISE)


def serves(access: Access) -> bool:
    """Whether somebody works with the customers of a partner, whatever these let it do."""
    return any(access.serves(right) for right in _AT_A_PARTNER)


def require_reader(access: Access) -> None:
    """Of what is for everybody of the customer: what it bought from whom is no matter of a consent to one request."""
    if not reads_customer(access):
        raise Forbidden(Right.VIEW_ALL_REQUESTS)


def require_partner(access: Access) -> None:
    if not serves(access):
        raise Forbidden(Right.SERVE_CUSTOMERS)


def read_text(query: QueryDict) -> str:
    """What is searched for."""
    return query.get("text", "").replace("\0", "").strip()[:TEXT_MAX]


def read_after(query: QueryDict) -> tuple[str, int] | None:
    """The name and the id of the row before the page, where the address says so."""
    if not query.get("after"):
        return None
    name, _tilde, number = query.get("after", "").rpartition("~")
    return name.replace("\0", "")[:TEXT_MAX], read_id(number)


def address(*, after: tuple[str, int] | None = None, **carried: str) -> str:
    """Of a page of the same list."""
    said = carried | ({"after": f"{after[0]}~{after[1]}"} if after else {})
    return "?" + urlencode({key: value for key, value in said.items() if value})


def when(instant: datetime) -> str:
    return fmt.minute(instant, get_current_timezone_name())


def zone_name() -> str:
    return get_current_timezone_name().replace("_", " ")


def role_names(roles: Iterable[str]) -> str:
    """From the least to the most."""
    wanted = set(roles)
    return fmt.listed([str(ROLE_NAMES[role]) for role in ROLES if role in wanted])


def days_text(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": fmt.number(days)}


def roles_in_words(roles: Iterable[str]) -> list[dict[str, Any]]:
    wanted = set(roles)
    return [
        {"value": role.value, "name": str(ROLE_NAMES[role]), "means": str(MEANS[role])}
        for role in ROLES
        if role in wanted
    ]


def line(one: Delegation, *, href: str, holders: Sequence[Holder] | None = None) -> dict[str, Any]:
    """``holders``: who has something of it now; None: not asked."""
    stage = one.stage
    return {
        "id": one.pk,
        "name": one.name,
        "href": href,
        "badge": stage_badge(stage),
        "roles": role_names(one.granted or one.roles),
        "term": term(one, stage),
        "is_running": stage in RUNNING,
        "is_pending": stage is Stage.PENDING,
        "is_held_by_nobody": stage in RUNNING and holders is not None and not holders,
        "extends": stage in RUNNING and one.extends,
    }


def term(one: Delegation, stage: Stage) -> str:
    """From when until when, or what there is to wait for."""
    if stage is Stage.CREATED:
        return _("for %(days)s, once it is approved") % {"days": days_text(one.days)}
    if stage in (Stage.CONSENT, Stage.PENDING, Stage.LAPSED) and one.asked_at:
        asked = {"days": days_text(one.days), "when": when(one.asked_at + ANSWER_WITHIN)}
        if stage is Stage.LAPSED:
            return _("asked for %(days)s; nobody answered until %(when)s") % asked
        return _("asked for %(days)s; to be answered until %(when)s") % asked
    if stage is Stage.REJECTED and one.answered_at:
        return _("refused on %(when)s") % {"when": when(one.answered_at)}
    if stage is Stage.TERMINATED and one.ended_at:
        return _("terminated on %(when)s") % {"when": when(one.ended_at)}
    if one.starts_at and one.ends_at:
        return _("from %(start)s until %(end)s") % {"start": when(one.starts_at), "end": when(one.ends_at)}
    return ""


def holders(found: Iterable[Holder], *, shows_acts: bool) -> list[dict[str, Any]]:
    """One for each person: with what, since when, until when."""
    people: dict[int, list[Holder]] = {}
    for one in found:
        people.setdefault(one.person_id, []).append(one)
    return [_holder(roles, shows_acts=shows_acts) for roles in people.values()]


def _holder(roles: Sequence[Holder], *, shows_acts: bool) -> dict[str, Any]:
    ends = [one.ends_at for one in roles if one.ends_at is not None]
    said = {"since": when(min(one.starts_at for one in roles)), "until": when(max(ends)) if ends else ""}
    return {
        "name": roles[0].name,
        "roles": role_names(one.role for one in roles),
        "term": _("since %(since)s, until %(until)s") % said,
        "acts_href": f"{url('activity:audit')}?person={roles[0].person_id}" if shows_acts else "",
    }


def consent_line(one: Consent, partner: str) -> dict[str, Any]:
    now = clock.now()
    runs = one.ended_at is None and one.ends_at > now
    over = min(one.ends_at, one.ended_at) if one.ended_at else one.ends_at
    return {
        "id": one.pk,
        "partner": partner,
        "what": str(TEMPLATE_NAMES[Template(one.template)]),
        "term": _("from %(start)s until %(end)s") % {"start": when(one.given_at), "end": when(over)},
        "runs": runs,
        "badge": _runs_badge(runs=runs),
    }


def _runs_badge(*, runs: bool) -> dict[str, Any]:
    if runs:
        return {"text": pgettext("a consent", "active"), "tone": "ok"}
    return {"text": pgettext("a consent", "ended"), "tone": "plain"}


def consent_days() -> int:
    return CONSENT_LASTS.days


def is_full(roles: Iterable[str]) -> bool:
    return Role.FULL_ADMINISTRATION in set(roles)


def publisher(product: Product | None) -> dict[str, str] | None:
    """Who supports a product instead of the provider. None: nobody does."""
    if product is None or not product.publisher:
        return None
    return {"name": product.publisher, "href": product.publisher_url}
