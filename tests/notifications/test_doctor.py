"""What ``tallyhub doctor --mail`` says, against a DNS server and a mail server of this machine (R10.5)."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from tallyhub.notifications.doctor import examine
from tallyhub.site.config import Config
from tests.notifications.conftest import MailServer

SPF, KEY, DMARC = "v=spf1 mx -all", "v=DKIM1; k=rsa; p=MIGf", "v=DMARC1; p=reject; rua=mailto:x@hub.northgate.org"
WELL = {"hub.northgate.org": [SPF], "s1._domainkey.hub.northgate.org": [KEY], "_dmarc.hub.northgate.org": [DMARC]}


class NameServer:
    """Answers what TXT records it has; ``is_silent`` answers nothing at all."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = self._socket.getsockname()[1]
        self.resolver.lifetime = 2
        self.is_broken = False

    def _serve(self) -> None:
        while True:
            wire, reader = self._socket.recvfrom(4096)
            if wire == b"end":
                return
            asked = dns.message.from_wire(wire)
            answer = dns.message.make_response(asked)
            name = asked.question[0].name
            if self.is_broken:
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif texts := self.texts.get(name.to_text(omit_final_dot=True)):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *[f'"{text}"' for text in texts]))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), reader)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer()
    server.texts = dict(WELL)
    yield server
    server.close()


def config(**over: Any) -> Config:
    fields = {"mail_from": "Hub <a@hub.northgate.org>", "mail_bounces": "b@hub.northgate.org"}
    return Config(**fields | {"mail_dkim_selector": "s1"} | over)


def said(names: NameServer, **over: Any) -> dict[str, bool]:
    """What is said about the domain, by its first word, and whether it is a fault."""
    found = examine(config(**over), names.resolver)
    return {text.split()[0].rstrip(":"): is_fault for text, is_fault in found if text[:3] in ("SPF", "DKI", "DMA")}


def test_a_domain_in_order_is_well(names: NameServer, smtp: MailServer) -> None:
    assert said(names) == {"SPF": False, "DKIM": False, "DMARC": False}


def test_nothing_in_dns_is_three_faults_with_what_to_do(names: NameServer) -> None:
    names.texts = {}
    texts = [text for text, is_fault in examine(config(), names.resolver) if is_fault]
    assert [text.split(":")[0] for text in texts if ":" in text] == ["SPF", "DKIM", "DMARC"]
    assert all("Add a" in text or "Publish" in text for text in texts if ":" in text)


@pytest.mark.parametrize(
    ("name", "texts", "which"),
    [
        ("hub.northgate.org", ["v=spf1 mx +all"], "SPF"),
        ("hub.northgate.org", ["v=spf1 mx all"], "SPF"),
        ("hub.northgate.org", ["v=spf1 mx"], "SPF"),
        ("hub.northgate.org", [SPF, "v=spf1 a -all"], "SPF"),
        ("hub.northgate.org", ["v=spf10 -all"], "SPF"),
        ("s1._domainkey.hub.northgate.org", ["v=DKIM1; p="], "DKIM"),
        ("s1._domainkey.hub.northgate.org", ["something else"], "DKIM"),
        ("_dmarc.hub.northgate.org", ["v=DMARC1; pct=100"], "DMARC"),
        ("_dmarc.hub.northgate.org", [DMARC, DMARC + ";"], "DMARC"),
    ],
)
def test_a_record_that_does_not_help_is_a_fault(names: NameServer, name: str, texts: list[str], which: str) -> None:
    names.texts[name] = texts
    assert said(names) == {"SPF": False, "DKIM": False, "DMARC": False} | {which: True}


def test_the_policy_of_the_domain_above_counts(names: NameServer) -> None:
    names.texts["_dmarc.northgate.org"] = names.texts.pop("_dmarc.hub.northgate.org")
    assert said(names)["DMARC"] is False


def test_other_records_beside_ours_do_not_matter(names: NameServer) -> None:
    names.texts["hub.northgate.org"] = ["site-verification=1", SPF]
    assert said(names)["SPF"] is False


def test_without_a_selector_it_is_said_that_dkim_was_not_looked_at(names: NameServer) -> None:
    assert said(names, mail_dkim_selector="")["DKIM"] is True


def test_a_name_server_that_fails_is_no_answer_about_the_domain(names: NameServer) -> None:
    names.is_broken = True
    assert said(names) == {}
    assert any("DNS gives no answer" in text for text, is_fault in examine(config(), names.resolver) if is_fault)


def test_an_example_domain_is_a_fault(names: NameServer) -> None:
    found = dict(examine(config(mail_from="hub@provider.example"), names.resolver))
    assert any("name for examples" in text and is_fault for text, is_fault in found.items())


def test_a_mail_server_is_tried(names: NameServer, smtp: MailServer) -> None:
    from django.test import override_settings

    found = dict(examine(config(smtp_url="smtp://127.0.0.1:1"), names.resolver))
    assert found["The mail server answers."] is False
    with override_settings(EMAIL_PORT=1):
        found = dict(examine(config(smtp_url="smtp://127.0.0.1:1"), names.resolver))
    assert any("does not answer" in text and is_fault for text, is_fault in found.items())


def test_nothing_set_is_said(names: NameServer) -> None:
    found = [text for text, is_fault in examine(Config(), names.resolver) if is_fault]
    assert ["TALLYHUB_SMTP_URL" in found[0], "TALLYHUB_MAIL_FROM" in found[1]] == [True, True]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("smtp_url", "mail.example.org"),
        ("smtp_url", "http://mail.example.org"),
        ("smtp_url", "smtp://"),
        ("mail_from", "nobody"),
        ("mail_from", "a@b c@d"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="write it as"):
        Config(**{field: value})
