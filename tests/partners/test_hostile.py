"""What a hostile partner, reseller, customer or visitor tries: rights that outlive what they came from, wishes that
nobody may know of, and inputs that nobody types.
"""

from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from tallyhub.integrations.importing import import_file
from tallyhub.kernel import clock
from tallyhub.organizations.models import AccessGrant, Staff
from tallyhub.partners.models import Consent, Delegation, Partnership, Party, SecurityGroupMember
from tallyhub.partners.steps import PARTNER_LOCK
from tests.integrations.files import write
from tests.make import (
    employ,
    make_delegation,
    make_organization,
    make_party,
    make_person,
    make_request,
    make_resale,
    make_support,
)
from tests.partners.plans import PLAN, PROFILE
from tests.partners.world import ASK, asked, assigned, keep_signed_in, opens


def told(owner: Any, customer: Any) -> list[str]:
    rows = owner.execute("SELECT kind FROM journal_event WHERE customer_id = %s ORDER BY id", [customer.pk])
    return [kind for (kind,) in rows]


def post(client: Any, address: str, **said: Any) -> int:
    keep_signed_in()
    return int(client.post(address, said).status_code)


# What the customer may not know of


@pytest.fixture
def proposed(firm: Any, as_: Any) -> Delegation:
    """Rivermouth asked for rights of its reseller rosebank, which has not agreed."""
    Party.objects.using("owner").filter(organization=firm.rival).update(type="indirect_provider")
    make_resale(firm.rival, firm.cedar)
    firm.reseller = make_organization("rosebank", kind="partner", name="Rosebank")
    make_party(firm.reseller, "indirect_reseller")
    firm.reseller_agent = make_person("reseller_agent", email="reseller@house.test")
    employ(firm.reseller_agent, firm.reseller, "admin_agent")
    Partnership.objects.using("owner").create(
        provider=firm.rival, reseller=firm.reseller, invited_at=clock.now(), authorised_at=clock.now()
    )
    address = f"/customers/{firm.cedar.pk}/delegate/"
    assert post(as_(firm.rival_agent), address, **ASK, reseller=firm.reseller.pk) == 302
    return Delegation.objects.using("owner").get()


def test_a_refused_act_on_what_the_customer_may_not_know_tells_it_nothing(
    firm: Any, proposed: Any, as_: Any, owner: Any
) -> None:  # spec 2.1
    draft = asked(firm, as_, act="keep", name="Draft")
    for agent, one in ((firm.agent, draft), (firm.reseller_agent, proposed)):
        assert post(as_(agent), f"/customers/delegations/{one.pk}/terminate/") == 409
    assert told(owner, firm.cedar) == []
    assert post(as_(firm.reseller_agent), f"/customers/delegations/{proposed.pk}/decline/") == 302
    assert post(as_(firm.reseller_agent), f"/customers/delegations/{proposed.pk}/terminate/") == 409
    assert told(owner, firm.cedar) == []


def test_what_waits_for_a_reseller_lets_it_ask_for_nothing_else(firm: Any, proposed: Any, as_: Any) -> None:
    # spec 2.1: it has no relation to the customer but for the wish that it may agree to
    agent, address = as_(firm.reseller_agent), f"/customers/{firm.cedar.pk}/delegate/"
    assert post(agent, address, **ASK | {"name": "More"}) == 404
    assert address not in agent.get(f"/customers/{firm.cedar.pk}/").content.decode()
    assert Delegation.objects.using("owner").get() == proposed


def test_a_draft_is_not_sent_once_there_is_no_relation(firm: Any, as_: Any, owner: Any) -> None:  # edge case 36
    one = asked(firm, as_, act="keep")
    owner.execute("UPDATE partners_resale SET ended_at = %s", [clock.now()])
    agent = as_(firm.agent)
    assert post(agent, f"/customers/delegations/{one.pk}/send/") == 404
    assert post(agent, f"/customers/delegations/{one.pk}/edit/", **ASK) == 404
    one.refresh_from_db(using="owner")
    assert one.state == "created"


