"""What ``tallyhub doctor --mail`` looks at: settings, the mail server, and what DNS says of our domain."""

import re
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parseaddr
from typing import Protocol

from django.core.mail import get_connection
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from tallyhub.notifications.rules import is_reserved


class MailConfig(Protocol):
    """What is needed of ``site.config.Config``, which this package must not know."""

    @property
    def smtp_url(self) -> str: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def mail_bounces(self) -> str: ...
    @property
    def mail_dkim_selector(self) -> str: ...


Finding = tuple[str, bool]  # a sentence, and whether it is a fault


def examine(config: MailConfig, resolver: Resolver | None = None) -> Iterator[Finding]:
    """One finding after the other. ``resolver``: another than the machine's."""
    if not config.smtp_url:
        yield "No mail server is set, so mails are kept and not sent. Set TALLYHUB_SMTP_URL.", True
    if not config.mail_from:
        yield "Mail has no sender, so it is kept and not sent. Set TALLYHUB_MAIL_FROM.", True
    if not config.mail_bounces:
        yield "Mail that comes back is not noted. Set TALLYHUB_MAIL_BOUNCES; docs/mail.md says how.", False
    if config.smtp_url:
        yield _server()
    address = parseaddr(config.mail_from)[1]
    if address:
        yield from _domain(address, config.mail_dkim_selector, resolver)


def _server() -> Finding:
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except smtplib.SMTPAuthenticationError:
        return "The mail server refuses our name or password. Correct TALLYHUB_SMTP_URL.", True
    except (smtplib.SMTPException, OSError) as error:
        return f"The mail server does not answer as it should: {error}. Correct TALLYHUB_SMTP_URL.", True
    return "The mail server answers.", False


def _domain(address: str, selector: str, resolver: Resolver | None) -> Iterator[Finding]:
    domain = address.rpartition("@")[2]
    if is_reserved(address):
        yield f"{domain} is a name for examples: no mail from it will arrive. Correct TALLYHUB_MAIL_FROM.", True
        return
    try:
        asking = resolver or Resolver()
        yield _spf(domain, _texts(asking, domain))
        yield _dkim(domain, selector, _texts(asking, f"{selector}._domainkey.{domain}") if selector else [])
        yield _dmarc(domain, _dmarc_texts(asking, domain))
    except DNSException as error:
        yield f"DNS gives no answer about {domain} ({type(error).__name__}), so nothing can be said about it.", True


def _texts(resolver: Resolver, name: str) -> list[str]:
    with suppress(NXDOMAIN, NoAnswer):
        return [b"".join(row.strings).decode("utf-8", "replace") for row in resolver.resolve(name, "TXT")]
    return []


def _dmarc_texts(resolver: Resolver, domain: str) -> list[str]:
    """Of the domain, or of one that it lies in: a policy counts for what is below it."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        if found := [one for one in _texts(resolver, f"_dmarc.{'.'.join(labels[start:])}") if _is_dmarc(one)]:
            return found
    return []


def _spf(domain: str, texts: list[str]) -> Finding:
    found = [text for text in texts if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if not found:
        return (
            f"SPF: {domain} does not say which servers send its mail. Add a TXT record that begins with v=spf1.",
            True,
        )
    if len(found) > 1:
        return f"SPF: {domain} has {len(found)} records, and then none counts. Keep one.", True
    if re.search(r"(^|\s)\+?all(\s|$)", found[0], re.IGNORECASE):
        return f"SPF: the record of {domain} allows every server in the world. End it with -all or ~all.", True
    if not re.search(r"(^|\s)([-~?]all|redirect=\S+)(\s|$)", found[0], re.IGNORECASE):
        return f"SPF: the record of {domain} says nothing about other servers. End it with -all or ~all.", True
    return f"SPF: {domain} says which servers send its mail: {found[0]}", False


def _dkim(domain: str, selector: str, texts: list[str]) -> Finding:
    if not selector:
        return (
            "DKIM is not looked at: set TALLYHUB_MAIL_DKIM_SELECTOR to the selector your mail server signs with.",
            True,
        )
    where = f"{selector}._domainkey.{domain}"
    keys = [match[1] for text in texts if (match := re.search(r"(?:^|;)\s*p=([^;]*)", text))]
    if not keys:
        return f"DKIM: there is no key at {where}. Publish the one that your mail server signs with.", True
    if not any(key.strip() for key in keys):
        return f"DKIM: the key at {where} was revoked. Publish the one that your mail server signs with.", True
    return f"DKIM: there is a key at {where}.", False


def _is_dmarc(text: str) -> bool:
    return re.match(r"v=DMARC1\s*(;|$)", text) is not None


def _dmarc(domain: str, texts: list[str]) -> Finding:
    if not texts:
        return f"DMARC: {domain} does not say what to do with forged mail. Add a TXT record at _dmarc.{domain}.", True
    if len(texts) > 1:
        return f"DMARC: {domain} has {len(texts)} records, and then none counts. Keep one.", True
    policy = re.search(r";\s*p=(\w+)", texts[0])
    if not policy or policy[1].lower() not in ("none", "quarantine", "reject"):
        return f"DMARC: the record of {domain} names no policy. Write p=none, p=quarantine or p=reject.", True
    if policy[1].lower() == "none":
        return f"DMARC: {domain} only watches (p=none). Change it to p=quarantine when the reports are clean.", False
    return f"DMARC: {domain} asks others to {policy[1].lower()} forged mail.", False
