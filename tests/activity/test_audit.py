"""What was done inside a customer, and who may read it (R7.3)."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tests.make import grant
from tests.people.people import make_group
from tests.world import NOW

PAGE, FILE = "/audit/", "/audit/events.csv"


def note(customer_id: int, kind: str = "integrations.imported", **over: Any) -> None:
    """An event of the hub itself."""
    access = Access.of_system([customer_id])
    details = {"what": "customers", "rows": 12} | over.pop("details", {})
    with scope(access, writing=True):
        record_many(access, [News(kind, customer_id, details=details, **over)])


def rows(client: Any, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{FILE}?header=keys&{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def told(client: Any, query: str = "") -> list[str]:
    return [row["what"] for row in rows(client, query)]


def test_an_administrator_reads_who_did_what_to_what_and_when(client: Any, world: SimpleNamespace) -> None:  # R7.3
    note(world.cedar.pk)
    note(world.cedar.pk, "organizations.role_given", subject_id=world.reader.pk, details={"role": "member"})
    client.force_login(world.admin)
    page = client.get(PAGE).content.decode()
    assert "Imported 12 rows: customers" in page
    assert "Gave the role: Member" in page
    assert re.search(r">reader<", page)
    assert "the hub" in page
    assert "21 Nov 2026, 12:00:00" in page
    assert "When (UTC)" in page


def test_times_and_days_are_those_of_the_readers_zone(client: Any, world: SimpleNamespace, owner: Any) -> None:
    with clock.frozen(datetime(2026, 11, 20, 22, 30, tzinfo=UTC)):
        note(world.cedar.pk)
    owner.execute("UPDATE accounts_person SET zone = 'Asia/Tokyo' WHERE id = %s", [world.admin.pk])
    client.force_login(world.admin)
    assert "21 Nov 2026, 07:30:00" in client.get(PAGE).content.decode()
    kind = "kind=integrations.imported"
    assert [row["at"] for row in rows(client, f"{kind}&from=2026-11-21&to=2026-11-21")] == ["2026-11-21T07:30:00+09:00"]
    assert rows(client, f"{kind}&to=2026-11-20") == []


def test_nobody_reads_another_customers_events(client: Any, world: SimpleNamespace) -> None:
    note(world.birch.pk)
    client.force_login(world.admin)
    assert "Imported" not in client.get(PAGE).content.decode()
    assert not [one for one in told(client) if "Imported" in one]


def test_a_workspace_administrator_reads_what_names_their_workspace(client: Any, world: SimpleNamespace) -> None:
    note(world.cedar.pk, details={"rows": 1})
    note(world.cedar.pk, workspace_id=world.south.pk, details={"rows": 2})
    note(world.cedar.pk, workspace_id=world.north.pk, details={"rows": 3})
    client.force_login(world.north_admin)
    assert told(client) == ["Imported 3 rows: customers"]
    client.force_login(world.csam)
    assert told(client, "kind=integrations.imported") == [
        f"Imported {n} customers" for n in ("3 rows:", "2 rows:", "1 row:")
    ]


def test_a_workspace_that_one_only_reads_is_not_ones_to_audit(client: Any, world: SimpleNamespace) -> None:
    grant(world.north_admin, "customer_activity", world.south)
    note(world.cedar.pk, workspace_id=world.south.pk)
    client.force_login(world.north_admin)
    assert told(client) == []


def test_somebody_erased_is_said_to_be_erased(client: Any, world: SimpleNamespace) -> None:  # R10.4
    note(world.cedar.pk, "organizations.role_given", subject_id=987654, details={"role": "member"})
    client.force_login(world.admin)
    assert "Erased person" in client.get(PAGE).content.decode()


def test_filters_of_the_address_narrow_page_and_file_alike(client: Any, world: SimpleNamespace) -> None:
    note(world.cedar.pk)
    client.force_login(world.admin)
    client.post("/accounts/profile/", {"name": "admin", "language": "en", "zone": "UTC", "theme": "auto"})
    assert told(client, f"person={world.admin.pk}&kind=accounts.profile_changed") == ["Changed their own profile"]
    assert told(client, "person=hub") == ["Imported 12 rows: customers"]
    page = client.get(f"{PAGE}?person=hub").content.decode()
    assert "Imported 12 rows" in page
    assert "download" in page
    assert "person=hub" in page
    table = page[page.index("<tbody") :]
    assert "Changed their own profile" not in table


@pytest.mark.parametrize("query", ["kind=nothing", "person=x", "person=" + "9" * 30, "from=2026-13-01"])
def test_a_filter_that_is_none_is_not_found(client: Any, world: SimpleNamespace, query: str) -> None:
    client.force_login(world.admin)
    assert client.get(f"{PAGE}?{query}").status_code == 404


def test_paging_walks_every_event_once_though_instants_are_equal(client: Any, world: SimpleNamespace) -> None:
    for n in range(120):
        with clock.frozen(NOW - timedelta(seconds=n // 3)):
            note(world.cedar.pk, details={"rows": n})
    client.force_login(world.admin)
    seen, address = [], PAGE + "?kind=integrations.imported"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r"Imported (\d+) row", page[page.index("<tbody") :])
        following = re.search(r'id="page-next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == 120
    assert sorted(map(int, seen)) == list(range(120))
    last = client.get(f"{PAGE}?kind=integrations.imported&page=last").content.decode()
    assert "Imported 119 rows" in last


def test_a_look_by_staff_is_told_once_a_day_and_a_look_by_the_customers_own_people_is_not(
    client: Any, world: SimpleNamespace
) -> None:  # R7.3
    for who in (world.csam, world.admin, world.reader):
        client.force_login(who)
        for _ in range(3):
            assert client.get("/customer-activity/").status_code == 200
    with clock.frozen(NOW + timedelta(days=1)):
        client.force_login(world.csam)
        client.get("/customer-activity/")
    client.force_login(world.admin)
    looks = rows(client, "kind=activity.looked")
    assert [(row["who"], row["at"][:10]) for row in looks] == [("csam", "2026-11-22"), ("csam", "2026-11-21")]


def test_a_page_that_staff_did_not_get_is_no_look(client: Any, world: SimpleNamespace) -> None:
    client.force_login(world.engineer)
    assert client.get("/customer-activity/").status_code == 403
    client.force_login(world.admin)
    assert rows(client, "kind=activity.looked") == []


def test_looking_costs_the_customers_own_people_no_statement(
    client: Any, world: SimpleNamespace, statements: Any
) -> None:
    client.force_login(world.admin)
    with statements() as made:
        client.get("/customer-activity/")
    assert not [one for one in made if "journal_event" in one]


def test_every_export_is_written_down_with_what_was_taken(client: Any, world: SimpleNamespace) -> None:  # R7.3
    client.force_login(world.north_admin)
    b"".join(client.get(f"/customer-activity/entitlements/{world.cedar_credits.pk}/entries.csv").streaming_content)
    assert told(client) == ["Downloaded a list: Consumption history"]  # it names their workspace
    client.force_login(world.admin)
    row = rows(client, "kind=activity.exported")[-1]
    assert (row["who"], row["subject_id"]) == ("north_admin", str(world.cedar_credits.pk))
    assert row["subject"] == "Proactive credits, Resilience · North"
    assert told(client)[0] == "Downloaded a list: Audit"


def test_an_event_names_the_thing_and_says_how_it_came(client: Any, world: SimpleNamespace) -> None:  # R7.3
    client.force_login(world.admin)
    note(world.cedar.pk, "activity.statement_made", subject_id=7)
    note(world.cedar.pk, "activity.exported", subject_id=world.birch_advisory.pk, details={"what": "entries"})
    note(world.cedar.pk, details={"what": "mapping", "rows": 3})
    note(world.cedar.pk, "office.agreement_approved", subject_id=world.agreement.pk)
    note(world.cedar.pk, "office.agreement_approved", subject_id=world.birch_agreement.pk)
    note(world.cedar.pk, "people.group_made", subject_id=make_group(world.north, "Night shift").pk)
    found = rows(client)
    said = {(row["what"], row["subject"]) for row in found}
    assert ("Made a statement", "Statement 7") in said
    named = {row["subject"] for row in found if row["kind"] == "office.agreement_approved"}
    assert named == {"CED-2026", f"no. {world.birch_agreement.pk}"}
    assert ("Made a group", "Night shift") in said
    assert ("Imported 3 rows: a file, read by a mapping", "") in said
    assert ("Downloaded a list: Consumption history", f"no. {world.birch_advisory.pk}") in said  # another customer's


def test_messages_and_partners_are_told_in_words_and_by_name(client: Any, world: SimpleNamespace) -> None:  # R7.3
    client.force_login(world.admin)
    partner = world.partner.pk
    for kind, details in (
        ("messages.sent", {"what": "operational"}),
        ("messages.refused", {"what": "promotion", "why": "unasked"}),
        ("partners.assigned", {"group": 3, "roles": "support_read+support_tier_1"}),
        ("partners.consent_given", {"consent": 1, "partner": partner, "template": "work"}),
        ("partners.described", {"type": "indirect_reseller", "market": "NO"}),
        ("partners.profile_changed", {"fields": "telephone+website"}),
        ("partners.resale_accepted", {"partner": partner}),
        ("partners.resale_ended", {"partner": 0, "by": "partner"}),
        ("partners.right_ended", {"role": "request_read", "source": "consent:8"}),
        ("partners.right_given", {"role": "support_tier_1", "source": "delegation:12"}),
        ("organizations.staff_set", {"roles": "admin_agent+editor"}),
    ):
        note(world.cedar.pk, kind, details=details)
    assert {row["kind"]: row["what"] for row in rows(client) if not row["kind"].startswith("activity")} == {
        "messages.sent": "Sent the customer a message: Operation of a product",
        "messages.refused": "Wanted to send the customer a message (Advertising) and was refused. "
        "It buys through a partner and has not asked for advertising from the provider.",
        "partners.assigned": "Assigned to the partner’s group no. 3: Support, read and Support, tier 1",
        "partners.consent_given": "Let the partner Lakeside into one request: read and work on it",
        "partners.described": "Said what a partner is: Indirect reseller",
        "partners.profile_changed": "Changed the support profile: Telephone and Web site",
        "partners.resale_accepted": "Accepted the partner Lakeside as one that sells here",
        "partners.resale_ended": "Ended that the partner no. 0 sells here",
        "partners.right_ended": "A right of somebody of a partner ended: One request, read, consent no. 8",
        "partners.right_given": "Somebody of a partner got a right: Support, tier 1, delegation no. 12",
        "organizations.staff_set": "Said what they are at the provider or a partner: Admin agent and Editor",
    }
    assert "Accepted the partner Lakeside" in client.get(PAGE).content.decode()


def test_the_file_runs_nothing_in_a_spreadsheet(client: Any, world: SimpleNamespace, owner: Any) -> None:
    owner.execute("UPDATE accounts_person SET name = '=1+1' WHERE id = %s", [world.csam.pk])
    client.force_login(world.csam)
    client.get("/customer-activity/")
    client.force_login(world.admin)
    assert [row["who"] for row in rows(client, "kind=activity.looked")] == ["'=1+1"]


# Who can see a workspace, and why


def test_everybody_who_sees_a_workspace_is_listed_with_the_reason(client: Any, world: SimpleNamespace) -> None:  # R7.3
    client.force_login(world.north_admin)
    page = client.get("/who/").content.decode()
    listed = re.findall(r'<td role="cell" data-label="Person"><span>(\w+)', page)
    assert listed == sorted(["admin", "north_admin", "reader", "learning", "contact", "viewer", "member", "csam",
                             "coordinator", "engineer"])  # fmt: skip
    assert "in the whole customer" in page
    assert "in North" in page
    assert "stranger" not in page


def test_what_a_role_lets_see_is_what_it_lets_see(client: Any, world: SimpleNamespace) -> None:  # R2.2, R7.3
    """An administrator sees no named people's learning; a reader sees totals of all that is mapped."""
    client.force_login(world.admin)
    page = re.sub(r"\s+", " ", client.get(f"/who/?workspace={world.north.pk}").content.decode())
    sees = {
        name: re.findall(r"<li>([^<]*)</li>", cell)
        for name, cell in re.findall(r'"Person"><span>(\w+).*?data-label="Sees">(.*?)</td>', page)
    }
    assert sees["north_admin"][0] == "every row of the consumption history but named people’s learning"
    (reader,) = sees["reader"]
    assert reader.startswith("the totals of everything mapped here, with what its other workspaces used")
    assert reader.endswith("reactive support, advisory support and learning")
    assert "named people’s learning" in sees["learning"]


def test_a_role_that_has_ended_gives_no_reason(client: Any, world: SimpleNamespace) -> None:
    grant(world.newcomer, "engineer", world.north, ends_at=NOW - timedelta(days=1))
    client.force_login(world.admin)
    assert "newcomer" not in client.get("/who/").content.decode()


def test_a_workspace_that_one_does_not_administer_is_not_found(client: Any, world: SimpleNamespace) -> None:
    client.force_login(world.north_admin)
    assert client.get(f"/who/?workspace={world.south.pk}").status_code == 404
    assert client.get(f"/who/?workspace={world.birch_main.pk}").status_code == 404
