"""A partner request's page, and what its desk does there."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallyhub.accounts.sessions import CUSTOMER_KEY, WORKSPACE_KEY
from tallyhub.agreements.queries import list_products
from tallyhub.health import page as health
from tallyhub.helpdesk.baseline.queries import list_items
from tallyhub.helpdesk.gates import commands, page, queries
from tallyhub.helpdesk.gates.rules import Despite, Left, Result
from tallyhub.helpdesk.gates.words import DESPITE_NAMES
from tallyhub.helpdesk.rooms import sections
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, HubError, Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import find_id, read_id, read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.organizations.sign_on import act_for
from tallyhub.partners.page import zone_name
from tallyhub.partners.tasks.queries import get_task, list_tasks, may_do
from tallyhub.partners.tasks.rules import ADDRESS_OF, RIGHT_NAMES, HubPage
from tallyhub.support.desk import of_request
from tallyhub.support.looks import tell_look
from tallyhub.support.models import Request
from tallyhub.support.parts import assemble
from tallyhub.support.queries import get_request

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
BACK = "helpdesk:request"


@signed_in
@of_request
@require_safe
def request_page(request: HubRequest, number: str) -> HttpResponse:
    """For the customer's people, and for those at its desk. One of the provider's stands where support's do."""
    access = request.access
    with scope(access):
        ask = _get(access, number)
        response = render(request, "helpdesk/request.html", {"ask": ask, **sections(access, ask)})
    tell_look(access, ask)
    return response


def _get(access: Access, number: str) -> Request:
    ask = get_request(access, number)
    if ask.partner_id is None:
        raise Request.DoesNotExist
    return ask


def _get_at_desk(access: Access, number: str) -> Request:
    """Raises Forbidden for whoever sees it and does not work on it."""
    ask = _get(access, number)
    access.require(Right.WORK_REQUESTS, workspace_id=ask.workspace_id)
    return ask


def _do(request: HubRequest, number: str, act: Callable[[], Any], done: str) -> HttpResponseBase:
    """And back to the request's page, which says what was done, or why it could not be."""
    try:
        act()
    except Forbidden:
        raise
    except HubError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, done)
    return redirect(BACK, number)


# Health


@signed_in
@of_request
@GET_POST
def check(request: HubRequest, number: str) -> HttpResponseBase:
    """What goes on with the product, and whether it fits. ``product`` of the address: another one, or none."""
    access = request.access
    with scope(access):
        ask = _get_at_desk(access, number)
        wanted = request.POST.get("product") if request.method == "POST" else request.GET.get("product")
        product = ask.product_id if wanted is None else find_id(wanted)
        events = queries.list_going_on(access, product)
        context: dict[str, Any] = {
            "ask": ask,
            "products": [
                {"id": one.pk, "label": one.name, "is_chosen": one.pk == product}
                for one in list_products()
                if one.is_offered
            ],
            "product": product or "",
            "events": [health.line(one, get_current_timezone_name()) for one in events],
            "despites": [{"id": one.value, "label": DESPITE_NAMES[one]} for one in Despite],
            "zone": zone_name(),
            "problem": "",
        }
    if request.method != "POST":
        return render(request, "helpdesk/check.html", context)
    return _checked(request, number, product, context)


def _checked(request: HubRequest, number: str, product: int | None, context: dict[str, Any]) -> HttpResponseBase:
    said, then = request.POST.get("event", ""), request.POST.get("then", "")
    try:
        if context["events"] and not said:
            raise Invalid("health_choice_missing")
        event = read_id(said) if said not in ("", "none") else None
        if event is not None and not then:
            raise Invalid("health_next_missing")
        despite = read_word(Despite, then) if event is not None and then != "follow" else None
        result = commands.check_health(request.access, number, commands.Look(product, event, despite))
    except (Conflict, Invalid) as error:
        chosen = {"chosen": said, "then": then, "problem": sentence(error)}
        status = 409 if isinstance(error, Conflict) else 400
        return render(request, "helpdesk/check.html", {**context, **chosen}, status=status)
    is_followed = result is Result.MATCH and despite is None
    messages.success(request, _("The request follows the incident now.") if is_followed else _("The check is kept."))
    return redirect(BACK, number)


@signed_in
@of_request
@require_POST
def leave(request: HubRequest, number: str) -> HttpResponseBase:
    why = read_word(Left, request.POST.get("why"))
    done = _("It follows the incident no longer. Tell the customer, and mark it as resolved.")
    goes_on = _("It follows the incident no longer, and goes on.")
    return _do(request, number, lambda: commands.leave_incident(request.access, number, why),
               done if why is Left.GONE else goes_on)  # fmt: skip


# Diagnosis


@signed_in
@of_request
@GET_POST
def diagnosis(request: HubRequest, number: str) -> HttpResponseBase:
    """All of it; and where a line of it is added."""
    access = request.access
    typed = {name: request.POST.get(name, "") for name in ("hypothesis", "step", "result")}
    problem, status = "", 200
    if request.method == "POST":
        with scope(access):
            _get_at_desk(access, number)
        try:
            commands.add_entry(access, number, **typed)
        except (Conflict, Invalid) as error:
            problem, status = sentence(error), 409 if isinstance(error, Conflict) else 400
        else:
            messages.success(request, _("It is noted."))
            return redirect(BACK, number)
    with scope(access):
        ask = _get_at_desk(access, number)
        found = queries.read_evidence(access, ask).entries
        context = {"ask": ask, "typed": typed, "problem": problem, "zone": zone_name()}
        context |= assemble(access, ask, [page.all_entries(found)])
        return render(request, "helpdesk/diagnosis.html", context, status=status)


