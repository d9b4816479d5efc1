"""The link of an invitation to work for an organisation."""

from django.urls import reverse

from tallyhub.people.invitations.links import Link, read_token, token_of

_OF = "partners.staff_invitation"


def path_of(link: Link) -> str:
    return reverse("partners:staff_join", args=[token_of(link, _OF)])


def read(token: str) -> Link:
    """Raises DamagedLink for whatever the hub did not sign for this."""
    return read_token(token, _OF)
