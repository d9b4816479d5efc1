"""Inviting somebody to work for an organisation, in tests."""

from typing import Any

from tallyhub.partners.models import StaffInvitation
from tallyhub.partners.staff.links import path_of
from tallyhub.people.invitations.links import Link

PAGE = "/our-people/"


def invited(client: Any, email: str, *roles: str, status: int = 302, **over: Any) -> Any:
    answer = client.post(PAGE, {"email": email, "name": "", "language": "en", "roles": list(roles)} | over)
    assert answer.status_code == status, answer.content.decode()
    return answer


def invitation_of(email: str) -> StaffInvitation:
    return StaffInvitation.objects.using("owner").filter(email__iexact=email).latest("pk")


def link_of(email: str) -> str:
    one = invitation_of(email)
    return path_of(Link(one.pk, one.serial))
