"""Mail to a partner's desk: of what is asked of it, and of what the customer says about that (R5.4, S003-34)."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpdesk.intake.asking import ask
from tests.helpdesk.intake.test_taking_in import give_back, take
from tests.working import run_jobs


@pytest.fixture
def server() -> "Iterator[Any]":
    from tests.notifications.conftest import serving_mail

    with serving_mail() as found:
        yield found


def sent(server: Any) -> list[tuple[str, str, str]]:
    """(reader, subject, text) of what has come meanwhile."""
    run_jobs()
    found = []
    for _sender, readers, mail in server.mails:
        body = mail.get_body(("plain",))
        found.append((readers[0], str(mail["Subject"]), re.sub(r"\s+", " ", body.get_content())))
    server.mails.clear()
    return sorted(found)


def readers(mails: list[tuple[str, str, str]]) -> list[str]:
    return [reader for reader, *_rest in mails]


DESK = ["agent@house.test", "helper@house.test", "second@house.test"]


def test_the_desk_is_told_of_what_is_asked(sold: SimpleNamespace, as_: Any, server: Any) -> None:  # S003-34
    request = ask(as_(sold.asker), sold)
    mails = sent(server)
    assert readers(mails) == DESK  # nobody of the provider, and not who asked
    _reader, subject, text = mails[0]
    assert subject == f"[{request.number}] {request.title}"
    for said in ("Birch asks you", "Since 09:40 every second query", "Database", "outside the hours of service"):
        assert said in text


def test_each_message_of_the_customer_goes_to_the_desk(sold: SimpleNamespace, as_: Any, server: Any) -> None:
    request = ask(as_(sold.asker), sold)
    sent(server)
    as_(sold.asker).post(f"/support/requests/{request.number}/say/", {"body": "It is worse now."})
    mails = sent(server)
    assert readers(mails) == DESK
    assert "asker of Birch wrote in the request" in mails[0][2]
    assert "It is worse now." in mails[0][2]


def test_whoever_has_it_is_written_to_alone_and_once(sold: SimpleNamespace, as_: Any, server: Any) -> None:
    request = ask(as_(sold.asker), sold)
    sent(server)
    taken = {"person": sold.helper.pk, "version": request.version}
    as_(sold.helper).post(f"/support/requests/{request.number}/assign/", taken)
    sent(server)
    as_(sold.asker).post(f"/support/requests/{request.number}/say/", {"body": "Still there."})
    assert readers(sent(server)) == ["helper@house.test"]


def test_what_the_desk_says_goes_to_the_customer(sold: SimpleNamespace, as_: Any, server: Any) -> None:
    request = ask(as_(sold.asker), sold)
    sent(server)
    as_(sold.helper).post(f"/support/requests/{request.number}/say/", {"body": "We look at it."})
    mails = sent(server)
    assert readers(mails) == ["asker@birch.test"]
    assert "helper, Lakeside wrote" in mails[0][2]


def test_what_was_written_down_is_told_to_colleagues(sold: SimpleNamespace, as_: Any, server: Any) -> None:
    take(as_(sold.helper), sold)
    assert readers(sent(server)) == ["agent@house.test", "second@house.test"]


def test_the_supplier_is_told_and_then_the_partner(sold: SimpleNamespace, as_: Any, server: Any, owner: Any) -> None:
    owner.execute(
        "UPDATE partners_supportplan SET content = jsonb_set(content, '{lines}', %s::jsonb)",
        ['[{"mode": "outsourced", "supplier": "Rivermouth", "scope": "All"}]'],
    )
    request = ask(as_(sold.asker), sold)
    assert readers(sent(server)) == ["rival_agent@house.test"]
    give_back(as_(sold.rival_agent), request, "It is not ours.")
    mails = sent(server)
    assert readers(mails) == DESK
    assert "It is not ours." in mails[0][2]


def test_what_is_asked_of_the_provider_is_nobodys_mail_there(sold: SimpleNamespace, as_: Any, server: Any) -> None:
    from tests.make import give_request, make_request

    request = make_request(sold.north)
    give_request(request, sold.member)
    as_(sold.member).post(f"/support/requests/{request.number}/say/", {"body": "Hello"})
    assert not set(readers(sent(server))) & set(DESK)
