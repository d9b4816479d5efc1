"""What a customer has, and what it asks of whoever sold it (R5.8, S003-47; edge cases 30, 36)."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallyhub.agreements.models import Agreement, Package
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.ledger import commands as ledger
from tallyhub.ledger.models import Allotment
from tallyhub.partners.models import SubscriptionWish
from tests.make import book, days, grant, make_agreement, make_entitlement, make_package, make_person
from tests.partners.plans import mixed, supporting
from tests.strangers import ABSENT, raise_ids
from tests.strangers import said as told


@pytest.fixture
def held(firm: Any, as_: Any, owner: Any) -> Any:
    """Birch, whose administrator is the stranger, bought from lakeside and one thing directly."""
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    return mixed(firm)


def text(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    found: str = answer.content.decode()
    return found


def card(page: str, name: str) -> str:
    """What stands of one subscription."""
    return next(part for part in page.split("<section")[1:] if f"{name} <span" in part)


def asked(client: Any, status: int = 302, **typed: Any) -> SubscriptionWish:
    kind, package = typed.pop("kind", "add"), typed.pop("package", None)
    about = f"&package={package.pk}" if package else ""
    answer = client.post(f"/subscriptions/ask/?kind={kind}{about}", typed)
    assert answer.status_code == status, answer.content.decode()
    return SubscriptionWish.objects.using("owner").order_by("-pk").first()  # type: ignore[return-value]


def more(held: Any, as_: Any, **over: Any) -> SubscriptionWish:
    """Birch asks for two hours more of its advisory support."""
    typed_in = {"line": held.birch_advisory.pk, "amount": "2", "reason": "The move needs it."}
    return asked(as_(held.stranger), package=held.birch_base, **typed_in | over)


def fresh(wish: SubscriptionWish) -> SubscriptionWish:
    return SubscriptionWish.objects.using("owner").get(pk=wish.pk)


# What it has


def test_each_subscription_says_what_is_left_through_whom_and_until_when(held: Any, as_: Any) -> None:  # R5.8
    page = text(as_(held.stranger), "/subscriptions/")
    base = card(page, "Birch base")
    for said in ("4 h left of 5 h", "through the partner Lakeside", "BIR-2026", "31 December 2026", "ends in 40 days"):
        assert said in base, said
    assert "directly from the provider, Northgate" in page


def test_the_soonest_end_stands_first_and_what_is_over_elsewhere(held: Any, as_: Any) -> None:  # R5.8
    soon = make_agreement(held.birch, held.partner, number="BIR-SOON", term=days(date(2026, 1, 1), date(2026, 12, 1)))
    make_package(soon, held.birch_main, name="Soon over")
    past = make_agreement(held.birch, held.partner, number="BIR-PAST", term=days(date(2025, 1, 1), date(2025, 12, 1)))
    make_package(past, held.birch_main, name="Long over")
    page = text(as_(held.stranger), "/subscriptions/")
    assert page.index("Soon over") < page.index("Birch base")
    assert "Long over" not in page
    assert "Long over" in text(as_(held.stranger), "/subscriptions/?which=ended")


def test_units_are_never_added_up_and_benefits_have_no_figure(held: Any, as_: Any) -> None:
    make_entitlement(held.birch_base, held.credits, bought=1000)
    make_entitlement(held.birch_base, held.benefit)
    base = card(text(as_(held.stranger), "/subscriptions/"), "Birch base")
    assert "4 h left of 5 h" in base
    assert "10 credits left of 10" in base
    assert "included" in base


def test_over_use_is_said_and_never_a_minus(held: Any, as_: Any, owner: Any) -> None:
    book(held.birch_advisory, held.birch_main, 300, date(2026, 6, 6))
    base = card(text(as_(held.stranger), "/subscriptions/"), "Birch base")
    assert "1 h over" in base
    assert "−" not in base


def test_figures_are_those_of_customer_activity_with_and_without_a_snapshot(held: Any, as_: Any) -> None:
    before = card(text(as_(held.stranger), "/subscriptions/"), "Birch base")
    ledger.refresh_snapshots(Access.of_system([held.birch.pk]))
    assert card(text(as_(held.stranger), "/subscriptions/"), "Birch base") == before


def test_who_reads_one_workspace_reads_what_reaches_it_and_asks_for_nothing(held: Any, as_: Any) -> None:  # R5.8
    reader = make_person("watcher", email="watcher@birch.test")
    grant(reader, "customer_activity", held.birch_main)
    make_package(held.birch_agreement, name="Reaches nothing")
    page = text(as_(reader), "/subscriptions/")
    assert "Birch base" in page
    assert "Reaches nothing" not in page
    assert "/subscriptions/ask/" not in page
    assert as_(reader).get("/subscriptions/ask/?kind=buy").status_code == 403


def test_a_partner_inside_the_customer_reads_no_wish_and_asks_nothing(held: Any, as_: Any) -> None:
    """Whatever was delegated: another partner's business is among them."""
    wish = more(held, as_)
    grant(held.rival_agent, "full_administration", held.birch, source="delegation:1")
    inside = as_(held.rival_agent)
    inside.post("/switch/customer/", {"customer": held.birch.pk, "next": "/"})
    page = text(inside, "/subscriptions/")
    assert "Birch base" in page
    assert "What you asked for" not in page
    assert inside.get("/subscriptions/ask/?kind=buy").status_code == 403
    assert inside.get(f"/subscriptions/wishes/{wish.pk}/").status_code == 403


