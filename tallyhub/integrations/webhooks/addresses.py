"""Where a webhook may go: public addresses, and the private networks that the operator names."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from tallyhub.integrations.webhooks.rules import URL_MAX
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.outbound import Network, literal, may_reach


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
    if (address := literal(host)) and not may_reach(address, allowed):
        raise Invalid("webhook_address_refused", address=host)
    return parts._replace(netloc=_netloc(host, port)).geturl()


def _netloc(host: str, port: int | None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{port}" if port else bracketed
