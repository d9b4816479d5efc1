"""What DNS says of a customer's domain. Outside of any transaction."""

from collections.abc import Sequence

from dns.exception import DNSException
from dns.exception import Timeout as DNSTimeout
from dns.resolver import NXDOMAIN, LifetimeTimeout, NoAnswer, Resolver

from tallyhub.kernel.errors import Conflict
from tallyhub.people.sign_in.rules import record_name

SECONDS_MAX = 5.0
RECORDS_MAX = 100  # that are looked at


def look_up(domain: str, servers: Sequence[tuple[str, int]]) -> list[str]:
    """The texts of the record that proves the domain; each of its strings joined. Raises Conflict where none came."""
    name = record_name(domain)
    try:
        answer = _resolver(servers).resolve(name, "TXT", lifetime=SECONDS_MAX)
    except (NXDOMAIN, NoAnswer):
        raise Conflict("domain_record_missing", record=name) from None
    except (DNSTimeout, LifetimeTimeout):
        raise Conflict("domain_servers_silent", domain=domain) from None
    except DNSException:
        raise Conflict("domain_servers_broken", domain=domain) from None
    return [b"".join(row.strings).decode("utf-8", "replace") for row in list(answer)[:RECORDS_MAX]]


def _resolver(servers: Sequence[tuple[str, int]]) -> Resolver:
    if not servers:
        return Resolver()
    made = Resolver(configure=False)
    made.nameservers = [address for address, _port in servers]
    made.nameserver_ports = dict(servers)
    return made