# Asking


def test_asking_for_more_reaches_the_partner_and_changes_nothing(held: Any, as_: Any) -> None:  # S003-47
    def agreed() -> list[Any]:
        models = (Agreement, Package, Allotment)
        return [list(model.objects.using("owner").order_by("pk").values()) for model in models]

    before = agreed()
    wish = more(held, as_, wanted_from="2026-12-01")
    assert (wish.organization_id, wish.amount, wish.unit) == (held.partner.pk, 120, "minutes")
    page = text(as_(held.helper), "/wishes/")
    for said in ("Birch", "More of it", "2 h more", "1 December 2026"):
        assert said in page
    one = text(as_(held.helper), f"/wishes/{wish.pk}/")
    assert "The move needs it." in one
    assert "stranger" in one  # who asks
    assert agreed() == before


def test_the_customer_sees_each_state_and_its_history(held: Any, as_: Any) -> None:  # S003-47
    wish, admin, helper = more(held, as_), as_(held.stranger), as_(held.helper)
    own = f"/subscriptions/wishes/{wish.pk}/"
    assert "Asked of Lakeside" in text(admin, own)
    helper.post(f"/wishes/{wish.pk}/accept/")
    assert "Accepted by Lakeside" in text(admin, own)
    helper.post(f"/wishes/{wish.pk}/done/", {"note": "From Monday on.", "number": "BIR-2027"})
    page = text(admin, own)
    for said in ("Done by Lakeside", "From Monday on.", "It follows from the agreement BIR-2027."):
        assert said in page
    assert "helper" not in page  # who of the partner did it is the partner's to know
    assert "helper" in text(as_(held.agent), f"/wishes/{wish.pk}/")


def test_declining_needs_a_reason_which_the_customer_reads(held: Any, as_: Any) -> None:  # S003-47
    wish, helper = more(held, as_), as_(held.helper)
    answer = helper.post(f"/wishes/{wish.pk}/decline/", {"reason": "  "})
    assert answer.status_code == 400
    assert "Say why it is declined" in answer.content.decode()
    assert fresh(wish).state == "asked"
    helper.post(f"/wishes/{wish.pk}/decline/", {"reason": "It is not sold any more."})
    assert "It is not sold any more." in text(as_(held.stranger), f"/subscriptions/wishes/{wish.pk}/")


def test_the_customer_withdraws_until_it_is_over(held: Any, as_: Any) -> None:
    wish, admin = more(held, as_), as_(held.stranger)
    assert admin.post(f"/subscriptions/wishes/{wish.pk}/withdraw/").status_code == 302
    assert fresh(wish).state == "withdrawn"
    assert admin.post(f"/subscriptions/wishes/{wish.pk}/withdraw/").status_code == 409
    answer = as_(held.helper).post(f"/wishes/{wish.pk}/accept/")
    assert answer.status_code == 409
    assert "withdrawn" in answer.content.decode()