# What outlives what it came from


def test_whoever_left_by_an_import_takes_nothing_along(
    firm: Any, as_: Any, tmp_path: Path, owner: Any
) -> None:  # edge case 37
    asks = make_request(firm.north, title="Broken mail")
    give = f"/partners/requests/{asks.number}/give/"
    assert post(as_(firm.admin), give, partner=firm.partner.pk, template="work") == 302
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.helper)
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 200

    def bring(organization: Any, **over: str) -> None:
        row = {"organization": organization.code, "person": firm.helper.email, "roles": "helpdesk_agent"} | over
        report = import_file(write(tmp_path, "staff.csv", [row]))
        assert not report.problems, report.problems

    bring(firm.partner, ends_at=clock.now().isoformat())
    assert opens(helper, firm.cedar) == 404
    assert not SecurityGroupMember.objects.using("owner").filter(staff__person=firm.helper).exists()
    held = AccessGrant.objects.using("owner").filter(person=firm.helper, ends_at__gt=clock.now())
    assert not held.exists()
    assert told(owner, firm.cedar).count("partners.right_ended") == 2
    bring(firm.rival)
    assert opens(helper, firm.cedar) == 404
    assert post(helper, "/switch/customer/", customer=firm.cedar.pk, next="/support/") == 404


def test_whoever_leaves_one_day_by_an_import_takes_nothing_along(firm: Any, as_: Any, tmp_path: Path) -> None:
    # edge case 37
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.helper)
    helper = as_(firm.helper)

    def bring(organization: Any, **over: str) -> None:
        row = {"organization": organization.code, "person": firm.helper.email, "roles": "helpdesk_agent"} | over
        report = import_file(write(tmp_path, "staff.csv", [row]))
        assert not report.problems, report.problems

    bring(firm.partner, ends_at=(clock.now() + timedelta(hours=1)).isoformat())
    assert opens(helper, firm.cedar) == 200
    with clock.frozen(clock.now() + timedelta(hours=2)):
        bring(firm.rival)
        assert Staff.objects.using("owner").get(person=firm.helper).organization_id == firm.rival.pk
        assert opens(helper, firm.cedar) == 404


@pytest.fixture
def tier_2(firm: Any, as_: Any) -> SimpleNamespace:
    one = make_delegation(firm.partner, firm.cedar, granted=["support_tier_2"], roles=["support_tier_2"])
    assigned(firm, as_, one, firm.helper, firm.second, roles=["support_tier_2"])
    firm.browser = as_(firm.helper)
    assert opens(firm.browser, firm.cedar) == 200
    return firm


@pytest.mark.parametrize("who", ["helper", "second"])
def test_nobody_of_a_partner_invites_whom_the_delegation_serves(tier_2: Any, who: str) -> None:
    # what they would be given stays when the delegation ends
    from tallyhub.kernel.errors import Conflict
    from tallyhub.organizations.sign_on import act_for
    from tallyhub.people.invitations.commands import invite_people
    from tallyhub.people.steps import Invitee

    access = act_for(tier_2.helper.pk, tier_2.cedar.pk).access
    address = getattr(tier_2, who).email.upper()
    with pytest.raises(Conflict):
        invite_people(access, tier_2.north.pk, [Invitee(address, ("view_all_support_requests",), "en")])
    assert invite_people(access, tier_2.north.pk, [Invitee("new@example.test", ("member",), "en")]) == 1


def test_full_administration_makes_no_token_that_stays(firm: Any, as_: Any) -> None:
    one = make_delegation(firm.partner, firm.cedar, roles=["full_administration"], granted=["full_administration"])
    assigned(firm, as_, one, firm.helper, roles=["full_administration"])
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 200
    from tallyhub.accounts.tokens import may_make_for_customer
    from tallyhub.organizations.sign_on import act_for

    assert not may_make_for_customer(act_for(firm.helper.pk, firm.cedar.pk).access)
    assert may_make_for_customer(act_for(firm.admin.pk, firm.cedar.pk).access)


