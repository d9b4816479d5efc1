"""Where a webhook may go: public addresses, and the private networks that the operator names."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from tallyhub.integrations.webhooks.rules import URL_MAX
from tallyhub.kernel.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Named here, because what Python calls global differs between its releases (IANA's special-purpose registries).
_SPECIAL: list[Network] = [
    *map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
            *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",  # public by its number, but a cloud's own service for its machines
        ),
    ),
    # Of the public 2000::/3: protocol assignments with Teredo, examples, 6to4 (which holds an IPv4 address).
    *map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")),
]
_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # holds an IPv4 address: whoever reaches it reaches that one


def may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    """True for a public address, and for one of a network that was allowed."""
    meant = _meant(address)
    return any(meant in one for one in allowed if one.version == meant.version) or _is_public(meant)


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only wraps it; otherwise itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not any(address in one for one in _SPECIAL if one.version == address.version)


def check_url(url: str, allowed: Sequence[Network]) -> str:
    """The address as it is kept. Raises Invalid for one that cannot be called.

    Without TLS only where the operator allowed a private network; whether the host is in it, each try checks anew.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        raise Invalid("webhook_url_malformed", length_max=URL_MAX) from None
    schemes = ("https", "http") if allowed else ("https",)
    is_plain = url.isprintable() and " " not in url.strip() and parts.username is None and not parts.fragment
    if parts.scheme not in schemes or not host or not is_plain or port == 0 or len(url.strip()) > URL_MAX:
        raise Invalid("webhook_url_malformed", length_max=URL_MAX)
    if (literal := _literal(host)) and not may_reach(literal, allowed):
        raise Invalid("webhook_address_refused", address=host)
    return parts._replace(netloc=_netloc(host, port)).geturl()


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _netloc(host: str, port: int | None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{port}" if port else bracketed
