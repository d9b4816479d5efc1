"""The Customer activity page: what it shows to whom, and what the address chooses."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.make import (
    allot,
    book,
    days,
    grant,
    make_agreement,
    make_entitlement,
    make_package,
    make_person,
    make_service,
    make_workspace,
)

PAGE = "/customer-activity/"


def read(client: Client, who: Any, query: str = "") -> str:
    client.force_login(who)
    answer = client.get(PAGE + query)
    assert answer.status_code == 200, answer.status_code
    return text(answer.content.decode())


def text(html: str) -> str:
    """What a person reads: tags away, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def section(html: str, name: str) -> str:
    """The text of one section, by the words of its heading."""
    return html.split(name)[-1]


ENTERPRISE, ADDONS = "Enterprise-wide packages", "Enhanced solution (add-on) packages"


def test_the_old_address_leads_here_for_good(world: SimpleNamespace, client: Client) -> None:  # R1.2
    answer = client.get("/agreement-details/?workspace=all")
    assert (answer.status_code, answer["Location"]) == (301, "/customer-activity/?workspace=all")


def test_the_way_leads_from_home_over_management(world: SimpleNamespace, client: Client) -> None:  # R1.3
    client.force_login(world.admin)
    assert 'href="/management/"' in client.get("/").content.decode()
    assert 'href="/customer-activity/"' in client.get("/management/").content.decode().split("<main")[1]


def test_management_has_a_card_for_each_tab_and_erases_last(world: SimpleNamespace, client: Client) -> None:  # R1.3
    for who in ("admin", "north_admin", "coordinator", "reader"):
        client.force_login(getattr(world, who))
        head, main = client.get("/management/").content.decode().split("<main")
        tabs = re.findall(r'<a href="([^"]+)"', head.split("ribbon-subtabs")[1].split("</nav>")[0])
        cards = re.findall(r'class="tile-link" href="([^"]+)"', main)
        assert tabs == cards
        assert cards[0] == "/customer-activity/"
        assert all(client.get(address).status_code == 200 for address in cards)
        if who in ("admin", "coordinator"):
            assert cards[-1] == reverse("privacy:people")
            assert {reverse("activity:statements"), reverse("accounts:customer_tokens")} <= set(cards)


def test_management_says_why_it_is_empty(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.member)
    assert "Your roles open no page of Management." in text(client.get("/management/").content.decode())
    client.force_login(world.newcomer)
    assert "You are not assigned to a customer yet." in text(client.get("/management/").content.decode())


def test_the_role_opens_the_page_at_once(world: SimpleNamespace, client: Client) -> None:  # R1.4
    client.force_login(world.member)
    assert client.get(PAGE).status_code == 403
    grant(world.member, "customer_activity", world.north)
    assert client.get(PAGE).status_code == 200


def test_a_right_that_has_ended_closes_it_at_once(world: SimpleNamespace, client: Client, owner: Any) -> None:  # R1.4
    client.force_login(world.reader)
    assert client.get(PAGE).status_code == 200
    owner.execute(
        "UPDATE organizations_accessgrant SET ends_at = '2026-11-21 11:00Z' WHERE person_id = %s", [world.reader.pk]
    )
    assert client.get(PAGE).status_code == 403


def test_there_are_two_sections(world: SimpleNamespace, client: Client) -> None:  # R1.6
    page = read(client, world.admin)
    assert page.index(ENTERPRISE) < page.index(ADDONS)


def test_it_starts_on_the_workspace_one_is_signed_in_to(world: SimpleNamespace, client: Client) -> None:  # R1.7
    client.force_login(world.admin)
    client.post("/switch/workspace/", {"workspace": world.south.pk})
    page = text(client.get(PAGE).content.decode())
    assert "1 case used here" in page
    assert "11 cases used" in page


def test_all_workspaces_means_those_whose_activity_one_may_open(world: SimpleNamespace, client: Client) -> None:  # R1.7
    """Membership of south alone is not enough."""
    grant(world.reader, "member", world.south)
    page = read(client, world.reader, "?workspace=all")
    assert "10 cases used here" in page
    client.force_login(world.reader)
    assert client.get(PAGE, {"workspace": world.south.pk}).status_code == 404


def test_several_workspaces_can_be_chosen(world: SimpleNamespace, client: Client) -> None:  # R1.7, R3.4
    third = make_workspace(world.cedar, "west")
    page = read(client, world.admin, f"?workspace={world.south.pk}&workspace={third.pk}")
    assert "2 workspaces" in page
    assert "1 case used here" in page


