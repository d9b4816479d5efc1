"""A customer proves its mail domains by DNS: a real name server of this machine (R7.2)."""

import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import dns.message
import dns.rcode
import dns.rrset
import pytest
from django.conf import settings
from django.test import Client, override_settings

from tallyhub.accounts.models import Person
from tallyhub.kernel.errors import Invalid
from tallyhub.organizations.models import ProvedDomain
from tallyhub.people.sign_in import names as looking
from tallyhub.people.sign_in.rules import read_domain
from tallyhub.site.config import Config
from tests.make import grant, make_person


class NameServer:
    """Answers the TXT records it has, each a list of strings."""

    def __init__(self) -> None:
        self.texts: dict[str, list[list[str]]] = {}
        self.state = "well"
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            wire, reader = self._socket.recvfrom(4096)
            if wire == b"end":
                return
            asked = dns.message.from_wire(wire)
            answer, name = dns.message.make_response(asked), asked.question[0].name
            self.asked.append(name.to_text(omit_final_dot=True))
            if self.state == "silent":
                continue
            if self.state == "broken":
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif records := self.texts.get(self.asked[-1]):
                rows = [" ".join(f'"{part}"' for part in record) for record in records]
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *rows))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), reader)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def server() -> Iterator[NameServer]:
    made = NameServer()
    asking = settings.TALLYHUB.model_copy(update={"name_servers": f"127.0.0.1:{made.port}"})
    with override_settings(TALLYHUB=asking):
        yield made
    made.close()


def claim(client: Client, domain: str) -> ProvedDomain:
    answer = client.post("/account-policy/domains/claim/", {"domain": domain})
    assert answer.status_code == 302, answer.content.decode()
    return ProvedDomain.objects.using("owner").latest("pk")


def check(client: Client, claimed: ProvedDomain) -> str:
    client.post(f"/account-policy/domains/{claimed.pk}/check/")
    return str(client.get("/account-policy/").content.decode())


def is_proved(claimed: ProvedDomain) -> bool:
    return ProvedDomain.objects.using("owner").get(pk=claimed.pk).proved_at is not None


def record(claimed: ProvedDomain) -> str:
    return f"_tallyhub-challenge.{claimed.domain}"


def test_a_domain_is_claimed_and_proved_by_its_record(
    world: SimpleNamespace, client: Client, server: NameServer
) -> None:
    person = make_person("guest", email="guest@cedar-works.test")
    grant(person, "customer_activity", world.north)
    client.force_login(world.admin)
    claimed = claim(client, "@Cedar-Works.TEST ")
    page = client.get("/account-policy/").content.decode()
    assert record(claimed) in page
    assert f"tallyhub={claimed.challenge}" in page
    assert len(claimed.challenge) >= 32
    server.texts[record(claimed)] = [["something else"], [f"tallyhub={claimed.challenge}"]]
    assert "Proved." in check(client, claimed)
    visitor = Client()
    visitor.force_login(person)
    assert visitor.get("/customer-activity/").status_code == 200


def test_a_long_text_comes_in_pieces(world: SimpleNamespace, client: Client, server: NameServer) -> None:
    client.force_login(world.admin)
    claimed = claim(client, "pieces.test")
    server.texts[record(claimed)] = [["tallyhub=" + claimed.challenge[:9], claimed.challenge[9:]]]
    check(client, claimed)
    assert is_proved(claimed)


@pytest.mark.parametrize(
    ("state", "texts", "said"),
    [
        ("well", [], "There is no TXT record at _tallyhub-challenge.wrong.test"),
        ("well", [["tallyhub=another"]], "none with the text that is shown here"),
        ("well", [["tallyhub="]], "none with the text"),
        ("broken", [], "answer with an error"),
        ("silent", [], "do not answer in time"),
    ],
)
def test_what_is_wrong_with_the_record_is_said(
    world: SimpleNamespace,
    client: Client,
    server: NameServer,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    texts: list[list[str]],
    said: str,
) -> None:
    monkeypatch.setattr(looking, "SECONDS_MAX", 0.5)
    client.force_login(world.admin)
    claimed = claim(client, "wrong.test")
    server.state, server.texts[record(claimed)] = state, texts
    assert said in check(client, claimed)
    assert not is_proved(claimed)


def test_a_domain_that_another_has_proved_stays_claimed(
    world: SimpleNamespace, client: Client, server: NameServer
) -> None:
    """And nobody is told whose it is."""
    client.force_login(world.admin)
    claimed = claim(client, "birch.test")
    server.texts[record(claimed)] = [[f"tallyhub={claimed.challenge}"]]
    page = check(client, claimed)
    assert "somebody else has proved it" in page
    assert "Birch" not in page
    assert not is_proved(claimed)
    client.force_login(world.csam)
    answer = client.post("/account-policy/domains/set/", {"domain": "birch.test", "reason": "they said so"})
    assert answer.status_code == 400
    assert not is_proved(claimed)


