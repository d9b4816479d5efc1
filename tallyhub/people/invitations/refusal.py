"""Whether the workspace will refuse whoever joins by a link, told before they choose a password (R3.6)."""

from django.utils.translation import gettext as _

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.work import queries as work
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
        if not work.get_workspace(hub, found.workspace_id).refuses_personal or found.person_id in work.find_vouched(
            hub
        ):
            return "", False
        domains = {one.domain for one in work.list_domains(hub) if one.proved_at}
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