def test_another_customers_workspace_is_not_there(world: SimpleNamespace, client: Client) -> None:  # R3.3, R3.8
    client.force_login(world.admin)
    hidden = client.get(PAGE, {"workspace": world.birch_main.pk})
    absent = client.get(PAGE, {"workspace": 999_999})
    assert hidden.status_code == absent.status_code == 404
    assert strip_tokens(hidden.content.decode()) == strip_tokens(absent.content.decode())


def test_nothing_of_another_customer_is_shown(world: SimpleNamespace, client: Client) -> None:  # R3.8
    for who in (world.admin, world.north_admin, world.csam):
        page = read(client, who, "?workspace=all")
        assert "Birch" not in page
    assert "Cedar" not in read(client, world.stranger, "?workspace=all")


def test_active_agreements_show_their_first_and_last_day(world: SimpleNamespace, client: Client) -> None:  # R1.8
    cards = read(client, world.admin).split(ENTERPRISE)[0]
    assert "1 January 2026 – 31 December 2026" in cards


def test_the_enterprise_section_adds_up_each_kind_it_has(world: SimpleNamespace, client: Client) -> None:  # R1.9
    page = section(read(client, world.admin, "?workspace=all"), ENTERPRISE).split(ADDONS)[0]
    assert "As-needed support" in page
    assert "On-demand education" in page
    assert "On-demand assessments" not in page  # the agreement has none


def test_different_units_are_never_added(world: SimpleNamespace, client: Client) -> None:  # R1.9
    """Reactive support counts cases, advisory hours: two figures in one tile."""
    page = section(read(client, world.admin, "?workspace=all"), ENTERPRISE)
    assert "As needed: 11 cases used" in page
    assert "12:30 h left of 20 h" in page


def test_the_sum_runs_over_the_chosen_agreements(world: SimpleNamespace, client: Client) -> None:  # R1.9
    second = make_agreement(world.cedar, world.provider)
    package = make_package(second, world.north)
    make_entitlement(package, world.advisory, bought=600)
    assert "22:30 h left of 30 h" in read(client, world.admin)
    assert "12:30 h left of 20 h" in read(client, world.admin, f"?agreement={world.agreement.pk}")


def test_the_enterprise_section_counts_active_agreements_by_default(world: SimpleNamespace, client: Client) -> None:
    """S: the expired one is reached by its name only (R1.8, services-hub 4.7)."""
    assert "expired unused" not in section(read(client, world.admin), ENTERPRISE)
    page = read(client, world.admin, f"?agreement={world.old_agreement.pk}")
    assert "6 h expired unused" in page


def test_an_ended_package_of_an_active_agreement_is_not_added(world: SimpleNamespace, client: Client) -> None:  # R1.9
    ended = make_package(world.agreement, world.north, term=days(date(2026, 1, 1), date(2026, 6, 30)))
    book(make_entitlement(ended, world.advisory, bought=600), world.north, 60, date(2026, 5, 5))
    assert "7:30 h used in the agreement" in read(client, world.admin)


def test_add_ons_show_exactly_one_agreement(world: SimpleNamespace, client: Client) -> None:  # R1.10
    second = make_agreement(world.cedar, world.provider)
    other = make_package(second, world.north, scope="addon", name="Second add-on")
    make_entitlement(other, world.advisory, bought=600)
    first = section(read(client, world.admin, f"?addon_agreement={world.agreement.pk}"), ADDONS)
    assert "Resilience" in first
    assert "Second add-on" not in first.split("Not mapped")[0]


def test_add_ons_are_filtered_by_package(world: SimpleNamespace, client: Client) -> None:  # R1.10
    other = make_package(world.agreement, world.north, scope="addon", name="Other add-on", code="OTH")
    make_entitlement(other, world.advisory, bought=600)
    page = client_html(client, world.admin, f"?package={other.pk}")
    assert page.count("<h3>Other add-on</h3>") == 1
    assert "<h3>Resilience</h3>" not in page


def client_html(client: Client, who: Any, query: str) -> str:
    client.force_login(who)
    return client.get(PAGE + query).content.decode()


