"""Scenarios of support requests in a real browser: who sees which, and where each is listed (R1.5, R2.6)."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.test_walk import ADMIN

READER, DESK = "activity@halden.example", "desk@provider.example"
GROUP, SHARED = "Paper machine 2", "Plantlog loses every tenth value of line 2"  # shared with that group alone
EVERYTHING = "/support/?status=all&workspace=all&text=plantlog"
PAGE, CASES = "/customer-activity/", "/customer-activity/additional-cases/"
CLASSED, ELSEWHERE, FORMER = "Plan for the move", "Sign-in to the Americas portal", "Label printer"
Open = Callable[..., Any]


def titles(page: Any) -> set[str]:
    return set(page.locator("td[data-column=title] a").all_inner_texts())


def row(page: Any, title: str) -> Any:
    return page.get_by_role("row").filter(has_text=title)


def workspace(page: Any, name: str) -> str:
    """Its id, from the workspace filter."""
    page.goto(PAGE)
    box = page.locator("#filters label").filter(has_text=name).locator("input[name=workspace]")
    return str(box.get_attribute("value"))


def put(open_page: Open, person: str, *, into: bool) -> None:
    """By the administrator: the person is in the group afterwards, or not, whatever was before."""
    admin = open_page(ADMIN, "/groups/", script=False)
    admin.get_by_role("link", name=GROUP).first.click()
    member = admin.locator("main li, main tr").filter(has_text="Ulrike Behrendorf")
    if into and not member.count():
        admin.get_by_label("Email address of a member of the workspace").fill(person)
        admin.get_by_role("button", name="Add to the group").click()
    if not into and member.count():
        member.get_by_role("button").click()


def test_scenario_3_customer_activity_alone_sees_totals_and_no_request(open_page: Open) -> None:  # R1.4, R1.5
    put(open_page, READER, into=False)
    page = open_page(READER, PAGE)
    paper = workspace(page, "Paper mills")
    page.goto(f"{PAGE}?workspace={paper}")
    assert page.locator("#enterprise .tile-link").count() > 0
    page.goto(f"{PAGE}enterprise/as_needed/?workspace={paper}")
    shown = re.search(r"0 of ([\d,]+) shown", page.locator("main").inner_text())
    assert shown
    assert shown.group(1) != "0"
    expect(page.locator("tbody tr[role=row]")).to_have_count(0)
    page.goto("/support/?status=all&workspace=all")
    expect(page.get_by_text("You see a request when it is shared with you")).to_be_visible()
    assert titles(page) == set()


def test_scenario_4_in_a_group_that_one_is_shared_with_exactly_that_one_appears(open_page: Open) -> None:  # R1.5
    put(open_page, READER, into=True)
    page = open_page(READER, EVERYTHING)
    assert titles(page) == {SHARED}
    page.get_by_role("link", name=SHARED).click()
    expect(page.get_by_role("heading", name="What is asked")).to_be_visible()
    put(open_page, READER, into=False)
    assert page.reload().status == 404


def test_scenario_5_a_class_under_a_valid_agreement_is_an_additional_case(open_page: Open) -> None:  # R2.6 c
    page = open_page(ADMIN, PAGE)
    page.goto(f"{CASES}?workspace={workspace(page, 'Group IT')}&reason=class")
    expect(row(page, CLASSED)).to_contain_text("X85")
    expect(row(page, CLASSED)).to_contain_text("Its class is no part of")
    expect(row(page, FORMER)).to_have_count(0)


def test_scenario_6_unmapped_in_one_workspace_is_under_its_entitlement_in_all(open_page: Open) -> None:  # R2.6 a
    page = open_page(ADMIN, PAGE)
    page.goto(f"{CASES}?workspace={workspace(page, 'Group IT')}")
    expect(row(page, ELSEWHERE)).to_contain_text("is not mapped to the workspace")
    page.goto(f"{CASES}?workspace=all")
    expect(row(page, ELSEWHERE)).to_have_count(0)
    page.goto(f"{PAGE}enterprise/as_needed/?workspace=all&sort=-occurred_on")
    expect(row(page, ELSEWHERE)).to_have_count(1)


def test_scenario_7_after_the_end_of_an_agreement_its_requests_are_additional_and_editable(open_page: Open) -> None:
    page = open_page(ADMIN, PAGE)  # R1.10, R2.6 a
    paper = workspace(page, "Paper mills")
    page.goto(f"{PAGE}?workspace={paper}&status=inactive")
    page.locator("#addons").get_by_label("Agreement", exact=True).select_option(
        label="Premier support, group (expired)"
    )
    page.locator("#addons .badge", has_text="Expired").wait_for()
    assert page.locator("#addons .badge").all_inner_texts() == ["Expired"]
    page.goto(f"{CASES}?workspace={paper}&reason=expired")
    expect(row(page, FORMER)).to_contain_text("has ended")
    address = row(page, FORMER).get_by_role("link").first.get_attribute("href")
    desk = open_page(DESK, address)
    expect(desk.get_by_role("heading", name=FORMER)).to_be_visible()
    desk.get_by_label("Severity").select_option(label="B: urgent")
    desk.get_by_role("button", name="Change the severity").click()
    expect(desk.locator(".page-head").get_by_text("B: urgent")).to_be_visible()
    page.goto(address)
    page.get_by_label("Message").fill("It is still needed.")
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator("#conversation").get_by_text("It is still needed.")).to_be_visible()


def test_scenario_11_a_benefit_has_a_description_and_no_number_and_no_rows(open_page: Open) -> None:  # R1.12
    page = open_page(ADMIN, f"{PAGE}?workspace=all")
    tile = page.locator(".tile-benefit").first
    name = tile.locator(".tile-link").inner_text()
    assert re.search(r"\d", tile.inner_text().replace(name, "")) is None
    expect(tile.locator("progress, .balance")).to_have_count(0)
    tile.locator(".tile-link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert page.locator(".lead-text").inner_text()
    expect(page.locator("#grid, .totals, .chart-card, table")).to_have_count(0)
    rows = page.request.get(page.url.split("?")[0] + "entries.csv")
    assert rows.status == 404


def test_scenario_14_two_workspaces_of_one_person_know_nothing_of_each_other(open_page: Open) -> None:  # R1.5, R1.7
    put(open_page, READER, into=True)
    page = open_page(READER, PAGE)
    energy = workspace(page, "Energy")
    page.goto(f"{EVERYTHING}")
    assert titles(page) == {SHARED}
    page.goto(f"/support/?status=all&workspace={energy}")
    assert titles(page) == set()
    page.goto(f"{PAGE}enterprise/as_needed/?workspace={energy}&sort=-occurred_on")
    expect(row(page, SHARED)).to_have_count(0)
    assert page.goto("/groups/").status == 403  # looking after groups is a right of its own
    groups = open_page(ADMIN, "/groups/").locator("main").inner_text()
    assert re.search(rf"{GROUP}\s+\d+ members\s+Paper mills\s", groups)
    assert groups.count(GROUP) == 1


MANAGER, REPORT, LEARNER = "learning@halden.example", "/learning/report/", "member@halden.example"
EDUCATION = "/customer-activity/enterprise/education/"


def test_scenario_9_a_learning_manager_takes_the_education_report_and_nobody_else_does(  # R2.2
    open_page: Open,
) -> None:
    """What was started and not completed is in it; somebody with Customer activity alone has no button and gets 403."""
    page = open_page(MANAGER, EDUCATION)
    page.get_by_role("link", name="Education report").first.click()
    expect(page.get_by_role("heading", name="Education report")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download CSV").click()
    lines = started.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Learner,")
    page.goto(f"{REPORT}?from=2020-01-01")
    rows = page.locator("tbody tr[role=row]")
    unfinished = [one for one in rows.all() if not one.locator("td[data-column=completed_on]").inner_text().strip()]
    assert unfinished
    assert len(unfinished) < rows.count()
    page.get_by_role("button", name="Make XLSX").click()
    page.get_by_role("link", name=re.compile("Download|xlsx", re.IGNORECASE)).first.wait_for(timeout=60_000)

    other = open_page(READER, EDUCATION)
    expect(other.get_by_role("link", name="Education report")).to_have_count(0)
    expect(other.get_by_role("link", name="Download CSV")).to_have_count(0)
    assert re.search(r"0 of ([\d,]+) shown", other.locator("main").inner_text())
    assert other.goto(REPORT).status == 403
    assert other.goto(f"{EDUCATION}entries.csv").status == 403


def test_a_course_is_started_once_and_completed_in_a_browser(open_page: Open) -> None:  # R2.2
    page = open_page(LEARNER, "/learning/?mine=open")
    page.locator("td[data-column=title] a").first.click()
    title = page.locator("h1").inner_text()
    page.get_by_role("button", name="Start").click()
    content = page.get_by_role("link", name="Open the content in a new tab")
    assert str(content.get_attribute("href")).startswith("https://")
    assert content.get_attribute("target") == "_blank"
    page.get_by_role("button", name="I go on with it today").click()
    page.get_by_role("button", name="I have completed it").click()
    expect(page.locator(".badges").get_by_text("Completed")).to_be_visible()
    page.goto("/learning/transcript/")
    expect(row(page, title)).to_have_count(1)
