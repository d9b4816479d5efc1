"""The adviser view: plain values for templates, in the reader's language and zone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.agreements.models import Service
from tallyhub.articles.queries import Outcome
from tallyhub.health import page as health
from tallyhub.health.models import HealthEvent
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.kernel.http import url
from tallyhub.partners.advising.queries import Figures, minutes_of, suggest
from tallyhub.partners.advising.rules import EXPIRES_WITHIN, UNFINISHED, Asked, Theme, median
from tallyhub.partners.advising.words import follow_up_badge
from tallyhub.partners.holdings import page as holdings
from tallyhub.partners.holdings.rules import Subscription
from tallyhub.partners.models import Delegation, FollowUp
from tallyhub.partners.page import line as delegation_line
from tallyhub.partners.rules import RUNNING
from tallyhub.support.rules import Kind
from tallyhub.support.words import KIND_NAMES

EVENTS_SHOWN, NUMBERS_SHOWN = 5, 10


def held(sold: Iterable[Subscription], products: Mapping[int, str]) -> list[dict[str, Any]]:
    """What is in force or begins later."""
    return [
        {
            "name": one.package,
            "number": one.number,
            "badge": holdings.badge(one),
            "ends": holdings.ends(one),
            "products": holdings.products(one, dict(products)),
            "lines": [holdings.line(each, one) for each in one.lines],
        }
        for one in sold
        if not one.is_over
    ]


def expiring(sold: Iterable[Subscription], delegations: Iterable[Delegation]) -> list[dict[str, str]]:
    """What ends within 90 days: what was sold, and what was delegated, the soonest first."""
    now = clock.now()
    found = [
        (one.ends_on, {"what": _("%(name)s, %(number)s") % {"name": one.package, "number": one.number},
                       "ends": holdings.ends(one), "href": ""})
        for one in sold
        if one.is_active and one.days_left <= EXPIRES_WITHIN.days
    ]  # fmt: skip
    for one in delegations:
        if one.stage in RUNNING and one.ends_at and one.ends_at - now <= EXPIRES_WITHIN:
            href = url("partners:delegation", one.pk)
            said = delegation_line(one, href=href)
            what = _("Delegation %(name)s") % {"name": one.name}
            found.append((one.ends_at.date(), {"what": what, "ends": said["term"], "href": href}))
    return [said for _day, said in sorted(found, key=lambda each: (each[0], each[1]["what"]))]


def requests(figures: Figures, products: Mapping[int, str]) -> dict[str, Any]:
    """By quarter as a drawing and as a table; by product and kind; and how long solving took."""
    counts = [figures.count(one) for one in figures.quarters]
    highest = max(counts, default=0)
    by_product = figures.by_product()
    return {
        "total": len(figures.asked),
        "is_cut": figures.is_cut,
        "bars": [
            {
                "label": quarter(one),
                "short": _("Q%(number)s") % {"number": one[1]},
                "year": one[0],
                "count": fmt.number(count),
                "kinds": [fmt.number(figures.count(one, kind)) for kind in Kind],
                "height": count * 100 // highest if highest else 0,
            }
            for one, count in zip(figures.quarters, counts, strict=True)
        ],
        "kinds": [str(KIND_NAMES[kind]) for kind in Kind],
        "products": [
            _by_product(name_of(key, products), asked)
            for key, asked in sorted(by_product.items(), key=lambda each: (-len(each[1]), name_of(each[0], products)))
        ],
    }


def quarter(one: tuple[int, int]) -> str:
    return _("quarter %(number)s of %(year)s") % {"number": one[1], "year": one[0]}


def name_of(product_id: int | None, products: Mapping[int, str]) -> str:
    return products.get(product_id or 0) or _("no product named")


def _by_product(name: str, asked: Sequence[Asked]) -> dict[str, Any]:
    minutes = minutes_of(asked)
    middle = median(minutes)
    return {
        "name": name,
        "kinds": [fmt.number(sum(one.kind is kind for one in asked)) for kind in Kind],
        "lost": fmt.amount(sum(minutes), Unit.MINUTES) if minutes else "–",
        "median": fmt.amount(middle, Unit.MINUTES) if middle is not None else "–",
    }


def themes(
    found: Iterable[Theme], products: Mapping[int, str], services: Sequence[Service], sold: Sequence[Subscription],
    customer_id: int, *, serves: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """What is asked again and again, what may help, and the way to a follow-up about it."""
    rows = []
    for one in found:
        suggested = suggest(one, services, sold)
        rows.append(
            {
                "title": one.title,
                "times": ngettext("%(n)s time", "%(n)s times", len(one.numbers)) % {"n": fmt.number(len(one.numbers))},
                "about": _("%(product)s, %(kind)s")
                % {"product": name_of(one.product_id, products), "kind": KIND_NAMES[one.kind]},
                "numbers": [
                    {"number": each, "href": url("support:request", each) if serves else ""}
                    for each in one.numbers[:NUMBERS_SHOWN]
                ],
                "services": [service.name for service in suggested],
                "href": _new_href(one, customer_id, suggested),
            }
        )
    return rows


def _new_href(theme: Theme, customer_id: int, suggested: Sequence[Service]) -> str:
    typed = {
        "title": theme.title[:120],
        "product": theme.product_id or "",
        "service": suggested[0].pk if suggested else "",
        "requests": ", ".join(theme.numbers[:20]),
    }
    said = urlencode({key: value for key, value in typed.items() if value})
    return f"{url('partners:follow_up_add', customer_id)}?{said}"


def suffered(events: Sequence[HealthEvent], products: Mapping[int, str], zone: str) -> dict[str, Any]:
    """How many events each product had in a year, and the newest of them."""
    counts: dict[str, int] = {}
    for event in events:
        for key, name in health.products_of(event).items():
            if key in products:
                counts[name] = counts.get(name, 0) + 1
    return {
        "products": [
            {"name": name, "count": ngettext("%(n)s event", "%(n)s events", count) % {"n": fmt.number(count)}}
            for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0].casefold()))
        ],
        "newest": [health.line(one, zone) for one in events[:EVENTS_SHOWN]],
    }


def articles(found: Iterable[Outcome]) -> list[dict[str, Any]]:
    """What came of each: of those people that it was sent to, how many it helped and how many not."""
    rows = []
    for one in found:
        sent = ngettext("sent to %(n)s person", "sent to %(n)s people", one.people) % {"n": fmt.number(one.people)}
        answered = _("nobody answered yet")
        if one.solved or one.unsolved:
            answered = _("solved it for %(solved)s, not for %(unsolved)s") % {
                "solved": fmt.number(one.solved),
                "unsolved": fmt.number(one.unsolved),
            }
        rows.append(
            {
                "title": one.title or _("An article that is withdrawn"),
                "lang": one.language,
                "href": url("articles:article", one.article_id) if one.title else "",
                "said": f"{sent} · {answered}",
                "is_no_help": one.unsolved > one.solved,
            }
        )
    return rows


def follow_up(one: FollowUp) -> dict[str, Any]:
    today = clock.now().date()
    is_open = one.state in UNFINISHED
    about = [each.name for each in (one.product, one.service) if each]
    return {
        "href": url("partners:follow_up", one.pk),
        "title": one.title,
        "badge": follow_up_badge(one.state),
        "about": fmt.listed(about) if about else "",
        "owner": one.owner.person.name if one.owner else "",
        "due": fmt.day(one.due_on) if one.due_on and is_open else "",
        "is_late": bool(is_open and one.due_on and one.due_on < today),
    }
