"""Pages of editors: what was written, a new message with whom it reaches, a correction."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.accounts.rules import LANGUAGES
from tallyhub.agreements.queries import list_buyers, list_products
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.messages import page, queries, steps, words
from tallyhub.messages.composing import commands
from tallyhub.messages.composing.forms import CorrectForm, NewForm
from tallyhub.messages.models import Post
from tallyhub.messages.queries import LIST_PAGE, LOG_PAGE, Reach
from tallyhub.messages.rules import Planned, Said, check_said, fingerprint
from tallyhub.organizations.queries import list_sellers
from tallyhub.organizations.steps import find_customers

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
SHOWN_MAX = 100  # customers that a preview names; of the others it says how many


@signed_in
@require_safe
def messages_list(request: HubRequest) -> HttpResponse:
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_MESSAGES)
    after = find_id(request.GET.get("after"))
    with scope(access):
        found = queries.list_edited(access, after=after)
        shown = found[:LIST_PAGE]
        counts = queries.count_sendings([one.pk for one in shown])
        context = {
            "rows": [_row(one, counts.get(one.pk, (0, 0)), zone) for one in shown],
            "next_href": f"?after={shown[-1].pk}" if len(found) > len(shown) else "",
            "is_later": after is not None,
        }
        return render(request, "messages/edit.html", context)


def _row(post: Post, counts: tuple[int, int], zone: str) -> dict[str, Any]:
    return {
        "title": post.title,
        "href": url("messages:edit_message", post.pk),
        "class": str(words.CLASS_NAMES[post.message_class]),
        "badges": page.badges(post, is_over=page.is_over(post), is_withdrawn=post.withdrawn_at is not None),
        "products": page.products_of(post),
        "state": _state(post, zone),
        "sent": counts[0],
        "refused": counts[1],
    }


def _state(post: Post, zone: str) -> str:
    if post.released_at is None:
        return _("To be sent on %(when)s") % {"when": fmt.minute(post.starts_at, zone)}
    return _("Sent on %(when)s") % {"when": fmt.minute(post.released_at, zone)}


@signed_in
@GET_POST
def new(request: HubRequest) -> HttpResponseBase:
    """Preview first: whom it reaches, and for whom it is refused and why. Then it is sent as it was shown."""
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_MESSAGES)
    with scope(access):
        products = [one for one in list_products() if one.is_offered]
    form = NewForm(products, zone, request.POST) if request.method == "POST" else NewForm(products, zone)
    preview: dict[str, Any] | None = None
    if form.is_valid():
        try:
            said, planned = _plan(request, form)
            if request.POST.get("act") == "publish":
                return _publish(request, form, said)
            preview = _preview(request, planned)
        except (Invalid, Conflict) as error:
            form.show(error)
            preview = _preview_again(request, form) if error.code in _SHOWN_AGAIN else None
    elif not form.is_bound:
        form.initial = {"zone": zone, "message_class": "operational", "category": "inform"}
    context = {"form": form, "preview": preview}
    return render(request, "messages/edit_new.html", context, status=400 if form.errors else 200)


_SHOWN_AGAIN = frozenset({"message_reach_changed", "message_refusals_unconfirmed"})


def _plan(request: HubRequest, form: NewForm) -> tuple[Said, list[Planned]]:
    """Raises Invalid."""
    with scope(request.access):
        said = form.said(_named(form.codes))
        check_said(said, clock.now())
        planned = steps.plan(commands.about_of(said))
    if not planned:
        raise Invalid("message_reaches_nobody")
    return said, planned


def _named(codes: Sequence[str]) -> frozenset[int]:
    """The customers with these codes. Raises Invalid for a code that none has."""
    found = find_customers(codes)
    if missing := [code for code in codes if code not in found]:
        raise Invalid("message_customer_unknown", customer=missing[0])
    return frozenset(found.values())


def _publish(request: HubRequest, form: NewForm, said: Said) -> HttpResponseBase:
    seen, confirmed = form.cleaned_data["seen"], form.cleaned_data["confirmed"]
    done = commands.publish(request.access, said, seen=seen, is_confirmed=confirmed)
    if done.post_id is None:
        form.add_error(None, str(sentence(Conflict("message_refused"))))
        context = {"form": form, "preview": _preview_again(request, form)}
        return render(request, "messages/edit_new.html", context, status=409)
    messages.success(request, _("It is sent.") if done.sent else _("It is kept until its time."))
    return redirect("messages:edit_message", done.post_id)


def _preview_again(request: HubRequest, form: NewForm) -> dict[str, Any]:
    return _preview(request, _plan(request, form)[1])


def _preview(request: HubRequest, planned: Sequence[Planned]) -> dict[str, Any]:
    """Who gets it, and who not; partners are named, because they are whom to ask instead."""
    with scope(request.access):
        names = {one.customer_id: f"{one.name} ({one.code})" for one in list_buyers()}
        sellers = {one.pk: one.name for one in list_sellers()}
    rows = [_planned(one, names, sellers) for one in planned]
    sent, refused = [one for one in rows if not one["why"]], [one for one in rows if one["why"]]
    return {
        "seen": fingerprint(planned),
        "sent": sent[:SHOWN_MAX],
        "sent_count": len(sent),
        "refused": refused[:SHOWN_MAX],
        "refused_count": len(refused),
    }


def _planned(one: Planned, names: dict[int, str], sellers: dict[int, str]) -> dict[str, Any]:
    reason = one.decision.reason
    return {
        "customer": names.get(one.customer_id, ""),
        "why": str(words.REASON_NAMES[reason]) if reason else "",
        "partners": fmt.listed(sorted(sellers[each] for each in one.decision.partners if each in sellers)),
    }


@signed_in
@require_safe
def message(request: HubRequest, post_id: int) -> HttpResponse:
    """A message with its versions, and for whom it was sent and refused."""
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_MESSAGES)
    after = find_id(request.GET.get("after"))
    with scope(access):
        post = queries.get_edited(access, post_id)
        found = queries.list_sendings(access, Reach(None, frozenset()), post_id=post.pk, after=after)
        shown = found[:LOG_PAGE]
        sellers = {one.pk: one.name for one in list_sellers()}
        customers = {one.customer_id: one.name for one in list_buyers()}
        versions = page.versions(queries.list_versions(post), zone)
        context = {
            "about": page.about(post, zone),
            "state": _state(post, zone),
            "audience": str(words.AUDIENCE_NAMES[post.audience]),
            "languages": fmt.listed([name for code, name in LANGUAGES if code in post.titles]),
            "rows": [page.sending(one, zone, {}, sellers, customers) for one in shown],
            "next_href": f"?after={shown[-1].pk}" if len(found) > len(shown) else "",
            "versions": versions[1:],
            "is_read": post.released_at is not None,
        }
        return render(request, "messages/edit_message.html", context)


@signed_in
@GET_POST
def correct(request: HubRequest, post_id: int) -> HttpResponseBase:
    access, zone = request.access, get_current_timezone_name()
    access.require_serving(Right.EDIT_MESSAGES)
    with scope(access):
        post = queries.get_edited(access, post_id)
    data = request.POST if request.method == "POST" else None
    form = CorrectForm(zone, data, initial=_standing(post, zone))
    if form.is_valid():
        try:
            commands.correct(access, post_id, form.cleaned_data["version"], form.text())
            messages.success(request, _("The correction is published. What stood there before stays readable."))
            return redirect("messages:edit_message", post_id)
        except (Invalid, Conflict) as error:
            form.show(error)
    context = {"form": form, "title": post.title, "back": url("messages:edit_message", post_id)}
    return render(request, "messages/edit_correct.html", context, status=400 if form.is_bound else 200)


def _standing(post: Post, zone: str) -> dict[str, Any]:
    texts = {f"title_{code}": text for code, text in post.titles.items()}
    texts |= {f"body_{code}": text for code, text in post.bodies.items()}
    ends_at = f"{post.ends_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if post.ends_at else ""
    said = {name: getattr(post, name) for name in ("category", "severity", "tags", "is_major", "act_by_on", "version")}
    return {**texts, **said, "ends_at": ends_at, "zone": zone}


@signed_in
@require_POST
def withdraw(request: HubRequest, post_id: int) -> HttpResponseBase:
    commands.withdraw(request.access, post_id)
    messages.success(request, _("It is withdrawn. Whoever had it can go on reading it."))
    return redirect("messages:edit_message", post_id)
