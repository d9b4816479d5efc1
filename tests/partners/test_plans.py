"""Support profiles and plans through the pages (S003-38, S003-42, S003-43, S003-51; 1.4, 5.2, edge cases 17, 36)."""

from datetime import timedelta
from typing import Any

import pytest

from tallyhub.kernel import clock
from tests.partners.plans import PLAN, PROFILE, published, supporting


def read(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    found: str = answer.content.decode()
    return found


def later(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_a_profile_is_shown_at_once_and_its_change_is_in_the_log(firm: Any, as_: Any, owner: Any) -> None:  # S003-51
    supporting(firm, as_)
    owner.execute("UPDATE accounts_person SET zone = 'Europe/Berlin' WHERE id = %s", [firm.stranger.pk])
    customer = as_(firm.stranger)
    assert "Closed now" in read(customer, "/technical-support/")  # a Saturday
    hours = {"zone": "Europe/London", "sat": "8:00-22:00"}
    as_(firm.agent).post("/support-profile/", PROFILE | hours | {"telephone": "+44 20 7946 0099"})
    page = read(customer, "/technical-support/")
    assert "+44 20 7946 0099" in page
    assert "Open now, until 23:00" in page  # in the reader's zone, an hour ahead of London
    log = read(as_(firm.agent), "/support-profile/")
    assert "+44 20 7946 0000 → +44 20 7946 0099" in log
    assert "agent" in log


def test_a_profile_is_kept_as_a_whole_or_not_at_all(firm: Any, as_: Any, owner: Any) -> None:  # edge case 17
    agent = as_(firm.agent)
    for over in ({"email": ""}, {"website": "javascript:alert(1)"}, {"website": "https://10.0.0.1/"}):
        answer = agent.post("/support-profile/", PROFILE | over)
        assert answer.status_code == 400
        assert "Nothing was saved yet" in answer.content.decode()
    assert owner.execute("SELECT count(*) FROM partners_supportprofile").fetchone() == (0,)


def test_who_keeps_the_profile_of_a_partner(firm: Any, as_: Any) -> None:  # 1.4
    for name, status in {"agent": 200, "clerk": 200, "helper": 403, "seller": 403, "admin": 403}.items():
        for address in ("/support-profile/", "/support-plan/", "/support-plan/draft/"):
            read(as_(getattr(firm, name)), address, status)


def test_an_incomplete_plan_is_refused_field_by_field(firm: Any, as_: Any, owner: Any) -> None:  # S003-42
    agent = as_(firm.agent)
    agent.post("/support-profile/", PROFILE)
    gaps = {"types": [], "method_0": "", "method_1": "", "amount": "", "currency": "", "mon": "17:00-9:00"}
    answer = agent.post("/support-plan/draft/publish/", PLAN | gaps)
    page = answer.content.decode()
    assert answer.status_code == 400
    for field in ("types", "methods", "amount", "currency", "mon"):
        assert f'id="{field}_error"' in page
    assert "Lakeside care" in page  # what was typed is kept
    assert owner.execute("SELECT number FROM partners_supportplan").fetchall() == [(None,)]
    assert "Lakeside care" not in read(as_(firm.stranger), "/technical-support/")


def test_a_draft_is_nobody_elses(firm: Any, as_: Any) -> None:
    as_(firm.agent).post("/support-plan/draft/", PLAN | {"name": "Half a plan"})
    assert "Half a plan" in read(as_(firm.agent), "/support-plan/draft/")
    read(as_(firm.stranger), f"/support-plans/{firm.partner.pk}/", 404)
    read(as_(firm.rival_agent), f"/support-plans/{firm.partner.pk}/", 404)


def test_two_do_not_write_over_each_others_draft(firm: Any, as_: Any) -> None:
    agent, clerk = as_(firm.agent), as_(firm.clerk)
    assert agent.post("/support-plan/draft/", PLAN).status_code == 302
    answer = clerk.post("/support-plan/draft/", PLAN | {"name": "Mine"})  # made from no draft
    assert answer.status_code == 400
    assert "Somebody else has changed the draft meanwhile" in answer.content.decode()
    assert clerk.post("/support-plan/draft/", PLAN | {"name": "Mine", "version": "1"}).status_code == 302


def test_customers_read_the_old_and_the_new_version_with_their_days(firm: Any, as_: Any) -> None:  # S003-43
    supporting(firm, as_)
    published(firm.agent, as_, name="Lakeside plus", valid_from=later(32))
    customer = as_(firm.stranger)
    page = read(customer, f"/support-plans/{firm.partner.pk}/")
    assert '<h1 class="text-break">Lakeside care' in page  # still in force
    for said in ("in force", "announced", "21 November 2026", "22 December 2026", "23 December 2026"):
        assert said in page
    assert "Lakeside plus" in read(customer, f"/support-plans/{firm.partner.pk}/?version=2")
    with clock.frozen(clock.now() + timedelta(days=33)):
        assert "Lakeside plus" in read(customer, "/technical-support/")
        old = read(customer, f"/support-plans/{firm.partner.pk}/?version=1")
    assert "Lakeside care" in old
    assert "no longer in force" in old
    read(customer, f"/support-plans/{firm.partner.pk}/?version=3", 404)


def test_a_later_version_needs_notice(firm: Any, as_: Any) -> None:  # 5.2
    supporting(firm, as_)
    answer = as_(firm.agent).post("/support-plan/draft/publish/", PLAN | {"valid_from": later(29)})
    assert answer.status_code == 400
    assert 'id="valid_from_error"' in answer.content.decode()


def test_what_is_published_never_changes(firm: Any, as_: Any, owner: Any) -> None:  # S003-43
    """Not even by the role that serves, whatever a command of ours would try."""
    from django.db import DatabaseError, connection

    from tallyhub.kernel.access import Access
    from tallyhub.kernel.scope import scope
    from tallyhub.partners.models import SupportPlan

    supporting(firm, as_)
    with scope(Access.of_system(organizations=[firm.partner.pk]), writing=True):
        assert SupportPlan.objects.filter(number=1).update(content={}) == 0
        assert SupportPlan.objects.filter(number=1).delete()[0] == 0
    with (
        pytest.raises(DatabaseError),
        scope(Access.of_system(organizations=[firm.rival.pk]), writing=True),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO partners_supportplan (organization_id, content, changed_at, version)"
            " VALUES (%s, '{}', now(), 1)",
            [firm.partner.pk],
        )
    (name,) = owner.execute("SELECT content ->> 'name' FROM partners_supportplan").fetchone()
    assert name == "Lakeside care"


def test_a_plan_is_for_the_partners_own_customers(firm: Any, as_: Any) -> None:  # 1.4, edge case 36
    supporting(firm, as_)
    address = f"/support-plans/{firm.partner.pk}/"
    read(as_(firm.stranger), address)  # birch bought from lakeside
    read(as_(firm.admin), address)  # cedar has a relationship with it
    read(as_(firm.warden), address)  # of the provider
    read(as_(firm.rival_agent), address, 404)
    read(as_(firm.newcomer), address, 404)
    read(as_(firm.stranger), f"/support-plans/{firm.birch.pk}/", 404)


def test_resold_support_names_the_supplier_and_what_it_does(firm: Any, as_: Any) -> None:  # S003-38
    line = {"mode": "resold", "supplier": "Ravensgate", "scope": "Nights only", "contact": "+44 20 7946 0444"}
    supporting(firm, as_, **{f"line_1_{name}": value for name, value in line.items()}, line_1_when="outside")
    page = read(as_(firm.stranger), "/technical-support/")
    for said in ("Resold support of a supplier", "Ravensgate", "Nights only", "+44 20 7946 0444"):
        assert said in page


def test_a_decimal_comma_is_read_as_one(firm: Any, as_: Any) -> None:  # R5.7
    supporting(firm, as_, amount="12,50")
    assert "€12.50 for each request" in read(as_(firm.stranger), "/technical-support/")


def test_free_support_says_so(firm: Any, as_: Any) -> None:  # R5.7
    supporting(firm, as_, price="free", amount="", currency="", price_note="")
    assert "Free of charge" in read(as_(firm.stranger), "/technical-support/")


def test_a_draft_can_be_thrown_away_and_the_plan_stays(firm: Any, as_: Any) -> None:
    supporting(firm, as_)
    agent = as_(firm.agent)
    agent.post("/support-plan/draft/", PLAN | {"name": "Never mind"})
    assert agent.post("/support-plan/draft/discard/").status_code == 302
    page = read(agent, "/support-plan/draft/")
    assert "Never mind" not in page
    assert "Lakeside care" in page  # the next draft begins with what is published


@pytest.mark.parametrize(
    "over", [{"version": "x" * 40}, {"languages": ["\x00"]}, {"line_0_mode": "x" * 999}, {"name": "a" * 9_999}]
)
def test_a_hostile_draft_breaks_nothing(firm: Any, as_: Any, over: dict[str, Any]) -> None:
    answer = as_(firm.agent).post("/support-plan/draft/publish/", PLAN | over)
    assert answer.status_code == 400
