"""Who gets in by a token, and how far (R8.2)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tallyhub.accounts.models import Token
from tallyhub.accounts.tokens import PREFIX, TokenScope, digest_of
from tallyhub.kernel import clock
from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import AccessGrant
from tests.integrations.api.program import ALL, Program, make_token
from tests.make import grant
from tests.world import NOW

READ = TokenScope.READ_AGREEMENTS
ROWS = TokenScope.READ_ENTRIES
WRITE = TokenScope.WRITE_ENTRIES


def refused(answer: Any, status: int, code: str) -> bool:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["detail"]
    return bool(told["type"] == f"/api/v1/docs#{code}")


def test_only_a_hash_of_the_secret_is_kept(world: SimpleNamespace, owner: Any) -> None:
    secret = make_token(world.admin, world.cedar, READ)
    assert secret.startswith(PREFIX)
    (stored,) = owner.execute("SELECT to_jsonb(t)::text FROM accounts_token t").fetchone()
    assert secret.removeprefix(PREFIX) not in stored
    assert owner.execute("SELECT digest FROM accounts_token").fetchone() == (digest_of(secret),)


@pytest.mark.parametrize("sent", [None, "thub_", "thub_nobody", "thub_\ud83d", "other", ""])
def test_without_a_known_token_one_is_asked_for_it(world: SimpleNamespace, sent: str | None) -> None:
    answer = Program(sent and sent.encode(errors="replace").decode()).get("/agreements")
    assert refused(answer, 401, "token_unknown" if sent else "token_needed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_browsers_session_opens_nothing(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    assert refused(client.get("/api/v1/agreements"), 401, "token_needed")


def test_an_expired_and_a_revoked_token_open_nothing(world: SimpleNamespace, program: Any, client: Client) -> None:
    calls = program(world.admin, READ, lifetime_days=30)
    with clock.frozen(NOW + timedelta(days=29)):
        assert calls.get("/agreements").status_code == 200
    with clock.frozen(NOW + timedelta(days=30)):
        assert refused(calls.get("/agreements"), 401, "token_unknown")
    client.force_login(world.admin)
    token = Token.objects.using("owner").get()
    assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 302
    assert refused(calls.get("/agreements"), 401, "token_unknown")


def test_a_token_without_the_scope_is_told_which_one(world: SimpleNamespace, program: Any, row: Any) -> None:
    calls = program(world.csam, READ)
    for answer, scope in [(calls.get("/entries"), ROWS), (calls.book(row("x")), WRITE)]:
        assert refused(answer, 403, "scope_missing")
        assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]


def test_a_tokens_rights_are_no_wider_than_its_scopes(world: SimpleNamespace) -> None:
    """Whatever an endpoint forgets to ask."""
    holder = sign_on.use_token(make_token(world.csam, world.cedar, READ))
    assert holder is not None
    assert holder.access.customer_rights == {Right.VIEW_ACTIVITY}
    assert set().union(*holder.access.rights.values()) <= {Right.VIEW_ACTIVITY}


def test_a_lost_role_counts_at_once(world: SimpleNamespace, program: Any, row: Any) -> None:
    calls = program(world.csam, READ, WRITE)
    assert calls.book(row("before")).status_code == 200
    grant(world.csam, "engineer", world.cedar)
    AccessGrant.objects.using("owner").filter(person_id=world.csam.pk, role="csam").update(ends_at=NOW)
    assert refused(calls.book(row("after")), 403, "right_missing")
    assert refused(calls.get("/agreements"), 403, "right_missing")
    AccessGrant.objects.using("owner").filter(person_id=world.csam.pk).update(ends_at=NOW)
    assert refused(calls.get("/agreements"), 401, "token_unknown")


def test_a_person_who_was_deactivated_has_no_token(world: SimpleNamespace, program: Any) -> None:
    calls = program(world.admin, READ)
    world.admin.is_active = False
    world.admin.save(using="owner")
    assert refused(calls.get("/agreements"), 401, "token_unknown")


def test_no_token_does_more_than_its_person(world: SimpleNamespace, program: Any) -> None:
    """R1.5: rows of requests are for administrators; R3.3: of one's own workspace."""
    kinds = {one["kind"] for one in program(world.reader, READ).get("/entitlements").json()["items"]}
    assert "reactive" in kinds
    seen = program(world.reader, ROWS).get("/entries").json()["items"]
    assert {one["unit"] for one in seen} == {"credits"}
    assert {one["workspace"] for one in program(world.north_admin, ROWS).get("/entries").json()["items"]} == {"north"}
    learning = program(world.learning, ROWS).get("/entries").json()["items"]
    assert {one["unit"] for one in learning} == {"activities", "credits"}  # R2.2


def test_a_customers_own_token_keeps_what_its_maker_may(world: SimpleNamespace, program: Any, row: Any) -> None:
    calls = program(world.admin, READ, ROWS, is_of_customer=True)
    assert calls.get("/entitlements").status_code == 200
    assert "education" not in {one["unit"] for one in calls.get("/entries").json()["items"]}
    AccessGrant.objects.using("owner").filter(person_id=world.admin.pk).update(ends_at=NOW)
    assert calls.get("/agreements").status_code == 200
    booked = program(world.csam, WRITE, is_of_customer=True).book(row("by-the-system"))
    assert booked.status_code == 200


@pytest.mark.parametrize("who", ["admin", "north_admin", "reader"])
def test_who_may_not_book_makes_no_token_that_books(world: SimpleNamespace, who: str) -> None:
    for is_of_customer in (False, True):
        with pytest.raises((Invalid, Forbidden)):
            make_token(getattr(world, who), world.cedar, WRITE, is_of_customer=is_of_customer)


