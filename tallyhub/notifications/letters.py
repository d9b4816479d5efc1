"""What each mail says. Made when it is sent, in the reader's language, from ids and what is true then."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from tallyhub.accounts.models import Person
from tallyhub.assessments import page as assessments
from tallyhub.assessments import queries as assessment_queries
from tallyhub.kernel import clock
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.kernel.sentences import sentence
from tallyhub.learning.assignments.queries import find_asked, get_learner
from tallyhub.notifications import desk_letters as desk
from tallyhub.notifications import escalation_letters as escalations
from tallyhub.notifications import health_letters as health
from tallyhub.notifications import message_letters as centre
from tallyhub.notifications import partner_letters as partners
from tallyhub.notifications import service_letters as services
from tallyhub.notifications import staff_letters as staff
from tallyhub.notifications import wish_letters as wishes
from tallyhub.notifications.letter import Kind, Letter, password_path
from tallyhub.notifications.models import NewsAddress
from tallyhub.office.enquiries import page as enquiries
from tallyhub.office.enquiries.queries import Asked, find_for_mail, get_asker
from tallyhub.office.rules import Answer
from tallyhub.organizations.queries import list_account_team, names_of
from tallyhub.organizations.sign_on import act_for
from tallyhub.partners.queries import names_of_organizations
from tallyhub.people.invitations.links import Link, path_of
from tallyhub.people.invitations.page import until, what_roles_do
from tallyhub.people.invitations.queries import Found, find_by_link
from tallyhub.people.invitations.rules import OPEN_STEPS, Step, next_step
from tallyhub.support.conversation.addresses import reply_address
from tallyhub.support.conversation.queries import find_by_id, get_by_id, get_written
from tallyhub.support.conversation.rules import check_open_for_words
from tallyhub.support.models import Request
from tallyhub.support.queries import names_at_desk
from tallyhub.support.rules import Status, number_of
from tallyhub.support.words import STATUS_NAMES


def _reset(person: Person, params: Mapping[str, Any]) -> Letter:
    return Letter(
        subject=_("Choose a new password"),
        paragraphs=(
            _("Somebody, probably you, asked for a new password for your account."),
            _("The link can be used once, within one day. After that, ask for another one."),
            _("If it was not you, do nothing: your password stays as it is."),
        ),
        button=_("Choose a new password"),
        path=password_path(person),
    )


def _changed(person: Person, params: Mapping[str, Any]) -> Letter:
    return Letter(
        subject=_("Your password was changed"),
        paragraphs=(
            _("The password of your account was changed. Whoever was signed in with the old one was signed out."),
            _("If it was not you, choose a new password now and tell your administrator."),
        ),
        button=_("Choose a new password"),
        path=reverse("account_reset_password"),
    )


def _token(person: Person, params: Mapping[str, Any]) -> Letter:
    return Letter(
        subject=_("A new access token was made"),
        paragraphs=(
            _("A new access token was made with your account. Programs that have it can act in your name."),
            _("If it was not you, change your password and revoke the token in your profile."),
        ),
        button=_("Open your profile"),
        path=reverse("accounts:profile"),
    )


def _stopped_again(person: Person, params: Mapping[str, Any]) -> Letter:
    return Letter(
        subject=_("You get mail again"),
        paragraphs=(_("Mail to this address had been stopped because it came back. From now on it is sent again."),),
    )


def _invited(person: Person, params: Mapping[str, Any]) -> Letter:
    return _invitation(
        params, subject=lambda found: _("Invitation to %(customer)s") % {"customer": found.customer_name}
    )


def _reminded(person: Person, params: Mapping[str, Any]) -> Letter:
    return _invitation(
        params,
        subject=lambda found: _("Reminder: your invitation to %(customer)s") % {"customer": found.customer_name},
    )


def _invitation(params: Mapping[str, Any], *, subject: Callable[[Found], str]) -> Letter:
    """The link is made here and stored nowhere. One that was used, taken back or sent again meanwhile is not sent."""
    link = Link(params["invitation"], params["serial"])
    found = find_by_link(link)
    if found is None or next_step(found, link.serial, None, clock.now()) not in OPEN_STEPS:
        raise ObjectDoesNotExist
    place = {"customer": found.customer_name, "workspace": found.workspace_name, "inviter": found.inviter_name}
    if found.inviter_name:
        who = _("%(inviter)s invites you into the workspace %(workspace)s of %(customer)s.") % place
    else:
        who = _("%(customer)s invites you into its workspace %(workspace)s.") % place
    return Letter(
        subject=subject(found),
        paragraphs=(
            who,
            *what_roles_do(found.roles),
            _("The invitation is good until %(until)s.") % {"until": until(found.expires_at, found.customer_zone)},
            _("If you do not expect it, do nothing: nothing happens until you accept."),
        ),
        button=_("Accept the invitation"),
        path=path_of(link),
    )


def _asked(person: Person, params: Mapping[str, Any]) -> Letter:
    """To whoever invited. Somebody who has been invited anew or taken back meanwhile needs nothing more."""
    link = Link(params["invitation"], params["serial"])
    found = find_by_link(link)
    if found is None or next_step(found, link.serial, None, clock.now()) is not Step.EXPIRED:
        raise ObjectDoesNotExist
    about = {"email": found.email, "workspace": found.workspace_name, "customer": found.customer_name}
    return Letter(
        subject=_("Somebody asks for a new invitation"),
        paragraphs=(
            _("%(email)s was invited into the workspace %(workspace)s of %(customer)s. The invitation has expired.")
            % about,
            _("Whoever has its link asks for a new one. Invite them again if they should still come."),
        ),
        button=_("Invite people"),
        path=reverse("people:users"),
    )


def _enquiry_made(person: Person, params: Mapping[str, Any]) -> Letter:
    asked = _enquiry(person, params)
    named = {"who": enquiries.who(asked.asked_by), "customer": asked.customer, "what": enquiries.title(asked)}
    return Letter(
        subject=_("%(customer)s asks for: %(what)s") % named,
        paragraphs=(
            _("%(who)s of %(customer)s asks for: %(what)s") % named,
            *((asked.enquiry.goal,) if asked.enquiry.goal else ()),
            _("Whoever answers first answers for the account team."),
        ),
        button=_("Open the enquiries"),
        path=reverse("office:served"),
    )


def _enquiry_answered(person: Person, params: Mapping[str, Any]) -> Letter:
    asked = _enquiry(person, params)
    said = {
        Answer.GRANTED: _("Your account team granted what you asked for: %(what)s"),
        Answer.DECLINED: _("Your account team declined what you asked for: %(what)s"),
    }
    text = said[Answer(asked.enquiry.answer)] % {"what": enquiries.title(asked)}
    return Letter(
        subject=text,
        paragraphs=(text, *((asked.enquiry.note,) if asked.enquiry.note else ())),
        button=_("Open your enquiries"),
        path=reverse("office:enquiries"),
    )


def _enquiry(person: Person, params: Mapping[str, Any]) -> Asked:
    with scope(Access(person_id=person.pk)):
        return find_for_mail(person.pk, params["subject"])


def _assessment_ran(person: Person, params: Mapping[str, Any]) -> Letter:
    """Figures only: what was found, and where, is read in the hub by whoever may."""
    access = act_for(person.pk, params["customer"]).access
    with scope(access):
        run = assessment_queries.get_run(access, params["subject"])
        figures = [f"{one['label']}: {one['value']}" for one in assessments.run_totals(run)]
    named = {"name": run.set_up.name, "workspace": run.set_up.workspace.name}
    return Letter(
        subject=_("A result of %(name)s is in") % named,
        paragraphs=(_("%(name)s ran in the workspace %(workspace)s, and its result is in.") % named, *figures),
        button=_("Show what was found"),
        path=reverse("assessments:run", args=[run.pk]),
    )


def _assessment_refused(person: Person, params: Mapping[str, Any]) -> Letter:
    access = act_for(person.pk, params["customer"]).access
    with scope(access):
        one = assessment_queries.get_intake(access, params["subject"])
    named = {"name": one.set_up.name, "workspace": one.set_up.workspace.name}
    return Letter(
        subject=_("A result of %(name)s was refused") % named,
        paragraphs=(
            _("The file that you brought in for %(name)s in the workspace %(workspace)s could not be taken in.")
            % named,
            assessments.refusal(one),
            _("Nothing of it was kept."),
        ),
        button=_("Show the file"),
        path=reverse("assessments:intake", args=[one.pk]),
    )


QUOTED_MAX = 20_000  # characters of a message that a mail holds; the rest is read in the hub


def _message(person: Person, params: Mapping[str, Any]) -> Letter:
    """For whoever sees the request now; the notes of staff are no messages and never come here."""
    access = act_for(person.pk, params["customer"]).access
    with scope(access):
        written = get_written(access, params["subject"])
        author = _author(access, written.request, written.message.author_id)
    request, message = written.request, written.message
    named = {"who": author or _("Somebody who has left"), "number": request.number}
    said = message.body if len(message.body) <= QUOTED_MAX else f"{message.body[:QUOTED_MAX]}…"
    files = _("Files, which you find in the hub: %(names)s") % {"names": fmt.listed(written.files)}
    return _about_request(
        person,
        request,
        _("%(who)s wrote in the support request %(number)s:") % named,
        *filter(None, said.split("\n\n")),
        *([files] if written.files else []),
        anchor=f"#message-{message.pk}",
    )


def _author(access: Access, request: Request, person_id: int | None) -> str | None:
    at_desk = names_at_desk([person_id]) if request.partner_id else {}
    return (names_of(access, [person_id]) | at_desk).get(person_id or 0)


def _status(person: Person, params: Mapping[str, Any]) -> Letter:
    request = _request(person, params)
    about = {"number": request.number, "status": STATUS_NAMES[request.status]}
    return _about_request(person, request, _("The support request %(number)s is now: %(status)s") % about)


def _incident_updated(person: Person, params: Mapping[str, Any]) -> Letter:
    request = _request(person, params)
    said = _("There is news of the incident that the support request %(number)s follows. Its page shows it.")
    return _about_request(person, request, said % {"number": request.number})


def _mail_taken_in(person: Person, params: Mapping[str, Any]) -> Letter:
    """To whom it was taken in for, who need not have written it: a mail proves nobody."""
    access = act_for(person.pk, params["customer"]).access
    with scope(access):
        request = get_by_id(access, params["subject"])
        named = {"partner": request.partner.name if request.partner else "", "number": request.number}
    return _about_request(
        person,
        request,
        _("A mail to %(partner)s is now the support request %(number)s, which you see.") % named,
        _("Did you not write that mail? Then say so in the request, please."),
    )


def _incident_over(person: Person, params: Mapping[str, Any]) -> Letter:
    request = _request(person, params)
    said = _("The incident that the support request %(number)s follows is over. Write there if the trouble stays.")
    return _about_request(person, request, said % {"number": request.number})


def _moved_on(person: Person, params: Mapping[str, Any]) -> Letter:
    request = _request(person, params)
    partner = names_of_organizations([request.desk_id or 0]).get(request.desk_id or 0, "")
    said = _("%(partner)s works on the support request %(number)s now, because whoever did so is suspended.")
    return _about_request(person, request, said % {"number": request.number, "partner": partner})


def _merged(person: Person, params: Mapping[str, Any]) -> Letter:
    """An answer goes into the other request, where its reader sees that one."""
    access = act_for(person.pk, params["customer"]).access
    with scope(access):
        request = get_by_id(access, params["subject"])
        is_seen = find_by_id(access, request.merged_into_id or 0) is not None
    about = {"number": request.number, "into": number_of(request.merged_into_id or 0)}
    said = _("The support request %(number)s was merged into the request %(into)s, and goes on there.") % about
    if is_seen:
        return _about_request(person, request, said)
    why = _("That one was not shared with you. Whoever sees it can share it.")
    return replace(_about_request(person, request, said, why), reply_to="")


def _reply_refused(person: Person, params: Mapping[str, Any]) -> Letter:
    request = _request(person, params)
    try:
        check_open_for_words(Status(request.status), request.closed_at, request.merged_into_id, clock.now())
        why = _("Open the request and write there.")
    except Conflict as error:
        why = sentence(error)
    said = _("Your answer by mail could not be added to the support request %(number)s.") % {"number": request.number}
    return replace(_about_request(person, request, said, why), reply_to="")


def _request(person: Person, params: Mapping[str, Any]) -> Request:
    access = act_for(person.pk, params["customer"]).access
    with scope(access):
        return get_by_id(access, params["subject"])


def _about_request(person: Person, request: Request, *paragraphs: str, anchor: str = "") -> Letter:
    return Letter(
        subject=_("[%(number)s] %(title)s") % {"number": request.number, "title": request.title},
        paragraphs=paragraphs,
        button=_("Open the support request"),
        path=f"/support/requests/{request.number}/{anchor}",
        reply_to=reply_address(request.pk, person.pk),
    )


def _assigned(person: Person, params: Mapping[str, Any]) -> Letter:
    """For as long as it is due: one that was withdrawn or completed meanwhile is no news."""
    with scope(Access(person_id=person.pk)):
        asked = find_asked(person.pk, params["subject"])
    about = {"title": asked.title, "day": fmt.day(asked.due_on)}
    return Letter(
        subject=_("Assigned to you: %(title)s") % about,
        paragraphs=(
            _("A learning manager asks you to complete the activity “%(title)s” until %(day)s.") % about,
            _("It counts as done when you complete it; you need not tell anybody."),
        ),
        button=_("Open the activity"),
        path=reverse("learning:activity", args=[asked.activity_id]),
    )


def _account_team(access: Access, _subject_id: int) -> list[int]:
    return list_account_team(access)


def _sender(access: Access, intake_id: int) -> list[int]:
    by = assessment_queries.get_intake(access, intake_id).by_id
    return [by] if by else []


def _asker(access: Access, enquiry_id: int) -> list[int]:
    return [get_asker(access, enquiry_id)]


def _learner(access: Access, assignment_id: int) -> list[int]:
    return [get_learner(access, assignment_id)]


# To a mailbox of a customer.
ADDRESS_LETTERS: dict[str, Callable[[NewsAddress, Mapping[str, Any]], Letter]] = {
    **centre.ADDRESS_LETTERS,
    **health.ADDRESS_LETTERS,
}
# By the event that they tell about, or by a name of their own.
LETTERS: dict[str, Kind] = {
    **centre.LETTERS,
    **desk.LETTERS,
    **escalations.LETTERS,
    **health.LETTERS,
    **partners.LETTERS,
    **wishes.LETTERS,
    **services.LETTERS,
    **staff.LETTERS,
    "accounts.password_changed": Kind(_changed),
    "accounts.password_set": Kind(_changed),
    "accounts.reset_asked": Kind(_reset),
    "accounts.token_made": Kind(_token, is_to_actor=True),
    "assessments.ran": Kind(_assessment_ran, readers=assessment_queries.list_told),
    "assessments.refused": Kind(_assessment_refused, readers=_sender),
    "helpdesk.incident_over": Kind(_incident_over),
    "helpdesk.incident_updated": Kind(_incident_updated),
    "helpdesk.moved_on": Kind(_moved_on),
    "helpdesk.mail_taken_in": Kind(_mail_taken_in),
    "notifications.allowed_again": Kind(_stopped_again),
    "learning.assigned": Kind(_assigned, readers=_learner),
    "people.invitation_asked": Kind(_asked),
    "people.invited": Kind(_invited),
    "people.reminded": Kind(_reminded),
    "office.enquiry_answered": Kind(_enquiry_answered, readers=_asker),
    "office.enquiry_made": Kind(_enquiry_made, readers=_account_team),
    "support.message_added": Kind(_message),
    "support.reply_refused": Kind(_reply_refused),
    "support.request_merged": Kind(_merged),
    "support.status_changed": Kind(_status),
}
