"""Inviting in tests: people who are asked in, their mails, and the links in them."""

import re
from collections.abc import Iterable
from typing import Any

from django.test import Client

from tallyhub.organizations.sign_on import act_for
from tallyhub.people.invitations import commands
from tallyhub.people.invitations.links import Link, path_of
from tallyhub.people.models import Invitation
from tallyhub.people.steps import Invitee
from tests.notifications.conftest import MailServer

SECRET = "a long new secret"


def invitee(email: str = "new@example.test", *roles: str, language: str = "en", name: str = "") -> Invitee:
    return Invitee(email, roles, language, name)


def invite(world: Any, *people: Invitee, by: Any = None, into: Any = None) -> list[Invitation]:
    """By cedar's administrator into north, unless it says otherwise; returns the invitations in the order of people."""
    workspace = into or world.north
    access = act_for((by or world.admin).pk, workspace.customer_id).access
    commands.invite_people(access, workspace.pk, people)
    return [invitation_of(one.email, workspace) for one in people]


def invitation_of(email: str, workspace: Any) -> Invitation:
    return Invitation.objects.using("owner").get(email__iexact=email, workspace_id=workspace.pk)


def link_of(invitation: Invitation) -> str:
    return path_of(Link(invitation.pk, invitation.serial))


def link_in(message: Any) -> str:
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/invitations/\S+)", message.get_body(("plain",)).get_content())
    return str(path)


def subjects(mails: MailServer) -> list[str]:
    return [str(message["Subject"]) for _, _, message in mails.mails]


def readers(mails: MailServer) -> list[str]:
    return [address for _, addresses, _ in mails.mails for address in addresses]


def register(client: Client, link: str, **over: str) -> Any:
    said = {"name": "Ada New", "password": SECRET, "password_again": SECRET, "language": "en", "zone": "Europe/Rome"}
    return client.post(link, said | over)


def text_of(answer: Any) -> str:
    return str(re.sub(r"\s+", " ", answer.content.decode()))


def pasted(emails: Iterable[str]) -> str:
    return "\n".join(emails)
