"""How people and clocks of an escalation are said, on its page and in the list."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tallyhub.helpdesk.escalations.rules import Status
from tallyhub.helpdesk.models import Escalation
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt


def name_of(people: Mapping[int, tuple[str, str]], person_id: int | None) -> str:
    """With the organisation that they work for."""
    found = people.get(person_id or 0)
    if found is None:
        return _("the hub") if person_id is None else _("Somebody who has left")
    return _("%(name)s, %(organization)s") % {"name": found[0], "organization": found[1]}


def answer_text(one: Escalation, zone: str) -> str:
    """Whether the provider has answered what came in last, or by when it is to. The clock stands still while the
    partner has the ball.
    """
    if one.due_at is None:
        return ""
    if one.answered_at is not None:
        return _("given on %(when)s") % {"when": fmt.minute(one.answered_at, zone)}
    when = fmt.minute(one.due_at, zone)
    if one.status != Status.SUBMITTED:
        return _("not due while the partner has it")
    return (_("overdue since %(when)s") if is_late(one) else _("due until %(when)s")) % {"when": when}


def is_late(one: Escalation) -> bool:
    is_waited_for = one.status == Status.SUBMITTED and one.answered_at is None
    return is_waited_for and one.due_at is not None and one.due_at < clock.now()
