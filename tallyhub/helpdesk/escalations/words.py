"""Categories, statuses, evidence and findings in plain words."""

from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tallyhub.helpdesk.escalations.findings import Finding
from tallyhub.helpdesk.escalations.rules import LETTERS, Category, Side, Status
from tallyhub.helpdesk.gates.rules import Despite, Result

CATEGORY_NAMES: dict[str, Any] = {
    Category.DEVIATION: _("It does something else than its service description says"),
    Category.OUTAGE: _("It is not available"),
    Category.DEFECT: _("A fault in how it looks or works"),
    Category.NETWORK: _("A large disruption of the network"),
    Category.REGIONAL: _("Several customers of a region have the same trouble"),
    Category.AGREED: _("None of these, and the provider has agreed"),
}
CATEGORY_MEANS: dict[str, Any] = {
    Category.DEVIATION: _("The description says one thing, the product does another, and service health says nothing."),
    Category.OUTAGE: _("Nobody can sign in, or the service answers nobody."),
    Category.DEFECT: _("A wrong result, a wrong display, or a function that does not do what it should."),
    Category.NETWORK: _("Routes or carriers fail for many sites, seen from two networks or more."),
    Category.REGIONAL: _("At least two customers, with something that they have in common."),
    Category.AGREED: _("Beyond what a partner solves, and talked over with the provider before."),
}


def category_name(category: str) -> str:
    """With the letter by which the trade knows it."""
    letter = LETTERS[Category(category)]
    name = str(CATEGORY_NAMES[category])
    return now("%(letter)s) %(name)s") % {"letter": letter, "name": name} if letter else name


STATUS_NAMES: dict[str, Any] = {
    Status.DRAFT: pgettext_lazy("an escalation", "draft"),
    Status.AWAITING: _("with the indirect provider"),
    Status.SUBMITTED: _("with the provider, not answered yet"),
    Status.ACCEPTED: pgettext_lazy("an escalation", "accepted"),
    Status.RETURNED: _("returned: something is missing"),
    Status.IN_PROGRESS: pgettext_lazy("an escalation", "in progress"),
    Status.NEEDS_PARTNER: _("waits for the partner"),
    Status.SOLVED: _("a solution is there"),
    Status.CLOSED: pgettext_lazy("an escalation", "closed"),
    Status.WITHDRAWN: pgettext_lazy("an escalation", "withdrawn"),
}
STATUS_TONES = {
    Status.DRAFT: "plain",
    Status.AWAITING: "low",
    Status.SUBMITTED: "low",
    Status.ACCEPTED: "ok",
    Status.RETURNED: "critical",
    Status.IN_PROGRESS: "ok",
    Status.NEEDS_PARTNER: "critical",
    Status.SOLVED: "ok",
    Status.CLOSED: "plain",
    Status.WITHDRAWN: "plain",
}
# What the customer reads on its request: no word of evidence, returns or notes.
PLAIN: dict[str, Any] = {
    Status.AWAITING: _("%(partner)s has handed it on to %(via)s, through which it works with the provider."),
    Status.SUBMITTED: _("%(partner)s has handed it on to the provider, %(provider)s."),
    Status.ACCEPTED: _("The provider, %(provider)s, has taken it on."),
    Status.RETURNED: _("%(partner)s was asked for more details, before the work goes on."),
    Status.IN_PROGRESS: _("The provider, %(provider)s, works on it."),
    Status.NEEDS_PARTNER: _("The provider, %(provider)s, waits for an answer of %(partner)s."),
    Status.SOLVED: _("There is a solution. %(partner)s looks at it and tells you."),
    Status.CLOSED: _("What was handed on is done."),
    Status.WITHDRAWN: _("%(partner)s took back what it had handed on."),
}
HOLDER_NAMES: dict[Side | None, Any] = {
    Side.PARTNER: _("The partner is to do the next thing."),
    Side.INDIRECT: _("The indirect provider is to do the next thing."),
    Side.PROVIDER: _("The provider is to do the next thing."),
    None: _("Nobody is to do anything about it any more."),
}
# The buttons, by what becomes of it; some say it otherwise for one side.
MOVES: dict[str, Any] = {
    Status.SUBMITTED: _("Pass on to the provider"),
    Status.ACCEPTED: _("Accept"),
    Status.RETURNED: _("Return: something is missing"),
    Status.IN_PROGRESS: _("Work on it"),
    Status.NEEDS_PARTNER: _("Ask the partner"),
    Status.SOLVED: _("Give a solution"),
    Status.CLOSED: _("Close"),
    Status.WITHDRAWN: _("Withdraw"),
    Status.AWAITING: _("It did not help"),
}
ANSWER = _("Answer")
ANSWERED = _("answered")
NOT_SOLVED = _("It did not help")
SOLVED = _("It helped: close")
MOVED: dict[str, Any] = {
    Status.AWAITING: _("sent it to the indirect provider"),
    Status.SUBMITTED: _("sent it to the provider"),
    Status.ACCEPTED: _("accepted it"),
    Status.RETURNED: _("returned it, because something is missing"),
    Status.IN_PROGRESS: _("took it up"),
    Status.NEEDS_PARTNER: _("asks the partner"),
    Status.SOLVED: _("gave a solution"),
    Status.CLOSED: _("closed it"),
    Status.WITHDRAWN: _("withdrew it"),
}
EVENTS: dict[str, Any] = {
    "note": _("wrote a note"),
    "published": _("published it to the customer"),
    "assigned": _("assigned it"),
    "tied": _("tied it to an incident"),
    "untied": _("untied it from its incident"),
    "incident": _("the incident that it belongs to was updated"),
}

