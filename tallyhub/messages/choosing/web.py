"""Mail about messages, and the provider's advertising."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallyhub.kernel.access import Right
from tallyhub.kernel.http import HubRequest, signed_in
from tallyhub.kernel.ids import read_word
from tallyhub.kernel.scope import scope
from tallyhub.messages import page, queries, words
from tallyhub.messages.choosing import commands
from tallyhub.messages.rules import AtOnce


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HubRequest) -> HttpResponseBase:
    access = request.access
    if request.method == "POST":
        at_once = read_word(AtOnce, request.POST.get("at_once"))
        commands.choose_mail(access, at_once, takes_digest="digest" in request.POST)
        messages.success(request, _("Your choice was saved."))
        return redirect("messages:mail")
    with scope(access):
        chosen = queries.find_mail_choice(access)
        unasked = queries.is_told_unasked(access)
        usual = AtOnce.CRITICAL if unasked else AtOnce.NOTHING
        context = {
            "is_chosen": chosen is not None,
            "at_once": page.choices(words.AT_ONCE_NAMES.items(), chosen.at_once if chosen else usual),
            "takes_digest": chosen.takes_digest if chosen else unasked,
            "may_choose_promotions": access.has(Right.ADMINISTER),
            "takes_promotions": queries.takes_promotions(access),
        }
        return render(request, "messages/mail.html", context)


@signed_in
@require_POST
def promotions(request: HubRequest) -> HttpResponseBase:
    commands.choose_promotions(request.access, takes_promotions="wanted" in request.POST)
    messages.success(request, _("Your choice was saved."))
    return redirect("messages:mail")