@pytest.mark.parametrize("act", ["accept", "decline", "done"])
def test_what_is_over_stays_so(held: Any, as_: Any, act: str) -> None:
    wish, helper = more(held, as_), as_(held.helper)
    helper.post(f"/wishes/{wish.pk}/done/")
    assert helper.post(f"/wishes/{wish.pk}/{act}/", {"reason": "x"}).status_code == 409
    assert fresh(wish).state == "done"


def test_the_same_is_asked_once_while_it_is_open(held: Any, as_: Any) -> None:
    wish = more(held, as_)
    asked(as_(held.stranger), 400, package=held.birch_base, line=held.birch_advisory.pk, amount="7")
    assert SubscriptionWish.objects.using("owner").count() == 1
    as_(held.stranger).post(f"/subscriptions/wishes/{wish.pk}/withdraw/")
    assert more(held, as_).pk != wish.pk


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"kind": "reduce", "amount": "6"}, "That is more than there is."),
        ({"amount": ""}, "Say how much, or in the reason"),
        ({"amount": "0"}, "one or more"),
        ({"amount": "-2"}, "one or more"),
        ({"amount": "two"}, "amount"),
        ({"amount": "9" * 12}, "one or more"),
        ({"wanted_from": "2026-11-20"}, "from today on"),
        ({"wanted_from": "2126-11-20"}, "from today on"),
        ({"wanted_from": "soon"}, "2026"),
        ({"reason": "a\u202eb"}, "control"),
        ({"reason": "x" * 1001}, "longer"),
    ],
)
def test_what_cannot_be_wished_is_refused_beside_its_field(held: Any, as_: Any, typed: Any, says: str) -> None:
    typed_in = {"line": held.birch_advisory.pk, "amount": "2"} | typed
    kind = typed_in.pop("kind", "add")
    address = f"/subscriptions/ask/?kind={kind}&package={held.birch_base.pk}"
    answer = as_(held.stranger).post(address, typed_in)
    assert answer.status_code == 400, answer.content.decode()
    assert says.split()[0] in answer.content.decode()
    assert 'class="field-errors"' in answer.content.decode()
    assert SubscriptionWish.objects.using("owner").count() == 0


def test_a_wish_about_what_is_not_held_is_like_one_about_nothing(
    held: Any, as_: Any, owner: Any
) -> None:  # edge case 36
    admin = as_(held.stranger)
    address = "/subscriptions/ask/?kind=cancel&package={}"
    raise_ids(owner)
    package = make_package(held.agreement, held.north)
    foreign, absent = (told(admin.get(address.format(one)), one) for one in (package.pk, ABSENT))
    assert foreign == absent
    assert foreign[0] == 404
    line = asked(admin, package=held.birch_base, line=held.cedar_advisory.pk, amount="", reason="More of it")
    assert line.entitlement_id is None


def test_nothing_is_asked_of_what_has_ended(held: Any, as_: Any, owner: Any) -> None:
    owner.execute("UPDATE agreements_agreement SET terminated_on = '2026-11-20' WHERE number = 'BIR-2026'")
    answer = as_(held.stranger).get(f"/subscriptions/ask/?kind=cancel&package={held.birch_base.pk}")
    assert answer.status_code == 404


# To whom it goes


def test_what_was_bought_directly_goes_to_the_account_team(held: Any, as_: Any) -> None:  # edge case 30
    package = Package.objects.using("owner").get(code="MSG")
    coordinator = make_person("tender", email="tender@provider.test")
    grant(coordinator, "account_coordinator", held.birch)
    wish = asked(as_(held.stranger), package=package, kind="cancel", reason="We move away.")
    assert wish.organization_id == held.provider.pk
    page = text(as_(coordinator), "/wishes/")
    assert "Birch" in page
    assert as_(coordinator).post(f"/wishes/{wish.pk}/accept/").status_code == 302
    assert "Accepted by Northgate" in text(as_(held.stranger), f"/subscriptions/wishes/{wish.pk}/")
    for somebody in (held.helper, held.warden, held.csam):  # another firm, another role, another customer's team
        assert as_(somebody).get(f"/wishes/{wish.pk}/").status_code in (403, 404)