def test_another_customers_claim_is_no_hindrance_and_not_there(
    world: SimpleNamespace, client: Client, server: NameServer
) -> None:
    client.force_login(world.stranger)
    theirs = claim(client, "shared-wish.test")
    client.force_login(world.admin)
    ours = claim(client, "shared-wish.test")
    assert ours.challenge != theirs.challenge
    assert client.post(f"/account-policy/domains/{theirs.pk}/check/").status_code == 404
    assert client.post(f"/account-policy/domains/{theirs.pk}/remove/").status_code == 404
    server.texts[record(ours)] = [[f"tallyhub={theirs.challenge}"], [f"tallyhub={ours.challenge}"]]
    check(client, ours)
    assert (is_proved(ours), is_proved(theirs)) == (True, False)


def test_the_account_team_sets_one_with_a_reason(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    address = "/account-policy/domains/set/"
    assert client.post(address, {"domain": "told.test", "reason": " "}).status_code == 400
    assert client.post(address, {"domain": "told.test", "reason": "letter of 3 May"}).status_code == 302
    page = client.get("/account-policy/").content.decode()
    assert "letter of 3 May" in page
    assert is_proved(ProvedDomain.objects.using("owner").get(domain="told.test"))


def test_taking_a_domain_away_names_who_becomes_personal(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    domain = ProvedDomain.objects.using("owner").get(domain="example.test")
    address = f"/account-policy/domains/{domain.pk}/remove/"
    page = client.get(address).content.decode()
    assert ">reader <" in page
    assert ">csam <" not in page
    assert "Somebody must stay who administers" in client.post(address).content.decode()
    grant(make_person("boss", email="boss@other.test"), "customer_administrator", world.cedar)
    ProvedDomain.objects.using("owner").create(
        customer_id=world.cedar.pk, domain="other.test", proved_by="dns", proved_at=domain.proved_at
    )
    assert client.post(address).status_code == 302
    client.force_login(world.reader)
    assert client.get("/customer-activity/").status_code == 403


@pytest.mark.parametrize(
    ("said", "domain"),
    [
        ("example.org.", None),  # reserved, but listed as nobody's
        ("Müller-Bau.example", "xn--mller-bau-q9a.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("info@firm.example", "firm.example"),
        ("mail.firm.co.uk", "mail.firm.co.uk"),
        ("firm.co.uk", "firm.co.uk"),
    ],
)
def test_a_domain_is_kept_in_ascii(said: str, domain: str | None) -> None:
    if domain is None:
        with pytest.raises(Invalid, match="domain_shared"):
            read_domain(said)
    else:
        assert read_domain(said) == domain


@pytest.mark.parametrize(
    "said",
    ["", "localhost", "co.uk", "com.au", "gmail.com", "GMAIL.com", "web.de", "github.io", "a b.test", "x_y.test",
     "-a.test", "a..test", "127.0.0.1", "a" * 64 + ".test", "a." * 130 + "test", "\u2028.test", "http://a.test/"],
)  # fmt: skip
def test_what_is_nobodys_own_or_no_domain_is_refused(world: SimpleNamespace, client: Client, said: str) -> None:
    client.force_login(world.admin)
    assert client.post("/account-policy/domains/claim/", {"domain": said}).status_code == 400
    assert ProvedDomain.objects.using("owner").count() == 2


def test_name_servers_are_addresses() -> None:
    found = Config(name_servers="10.0.0.53, 127.0.0.1:5353, [::1]:53, fd00::1").name_server_addresses
    assert found == [("10.0.0.53", 53), ("127.0.0.1", 5353), ("::1", 53), ("fd00::1", 53)]
    for wrong in ("dns.example", "10.0.0.53:x", "10.0.0"):
        with pytest.raises(ValueError, match="Write addresses"):
            Config(name_servers=wrong)


def test_claims_end_somewhere(world: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from tallyhub.people.sign_in import rules

    monkeypatch.setattr(rules, "DOMAINS_MAX", 1)
    client.force_login(world.admin)
    assert client.post("/account-policy/domains/claim/", {"domain": "one-more.test"}).status_code == 400


def test_an_address_in_a_domain_below_is_another(world: SimpleNamespace, client: Client) -> None:
    for address in ("guest@sub.example.test", "guest@notexample.test", "guest@example.test.evil.test"):
        person = make_person("guest", email=address)
        grant(person, "customer_activity", world.north)
        client.force_login(person)
        assert client.get("/customer-activity/").status_code == 403, address
    assert Person.objects.filter(name="guest").count() == 3
