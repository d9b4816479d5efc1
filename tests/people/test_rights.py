"""Who may do what; who can see this, and why (R7.3)."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.kernel.access import Right
from tallyhub.organizations.rules import RIGHTS_OF, ROLE_NAMES, STAFF, STAFF_RIGHTS_OF, Role
from tallyhub.people.rights.words import RIGHT_NAMES, tables
from tests.make import grant, make_package, make_person
from tests.people.people import make_group
from tests.world import NOW


def test_every_right_has_words_and_every_role_a_column() -> None:
    at_organizations = set().union(*STAFF_RIGHTS_OF.values())  # of the provider's and partners' own matters
    assert set(RIGHT_NAMES) == set(Right) - at_organizations
    assert [one["name"] for table in tables() for one in table["roles"]] == [ROLE_NAMES[role] for role in Role]
    assert {one["name"] for table in tables() for one in table["rows"]} == set(RIGHT_NAMES.values())


def test_the_table_says_what_holds(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.member)
    page = client.get("/rights/").content.decode()
    (row,) = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*?Post consumption(?:(?!</tr>).)*</tr>", page, re.DOTALL)
    said = re.findall(r"(?:</svg>)?(Yes|No)</span>", row)
    assert said == ["Yes" if Right.POST_ENTRIES in RIGHTS_OF[role] else "No" for role in Role if role in STAFF]


def test_rights_and_groups_stand_below_manage_users(world: SimpleNamespace, client: Any) -> None:  # R7.3
    client.force_login(world.north_admin)
    for path in ("/rights/", "/groups/"):
        page = client.get(path).content.decode()
        assert re.search(r'<a href="/users/"[^>]*aria-current="true">Manage users</a>', page), path
        assert re.search(r'<nav class="back"[^>]*>\s*<a href="/users/">', page), path
    client.force_login(world.member)
    assert 'href="/users/"' not in client.get("/rights/").content.decode()


# Who can see this


def shown(client: Any, query: str) -> dict[str, str]:
    """By person, why."""
    answer = client.get(f"/who/?{query}")
    assert answer.status_code == 200
    rows = re.findall(r'<tr role="row">\s*<td(.*?)</tr>', answer.content.decode(), re.DOTALL)
    found = {}
    for row in rows:
        (name,) = re.findall(r'data-label="Person"><span>([^<]+?)\s*<', row)
        found[name] = " | ".join(
            re.sub(r"\s+", " ", re.sub("<[^>]+>", "", one)).strip()
            for one in re.findall(r"<li>(.*?)</li>", row, re.DOTALL)
        )
    return found


def test_beside_every_row_no_weaker_sentence_stands(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.north_admin)
    page = re.sub(r"\s+", " ", client.get("/who/").content.decode())
    rows = {
        name: one for one in re.findall(r'<tr role="row">.*?</tr>', page) for name in re.findall(r"<span>(\w+)", one)
    }
    assert "every row of the consumption history but" in rows["north_admin"]
    assert "every row but those of" not in rows["north_admin"]
    assert "every row but those of" in rows["reader"]


def test_an_entitlement_is_seen_through_the_mapping_of_its_package(world: SimpleNamespace, client: Any) -> None:
    grant(world.newcomer, "customer_activity", world.south)
    client.force_login(world.admin)
    found = shown(client, f"entitlement={world.cedar_credits.pk}")
    assert "in North, because the package Resilience is mapped to it" in found["reader"]
    assert "in the whole customer" in found["csam"]
    assert "newcomer" not in found
    both = shown(client, f"entitlement={world.cedar_reactive.pk}")
    assert "in South, because the package Base is mapped to it" in both["newcomer"]


def test_an_agreement_is_seen_through_all_of_its_packages(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.admin)
    found = shown(client, f"agreement={world.agreement.pk}")
    assert "in North, because the packages Base, Resilience are mapped to it" in found["reader"]


def test_of_a_package_that_reaches_no_workspace_only_the_whole_customer_sees(
    world: SimpleNamespace, client: Any
) -> None:
    client.force_login(world.admin)
    line = world.unmapped.entitlements.using("owner").get()
    assert set(shown(client, f"entitlement={line.pk}")) == {"admin", "coordinator", "csam", "engineer"}
    client.force_login(world.north_admin)
    assert client.get(f"/who/?entitlement={line.pk}").status_code == 404


def test_where_a_role_comes_from_is_named(world: SimpleNamespace, client: Any) -> None:
    group = make_group(world.north, "Night shift", world.member)
    grant(world.member, "customer_activity", world.north, source=f"group:{group.pk}")
    grant(world.member, "support_contact", world.north, source="invitation")
    grant(world.member, "learning_manager", world.north, source="directory:77", ends_at=NOW + timedelta(hours=8))
    client.force_login(world.north_admin)
    why = shown(client, f"workspace={world.north.pk}")["member"]
    assert "Customer activity in North · Group Night shift · since" in why
    assert "By the invitation they accepted" in why
    assert "A group of the customer’s directory" in why
    assert "until 21 Nov 2026, 20:00:00" in why


def test_somebody_of_one_workspace_is_told_that_it_is_a_part(world: SimpleNamespace, client: Any) -> None:
    grant(world.newcomer, "customer_activity", world.south)
    client.force_login(world.north_admin)
    answer = client.get(f"/who/?agreement={world.agreement.pk}").content.decode()
    assert "Shown for the workspaces that you administer." in answer
    assert "newcomer" not in answer


@pytest.mark.parametrize("what", ["workspace", "agreement", "entitlement"])
def test_what_is_of_others_is_not_there(world: SimpleNamespace, client: Any, what: str) -> None:  # R3.3
    ids = {
        "workspace": [world.south.pk, world.birch_main.pk],
        "agreement": [world.birch_agreement.pk],
        "entitlement": [world.birch_advisory.pk],
    }
    client.force_login(world.north_admin)
    for one in [*ids[what], "999999", "x", "9" * 19]:
        assert client.get(f"/who/?{what}={one}").status_code == 404, one


def test_an_agreement_of_another_workspace_of_ones_customer_is_not_there(world: SimpleNamespace, client: Any) -> None:
    from tests.make import make_agreement

    other = make_agreement(world.cedar, world.provider)
    make_package(other, world.south)
    client.force_login(world.north_admin)
    assert client.get(f"/who/?agreement={other.pk}").status_code == 404
    grant(world.north_admin, "customer_activity", world.south)  # now it is read, but not administered
    assert client.get(f"/who/?agreement={other.pk}").status_code == 404


def test_a_page_has_fifty_people_and_leads_to_the_next(world: SimpleNamespace, client: Any) -> None:
    for number in range(70):
        grant(make_person(f"person{number:02}"), "member", world.north)
    client.force_login(world.north_admin)
    first = client.get("/who/").content.decode()
    (href,) = re.findall(r'href="(/who/\?[^"]+after=[^"]+)"', first)
    second = shown(client, href.replace("&amp;", "&").partition("?")[2])
    assert len(shown(client, "")) == 50
    assert len(second) == 30
    assert not set(second) & set(shown(client, ""))


def test_the_statements_are_the_same_whatever_is_there(world: SimpleNamespace, client: Any, statements: Any) -> None:
    client.force_login(world.admin)
    counts = []
    for round_ in range(2):
        with statements() as made:
            assert client.get(f"/who/?agreement={world.agreement.pk}").status_code == 200
        counts.append(len(made))
        for number in range(30):
            person = make_person(f"p{round_}-{number}")
            group = make_group(world.north, f"g{round_}-{number}", person)
            grant(person, "customer_activity", world.north, source=f"group:{group.pk}")
            grant(person, "learning_manager", world.north, source="directory:1")
    assert counts[1] <= counts[0] + 2 <= 9  # the names of groups are asked for where there are any


def test_from_a_drill_down_and_a_card_it_is_one_step(world: SimpleNamespace, client: Any) -> None:
    client.force_login(world.north_admin)
    page = client.get(f"/customer-activity/entitlements/{world.cedar_credits.pk}/").content.decode()
    assert f'href="/who/?entitlement={world.cedar_credits.pk}"' in page
    page = client.get("/customer-activity/").content.decode()
    assert f'href="/who/?agreement={world.agreement.pk}"' in page
    client.force_login(world.reader)
    assert "/who/" not in client.get("/customer-activity/").content.decode()
    assert "/who/" not in client.get(f"/customer-activity/entitlements/{world.cedar_credits.pk}/").content.decode()


def test_many_packages_are_counted_in_the_reason_and_named_once(world: SimpleNamespace, client: Any) -> None:
    make_package(world.agreement, world.north, name="Third")
    client.force_login(world.admin)
    assert (
        "in North, because 3 packages of it are mapped to it"
        in shown(client, f"agreement={world.agreement.pk}")["reader"]
    )
    assert "Base, Resilience, Third" in client.get(f"/who/?agreement={world.agreement.pk}").content.decode()
