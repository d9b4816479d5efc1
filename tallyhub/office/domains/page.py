"""What is said about whoever could not sign in."""

from typing import Any

from django.utils.translation import gettext as _

from tallyhub.office.domains.rules import Outside


def warning(one: Outside) -> dict[str, Any]:
    """``domain`` is empty where nothing can be set: nobody owns the domain."""
    said = {"domain": one.domain, "addresses": ", ".join(one.addresses)}
    if one.is_shared:
        text = _(
            "%(addresses)s cannot sign in: everybody can have an address at %(domain)s, so it is a personal account, "
            "and the agreement asks for work accounts. Name an address at work."
        )
    else:
        text = _("Nobody at %(domain)s can sign in until the domain is the customer’s. It is about: %(addresses)s.")
    return {"domain": "" if one.is_shared else one.domain, "text": text % said}
