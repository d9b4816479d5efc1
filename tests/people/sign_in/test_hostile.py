"""What a hostile or broken identity provider answers: forged, stale, for somebody else. None of it signs anybody in."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tallyhub.organizations.models import Workspace
from tests.make import grant, make_person
from tests.people.inviting import invite, invitee, link_of, register
from tests.people.sign_in.conftest import CLIENT_ID, Idp, begin, come_back, connect, plain, press, send, sign_in, who

MEMBER = {"email": "member@example.test", "email_verified": True}


@pytest.fixture
def forged(world: SimpleNamespace, hostile: Idp) -> SimpleNamespace:
    """Cedar's provider is the hostile one; it says that it is the member."""
    connect(world.cedar, hostile)
    hostile.tell(claims=MEMBER)
    return world


def test_what_is_well_formed_is_taken(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    """So that the refusals below prove something."""
    assert sign_in(client, hostile).status_code == 302
    assert who(client) == "member@example.test"
    forms = send("GET", f"{hostile.issuer}/forms")[2]
    assert "code_verifier" in forms


NOW = int(time.time())
HALF = "\ud800"  # of a pair: no encoding holds it
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("signature", {"key": "another"}),
    ("signature", {"is_cut": True}),
    ("algorithm", {"alg": "none"}),
    ("algorithm", {"alg": "HS256"}),
    ("key", {"kid": "unheard-of"}),
    ("nonce", {"claims": {"nonce": "of-another-question"}}),
    ("incomplete", {"claims": {"nonce": None}}),
    ("issuer", {"claims": {"iss": "https://somebody.else.test"}}),
    ("audience", {"claims": {"aud": "another-client"}}),
    ("audience", {"claims": {"aud": [CLIENT_ID, "another-client"]}}),
    ("audience", {"claims": {"azp": "another-client"}}),
    ("expired", {"claims": {"exp": NOW - 120}}),
    ("early", {"claims": {"iat": NOW + 3_600}}),
    ("incomplete", {"claims": {"exp": None}}),
    ("incomplete", {"claims": {"sub": None}}),
    ("subject", {"claims": {"sub": ""}}),
    ("key", {"keys": 5}),
    ("key", {"keys": [7, None]}),
    ("malformed", {"jwk": {"n": 5}}),
    ("malformed", {"jwk": {"e": ["x"]}}),
    ("malformed", {"claims": {"nonce": HALF}}),
    ("malformed", {"claims": {"sub": HALF}}),
    ("malformed", {"claims": {"exp": float("inf")}}),
    ("malformed", {"claims": {"exp": [1]}}),
    ("malformed", {"claims": {"iat": {}}}),
    ("malformed", {"token": {"id_token": HALF}}),
    ("malformed", {"token": {"id_token": 7 * "x"}}),
    ("malformed", {"token": {"access_token": HALF}}),
    ("malformed", {"token": {"access_token": "a\r\nx: y"}}),
]


@pytest.mark.parametrize(("reason", "told"), WRONG)
def test_a_token_that_is_not_for_us_now_is_refused(
    forged: SimpleNamespace, hostile: Idp, client: Client, reason: str, told: dict[str, Any]
) -> None:
    hostile.tell(**told | {"claims": {**MEMBER, **told.get("claims", {})}})
    answer = sign_in(client, hostile)
    assert answer.status_code == 403
    assert f"({reason})" in answer.content.decode()
    assert who(client) == ""


@pytest.mark.parametrize("said", ["abc", 10**18, float("inf"), [1], {}, -1, None])
def test_how_long_a_token_is_good_for_does_not_matter(
    forged: SimpleNamespace, hostile: Idp, client: Client, said: Any
) -> None:
    """It is used once, at once, and kept nowhere."""
    hostile.tell(claims=MEMBER, token={"expires_in": said})
    assert sign_in(client, hostile).status_code == 302
    assert who(client) == "member@example.test"


def test_what_is_said_beside_the_token_must_be_about_the_same_person(
    forged: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    hostile.tell(userinfo={"sub": "somebody-else", **MEMBER})
    assert "(userinfo)" in sign_in(client, hostile).content.decode()
    hostile.tell(userinfo=MEMBER)
    assert sign_in(client, hostile).status_code == 302


def test_an_address_is_not_verified_by_halves(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    """The address from the token, and that it is verified from elsewhere."""
    hostile.tell(claims={"email": "member@example.test"}, userinfo={"email": "x@example.test", "email_verified": True})
    assert sign_in(client, hostile).status_code == 403
    hostile.tell(claims={"email_verified": True}, userinfo={"email": "member@example.test"})
    assert sign_in(client, hostile).status_code == 403
    assert who(client) == ""


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"token_status": 400}, "status 400"),
        ({"places": {"issuer": "https://somebody.else.test"}}, "calls itself https://somebody.else.test"),
        ({"places": {"issuer": HALF}}, "calls itself ?"),
        ({"places": {"token_endpoint": None}}, "token_endpoint"),
        ({"places": {"jwks_uri": "http://169.254.169.254/keys"}}, "jwks_uri"),
        ({"places": {"authorization_endpoint": "javascript:alert(1)"}}, "authorization_endpoint"),
    ],
)
def test_a_provider_that_sends_us_astray_is_not_followed(
    forged: SimpleNamespace, hostile: Idp, client: Client, told: dict[str, Any], said: str
) -> None:
    location = hostile.answer(begin(client))
    hostile.tell(claims=MEMBER, **told)
    answer = come_back(client, location)
    assert answer.status_code == 403
    assert said in answer.content.decode()
    if "token_status" not in told:
        assert said in press(client).content.decode()


