"""Reads about a customer's own sign-in: its identity provider, its domains, its directory's groups."""

from dataclasses import dataclass

from django.db import connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.work import queries as work
from tallyhub.people.models import DirectoryGroup, IdentityProvider, Invitation
from tallyhub.people.sign_in.rules import Claim, Known, account_id

SOURCE = "directory"
_CODE_MAX = 20  # characters of a customer's code in a slug


@dataclass(frozen=True, slots=True)
class Provider:
    """A customer's identity provider, as sign-in knows it before anybody is known."""

    id: int
    customer_id: int
    slug: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    groups_claim: str


def find_provider(slug: str) -> Provider | None:
    """By the last part of its address; None for one that is not used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_identity_provider(%s)", [slug])
        found = cursor.fetchone()
    return Provider(*found) if found else None


def find_slug_of_domain(domain: str) -> str | None:
    """Where people with an address in this domain sign in. Says nothing about any address."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug FROM people_provider_of_domain(%s)", [domain])
        found = cursor.fetchone()
    return found[0] if found else None


def get_known(provider: Provider, claim: Claim) -> Known:
    """What the hub knows about the claim. Needs the provider's customer in scope."""
    account = account_id(provider.issuer, claim.subject)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, is_linked, is_active, is_staff, is_known, is_elsewhere, has_other_way, is_at_provider, "
            "is_proved, is_proved_elsewhere FROM people_claimed(%s, %s, %s, %s, %s)",
            [provider.customer_id, provider.slug, account, claim.email, clock.now()],
        )
        return Known(*cursor.fetchone())


def find_identity_provider(access: Access) -> IdentityProvider | None:
    return IdentityProvider.objects.visible_to(access).first()


def slug_of_customer(access: Access) -> str:
    """Part of the address to which its provider sends people back. Nobody chooses it, so a taken one tells nothing."""
    code = work.get_customer(access).code.lower()
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in code).strip("-")
    return f"{plain[:_CODE_MAX] or 'customer'}-{access.customer_id}"


def list_directory_groups(access: Access) -> list[tuple[DirectoryGroup, int]]:
    """By name, each with how many people have its roles now."""
    groups = DirectoryGroup.objects.visible_to(access).select_related("workspace").order_by("name", "pk")
    members = work.count_people_from(access, f"{SOURCE}:")
    return [(one, members.get(source_of(one.pk), 0)) for one in groups]


def source_of(group_id: int) -> str:
    """What a grant that comes from the group says it comes from."""
    return f"{SOURCE}:{group_id}"


def get_directory_group(access: Access, group_id: int) -> DirectoryGroup:
    return DirectoryGroup.objects.visible_to(access).get(pk=group_id)


def list_open_invitations(access: Access, workspace_id: int) -> list[Invitation]:
    """All of them, by name: for whoever decides for the whole customer which accounts are accepted."""
    found = Invitation.objects.filter(customer_id__in=access.customers_in_whole, workspace_id=workspace_id)
    still = found.filter(accepted_at=None, voided_at=None, expires_at__gt=clock.now())
    return list(still.order_by("name", "email"))
