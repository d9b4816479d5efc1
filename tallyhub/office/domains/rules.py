"""Which addresses are personal accounts, because their mail domain is not proved to be the customer's. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tallyhub.kernel.errors import Invalid
from tallyhub.people.sign_in.rules import read_domain


@dataclass(frozen=True, slots=True)
class Outside:
    """A mail domain in which whoever is named could not sign in. ``is_shared``: everybody can have an address there."""

    domain: str
    addresses: tuple[str, ...]
    is_shared: bool


def outside(addresses: Iterable[str], proved: Collection[str]) -> list[Outside]:
    """By domain, in the order of the addresses."""
    found: dict[str, list[str]] = {}
    for address in dict.fromkeys(addresses):
        domain = address.rpartition("@")[2].lower()
        if domain and domain not in proved:
            found.setdefault(domain, []).append(address)
    return [Outside(domain, tuple(each), _is_shared(domain)) for domain, each in found.items()]


def _is_shared(domain: str) -> bool:
    try:
        read_domain(domain)
    except Invalid as error:
        return error.code == "domain_shared"
    return False
