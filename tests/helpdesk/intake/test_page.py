"""What a partner request's page says of how it came in: S003-15, 34, 38, 39, 41; edge case 19."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.helpdesk.intake.asking import ask
from tests.helpdesk.intake.test_taking_in import give_back, take


def page(client: Any, request: Any) -> str:
    answer = client.get(f"/helpdesk/requests/{request.number}/")
    assert answer.status_code == 200
    found: str = answer.content.decode()
    return found


def test_both_sides_read_how_it_came_in(sold: Any, as_: Any) -> None:
    request = ask(as_(sold.asker), sold)
    for person in (sold.asker, sold.stranger, sold.helper):
        shown = page(as_(person), request)
        for said in (
            "By the form in the portal",
            "+49 30 5550199, until five",
            "€120.50 for each request",
            "accepted on",
            "Lakeside’s own people work on it.",
            "It came in outside the hours of service. Next opening:",
        ):
            assert said in shown, (person.name, said)


def test_the_customer_is_asked_for_what_was_not_agreed(sold: Any, as_: Any) -> None:  # S003-41
    request = take(as_(sold.helper), sold)
    assert "not accepted yet" in page(as_(sold.helper), request)
    assert "I accept the price" not in page(as_(sold.helper), request)
    assert "I accept the price" in page(as_(sold.asker), request)
    as_(sold.asker).post(f"/helpdesk/requests/{request.number}/price/", {"plan": "1"})
    shown = page(as_(sold.asker), request)
    assert "I accept the price" not in shown
    assert "by asker" in shown


def test_who_wrote_it_down_stands_with_it(sold: Any, as_: Any) -> None:  # S003-15
    request = take(as_(sold.helper), sold, accepted="1")
    shown = page(as_(sold.asker), request)
    assert "helper, Lakeside" in shown
    assert "By telephone" in shown
    assert "as helper, Lakeside wrote down" in shown


def lines(owner: Any, *said: str) -> None:
    owner.execute(
        "UPDATE partners_supportplan SET content = jsonb_set(content, '{lines}', %s::jsonb)", [f"[{', '.join(said)}]"]
    )


def test_the_supplier_of_resold_support_is_named_with_its_contact(sold: Any, as_: Any, owner: Any) -> None:  # S003-38
    lines(owner, '{"mode": "resold", "supplier": "Quill", "contact": "help@quill.test", "scope": "Reports"}')
    shown = page(as_(sold.asker), ask(as_(sold.asker), sold))
    assert "You may also ask Quill, whose support it resells: help@quill.test" in shown


def test_the_supplier_that_works_on_it_is_named_until_it_gives_it_back(sold: Any, as_: Any, owner: Any) -> None:
    """S003-39"""
    lines(owner, '{"mode": "outsourced", "supplier": "rivermouth", "scope": "Nights"}')
    request = ask(as_(sold.asker), sold)
    assert "Rivermouth works on it for Lakeside, by the support plan: Nights" in page(as_(sold.asker), request)
    assert "Give it back to Lakeside" in page(as_(sold.rival_agent), request)
    assert "Give it back" not in page(as_(sold.helper), request)
    give_back(as_(sold.rival_agent), request, "Not ours.")
    shown = page(as_(sold.helper), request)
    assert "Rivermouth gave it back to Lakeside" in shown
    assert "Not ours." in shown
    assert "Lakeside’s own people work on it." in shown
    assert "gave it back" not in page(as_(sold.asker), request)


def test_the_page_costs_the_same_however_often_it_was_given_back(sold: Any, as_: Any, owner: Any) -> None:
    request, client = ask(as_(sold.asker), sold), as_(sold.helper)

    def statements() -> int:
        page(client, request)
        with CaptureQueriesContext(connection) as asked:
            page(client, request)
        return len(asked)

    few = statements()
    there = (request.customer_id, request.workspace_id, request.pk)
    for _time in range(5):
        owner.execute(
            "INSERT INTO helpdesk_handover"
            " (customer_id, workspace_id, request_id, was_id, becomes_id, by_id, reason, at)"
            " VALUES (%s, %s, %s, %s, %s, %s, 'x', now())",
            [*there, sold.rival.pk, sold.partner.pk, sold.rival_agent.pk],
        )
    assert statements() == few