def test_a_workspaces_administrator_makes_no_token_of_the_customer(world: SimpleNamespace) -> None:
    with pytest.raises(Forbidden):
        make_token(world.north_admin, world.cedar, READ, is_of_customer=True)


def of_all(answer: Any) -> dict[str, str]:
    """The headers but the id that each request has of its own."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}


def test_what_another_customer_has_is_not_there(world: SimpleNamespace, program: Any) -> None:
    """R3.3, R3.8: the same bytes for hidden and absent, whoever asks."""
    calls = program(world.stranger, READ, ROWS, customer=world.birch)
    for kind, hidden in [("agreements", world.agreement.pk), ("entitlements", world.cedar_credits.pk), ("entries", 1)]:
        there, absent = calls.get(f"/{kind}/{hidden}"), calls.get(f"/{kind}/{10**9}")
        assert refused(there, 404, "nothing_here")
        assert (there.content, of_all(there)) == (absent.content, of_all(absent))
    assert calls.get("/entries", entitlement_id=world.cedar_credits.pk).json()["items"] == []
    assert calls.get("/allotments", entitlement_id=world.cedar_credits.pk).json()["items"] == []
    assert {one["agreement"] for one in calls.get("/packages").json()["items"]} == {"BIR-2026"}


def test_more_requests_than_the_rate_wait_until_the_minute_is_over(world: SimpleNamespace, program: Any) -> None:
    calls, others = program(world.admin, READ), program(world.reader, READ)
    few = settings.TALLYHUB.model_copy(update={"api_rate": 2})
    with override_settings(TALLYHUB=few), clock.frozen(NOW + timedelta(seconds=20)):
        assert [calls.get("/workspaces").status_code for _ in range(2)] == [200, 200]
        answer = calls.get("/workspaces")
        assert refused(answer, 429, "rate_exceeded")
        assert answer.headers["Retry-After"] == "40"
        assert others.get("/workspaces").status_code == 200
    with override_settings(TALLYHUB=few), clock.frozen(NOW + timedelta(minutes=1)):
        assert calls.get("/workspaces").status_code == 200


def test_the_last_use_is_written_once_a_minute(world: SimpleNamespace, program: Any, owner: Any) -> None:
    calls = program(world.admin, READ)
    writes = "SELECT xmin::text, last_used_at FROM accounts_token"
    assert owner.execute(writes).fetchone()[1] is None
    calls.get("/workspaces")
    first = owner.execute(writes).fetchone()
    assert first[1] == NOW
    calls.get("/workspaces")
    assert owner.execute(writes).fetchone() == first
    with clock.frozen(NOW + timedelta(minutes=3)):
        calls.get("/workspaces")
    assert owner.execute(writes).fetchone()[1] == NOW + timedelta(minutes=3)


# The pages


def test_a_token_is_made_shown_once_and_used(world: SimpleNamespace, client: Client, owner: Any) -> None:
    client.force_login(world.csam)
    fields = {"name": "Nightly run", "scopes": ["agreements:read", "entries:write"], "lifetime_days": "30"}
    page = client.post("/accounts/tokens/", fields)
    assert page.headers["Cache-Control"] == "no-store"
    secret = page.content.decode().partition('<code class="secret">')[2].partition("</code>")[0]
    assert Program(secret).get("/agreements").status_code == 200
    again = client.get("/accounts/tokens/").content.decode()
    assert "Nightly run" in again
    assert secret not in again
    kinds = owner.execute("SELECT kind, actor_id, details ->> 'scopes' FROM journal_event").fetchall()
    assert kinds == [("accounts.token_made", world.csam.pk, "agreements:read+entries:write")]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["entries:write"]}, {"lifetime_days": "400"}, {"scopes": ["x"]}]
)
def test_a_token_that_one_may_not_have_is_not_made(world: SimpleNamespace, client: Client, wrong: Any) -> None:
    client.force_login(world.admin)
    fields = {"name": "Nightly", "scopes": ["agreements:read"], "lifetime_days": "30"} | wrong
    assert client.post("/accounts/tokens/", fields).status_code == 400
    assert not Token.objects.using("owner").exists()


def test_nobody_revokes_anothers_token(world: SimpleNamespace, client: Client, program: Any) -> None:
    own, customers = program(world.csam, READ), program(world.csam, READ, is_of_customer=True)
    for who, status in [(world.stranger, 404), (world.north_admin, 404)]:
        client.force_login(who)
        for token in Token.objects.using("owner").all():
            assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == status
    client.force_login(world.admin)
    statuses = [
        client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code
        for token in Token.objects.using("owner").order_by("pk")
    ]
    assert statuses == [404, 302]
    assert own.get("/agreements").status_code == 200
    assert customers.get("/agreements").status_code == 401


def test_a_changed_secret_signs_nobody_out_while_the_former_one_is_named(
    world: SimpleNamespace, client: Client
) -> None:  # R10.7
    client.force_login(world.reader)
    former = settings.SECRET_KEY
    with override_settings(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=[former]):
        assert client.get("/").status_code == 200
    with override_settings(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=[]):
        assert client.get("/").status_code == 302


def test_the_whole_set_of_scopes_is_on_offer_to_the_account_team(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.csam)
    page = client.get("/accounts/tokens/customer/").content.decode()
    offered = {scope for scope in ALL if f'value="{scope}"' in page}
    assert offered == {*ALL} - {TokenScope.READ_LEARNING}  # named people's learning is for learning managers (R2.2)