def test_add_ons_are_filtered_by_status(world: SimpleNamespace, client: Client) -> None:  # R1.10
    """Inactive is before its start, after its end, or terminated."""
    terms = {
        "Future": {"term": days(date(2026, 12, 1), date(2026, 12, 31))},
        "Past": {"term": days(date(2026, 1, 1), date(2026, 11, 20))},
        "Stopped": {"terminated_on": date(2026, 11, 1)},
    }
    for name, over in terms.items():
        package = make_package(world.agreement, world.north, scope="addon", name=name, **over)
        make_entitlement(package, world.advisory, bought=600)
    active = client_html(client, world.admin, "")
    inactive = client_html(client, world.admin, "?status=inactive")
    assert "<h3>Resilience</h3>" in active
    assert "<h3>Resilience</h3>" not in inactive
    for name in terms:
        assert f"<h3>{name}</h3>" in inactive
        assert f"<h3>{name}</h3>" not in active


def test_a_package_runs_to_the_end_of_its_last_day_in_its_own_zone(world: SimpleNamespace, client: Client) -> None:
    """R10.6: noon in UTC is already tomorrow in Kiritimati (+14), where this agreement's last day is over."""
    ended = make_agreement(
        world.cedar,
        world.provider,
        zone="Pacific/Kiritimati",
        name="Far east",
        term=days(date(2026, 1, 1), date(2026, 11, 21)),
    )
    make_entitlement(make_package(ended, world.north), world.advisory, bought=60)
    here = make_agreement(world.cedar, world.provider, name="Near", term=days(date(2026, 1, 1), date(2026, 11, 21)))
    make_entitlement(make_package(here, world.north), world.advisory, bought=60)
    page = read(client, world.admin)
    assert "Far east (expired)" in page
    assert "Near (expired)" not in page
    assert "ends today" in page


def test_every_package_shows_left_used_and_its_end(world: SimpleNamespace, client: Client) -> None:  # R1.11
    page = section(read(client, world.admin), ADDONS)
    assert "7.5 credits left of 10" in page
    assert "2.5 credits used" in page
    assert "31 December 2026" in page


def test_a_package_near_its_end_says_so(world: SimpleNamespace, client: Client) -> None:  # R1.11
    page = section(read(client, world.admin), ADDONS)
    assert "Expiring" in page
    assert "ends in 40 days" in page


def test_a_benefit_has_no_numbers(world: SimpleNamespace, client: Client) -> None:  # R1.12
    html = client_html(client, world.admin, "")
    tile = html.split("Monthly review")[1].split("</li>")[0]
    assert "progress" not in tile
    assert not re.search(r"\d", text(tile))


def test_more_used_than_bought_is_said_in_words(world: SimpleNamespace, client: Client) -> None:
    """R1.11: no minus sign, no clipped figure."""
    book(world.cedar_credits, world.north, 1000, date(2026, 11, 2))
    page = section(read(client, world.admin), ADDONS)
    assert "2.5 credits over" in page
    assert "-2.5" not in page


def test_what_expires_next_is_named(world: SimpleNamespace, client: Client) -> None:  # R1.11
    allot(world.cedar_credits, 500, date(2026, 6, 1), date(2026, 11, 30))
    assert "Use 5 credits by 30 November 2026" in read(client, world.admin)


def test_left_is_the_agreements_and_used_is_the_workspaces(world: SimpleNamespace, client: Client) -> None:  # R3.4
    """North's reader learns what is left in all, and what north used, and not a row of south's."""
    page = read(client, world.reader)
    assert "12:30 h left of 20 h" in page
    assert "1:30 h used here" in page
    assert "7:30 h used in the agreement" in page


def test_packages_that_reach_no_workspace_are_for_administrators(
    world: SimpleNamespace, client: Client
) -> None:  # R3.7
    for who in (world.admin, world.north_admin):
        assert "1 package not mapped" in read(client, who)
        assert "Unmapped extra" in read(client, who)
    for who in (world.reader, world.csam, world.stranger):
        assert "Unmapped extra" not in read(client, who)


def test_a_package_that_is_mapped_elsewhere_is_not_shown_here(world: SimpleNamespace, client: Client) -> None:  # R3.4
    assert "Resilience" not in section(read(client, world.admin, f"?workspace={world.south.pk}"), ADDONS)


def test_an_empty_section_says_why(world: SimpleNamespace, client: Client) -> None:
    bare = make_workspace(world.cedar, "bare")
    page = read(client, world.admin, f"?workspace={bare.pk}")
    assert "No agreement reaches the chosen workspaces" in page


def test_an_agreement_out_of_reach_and_an_absent_one_get_the_same_answer(
    world: SimpleNamespace, client: Client
) -> None:  # R3.8
    hidden = client_html(client, world.admin, f"?agreement={world.birch_agreement.pk}")
    absent = client_html(client, world.admin, "?agreement=999999")
    assert "does not reach the chosen workspaces" in hidden
    assert re.sub(r"\d+", "", strip_tokens(hidden)) == re.sub(r"\d+", "", strip_tokens(absent))