def test_the_account_team_reads_nothing_of_what_is_asked_of_a_partner(held: Any, as_: Any) -> None:  # R5.6
    wish = more(held, as_)
    grant(held.csam, "csam", held.birch)
    client = as_(held.csam)
    client.post("/switch/customer/", {"customer": held.birch.pk, "next": "/"})
    assert "Birch" not in text(client, "/wishes/").partition("<main")[2]
    assert client.get(f"/wishes/{wish.pk}/").status_code == 404
    assert "What you asked for" not in text(client, "/subscriptions/")


def test_a_product_that_is_held_is_asked_of_whoever_sold_it(held: Any, as_: Any) -> None:  # edge case 30
    admin = as_(held.stranger)
    resold = asked(admin, kind="buy", product=held.database.pk, amount="5", unit="people")
    assert resold.organization_id == held.partner.pk
    direct = asked(admin, kind="buy", product=held.messaging.pk)
    assert direct.organization_id == held.provider.pk
    answer = admin.post(
        "/subscriptions/ask/?kind=buy", {"product": held.messaging.pk, "what": "more", "to": held.partner.pk}
    )
    assert answer.status_code == 400
    assert "whoever sold it" in answer.content.decode()


def test_of_something_new_the_customer_says_whom_it_asks(held: Any, as_: Any) -> None:
    admin = as_(held.stranger)
    refused = admin.post("/subscriptions/ask/?kind=buy", {"what": "A telephone system"})
    assert refused.status_code == 400
    assert "choose whom you ask" in refused.content.decode()
    wish = asked(admin, kind="buy", what="A telephone system", to=held.partner.pk)
    assert (wish.organization_id, wish.what) == (held.partner.pk, "A telephone system")
    answer = admin.post("/subscriptions/ask/?kind=buy", {"what": "A fax", "to": held.rival.pk})
    assert answer.status_code == 400  # sells nothing to it


def test_of_a_suspended_partner_whoever_stands_in_is_asked(held: Any, as_: Any) -> None:  # S003-53
    stuck = more(held, as_)
    as_(held.warden).post(f"/partners/all/{held.partner.pk}/suspend/")
    assert as_(held.helper).post(f"/wishes/{stuck.pk}/accept/").status_code == 409
    own = f"/subscriptions/wishes/{stuck.pk}/"
    assert "cannot sell you anything at present" in text(as_(held.stranger), own)
    as_(held.stranger).post(f"{own}withdraw/")
    wish = more(held, as_)
    assert (wish.organization_id, wish.seller_id) == (held.provider.pk, held.partner.pk)
    assert "Bought from" in text(as_(held.stranger), f"/subscriptions/wishes/{wish.pk}/")


# Who answers


def test_no_other_partner_and_no_other_customer_reads_a_wish(held: Any, as_: Any, owner: Any) -> None:  # edge case 36
    raise_ids(owner)
    wish = more(held, as_)
    rival = as_(held.rival_agent)
    assert "Birch" not in text(rival, "/wishes/").partition("<main")[2]
    hidden, absent = (told(rival.get(f"/wishes/{one}/"), one) for one in (wish.pk, ABSENT))
    assert hidden == absent
    assert rival.post(f"/wishes/{wish.pk}/accept/").status_code == 404
    assert as_(held.admin).get(f"/subscriptions/wishes/{wish.pk}/").status_code == 404
    assert fresh(wish).state == "asked"


def test_a_customers_administrator_does_not_answer_their_own_wish(held: Any, as_: Any) -> None:
    wish = more(held, as_)
    assert as_(held.stranger).post(f"/wishes/{wish.pk}/accept/").status_code == 403


def test_a_clerk_who_serves_nobody_answers_nothing(held: Any, as_: Any) -> None:
    wish = more(held, as_)
    assert as_(held.clerk).get("/wishes/").status_code == 403
    assert as_(held.clerk).post(f"/wishes/{wish.pk}/accept/").status_code == 403
    assert as_(held.seller).get(f"/wishes/{wish.pk}/").status_code == 200