# Rights


@signed_in
@of_request
@require_POST
def need(request: HubRequest, number: str) -> HttpResponseBase:
    """Rights inside the customer; and to where they are asked for, for whoever may."""
    access = request.access
    with scope(access):
        ask = _get_at_desk(access, number)
    answer = _do(request, number, lambda: commands.need_rights(access, number), _("The request waits for rights now."))
    if not access.serves(Right.MANAGE_DELEGATIONS) or request.POST.get("act") != "delegate":
        return answer
    back = url(BACK, number)
    return redirect(f"{url('partners:delegate', ask.customer_id)}?request={number}&next={back}")


@signed_in
@of_request
@require_POST
def need_none(request: HubRequest, number: str) -> HttpResponseBase:
    return _do(request, number, lambda: commands.need_no_rights(request.access, number),
               _("The request waits for no rights any more."))  # fmt: skip


@signed_in
@of_request
@GET_POST
def consent(request: HubRequest, number: str) -> HttpResponseBase:
    """Ask the customer, in a message that the agent may change, to let the partner into this request."""
    access = request.access
    with scope(access):
        ask = _get_at_desk(access, number)
    body = _(
        "To go on with this request we need your consent. Whoever decides about partners at your organisation can give "
        "it on the page of this request, under “Let a partner into this request”. It ends when the request is closed, "
        "and after two weeks at the latest."
    )
    if request.method != "POST":
        return render(request, "helpdesk/consent.html", {"ask": ask, "typed": body, "problem": ""})
    body = request.POST.get("body", "")
    try:
        commands.ask_consent(access, number, body)
    except (Conflict, Invalid) as error:
        return render(
            request, "helpdesk/consent.html", {"ask": ask, "typed": body, "problem": sentence(error)}, status=400
        )
    messages.success(request, _("The customer is asked."))
    return redirect(BACK, number)


@signed_in
@of_request
@GET_POST
def tasks(request: HubRequest, number: str) -> HttpResponseBase:
    """Configuration tasks of the product, which whoever holds a delegation does for the customer."""
    access = request.access
    with scope(access):
        ask = _get_at_desk(access, number)
    if request.method == "POST":
        return _begin(request, ask, read_id(request.POST.get("task")))
    with scope(access):
        delegated = act_for(access.person_id or 0, ask.customer_id).access
        found = list_tasks([ask.product_id] if ask.product_id else [])
        context = {
            "ask": ask,
            "is_delegate": queries.is_delegate(delegated),
            "tasks": [_task(delegated, one) for one in found],
        }
        return render(request, "helpdesk/tasks.html", context)


def _task(delegated: Access, one: Any) -> dict[str, Any]:
    may = queries.is_delegate(delegated) and may_do(delegated, one)
    return {
        "id": one.pk,
        "title": one.title,
        "steps": [line.strip() for line in one.text(one.steps).splitlines() if line.strip()],
        "link": one.link,
        "is_here": bool(one.page),
        "may": may,
        "needs": str(RIGHT_NAMES[Right(one.right)]) if one.right and not may else "",
    }


def _begin(request: HubRequest, ask: Request, task_id: int) -> HttpResponseBase:
    """A page of the hub is opened inside the customer; everything else stands in the task's steps."""
    try:
        commands.begin_task(request.access, ask.number, task_id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect(BACK, ask.number)
    with scope(request.access):
        task = get_task(task_id)
    messages.success(request, _("It is noted in the diagnosis and in the customer’s audit. Note the result, too."))
    if not task.page:
        return redirect(BACK, ask.number)
    request.session[CUSTOMER_KEY], request.session[WORKSPACE_KEY] = ask.customer_id, ask.workspace_id
    return redirect(ADDRESS_OF[HubPage(task.page)])


# The baseline


@signed_in
@of_request
@GET_POST
def resolve(request: HubRequest, number: str) -> HttpResponseBase:
    """Within the baseline: which item, and what the customer is told."""
    access = request.access
    with scope(access):
        ask = _get_at_desk(access, number)
        items = list_items(ask.product_id)
    chosen, text = find_id(request.POST.get("item")), request.POST.get("text", "")
    problem, status = "", 200
    version = find_id(request.POST.get("version")) or ask.version
    if request.method == "POST":
        try:
            if chosen is None:
                raise Invalid("baseline_item_missing")
            commands.resolve(access, number, item_id=chosen, text=text, version=version)
        except (Conflict, Invalid) as error:
            problem, status = sentence(error), 409 if isinstance(error, Conflict) else 400
        else:
            messages.success(request, _("It is resolved within the baseline. The customer reads how."))
            return redirect(BACK, number)
    context = {
        "ask": ask,
        "items": [
            {"id": one.pk, "title": one.title, "text": one.text, "is_chosen": one.pk == chosen,
             "product": one.product.name if one.product else ""}
            for one in items
        ],
        "typed": text,
        "problem": problem,
        "version": version,
        "length_max": commands.RESOLUTION_MAX,
    }  # fmt: skip
    return render(request, "helpdesk/resolve.html", context, status=status)