# What a consent to one request opens


def test_a_consent_to_one_request_opens_nothing_else_of_the_customer(firm: Any, as_: Any) -> None:  # spec 2.6
    make_resale(firm.rival, firm.cedar)
    make_support(firm.rival)
    make_support(firm.partner)
    asks = make_request(firm.north, title="Broken mail")
    give = f"/partners/requests/{asks.number}/give/"
    assert post(as_(firm.admin), give, partner=firm.partner.pk, template="work") == 302
    helper = as_(firm.helper)
    assert post(helper, "/switch/customer/", customer=firm.cedar.pk, next="/support/") == 302
    keep_signed_in()
    assert helper.get(f"/support/requests/{asks.number}/").status_code == 200
    for address in ("/technical-support/", "/technical-support/?product=other", "/configuration-tasks/"):
        assert helper.get(address).status_code == 403, address
    assert helper.get(f"/support-plans/{firm.rival.pk}/").status_code == 404
    assert helper.get(f"/support-plans/{firm.partner.pk}/").status_code == 200
    assert "/technical-support/" not in helper.get("/support/").content.decode()


def test_a_consent_waits_for_a_suspension_that_is_under_way(firm: Any, as_: Any, owner: Any) -> None:  # edge case 16
    asks, admin, answered = make_request(firm.north), as_(firm.admin), []

    def give() -> None:
        said = {"partner": firm.partner.pk, "template": "read"}
        answered.append(admin.post(f"/partners/requests/{asks.number}/give/", said).status_code)
        connections.close_all()

    thread = Thread(target=give)
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [PARTNER_LOCK, firm.partner.pk])
        owner.execute("UPDATE partners_party SET suspended_at = now() WHERE organization_id = %s", [firm.partner.pk])
        thread.start()
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s::int"
        while not answered and not owner.execute(waits, [firm.partner.pk]).fetchone()[0]:
            owner.execute("SELECT pg_sleep(0.01)")
    thread.join()
    assert answered == [409]
    assert not Consent.objects.using("owner").exists()


# What nobody types


def test_a_search_with_what_nobody_types_finds_nothing(firm: Any, as_: Any) -> None:
    agent = as_(firm.agent)
    for query in ("text=%00", "after=a%00~1", "after=~", "after=x~" + "9" * 30, "state=%00", "text=" + "x" * 5000):
        assert agent.get(f"/customers/?{query}").status_code in (200, 404), query


@pytest.mark.parametrize("over", [{"languages": ["en", "Free text"]}, {"types": ["how_to", "anything"]}])
def test_a_plan_publishes_no_word_that_is_none_of_ours(firm: Any, as_: Any, over: dict[str, Any]) -> None:  # R5.7
    agent = as_(firm.agent)
    assert agent.post("/support-profile/", PROFILE).status_code == 302
    assert agent.post("/support-plan/draft/publish/", PLAN | over).status_code == 400


@pytest.mark.parametrize("name", ["languages", "products", "types", "line_0_severities"])
def test_a_draft_keeps_no_list_without_end(firm: Any, as_: Any, owner: Any, name: str) -> None:
    agent = as_(firm.agent)
    assert agent.post("/support-plan/draft/", PLAN | {name: ["x" * 30_000]}).status_code == 400
    assert owner.execute("SELECT count(*) FROM partners_supportplan").fetchone() == (0,)


def test_a_suspended_partner_is_let_into_no_request(firm: Any, as_: Any, owner: Any) -> None:  # edge case 16
    asks = make_request(firm.north)
    assert post(as_(firm.warden), f"/partners/all/{firm.partner.pk}/suspend/") == 302
    give = f"/partners/requests/{asks.number}/give/"
    assert post(as_(firm.admin), give, partner=firm.partner.pk, template="read") == 409
    assert not Consent.objects.using("owner").exists()
