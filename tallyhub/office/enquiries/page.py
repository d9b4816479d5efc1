"""What the pages say about enquiries, in words."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.office.enquiries.queries import Asked
from tallyhub.office.rules import Answer, Wish


def row(asked: Asked, *, customer_id: int | None = None) -> dict[str, Any]:
    """``customer_id``: the one that is worked inside. What another one asked for is opened by switching there."""
    enquiry = asked.enquiry
    return {
        "id": enquiry.pk,
        "customer_id": enquiry.customer_id,
        "customer": asked.customer,
        "is_here": enquiry.customer_id == customer_id,
        "title": title(asked),
        "about": about(asked),
        "asked": _("%(who)s, %(day)s") % {"who": who(asked.asked_by), "day": _day(enquiry.asked_at)},
        "badge": badge(enquiry.answer),
        "answered": _answered(asked),
        "note": enquiry.note,
    }


def title(asked: Asked) -> str:
    if asked.enquiry.wish == Wish.WORKSPACE:
        return _("Workspace %(name)s") % {"name": asked.enquiry.name}
    return _("%(package)s in %(workspace)s") % {"package": asked.package, "workspace": asked.workspace}


def about(asked: Asked) -> str:
    return asked.enquiry.goal if asked.enquiry.wish == Wish.WORKSPACE else asked.agreement


def badge(answer: str) -> dict[str, str]:
    tones = {Answer.OPEN: "low", Answer.GRANTED: "ok", Answer.DECLINED: "critical"}
    names = {Answer.OPEN: _("open"), Answer.GRANTED: _("granted"), Answer.DECLINED: _("declined")}
    return {"tone": tones[Answer(answer)], "text": names[Answer(answer)]}


def who(name: str) -> str:
    return name or _("Somebody who has left")


def _answered(asked: Asked) -> str:
    if asked.enquiry.answered_at is None:
        return ""
    return _("%(who)s, %(day)s") % {"who": who(asked.answered_by), "day": _day(asked.enquiry.answered_at)}


def _day(instant: Any) -> str:
    return fmt.day(timezone.localtime(instant).date())
