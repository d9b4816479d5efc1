"""What formats, levels and standings are called, and how a badge of each looks."""

from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.learning.rules import Format, Level, Standing, Unbooked, is_overdue, standing_of

FORMAT_NAMES: dict[str, Any] = {
    Format.COURSE: _("Course"),
    Format.LAB: _("Lab"),
    Format.VIDEO: _("Video"),
    Format.WEBCAST: _("Webcast"),
}
LEVEL_NAMES: dict[str, Any] = {
    Level.BEGINNER: _("Beginner"),
    Level.INTERMEDIATE: _("Intermediate"),
    Level.ADVANCED: _("Advanced"),
    Level.EXPERT: _("Expert"),
}
UNBOOKED_WHY: dict[str, Any] = {
    Unbooked.MISSING: _("No agreement of that day holds on-demand education."),
    Unbooked.EXPIRED: _("The agreement that held on-demand education had ended on that day."),
    Unbooked.UNMAPPED: _("What the agreement holds does not reach this workspace."),
    Unbooked.NOT_YET: _("The day has not begun in the agreement’s time zone."),
    Unbooked.ARCHIVED: _("The workspace is archived."),
    Unbooked.TAKEN_BACK: _("What was booked for it was taken back."),
}


def standing_name(standing: Standing) -> str:
    names = {
        Standing.OPEN: pgettext("how far somebody is with a learning activity", "Not started"),
        Standing.STARTED: pgettext("how far somebody is with a learning activity", "Started"),
        Standing.COMPLETED: pgettext("how far somebody is with a learning activity", "Completed"),
    }
    return names[standing]


def badge(started_on: date | None, completed_on: date | None) -> dict[str, str]:
    standing = standing_of(started_on, completed_on)
    tone = {Standing.OPEN: "plain", Standing.STARTED: "low", Standing.COMPLETED: "ok"}[standing]
    return {"text": standing_name(standing), "tone": tone}


def due_badge(due_on: date, completed_on: date | None, today: date) -> dict[str, str]:
    said = {"day": fmt.short_day(due_on)}
    if is_overdue(due_on, completed_on, today):
        return {"text": gettext("overdue since %(day)s") % said, "tone": "critical"}
    return {"text": gettext("due %(day)s") % said, "tone": "plain"}


def language_name(code: str) -> str:
    """Of the content, in the reader's language; a language that nobody can name by its code."""
    return _language_name(code, get_language() or "en")


@lru_cache(1_000)
def _language_name(code: str, reader: str) -> str:
    name = Locale.parse(reader).languages.get(code) or code
    return name[:1].upper() + name[1:]


def minutes(count: int) -> str:
    return fmt.amount(count, Unit.MINUTES)


def progress(pct: int) -> str:
    return gettext("%(n)s%%") % {"n": fmt.number(pct)}


def more_due(n: int) -> str:
    """Of how many is not told what they are."""
    said = ngettext(
        "%(n)s more learning activity is assigned to you and not completed.",
        "%(n)s more learning activities are assigned to you and not completed.",
        n,
    )
    return said % {"n": fmt.number(n)} if n else ""