def test_a_wish_is_looked_after_by_a_colleague(held: Any, as_: Any) -> None:
    wish, helper = more(held, as_), as_(held.helper)
    assert helper.post(f"/wishes/{wish.pk}/owner/", {"owner": held.second.pk}).status_code == 302
    assert "second" in text(helper, "/wishes/")
    assert helper.post(f"/wishes/{wish.pk}/owner/", {"owner": held.rival_agent.pk}).status_code == 404
    assert "second" not in text(as_(held.stranger), f"/subscriptions/wishes/{wish.pk}/")
    helper.post(f"/wishes/{wish.pk}/owner/", {"owner": ""})
    assert fresh(wish).owner_id is None


def test_the_last_page_of_wishes_leads_to_no_other(held: Any, as_: Any) -> None:
    assert "Next page" not in as_(held.helper).get("/wishes/").content.decode()


def test_filters_of_wishes_are_in_the_address(held: Any, as_: Any) -> None:
    wish, helper = more(held, as_), as_(held.helper)
    helper.post(f"/wishes/{wish.pk}/decline/", {"reason": "No."})
    title = "More of it:"
    for query, is_there in (
        ("", False),
        ("?state=declined", True),
        ("?state=closed", True),
        ("?state=all&kind=add", True),
        ("?state=all&kind=cancel", False),
        ("?state=all&customer=birch", True),
        ("?state=all&customer=cedar", False),
        ("?state=all&customer=%00", True),
    ):
        assert (title in text(helper, f"/wishes/{query}")) is is_there, query
    for query in ("?state=nonsense", "?kind=nonsense"):
        assert helper.get(f"/wishes/{query}").status_code == 404


def test_a_page_of_wishes_costs_the_same_for_any_number(held: Any, as_: Any, owner: Any, statements: Any) -> None:
    def cost(client: Any, address: str) -> int:
        text(client, address)
        with statements() as found:
            text(client, address)
        return len(found)

    more(held, as_)
    helper, admin = as_(held.helper), as_(held.stranger)
    few = [cost(helper, "/wishes/"), cost(admin, "/subscriptions/")]
    copy = """
    INSERT INTO partners_subscriptionwish (organization_id, seller_id, customer_id, kind, what, unit, reason, state,
                                           asked_at, answer, note, number)
    SELECT organization_id, seller_id, customer_id, 'buy', 'Thing ' || n, '', '', 'asked', asked_at, '', '', ''
    FROM partners_subscriptionwish, generate_series(1, 60) n"""
    owner.execute(copy)
    assert [cost(helper, "/wishes/"), cost(admin, "/subscriptions/")] == few
    page = text(helper, "/wishes/")
    assert "Next page" in page
    assert "Thing 60" in page
    assert "Thing 5<" not in page


def test_what_was_done_stands_in_both_journals_without_a_name(held: Any, as_: Any, owner: Any) -> None:
    wish = more(held, as_)
    as_(held.helper).post(f"/wishes/{wish.pk}/accept/")
    rows = owner.execute(
        "SELECT kind, customer_id, subject_id, details FROM journal_event WHERE kind LIKE 'partners.wish%' ORDER BY id"
    ).fetchall()
    about = {"what": "add", "partner": held.partner.pk, "asked_of": held.partner.pk}
    assert [(kind, customer, subject) for kind, customer, subject, _details in rows] == [
        ("partners.wish_asked", held.birch.pk, wish.pk),
        ("partners.wish_accepted", held.birch.pk, wish.pk),
    ]
    assert all(details == about for *_rest, details in rows)
    assert "Asked for a subscription to change" in text(as_(held.stranger), "/audit/")


# The second wall, and what nobody types