ITEM_NAMES: dict[str, Any] = {
    "health_check": _("Health check"),
    "tenants": _("Further customers with the same trouble"),
    "title": _("Title"),
    "feature": _("Service and function"),
    "subscription": _("Agreement or subscription"),
    "region": _("Region or place"),
    "started": _("Since when"),
    "ended": _("Until when"),
    "pattern": _("How it shows"),
    "affected": _("How many people are affected"),
    "error": _("Exact error text and correlation ids"),
    "expected": _("What was expected"),
    "seen": _("What was seen"),
    "tried": _("What was tried, and what came of it"),
    "severity": _("Severity"),
    "impact": _("Impact on the business"),
    "contact": _("Who of you answers questions"),
    "contact_always": _("How they are reached around the clock"),
    "delegation": _("Delegation that was used"),
    "diagnostics": _("May the provider collect diagnostic data?"),
    "vulnerability": _("Is it a vulnerability?"),
    "files": _("Further files"),
    "clause": _("What the service description says: quotation or link"),
    "no_fit": _("Why nothing in service health fits"),
    "steps": _("Steps that lead there"),
    "outage": _("What is not available"),
    "local_network": _("How you know that the local network is fine"),
    "clients": _("Browsers and programs that were tried"),
    "version": _("Version"),
    "frequency": _("How often it happens"),
    "second_environment": _("What happens in a second environment"),
    "recording": _("Screenshot or recording"),
    "network_1": _("First network"),
    "trace_1": _("Trace through the first network"),
    "network_2": _("Second network"),
    "trace_2": _("Trace through the second network"),
    "sites": _("Sites and networks that are affected"),
    "common_factor": _("What the customers have in common"),
    "agreed": _("What was agreed, with whom, and when"),
}
ITEM_HINTS: dict[str, Any] = {
    "started": _("Day, time and zone, such as 2026-11-21T08:15+01:00 or 2026-11-21 08:15 Europe/Berlin."),
    "error": _("As it stands there, without names, addresses, passwords or tokens. Where none is shown, say so."),
    "tried": _("What you recorded while diagnosing goes along by itself."),
    "contact": _("You or a colleague; never the customer’s people."),
    "contact_always": _("A telephone number or a mailbox of yours. Needed with severity A."),
    "second_environment": _("Another account, browser, device or workspace: does it happen there, too?"),
    "network_1": _("Carrier or number of the network, and the place."),
    "network_2": _("Another carrier, or another place."),
    "sites": _("Places, numbers of networks (AS), and the times."),
    "subscription": _("Where it matters which one."),
    "recording": _("Blacken what names people."),
    "vulnerability": _("Something by which somebody could read, change or break what is not theirs."),
}
# Above which item the form begins a new part.
HEADINGS: dict[str, Any] = {
    "vulnerability": _("The trouble"),
    "severity": _("What it means, and who answers"),
}
CHOICE_NAMES: dict[str, dict[str, Any]] = {
    "pattern": {
        "constant": _("all the time"),
        "intermittent": _("again and again"),
        "transient": _("it was there once and has gone"),
    },
    "diagnostics": {"yes": _("yes"), "no": _("no")},
    "vulnerability": {"no": _("no"), "yes": _("yes")},
    "outage": {
        "sign_in": _("nobody can sign in"),
        "unreachable": _("the service or its interface answers nobody"),
        "function": _("one function answers nobody"),
    },
    "frequency": {
        "always": _("each time"),
        "often": _("often"),
        "sometimes": _("now and then"),
        "once": _("it happened once"),
    },
}
FINDING_NAMES: dict[str, Any] = {
    Finding.MAIL: _("a mail address"),
    Finding.PHONE: _("a telephone number"),
    Finding.PASSWORD: _("a password"),
    Finding.TOKEN: _("an access token or a key"),
    Finding.PRIVATE_KEY: _("a private key"),
    Finding.COOKIE: _("cookies"),
    Finding.LONG: _("only its beginning was looked through"),
}
RESULT_NAMES: dict[str, Any] = {
    Result.MATCH: _("an incident fits"),
    Result.NO_MATCH: _("something goes on, and nothing of it fits"),
    Result.NONE: _("nothing goes on"),
}
DESPITE_NAMES: dict[str, Any] = {
    Despite.NEEDS_HELP: _("It goes on nevertheless, because help is needed to respond."),
    Despite.DIFFERS: _("It goes on nevertheless, because the symptoms differ."),
}


def status_badge(status: str) -> dict[str, str]:
    return {"text": str(STATUS_NAMES[status]), "tone": STATUS_TONES[Status(status)]}
