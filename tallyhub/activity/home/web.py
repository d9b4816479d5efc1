"""Home: what needs me today, what is left, what is new. One read-only scope, and ten statements at most."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tallyhub.accounts.sessions import CUSTOMER_KEY
from tallyhub.activity import page as activity
from tallyhub.activity.filters import Choice, read_choice
from tallyhub.activity.gauges import count_gauges
from tallyhub.activity.home import page, queries
from tallyhub.activity.home.page import About
from tallyhub.activity.queries import AgreementLines, list_agreements
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Right
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.scope import scope
from tallyhub.messages.queries import count_news
from tallyhub.organizations.looks import told
from tallyhub.organizations.queries import list_customers_held
from tallyhub.organizations.rules import INSIDE_NO_CUSTOMER
from tallyhub.support.work.queries import list_places

TILES_MAX = 6  # per agreement; Customer activity has them all
REFUSING_MAX = 5  # organisations that are named


@signed_in
@require_safe
@told("home")
def home(request: HubRequest) -> HttpResponse:
    """For everybody; whoever serves several customers begins by choosing one."""
    if _has_to_choose(request):
        return redirect("activity:round")
    sees_activity = request.access.has_anywhere(Right.VIEW_ACTIVITY)
    choice = read_choice(request.GET, request.access) if sees_activity else None
    with scope(request.access):
        agreements = _read_agreements(request, choice) if choice else []
        about = _about(request, agreements)
        sections = [
            _section(one, replace(choice, agreement_id=one.id))
            for one in (activity.chosen_agreements(agreements, choice) if choice else [])
            if choice
        ]
        context = {
            "needs": page.needs(about),
            "nothing": _nothing(request),
            "sections": sections,
            "empty": None if sections else _no_sections(request, sees_activity=sees_activity),
            "news": page.news(about),
            "shows_left": sees_activity or not request.access.is_staff,
            "is_assigned": bool(request.sign_on.customer_count),
            "unread": count_news(request.access),
        }
        return render(request, "activity/home.html", context)


def _about(request: HubRequest, agreements: list[AgreementLines]) -> About:
    access, now = request.access, clock.now()
    staffed = [one.workspace_id for one in list_places()] if access.has_anywhere(Right.WORK_REQUESTS) else []
    rows = queries.read_today(access, staffed) + queries.read_news(access, now - timedelta(days=page.NEWS_DAYS))
    places = {place.id: place.name for place in request.sign_on.places}
    return About(access, now, get_current_timezone_name(), places, agreements, rows)


def _read_agreements(request: HubRequest, choice: Choice) -> list[AgreementLines]:
    return count_gauges(list_agreements(request.access, choice.workspaces), choice.workspaces)


def _nothing(request: HubRequest) -> dict[str, str]:
    """Why nothing needs this person, and what they can do."""
    if request.access.is_staff:
        sentence = _("No request, call or enquiry waits for you. What comes in is in the queue.")
        return {"sentence": sentence, "href": url("support:queue"), "link": _("Open the queue")}
    if request.access.has_anywhere(Right.OPEN_REQUESTS):
        sentence = _("No support request waits for your answer. When something does not work, ask for help.")
        return {"sentence": sentence, "href": url("partners:technical"), "link": _("Technical support")}
    if request.access.has_anywhere(Right.MANAGE_USERS):
        sentence = _("No request, no invitation and no package asks for anything.")
        return {"sentence": sentence, "href": url("people:users"), "link": _("Manage users")}
    sentence = _("Nothing waits for you. Support requests that are shared with you are in the list.")
    return {"sentence": sentence, "href": url("support:list"), "link": _("Open the list")}


def _no_sections(request: HubRequest, *, sees_activity: bool) -> str:
    return _("No agreement is in force in this workspace today.") if sees_activity else _no_activity(request)


def _has_to_choose(request: HubRequest) -> bool:
    """Of several customers whom one serves, the first by name may have nothing yet; so nobody begins inside it."""
    return (
        request.sign_on.customer_count > 1
        and CUSTOMER_KEY not in request.session
        and request.access.has_anywhere(Right.MANAGE_AGREEMENTS)
    )


def _section(agreement: AgreementLines, choice: Choice) -> dict[str, Any]:
    return {"agreement": activity.card(agreement), "tiles": activity.urgent(agreement, choice)[:TILES_MAX]}


def _no_activity(request: HubRequest) -> str:
    if not request.sign_on.customer_count:
        if refusing := list(list_customers_held(request.access)[:REFUSING_MAX]):
            return _refused(request.sign_on.vouched_by, [one.name for one in refusing])
        if request.access.organization_rights:
            return str(INSIDE_NO_CUSTOMER)
        return _("You are not assigned to a customer yet. As soon as you are, you find it here.")
    return _(
        "What is left is shown to people with the role Customer activity. "
        "An administrator of your workspace can give it to you."
    )


def _refused(vouched_by: int | None, customers: list[str]) -> str:
    """Whoever has a role and still gets in nowhere must learn why (R3.6)."""
    named = {"customers": fmt.listed(customers)}
    if vouched_by is not None:
        return (
            _(
                "You are signed in by an organisation’s own sign-in, which opens that organisation alone. To work for "
                "%(customers)s, sign out and sign in as you do there."
            )
            % named
        )
    return (
        _(
            "Your account is a personal account; the workspaces of %(customers)s accept work accounts only. Sign in "
            "with your organisation’s account, or ask your administrator."
        )
        % named
    )
