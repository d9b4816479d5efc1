"""What home says, in two statements whatever there is: what waits for this person, and what is new to them."""

from collections.abc import Sequence
from datetime import datetime

from tallyhub.activity.queries import news_of_statements
from tallyhub.activity.rules import may_state
from tallyhub.engagements.home import queries as engagements
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.parts import Part, Row, read_parts
from tallyhub.messages import queries as messages
from tallyhub.office.enquiries import queries as enquiries
from tallyhub.organizations.queries import news_of_roles
from tallyhub.people.invitations.queries import lapsing
from tallyhub.support.home import queries as support


def read_today(access: Access, staffed: Sequence[int]) -> list[Row]:
    """What waits for this person. ``staffed``: the workspaces, of all customers, whose staff one is."""
    parts: list[Part] = []
    if access.customers and not access.is_staff:
        parts += [support.waiting_for(access), engagements.to_accept(access), messages.to_act_on(access)]
    if access.customers:
        parts.append(engagements.coming(access))
    if access.has_anywhere(Right.PLAN_SERVICES):
        parts += engagements.to_plan(access)
    if staffed:
        parts.append(support.assigned_to(access, staffed))
    if access.has_anywhere(Right.MANAGE_AGREEMENTS):
        parts += [*support.untaken(access), enquiries.unanswered(access)]
    if access.has_anywhere(Right.MANAGE_USERS):
        parts.append(lapsing(access))
    return read_parts(parts)


def read_news(access: Access, since: datetime) -> list[Row]:
    """What happened since then and is shown to this person."""
    if not access.customers:
        return []
    parts = [*support.news_of_own(access, since), news_of_roles(access, since), enquiries.answered(access, since)]
    return read_parts([*parts, news_of_statements(access, since)] if may_state(access) else parts)
