"""Whether the workspace will refuse whoever joins by a link, told before they choose a password (R3.6)."""

from django.utils.translation import gettext as _

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import ProvedDomain, WorkAccount, Workspace
from tallyhub.people.invitations.queries import Found
from tallyhub.people.sign_in.queries import find_identity_provider


def refusal(found: Found) -> tuple[str, bool]:
    """Why nobody joins with the address of the invitation, empty where they do; and whether the customer's own
    identity provider could let them in all the same.

    Joining confirms the address, so its domain alone decides. Opens a scope of its own: whoever holds a link is
    nobody yet, and is told what only concerns their own address.
    """
    hub = Access.of_system([found.customer_id])
    with scope(hub):
        if not Workspace.objects.visible_to(hub).filter(pk=found.workspace_id, refuses_personal=True).exists():
            return "", False
        if WorkAccount.objects.visible_to(hub).filter(person_id=found.person_id).exists():
            return "", False
        proved = ProvedDomain.objects.visible_to(hub).filter(proved_at__isnull=False)
        domains = set(proved.values_list("domain", flat=True))
        provider = find_identity_provider(hub)
    if found.email.rpartition("@")[2].lower() in domains:
        return "", False
    return _said(found, has_domains=bool(domains)), provider is not None and provider.is_active


def _said(found: Found, *, has_domains: bool) -> str:
    names = {"workspace": found.workspace_name, "customer": found.customer_name}
    if has_domains:
        text = _(
            "%(workspace)s accepts work accounts only, and your address lies in no mail domain that is proved for "
            "%(customer)s. Ask your contact there to invite you at such an address, or to have the domain of yours "
            "proved; then this link works."
        )
    else:
        text = _(
            "%(workspace)s accepts work accounts only, and no mail domain is proved for %(customer)s yet. Ask your "
            "contact there, or its account team, to have the domain of your address proved; then this link works."
        )
    return text % names
