"""How stages, the ball, checks and locks are called on screen: for the desk, and for the customer."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tallyhub.helpdesk.gates.rules import Ball, Despite, Left, Lock, Result, Stage

STAGE_NAMES: dict[Stage, Any] = {
    Stage.NEW: pgettext_lazy("stage of a partner request", "New"),
    Stage.HEALTH_CHECK: _("Service health is to be checked"),
    Stage.LINKED_TO_INCIDENT: _("Follows an incident"),
    Stage.DIAGNOSING: _("The cause is looked for"),
    Stage.WAITING_CUSTOMER: _("Waits for the customer"),
    Stage.WAITING_DELEGATION: _("Waits for rights"),
    Stage.ESCALATED: pgettext_lazy("stage of a partner request", "Escalated"),
    Stage.RESOLVED: pgettext_lazy("stage of a partner request", "Resolved"),
    Stage.CLOSED: pgettext_lazy("stage of a partner request", "Closed"),
    Stage.REOPENED: pgettext_lazy("stage of a partner request", "Reopened"),
}
STAGE_TONES = {
    Stage.NEW: "low",
    Stage.WAITING_CUSTOMER: "plain",
    Stage.WAITING_DELEGATION: "low",
    Stage.LINKED_TO_INCIDENT: "critical",
    Stage.RESOLVED: "ok",
    Stage.CLOSED: "plain",
}
# What it means to whoever asked.
STAGE_MEANS: dict[Stage, Any] = {
    Stage.NEW: _("Your partner has your request and has not begun yet."),
    Stage.HEALTH_CHECK: _("Your partner first looks whether a known incident is the cause."),
    Stage.LINKED_TO_INCIDENT: _("A known incident may be the cause. What is said of it stands here, too."),
    Stage.DIAGNOSING: _("Your partner looks for the cause."),
    Stage.WAITING_CUSTOMER: _("Your partner waits for your answer."),
    Stage.WAITING_DELEGATION: _("To go on, your partner needs rights that it does not have yet."),
    Stage.ESCALATED: _("Your partner has handed it on. It keeps talking to you."),
    Stage.RESOLVED: _("It is resolved, and is closed by itself when nothing more is said."),
    Stage.CLOSED: _("Nothing more is to be done."),
    Stage.REOPENED: _("It was opened again, and your partner goes on with it."),
}
# And to whoever works on it.
STAGE_ASKS: dict[Stage, Any] = {
    Stage.NEW: _("Nobody has begun. Look at service health first."),
    Stage.HEALTH_CHECK: _("Look at service health first: nothing is handed on without that."),
    Stage.LINKED_TO_INCIDENT: _("An incident fits. Keep the customer informed."),
    Stage.DIAGNOSING: _("Look for the cause, note what you find, and mend what you can."),
    Stage.WAITING_CUSTOMER: _("The customer is to answer."),
    Stage.WAITING_DELEGATION: _("The work needs rights with the customer that nobody at your desk holds now."),
    Stage.ESCALATED: _("It is handed on. You stay the one who talks to the customer."),
    Stage.RESOLVED: _("The customer may open it again; else it is closed by itself."),
    Stage.CLOSED: _("Nothing more is to be done."),
    Stage.REOPENED: _("The customer is not content: go on with it."),
}
ESCALATION_ASKS = _("The next step of the escalation is yours: open it.")  # when it came back, or is solved
# Who is to do the next thing, where no name stands instead.
BALL_NAMES: dict[Ball, Any] = {
    Ball.CUSTOMER: pgettext_lazy("is to act", "the customer"),
    Ball.PARTNER: pgettext_lazy("is to act", "the partner"),
    Ball.SUPPLIER: pgettext_lazy("is to act", "the partner’s supplier"),
    Ball.INDIRECT_PROVIDER: pgettext_lazy("is to act", "the indirect provider"),
    Ball.PROVIDER: pgettext_lazy("is to act", "the provider"),
    Ball.NOBODY: pgettext_lazy("is to act", "nobody"),
}
RESULT_NAMES: dict[str, Any] = {
    Result.MATCH: _("It fits: %(event)s"),
    Result.NO_MATCH: _("Something goes on, and nothing of it fits"),
    Result.NONE: _("Nothing goes on"),
}
DESPITE_NAMES: dict[str, Any] = {
    Despite.NEEDS_HELP: _("The customer needs help with what it does to them"),
    Despite.DIFFERS: _("The symptoms differ"),
}
LEFT_NAMES: dict[Left, Any] = {
    Left.NEEDS_HELP: DESPITE_NAMES[Despite.NEEDS_HELP],
    Left.DIFFERS: DESPITE_NAMES[Despite.DIFFERS],
    Left.GONE: _("The trouble is gone"),
    Left.STAYS: _("The trouble is still there"),
}
LOCKS: dict[Lock, Any] = {
    Lock.OVER: _("The request is resolved or closed. Reopen it first."),
    Lock.FOLLOWS: _("It follows an incident that goes on. Say first why it is to go on all the same."),
    Lock.IS_OVER: _("The incident is over. Say first whether the trouble is gone."),
    Lock.NO_CHECK: _("Nobody has looked at service health yet."),
    Lock.NO_RIGHTS: _("It waits for rights with the customer. Say first that the work needs none any more."),
}
