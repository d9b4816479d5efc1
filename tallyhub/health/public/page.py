"""The public page: now, the history, one event and the feed, from the file alone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallyhub.health import words
from tallyhub.health.page import component_badge
from tallyhub.health.public.statuspage import documents
from tallyhub.health.rules import OVER, EventKind, EventStatus, Impact
from tallyhub.kernel import formatting as fmt

RECENT_MAX = 10  # that are over, below what goes on
FEED_MAX = 50
Kept = dict[str, Any]


def answer(request: HttpRequest, name: str, kept: Kept | None) -> HttpResponse:
    """``name`` is the address below /status/."""
    if kept is None:
        return _nothing(request, 503, _("The page is not published yet. Try again in a minute."))
    if name == "":
        return _show(request, "status", _now(kept))
    if name == "history/":
        return _show(request, "status_history", {"page": kept["page"], "events": _events(kept, is_over=True)})
    if name == "feed.atom":
        return _feed(kept)
    kind, _slash, rest = name.partition("/")
    one = _find(kept, rest.removesuffix("/")) if kind == "incidents" and rest.endswith("/") else None
    if one is None:
        return _nothing(request, 404, _("There is no such event, or it is not public any more."))
    return _show(request, "status_event", {"page": kept["page"], "event": _event(one, kept)})


def _show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"health/{template}.html", context, using="jinja2")


def _nothing(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    offers = [{"title": _("Service health"), "href": "/status/"}] if status == 404 else []
    context = {"title": _("Service health"), "sentence": sentence, "offers": offers}
    return render(request, "site/error.html", context, status=status, using="jinja2")


def _all(kept: Kept) -> list[Kept]:
    found = [*kept["incidents"], *kept["scheduled_maintenances"]]
    return sorted(found, key=lambda one: datetime.fromisoformat(one["created_at"]), reverse=True)


def _find(kept: Kept, key: str) -> Kept | None:
    return next((one for one in _all(kept) if one["id"] == key), None)


def _events(kept: Kept, *, is_over: bool) -> list[Kept]:
    return [_event(one, kept) for one in _all(kept) if (one["status"] in OVER) == is_over]


def _now(kept: Kept) -> dict[str, Any]:
    summary = documents(kept)["summary.json"]
    indicator = Impact(summary["status"]["indicator"])
    is_worked_on = any(
        one["status"] in (EventStatus.IN_PROGRESS, EventStatus.VERIFYING) for one in kept["scheduled_maintenances"]
    )
    sentence = words.OVERALL_NAMES[indicator]
    return {
        "page": kept["page"],
        "zone": kept["page"]["time_zone"],
        "overall": _("Maintenance goes on") if indicator is Impact.NONE and is_worked_on else str(sentence),
        "tone": words.IMPACT_TONES[indicator] if indicator is not Impact.NONE else "ok",
        "products": _products(kept),
        "events": _events(kept, is_over=False),
        "recent": _events(kept, is_over=True)[:RECENT_MAX],
    }


def _products(kept: Kept) -> list[dict[str, Any]]:
    parts = {one["id"]: one for one in kept["components"]}
    return [
        {
            "name": _name(kept, group["id"]),
            "badge": component_badge(group["status"]),
            "parts": [
                {"name": _name(kept, key), "badge": component_badge(parts[key]["status"])}
                for key in group["components"]
            ],
        }
        for group in kept["components"]
        if group["group"]
    ]


def _name(kept: Kept, key: str) -> str:
    return _in_language(kept["hub"]["names"][key])


def _in_language(names: dict[str, str]) -> str:
    return names.get(get_language() or "en") or names["en"]


def _event(one: Kept, kept: Kept) -> dict[str, Any]:
    zone, more = kept["page"]["time_zone"], kept["hub"]["events"][one["id"]]
    status, impact = EventStatus(one["status"]), Impact(one["impact"])
    badges = [
        {"text": str(words.KIND_NAMES[more["kind"]]), "tone": "plain"},
        {"text": str(words.STATUS_NAMES[status]), "tone": words.STATUS_TONES.get(status, "low")},
    ]
    if impact is not Impact.NONE:
        badges.append({"text": str(words.IMPACT_NAMES[impact]), "tone": words.IMPACT_TONES[impact]})
    return {
        "title": one["name"],
        "href": f"/status/incidents/{one['id']}/",
        "badges": badges,
        "components": fmt.listed([_name(kept, each["id"]) for each in one["components"]]),
        "regions": fmt.listed([_in_language(each) for each in more["regions"]]) or _("everywhere"),
        "when": _when(one, more["kind"], zone),
        "workaround": more["workaround"],
        "updates": [_update(each, zone) for each in one["incident_updates"]],
    }


def _when(one: Kept, kind: str, zone: str) -> str:
    if kind == EventKind.MAINTENANCE and one["status"] == EventStatus.SCHEDULED:
        said = {"first": _at(one["scheduled_for"], zone), "last": _at(one["scheduled_until"], zone), "zone": zone}
        return _("planned from %(first)s until %(last)s (%(zone)s)") % said
    said = {"first": _at(one["started_at"], zone), "zone": zone}
    if not one["resolved_at"]:
        return _("since %(first)s (%(zone)s)") % said
    return _("from %(first)s until %(last)s (%(zone)s)") % {**said, "last": _at(one["resolved_at"], zone)}


def _at(text: str, zone: str) -> str:
    return fmt.minute(datetime.fromisoformat(text), zone)


def _update(one: Kept, zone: str) -> dict[str, str]:
    return {
        "status": str(words.STATUS_NAMES[one["status"]]),
        "text": one["body"],
        "when": _at(one["created_at"], zone),
        "instant": one["created_at"],
    }


def _feed(kept: Kept) -> HttpResponse:
    """Atom (RFC 4287): an entry for each event, with its updates, newest first."""
    page = kept["page"]
    title = _("Service health of %(name)s") % {"name": page["name"]}
    feed = Atom1Feed(title, page["url"], "", language=get_language(), feed_url=f"{page['url']}feed.atom")
    for one in sorted(_all(kept), key=_changed, reverse=True)[:FEED_MAX]:
        feed.add_item(
            one["name"],
            one["shortlink"],
            "\n\n".join(_told(one["incident_updates"])),
            unique_id=one["shortlink"],
            pubdate=datetime.fromisoformat(one["created_at"]),
            updateddate=_changed(one),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _changed(one: Kept) -> datetime:
    return datetime.fromisoformat(one["updated_at"])


def _told(updates: Iterable[Kept]) -> list[str]:
    return [f"{words.STATUS_NAMES[one['status']]}: {one['body']}" for one in updates]
