"""What the pages say about endpoints and messages, in words."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.integrations.models import Attempt, Delivery, Endpoint
from tallyhub.integrations.webhooks.queries import Health
from tallyhub.integrations.webhooks.rules import State, is_accepted
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.outbound import Problem


def card(health: Health) -> dict[str, Any]:
    return {"endpoint": health.endpoint, "badge": badge(health.endpoint), "counts": _counts(health)}


def _counts(health: Health) -> list[str]:
    pending = ngettext("%(n)s message waits", "%(n)s messages wait", health.pending)
    failed = ngettext("%(n)s message was given up", "%(n)s messages were given up", health.failed)
    counted = ((pending, health.pending), (failed, health.failed))
    return [text % {"n": fmt.number(count)} for text, count in counted if count]


def badge(endpoint: Endpoint) -> dict[str, str]:
    if endpoint.is_paused:
        return {"tone": "low", "text": _("paused")}
    if endpoint.failing_since:
        return {"tone": "critical", "text": _("failing since %(since)s") % {"since": instant(endpoint.failing_since)}}
    return {"tone": "ok", "text": _("active")}


def row(delivery: Delivery) -> dict[str, Any]:
    tries = list(delivery.attempts.all())
    return {
        "id": delivery.pk,
        "name": f"msg_{delivery.pk}",
        "type": delivery.type,
        "made_at": instant(delivery.made_at),
        "badge": _state(delivery),
        "body": delivery.body,
        "attempts": [{"text": _attempt(one), "answer": one.answer} for one in tries],
    }


def _state(delivery: Delivery) -> dict[str, str]:
    if delivery.state == State.DELIVERED:
        return {"tone": "ok", "text": _("delivered")}
    if delivery.state == State.FAILED:
        return {"tone": "critical", "text": _("given up")}
    if delivery.next_at > clock.now():
        return {"tone": "low", "text": _("next try %(at)s") % {"at": instant(delivery.next_at)}}
    return {"tone": "low", "text": _("waits")}


def _attempt(attempt: Attempt) -> str:
    took = {"at": instant(attempt.at), "n": fmt.number(attempt.milliseconds), "what": _outcome(attempt)}
    return _("%(at)s: %(what)s, after %(n)s ms") % took


def _outcome(attempt: Attempt) -> str:
    if attempt.status is None:
        return _problems()[Problem(attempt.problem)]
    if is_accepted(attempt.status):
        return _("accepted with status %(status)s") % {"status": attempt.status}
    if 300 <= attempt.status < 400:
        return _("status %(status)s leads elsewhere, which is not followed") % {"status": attempt.status}
    return _("refused with status %(status)s") % {"status": attempt.status}


def _problems() -> dict[Problem, str]:
    return {
        Problem.ADDRESS: _("not sent, because the name leads to an address that the hub must not reach"),
        Problem.NAME: _("not sent, because nobody knows the name"),
        Problem.CONNECTION: _("no connection"),
        Problem.TLS: _("no secure connection; the certificate may be wrong or expired"),
        Problem.TIMEOUT: _("no answer in time"),
        Problem.ANSWER: _("the answer was no HTTP"),
    }


def instant(value: Any) -> str:
    return fmt.instant(value, timezone.get_current_timezone_name())