def test_by_the_database_too_a_wish_is_its_customers_and_its_partners(held: Any, as_: Any) -> None:  # edge case 36
    """Whoever holds the customer in whole is not its administrator for that."""
    more(held, as_)
    grant(held.rival_agent, "full_administration", held.birch, source="delegation:1")
    grant(held.csam, "csam", held.birch)
    inside = {"customer_id": held.birch.pk, "in_whole": True, "workspaces": (held.birch_main.pk,)}
    for access, reads in (
        (Access(held.stranger.pk, **inside), True),
        (Access(held.helper.pk, organization_id=held.partner.pk), True),
        (Access.of_system([held.birch.pk]), True),
        (Access(held.rival_agent.pk, organization_id=held.rival.pk, **inside), False),
        (Access(held.csam.pk, **inside), False),
        (Access(held.warden.pk, organization_id=held.provider.pk), False),
        (Access(held.admin.pk, held.cedar.pk, in_whole=True), False),
        (Access(), False),
    ):
        with scope(access), connection.cursor() as cursor:
            assert SubscriptionWish.objects.exists() is reads, access
            cursor.execute("SELECT count(*) > 0 FROM partners_wish_names(ARRAY(SELECT generate_series(1, 99)::bigint))")
            assert cursor.fetchone()[0] is reads, access


def test_what_is_asked_of_the_provider_is_its_account_teams_by_the_database_too(held: Any, as_: Any) -> None:
    asked(as_(held.stranger), kind="buy", product=held.messaging.pk)
    tender = make_person("tender", email="tender@provider.test")
    grant(tender, "csam", held.birch)
    for access, reads in (
        (Access(tender.pk), True),
        (Access(held.csam.pk), False),
        (Access(held.warden.pk, organization_id=held.provider.pk), False),
        (Access(held.helper.pk, organization_id=held.partner.pk), False),
    ):
        with scope(access):
            assert SubscriptionWish.objects.exists() is reads, access


def test_a_wish_is_not_removed_and_not_asked_for_another(held: Any, as_: Any, owner: Any) -> None:
    more(held, as_)
    stranger = Access(held.stranger.pk, held.birch.pk, in_whole=True, workspaces=(held.birch_main.pk,))
    with scope(stranger, writing=True), connection.cursor() as cursor:
        cursor.execute("DELETE FROM partners_subscriptionwish")
        assert cursor.rowcount == 0
    copy = """INSERT INTO partners_subscriptionwish (organization_id, seller_id, customer_id, kind, what, unit, reason,
        state, asked_at, answer, note, number) VALUES (%s, %s, %s, 'buy', 'x', '', '', 'asked', now(), '', '', '')"""
    helper = Access(held.helper.pk, organization_id=held.partner.pk)
    said = [held.partner.pk, held.partner.pk, held.birch.pk]
    with pytest.raises(DatabaseError), scope(helper, writing=True), connection.cursor() as cursor:
        cursor.execute(copy, said)


TYPED = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    kind=st.sampled_from(["add", "reduce", "cancel", "buy"]),
    typed=st.dictionaries(
        st.sampled_from(["line", "amount", "unit", "product", "what", "to", "wanted_from", "reason"]),
        st.one_of(
            TYPED, st.integers(-(10**20), 10**20).map(str), st.sampled_from(["1", "people", "minutes", "2026-12-01"])
        ),
    ),
)
def test_whatever_is_typed_is_asked_or_refused_and_changes_nothing(
    held: Any, as_: Any, owner: Any, kind: str, typed: dict[str, str]
) -> None:
    about = "" if kind == "buy" else f"&package={held.birch_base.pk}"
    answer = as_(held.stranger).post(f"/subscriptions/ask/?kind={kind}{about}", typed)
    assert answer.status_code in (302, 400, 404), answer.content.decode()
    amounts = owner.execute("SELECT min(amount) FROM partners_subscriptionwish").fetchone()
    assert amounts[0] is None or amounts[0] >= 1


@pytest.mark.parametrize(
    "query", ["", "?kind=", "?kind=%00", "?kind=add", "?kind=add&package=%00", f"?kind=add&package={10**30}"]
)
def test_an_address_that_asks_for_nothing_is_nothing(held: Any, as_: Any, query: str) -> None:
    assert as_(held.stranger).get(f"/subscriptions/ask/{query}").status_code == 404
