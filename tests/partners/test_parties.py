"""Who sells to whom and through whom; what the provider says of partners (R5.2, S003-53, edge cases 10, 16, 38, 40)."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from tallyhub.kernel import clock
from tallyhub.organizations.models import AccessGrant, Organization
from tallyhub.partners.models import Consent, Delegation, Partnership, Party, Resale
from tests.make import (
    days,
    make_agreement,
    make_delegation,
    make_organization,
    make_party,
    make_request,
    make_resale,
    make_support,
)
from tests.partners.world import assigned, opens


@pytest.fixture(autouse=True)
def _supported(firm: Any) -> None:
    """Without a support plan, no partner is assigned to a customer."""
    make_support(firm.partner)
    make_support(firm.rival)


READ = {"plan": "1"}  # the version of the support plan that was shown


def link(as_: Any, person: Any, **over: str) -> str:
    client = as_(person)
    client.post("/customers/links/", {"note": "For whom it may be"} | over)
    found = re.search(r"http://testserver(/partners/join/[^<]+)</code>", client.get("/customers/").content.decode())
    assert found
    return found[1]


def test_a_customer_accepts_by_the_link_and_stands_in_the_list(firm: Any, as_: Any, owner: Any) -> None:
    address = link(as_, firm.rival_agent)
    page = as_(firm.admin).get(address).content.decode()
    assert "Rivermouth wants to sell to Cedar" in page
    assert as_(firm.admin).post(address, READ).status_code == 302
    assert "Cedar" in as_(firm.rival_agent).get("/customers/").content.decode()
    assert "Rivermouth" in as_(firm.admin).get("/partners/").content.decode()
    assert opens(as_(firm.rival_agent), firm.cedar) == 404  # resale is no right


def test_a_link_is_good_once_in_time_and_for_whoever_decides(firm: Any, as_: Any) -> None:  # edge case 8
    address = link(as_, firm.rival_agent)
    assert as_(firm.north_admin).post(address, READ).status_code == 403
    assert as_(firm.admin).post(address[:-3] + "x/", READ).status_code == 404
    with clock.frozen(clock.now() + timedelta(days=90)):
        late = as_(firm.admin).post(address, READ)
        assert late.status_code == 409
        assert "good no more" in late.content.decode()
    assert as_(firm.admin).post(address, READ).status_code == 302
    assert as_(firm.stranger).post(address, READ).status_code == 409
    assert Resale.objects.using("owner").get(organization=firm.rival).customer_id == firm.cedar.pk


def test_a_link_taken_back_is_good_no_more(firm: Any, as_: Any) -> None:
    address = link(as_, firm.rival_agent)
    one = Resale.objects.using("owner").get(organization=firm.rival)
    as_(firm.agent).post(f"/customers/links/{one.pk}/end/")  # another partner's
    as_(firm.rival_agent).post(f"/customers/links/{one.pk}/end/")
    assert as_(firm.admin).post(address, READ).status_code == 409


def test_a_second_relation_with_the_same_partner_is_refused(firm: Any, as_: Any) -> None:
    address = link(as_, firm.agent)
    assert as_(firm.admin).post(address, READ).status_code == 409
    assert Resale.objects.using("owner").filter(customer=firm.cedar).count() == 1


def test_another_market_is_refused(firm: Any, as_: Any) -> None:  # edge case 40
    Party.objects.using("owner").filter(organization=firm.rival).update(market="NO")
    Organization.objects.using("owner").filter(pk=firm.cedar.pk).update(market="DE")
    address = link(as_, firm.rival_agent)
    refused = as_(firm.admin).post(address, READ)
    assert refused.status_code == 409
    assert "sells in the market NO" in refused.content.decode()
    Organization.objects.using("owner").filter(pk=firm.cedar.pk).update(market="NO")
    assert as_(firm.admin).post(address, READ).status_code == 302


def test_a_relation_cannot_end_while_what_it_sold_is_in_force(firm: Any, as_: Any) -> None:  # edge case 38
    one = Resale.objects.using("owner").get(customer=firm.cedar)
    sold = make_agreement(firm.cedar, firm.partner, number="LAKE-1")
    for person, address in ((firm.agent, "customers/links"), (firm.admin, "partners/resales")):
        refused = as_(person).post(f"/{address}/{one.pk}/end/")
        assert refused.status_code == 409
        assert "LAKE-1" in refused.content.decode()
    sold.terminated_on = date(2026, 11, 20)
    sold.save(using="owner")
    assert as_(firm.admin).post(f"/partners/resales/{one.pk}/end/").status_code == 302


def test_ending_one_relation_ends_no_other(firm: Any, as_: Any) -> None:  # issue, point 1; edge case 3
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.helper)
    sale = Resale.objects.using("owner").get(customer=firm.cedar)
    as_(firm.agent).post(f"/customers/links/{sale.pk}/end/")
    assert opens(as_(firm.helper), firm.cedar) == 200
    as_(firm.admin).post(f"/partners/delegations/{one.pk}/end/")
    assert Resale.objects.using("owner").filter(customer=firm.cedar, ended_at=None).count() == 0


def test_a_delegation_ends_and_the_partner_sells_on(firm: Any, as_: Any) -> None:
    one = make_delegation(firm.partner, firm.cedar)
    as_(firm.admin).post(f"/partners/delegations/{one.pk}/end/")
    page = as_(firm.helper).get("/customers/").content.decode()
    assert "You sell to it since" in page


def test_who_bought_through_a_partner_is_its_customer_without_any_link(firm: Any, as_: Any) -> None:
    page = as_(firm.helper).get("/customers/").content.decode()  # birch holds an agreement that lakeside sold
    assert "It holds an agreement that you sold" in page
    assert as_(firm.helper).get(f"/customers/{firm.birch.pk}/").status_code == 200


@pytest.fixture
def chain(firm: Any) -> Any:
    """An indirect provider and a reseller, with an admin agent each."""
    firm.distributor, firm.reseller = firm.rival, make_organization("rosebank", kind="partner", name="Rosebank")
    Party.objects.using("owner").filter(organization=firm.rival).update(type="indirect_provider")
    make_party(firm.reseller, "indirect_reseller")
    from tests.make import employ, make_person

    firm.reseller_agent = make_person("reseller_agent", email="reseller@house.test")
    employ(firm.reseller_agent, firm.reseller, "admin_agent")
    return firm


def test_a_reseller_authorises_and_either_ends_a_partnership(chain: Any, as_: Any) -> None:  # R5.2
    page = as_(chain.reseller_agent).get("/customers/").content.decode()
    assert "You have no indirect provider" in page  # edge case 10
    assert as_(chain.rival_agent).post("/partnerships/", {"code": "rosebank"}).status_code == 302
    one = Partnership.objects.using("owner").get()
    assert as_(chain.rival_agent).post(f"/partnerships/{one.pk}/authorise/").status_code == 403
    assert as_(chain.agent).post(f"/partnerships/{one.pk}/authorise/").status_code == 404
    assert as_(chain.reseller_agent).post(f"/partnerships/{one.pk}/authorise/").status_code == 302
    assert "You have no indirect provider" not in as_(chain.reseller_agent).get("/customers/").content.decode()
    assert as_(chain.rival_agent).post(f"/partnerships/{one.pk}/end/").status_code == 302
    assert "You have no indirect provider" in as_(chain.reseller_agent).get("/partnerships/").content.decode()
    assert as_(chain.reseller_agent).post(f"/partnerships/{one.pk}/end/").status_code == 409


def test_ending_a_partnership_leaves_customers_and_rights(chain: Any, as_: Any) -> None:
    now = clock.now()
    made = Partnership.objects.using("owner").create(
        provider=chain.distributor, reseller=chain.reseller, invited_at=now, authorised_at=now
    )
    make_resale(chain.reseller, chain.cedar)
    one = make_delegation(chain.reseller, chain.cedar)
    as_(chain.reseller_agent).post(f"/partnerships/{made.pk}/end/")
    one.refresh_from_db(using="owner")
    assert one.state == "active"
    assert "Cedar" in as_(chain.reseller_agent).get("/customers/").content.decode()


def test_a_reseller_that_is_left_without_a_path_is_told_by_mail(chain: Any, as_: Any, owner: Any) -> None:
    # issue, point 1
    from tallyhub.notifications import jobs
    from tallyhub.notifications.letters import LETTERS

    as_(chain.rival_agent).post("/partnerships/", {"code": "rosebank"})
    one = Partnership.objects.using("owner").get()
    as_(chain.reseller_agent).post(f"/partnerships/{one.pk}/authorise/")
    as_(chain.rival_agent).post(f"/partnerships/{one.pk}/end/")
    jobs.tell_of_partnership(0, "partners.partnership_ended", one.pk, None, None)
    told = owner.execute("SELECT person_id, params FROM notifications_mail WHERE letter = 'partners.partnership_ended'")
    params = dict(told.fetchall())
    assert params.keys() == {chain.rival_agent.pk, chain.reseller_agent.pk}
    make = LETTERS["partners.partnership_ended"].make
    left, other = (make(each, params[each.pk]) for each in (chain.reseller_agent, chain.rival_agent))
    assert "You have no indirect provider any more, so nothing can be escalated." in left.paragraphs
    assert len(other.paragraphs) == 1


def test_what_a_mail_about_a_delegation_says(firm: Any, as_: Any) -> None:  # S003-4
    from django.core.exceptions import ObjectDoesNotExist

    from tallyhub.notifications.letters import LETTERS
    from tests.partners.world import asked

    one = asked(firm, as_)
    make = LETTERS["partners.delegation_requested"].make
    to_customer = make(firm.admin, {"subject": one.pk, "customer": firm.cedar.pk, "organization": None})
    assert to_customer.subject == "Lakeside asks for rights at Cedar: First line"
    assert to_customer.path == f"/partners/delegations/{one.pk}/"
    to_partner = make(firm.agent, {"subject": one.pk, "customer": firm.cedar.pk, "organization": firm.partner.pk})
    assert to_partner.path == f"/customers/delegations/{one.pk}/"
    as_(firm.admin).post(f"/partners/delegations/{one.pk}/reject/")
    with pytest.raises(ObjectDoesNotExist):  # never of a state that is gone
        make(firm.admin, {"subject": one.pk, "customer": firm.cedar.pk, "organization": None})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nobody", "No partner has this code"),
        ("cedar", "No partner has this code"),
        ("lakeside", "between an indirect"),
    ],
)
def test_only_a_reseller_is_invited(chain: Any, as_: Any, code: str, said: str) -> None:
    answer = as_(chain.rival_agent).post("/partnerships/", {"code": code})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_a_suspended_partner_has_no_right_and_begins_nothing(firm: Any, as_: Any, owner: Any) -> None:
    # S003-53, edge case 16
    one = make_delegation(firm.partner, firm.cedar)
    assigned(firm, as_, one, firm.helper)
    ask = make_request(firm.north)
    as_(firm.admin).post(f"/partners/requests/{ask.number}/give/", {"partner": firm.partner.pk, "template": "read"})
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 200
    assert as_(firm.agent).post(f"/partners/all/{firm.partner.pk}/suspend/").status_code == 403
    assert as_(firm.warden).post(f"/partners/all/{firm.partner.pk}/suspend/").status_code == 302
    assert helper.get("/customer-activity/").status_code == 403
    assert opens(helper, firm.cedar) == 404
    one.refresh_from_db(using="owner")
    assert one.state == "terminated"
    assert not Consent.objects.using("owner").filter(ended_at=None).exists()
    agent = as_(firm.agent)
    assert agent.get(f"/customers/{firm.cedar.pk}/").status_code == 200  # existing customers stay
    from tests.partners.world import ASK

    refused = agent.post(f"/customers/{firm.cedar.pk}/delegate/", ASK)
    assert "The provider has suspended the partner" in refused.content.decode()
    assert agent.post("/customers/links/", {"note": "x"}).status_code == 409
    assert "suspended by the provider" in as_(firm.admin).get("/partners/").content.decode()


def test_a_request_that_waits_dies_with_the_suspension(firm: Any, as_: Any) -> None:  # edge case 16
    from tests.partners.world import asked

    one = asked(firm, as_)
    as_(firm.warden).post(f"/partners/all/{firm.partner.pk}/suspend/")
    as_(firm.warden).post(f"/partners/all/{firm.partner.pk}/reinstate/")
    late = as_(firm.admin).post(f"/partners/delegations/{one.pk}/approve/", {"roles": one.roles, "days": "9"})
    assert late.status_code == 409
    assert not AccessGrant.objects.using("owner").filter(source=f"delegation:{one.pk}").exists()
    assert Delegation.objects.using("owner").get(pk=one.pk).state == "terminated"


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"type": "friend"}, "no type of partner"),
        ({"market": "Germany"}, "two letters"),
        ({"security_contact": "nobody"}, "mail address"),
    ],
)
def test_what_is_wrong_of_a_partner_is_said(firm: Any, as_: Any, over: Any, said: str) -> None:
    data = {"type": "direct_bill", "market": "DE", "security_contact": "security@lakeside.test"}
    assert as_(firm.warden).post(f"/partners/all/{firm.partner.pk}/", data).status_code == 302
    answer = as_(firm.warden).post(f"/partners/all/{firm.partner.pk}/", data | over)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Party.objects.using("owner").get(organization=firm.partner).market == "DE"


def test_only_a_partner_is_described(firm: Any, as_: Any) -> None:  # edge case 36
    for one in (firm.cedar, firm.provider):
        assert as_(firm.warden).post(f"/partners/all/{one.pk}/suspend/").status_code == 404


def test_channels_say_who_sold_what(firm: Any) -> None:  # issue, point 1
    from tallyhub.agreements.queries import list_channels
    from tallyhub.kernel.access import Access
    from tallyhub.kernel.scope import scope
    from tests.make import make_package, make_product

    mail, chat = make_product("mail"), make_product("chat")
    sold = make_agreement(firm.cedar, firm.rival, number="RIV-1")
    from tallyhub.agreements.models import Coverage

    part = make_package(sold, firm.north, scope="addon", code="CHAT", covers_every_product=False)
    Coverage.objects.using("owner").create(customer_id=firm.cedar.pk, package=part, product=chat)
    with scope(Access(customer_id=firm.cedar.pk, in_whole=True)):
        found = {(one.product_id, one.seller_id) for one in list_channels()}
    assert {(mail.pk, firm.provider.pk), (chat.pk, firm.provider.pk), (chat.pk, firm.rival.pk)} <= found
    assert (mail.pk, firm.rival.pk) not in found
    with scope(Access(organization_id=firm.rival.pk)):
        assert {(one.customer_id, one.product_id, one.seller_id) for one in list_channels()} == {
            (firm.cedar.pk, chat.pk, firm.rival.pk)
        }
    with scope(Access()):
        assert list_channels() == []
    sold.term = days(date(2025, 1, 1), date(2025, 12, 31))
    sold.save(using="owner")
    with scope(Access(organization_id=firm.rival.pk)):
        assert list_channels() == []