def test_an_answer_that_names_another_issuer_is_refused(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    hostile.tell(claims=MEMBER, back={"iss": "https://somebody.else.test"})
    assert "(issuer)" in sign_in(client, hostile).content.decode()


def test_an_answer_to_one_customers_question_is_none_to_anothers(
    forged: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    connect(forged.birch, hostile, client_id="birch-client")
    location = hostile.answer(begin(client, "birch"))
    assert come_back(client, location.replace("/birch/", "/cedar/")).status_code == 403
    assert who(client) == ""


# Taking over accounts: a provider says whatever its owner wants


def claiming(hostile: Idp, address: str, subject: str = "sub-1", **more: Any) -> None:
    hostile.tell(claims={"sub": subject, "email": address, "email_verified": True, **more})


def test_cedars_provider_does_not_sign_in_as_birchs_administrator(
    forged: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    claiming(hostile, "stranger@birch.test")
    answer = sign_in(client, hostile)
    assert answer.status_code == 403
    assert who(client) == ""
    claiming(hostile, "nobody-has-this@birch.test")
    other = sign_in(client, hostile)
    assert plain(answer) == plain(other)  # no hint who is there


def test_nor_where_cedar_has_invited_them_itself(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    grant(forged.stranger, "member", forged.north)
    claiming(hostile, "stranger@birch.test")
    assert sign_in(client, hostile).status_code == 403


def test_nor_an_address_in_birchs_domain_that_only_cedar_knows(
    forged: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    grant(make_person("planted", email="planted@birch.test", password="!"), "member", forged.north)
    claiming(hostile, "planted@birch.test")
    assert sign_in(client, hostile).status_code == 403


def test_nor_somebody_who_has_a_password(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    grant(make_person("private", email="private@home.test"), "member", forged.north)
    claiming(hostile, "private@home.test")
    assert sign_in(client, hostile).status_code == 403


def test_nor_somebody_whom_another_customer_knows(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    both = make_person("both", email="both@home.test", password="!")
    grant(both, "member", forged.north)
    grant(both, "member", forged.birch_main)
    claiming(hostile, "both@home.test")
    assert sign_in(client, hostile).status_code == 403


def test_nor_the_providers_staff_whatever_their_address(forged: SimpleNamespace, hostile: Idp, client: Client) -> None:
    claiming(hostile, "csam@example.test")  # in cedar's own domain
    assert sign_in(client, hostile).status_code == 403
    claiming(hostile, "member@example.test")
    assert sign_in(client, hostile).status_code == 302
    grant(forged.member, "csam", forged.birch)  # who became staff after they were linked
    assert client.get("/switch/").content.decode().count("Birch") == 0
    assert sign_in(Client(), hostile).status_code == 403


def test_whom_only_the_customer_knows_and_who_has_no_other_account_gets_in(
    forged: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    """Believing the customer opens nothing but what it gave itself; the address stays unconfirmed."""
    alone = make_person("alone", email="alone@home.test", password="!", confirmed_at=None)
    grant(alone, "member", forged.north)
    claiming(hostile, "alone@home.test")
    assert sign_in(client, hostile).status_code == 302
    assert who(client) == "alone@home.test"
    assert Person.objects.get(pk=alone.pk).confirmed_at is None


def test_an_account_that_a_provider_came_by_is_the_mailbox_owners(
    world: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    """Birch invites an address that nobody knows and lets its provider claim it; later cedar invites the owner."""
    connect(world.birch, hostile)
    Workspace.objects.using("owner").update(refuses_personal=False)
    invite(world, invitee("victim@home.test"), by=world.stranger, into=world.birch_main)
    claiming(hostile, "victim@home.test", groups=[])
    squatter = Client()
    assert sign_in(squatter, hostile, slug="birch").status_code == 302
    assert who(squatter) == "victim@home.test"
    (cedars,) = invite(world, invitee("victim@home.test", "customer_activity"))
    page = client.get(link_of(cedars)).content.decode()
    assert "has an account here" not in page
    assert "Open the account and join" in page
    assert register(client, link_of(cedars)).status_code == 302
    assert who(client) == "victim@home.test"
    assert who(squatter) == ""  # what its provider had opened ended with the owner's password
    assert sign_in(squatter, hostile, slug="birch").status_code == 302
    assert "Cedar" not in squatter.get("/switch/").content.decode()
    assert squatter.get("/customer-activity/").status_code == 403


def test_whose_address_is_confirmed_signs_in_to_join(world: SimpleNamespace, hostile: Idp, client: Client) -> None:
    """Another customer's word counts for an address that it has proved to be its own."""
    connect(world.birch, hostile)
    grant(make_person("own", email="own@birch.test", password="!", confirmed_at=None), "member", world.birch_main)
    claiming(hostile, "own@birch.test", groups=[])
    Workspace.objects.using("owner").filter(pk=world.north.pk).update(refuses_personal=False)  # who is a guest there
    assert sign_in(Client(), hostile, slug="birch").status_code == 302
    (cedars,) = invite(world, invitee("own@birch.test"))
    assert "has an account here" in client.get(link_of(cedars)).content.decode()


def test_an_address_in_a_proved_domain_is_confirmed_by_it(
    forged: SimpleNamespace, hostile: Idp, client: Client
) -> None:
    Person.objects.using("owner").filter(pk=forged.member.pk).update(confirmed_at=None)
    assert sign_in(client, hostile).status_code == 302
    assert Person.objects.get(pk=forged.member.pk).confirmed_at is not None


@pytest.mark.parametrize(
    "address", ["member@exampl\u0435.test", "member@example.test\u200b", "a@b@example.test", "", 7]
)
def test_an_address_that_only_looks_like_one_is_none(
    forged: SimpleNamespace, hostile: Idp, client: Client, address: Any
) -> None:
    hostile.tell(claims={"email": address, "email_verified": True})
    assert sign_in(client, hostile).status_code == 403
