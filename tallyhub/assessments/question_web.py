"""A questionnaire, page by page."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.assessments import commands, page, queries
from tallyhub.assessments.looking import require_running
from tallyhub.assessments.rules import Focus, Outcome
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.http import HubRequest, signed_in, url
from tallyhub.kernel.ids import read_word
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    """A page of the questionnaire; each is saved when one goes on, and is there when one comes back."""
    access = request.access
    require_running(access)
    if request.method == "POST":
        _save_answers(request, set_up_id)
        return _after(request, set_up_id)
    with scope(access):
        one = queries.get_set_up(access, set_up_id)
        access.require(Right.SET_UP_ASSESSMENTS, workspace_id=one.workspace_id)
        draft = queries.find_draft(access, one)
        version = draft.version if draft else queries.find_questioned(one.definition_id)
        asked = queries.list_questions(version.pk) if version else []
        answers = draft.answers if draft else {}
        pages = page.question_pages(asked, answers)
        areas = [each["focus"] for each in pages]
        wanted = request.GET.get("area", "")
        area = Focus(wanted) if wanted in areas else (areas[0] if areas else None)
        context = {
            "one": one,
            "version": version,
            "pages": [each | {"is_current": each["focus"] == area} for each in pages],
            "area": area,
            "is_last": bool(areas) and area == areas[-1],
            "is_done": bool(pages) and all(each["is_done"] for each in pages),
            "questions": page.questions([each for each in asked if each.focus == area], answers),
            "has_draft": draft is not None,
        }
        return render(request, "assessments/questions.html", context)


def _save_answers(request: HubRequest, set_up_id: int) -> None:
    said: dict[str, str] = {}
    for name in request.POST:
        if name.startswith("answer-"):
            value = request.POST.get(name)  # the last one: an empty one stands before the choices
            said[name.removeprefix("answer-")] = str(read_word(Outcome, value)) if value else ""
    commands.save_answers(request.access, set_up_id, said)


def _after(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    """To the area that the button names, or back to the set-up."""
    area = request.POST.get("go", "")
    if area not in list(Focus):
        messages.success(request, _("Your answers are saved. Go on whenever you like."))
        return redirect("assessments:set_up", set_up_id)
    return redirect(f"{url('assessments:questions', set_up_id)}?area={area}")


@signed_in
@require_POST
def finish(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    require_running(request.access)
    if any(name.startswith("answer-") for name in request.POST):
        _save_answers(request, set_up_id)
    try:
        made = commands.finish_answers(request.access, set_up_id)
    except Invalid as error:
        messages.error(request, sentence(error))
        return redirect("assessments:questions", set_up_id)
    return redirect("assessments:run", made.pk)


@signed_in
@require_POST
def discard(request: HubRequest, set_up_id: int) -> HttpResponseBase:
    require_running(request.access)
    commands.discard_answers(request.access, set_up_id)
    messages.success(request, _("The answers are gone."))
    return redirect("assessments:set_up", set_up_id)