def strip_tokens(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)


def test_hostile_addresses_get_a_page_of_their_own(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.admin)
    for query in (
        "workspace=1;drop",
        "workspace=٣",
        "workspace=" + "9" * 30,
        "agreement=-1",
        "status=odd",
        "workspace=%00",
    ):
        assert client.get(f"{PAGE}?{query}").status_code == 404, query


def test_an_unchanged_page_is_not_sent_again(world: SimpleNamespace, client: Client) -> None:
    """Design 5.5: until an entry, a right, a language or the day changes."""
    client.force_login(world.admin)
    client.get("/")  # takes the form cookie along, as signing in does
    first = client.get(PAGE)
    again = client.get(PAGE, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    book(world.cedar_credits, world.north, 100, date(2026, 11, 3))
    assert client.get(PAGE, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_page_asks_a_fixed_number_of_statements(world: SimpleNamespace, client: Client, statements: Any) -> None:
    """At most eight, however many packages there are and whether or not snapshots are fresh."""
    client.force_login(world.admin)
    with statements() as few:
        client.get(PAGE)
    for _ in range(12):
        package = make_package(world.agreement, world.north, scope="addon")
        make_entitlement(package, world.advisory, bought=60)
    with statements() as many:
        client.get(PAGE)
    assert len(many) == len(few) <= 8
    tag = client.get(PAGE)["ETag"]
    assert client.get(PAGE)["ETag"] == tag
    with statements() as unchanged:
        assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304
    assert len(unchanged) <= 4


def test_the_days_and_numbers_follow_the_readers_language(
    world: SimpleNamespace, client: Client, owner: Any
) -> None:  # R6.1
    owner.execute("UPDATE accounts_person SET language = 'de' WHERE id = %s", [world.admin.pk])
    page = read(client, world.admin)
    assert "31. Dezember 2026" in page
    assert "7,5" in page
    assert "Reaktiver Support" in page or "Reaktiv" in page


def test_people_without_a_customer_are_told_so(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.newcomer)
    assert "not assigned to a customer yet" in text(client.get("/").content.decode())


def test_a_new_person_with_a_role_in_two_workspaces_sees_both(world: SimpleNamespace, client: Client) -> None:  # R1.7
    person = make_person("both")
    grant(person, "customer_activity", world.north)
    grant(person, "customer_activity", world.south)
    page = read(client, person, "?workspace=all")
    assert "As needed: 11 cases used" in page


def test_home_says_what_is_left(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.reader)
    assert "12:30 h left of 20 h" in text(client.get("/").content.decode())


def test_who_serves_several_customers_begins_by_choosing_one(world: SimpleNamespace, client: Client) -> None:
    grant(world.csam, "csam", world.birch)
    client.force_login(world.csam)
    page = client.get("/", follow=True)
    assert page.redirect_chain == [("/office/", 302)]
    client.post("/switch/customer/", {"customer": world.cedar.pk})
    assert "20 h" in text(client.get("/").content.decode())


def test_home_begins_with_what_ends_soonest_and_tells_twins_apart(world: SimpleNamespace, client: Client) -> None:
    """Within a tone by the day on which something ends; the package is named where a title repeats."""
    for code, ends_on in (("LATE", date(2026, 12, 30)), ("SOON", date(2026, 12, 1))):
        term = days(date(2026, 1, 1), ends_on)
        package = make_package(world.agreement, world.north, code=code, name=code.title(), scope="addon", term=term)
        make_entitlement(package, world.credits, bought=1000)
    client.force_login(world.admin)
    page = client.get("/").content.decode()
    tiles = re.findall(r'<li class="card tile.*?</li>', page, re.DOTALL)
    said = [text(one) for one in tiles if "Proactive credits" in one]
    assert [next(name for name in ("Soon", "Late", "Resilience") if name in one) for one in said] == [
        "Soon",
        "Late",
        "Resilience",
    ]
    assert "Soon" in text(tiles[0])  # before what the base package has, whose days end later
    assert not any("Base" in text(one) for one in tiles)


def test_an_education_tile_is_open_to_the_eye_but_not_its_rows(world: SimpleNamespace, client: Client) -> None:  # R2.2
    make_service("education")
    assert "49 activities left of 50" in read(client, world.reader)
