"""All that the hub holds about a person, and all that it clears after some time: one line per package.

A test walks over every column of the database that points at a person, and fails where it is in neither this nor a list
of reasons.
"""

from collections.abc import Callable
from datetime import datetime

from tallyhub.accounts import personal as accounts
from tallyhub.accounts import steps as accounts_steps
from tallyhub.activity import personal as activity
from tallyhub.agreements import personal as agreements
from tallyhub.articles import personal as articles
from tallyhub.assessments import personal as assessments
from tallyhub.assessments import steps as assessments_steps
from tallyhub.engagements import personal as engagements
from tallyhub.health import personal as health
from tallyhub.helpdesk import personal as helpdesk
from tallyhub.helpdesk.mails import steps as desk_mails_steps
from tallyhub.integrations import personal as integrations
from tallyhub.journal import personal as journal
from tallyhub.journal import steps as journal_steps
from tallyhub.learning import personal as learning
from tallyhub.ledger import personal as ledger
from tallyhub.messages import personal as messages
from tallyhub.notifications import personal as notifications
from tallyhub.notifications import steps as notifications_steps
from tallyhub.office import personal as office
from tallyhub.organizations import personal as organizations
from tallyhub.partners import personal as partners
from tallyhub.people import personal as people
from tallyhub.support import personal as support
from tallyhub.support.conversation import steps as conversation_steps

# In the order of erasing: whoever points at a person goes before them.
HOLDINGS = (
    *notifications.HOLDINGS,
    *integrations.HOLDINGS,
    *activity.HOLDINGS,
    *helpdesk.HOLDINGS,
    *partners.HOLDINGS,
    *support.HOLDINGS,
    *assessments.HOLDINGS,
    *engagements.HOLDINGS,
    *learning.HOLDINGS,
    *office.HOLDINGS,
    *people.HOLDINGS,
    *messages.HOLDINGS,
    *articles.HOLDINGS,
    *health.HOLDINGS,
    *ledger.HOLDINGS,
    *agreements.HOLDINGS,
    *journal.HOLDINGS,
    *organizations.HOLDINGS,
    *accounts.HOLDINGS,
)

# What is cleared: its name, the setting that says after how many days, and who clears all from before an instant and
# says how many there were. Audit is cleared kind by kind, by ``commands.clear_events``, and records that itself.
Clear = Callable[[datetime], int]
CLEARED: tuple[tuple[str, str, Clear], ...] = (
    ("sessions", "keep_sessions_days", accounts_steps.clear_sessions),
    ("mails", "keep_mails_days", notifications_steps.clear_mails),
    ("mails_in", "keep_mails_days", conversation_steps.clear_incoming),
    ("desk_mails", "keep_mails_days", desk_mails_steps.clear_mails),
    ("jobs", "keep_jobs_days", journal_steps.clear_failed_jobs),
    ("assessment_objects", "keep_assessment_objects_days", assessments_steps.clear_objects),
)
