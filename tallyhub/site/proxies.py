"""Who really asks, where a reverse proxy of yours stands before the hub. Nobody else's headers are believed."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]
Networks = Iterable[IPv4Network | IPv6Network]

_TOLD_BY_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_REQUEST_ID")


def believe_own_proxies(get_response: Handler) -> Handler:
    """Put the true client and scheme where Django and allauth look; a stranger's claims are removed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        correct(request.META, settings.TALLYHUB.proxy_networks)
        return get_response(request)

    return middleware


def correct(about: dict[str, Any], trusted: Networks) -> None:
    """Change a request's environment in place."""
    peer = _address(about.get("REMOTE_ADDR", ""))
    if peer is None or not _is_in(peer, trusted):
        for name in _TOLD_BY_PROXIES:
            about.pop(name, None)
        return
    about["REMOTE_ADDR"] = _client(peer, about.get("HTTP_X_FORWARDED_FOR", ""), trusted)
    scheme = about.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
    if scheme in ("http", "https"):
        about["wsgi.url_scheme"] = scheme


def _client(peer: IPv4Address | IPv6Address, forwarded: str, trusted: Networks) -> str:
    """The last hop that is not ours. Left of it anybody could have written anything."""
    found = peer
    for hop in reversed(forwarded.split(",")):
        address = _address(hop.strip())
        if address is None:
            break
        found = address
        if not _is_in(address, trusted):
            break
    return str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: IPv4Address | IPv6Address, networks: Networks) -> bool:
    return any(address in network for network in networks)
