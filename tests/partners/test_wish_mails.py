"""Who is written to about a wish, and as what (S003-47, R5.6)."""

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.models import Person
from tallyhub.integrations.webhooks.news import messages
from tallyhub.journal.models import Event
from tallyhub.notifications import jobs
from tallyhub.notifications.letters import LETTERS
from tests.make import grant, make_person
from tests.partners.plans import mixed, supporting
from tests.partners.test_subscriptions import asked, more


@pytest.fixture
def held(firm: Any, as_: Any, owner: Any) -> Any:
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    return mixed(firm)


def mails(owner: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """(letter, reader, parameters) of what has been deferred since the last look, once its jobs have run."""
    task = "notifications.tell_of_wish"
    waiting = owner.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task]).fetchall()
    owner.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s", [task])
    owner.execute("DELETE FROM notifications_mail")
    for (arguments,) in waiting:
        jobs.tell_of_wish(**arguments)
    return list(
        owner.execute(
            "SELECT m.letter, p.name, m.params FROM notifications_mail m JOIN accounts_person p ON p.id = m.person_id "
            "ORDER BY m.created_at, p.name"
        )
    )


def letter(kind: str, person: Any, params: dict[str, Any]) -> Any:
    return LETTERS[kind].make(Person.objects.get(pk=person.pk), params)


def test_the_partner_is_told_of_a_wish_and_the_customer_of_the_answer(held: Any, as_: Any, owner: Any) -> None:
    wish = more(held, as_)
    ((kind, reader, params),) = mails(owner)
    assert (kind, reader) == ("partners.wish_asked", "agent")
    told = letter(kind, held.agent, params)
    assert told.subject == "Birch asks: More of it: Advisory support, Birch base"
    assert "Quantity: 2 h more" in told.paragraphs
    assert "Reason: The move needs it." in told.paragraphs
    assert told.path == f"/wishes/{wish.pk}/"
    as_(held.helper).post(f"/wishes/{wish.pk}/decline/", {"reason": "Not this year."})
    ((kind, reader, params),) = mails(owner)
    assert (kind, reader) == ("partners.wish_declined", "stranger")
    told = letter(kind, held.stranger, params)
    assert told.subject.startswith("Declined by Lakeside: More of it")
    assert "Not this year." in told.paragraphs
    assert told.path == f"/subscriptions/wishes/{wish.pk}/"


def test_of_what_was_bought_directly_the_account_team_is_told(held: Any, as_: Any, owner: Any) -> None:  # edge case 30
    tender = make_person("tender", email="tender@provider.test")
    grant(tender, "account_coordinator", held.birch)
    asked(as_(held.stranger), kind="buy", product=held.messaging.pk)
    ((kind, reader, params),) = mails(owner)
    assert (kind, reader) == ("partners.wish_asked", "tender")
    assert letter(kind, tender, params).subject == "Birch asks: Something new: Messaging"


def test_nobody_else_can_read_the_mail_and_no_news_is_told_late(held: Any, as_: Any, owner: Any) -> None:
    wish = more(held, as_)
    ((kind, _reader, params),) = mails(owner)
    for somebody in (held.rival_agent, held.warden, held.stranger):
        with pytest.raises(ObjectDoesNotExist):
            letter(kind, somebody, params)
    as_(held.stranger).post(f"/subscriptions/wishes/{wish.pk}/withdraw/")
    with pytest.raises(ObjectDoesNotExist):
        letter(kind, held.agent, params)
    ((kind, reader, params),) = mails(owner)
    assert (kind, reader) == ("partners.wish_withdrawn", "agent")
    assert letter(kind, held.agent, params).subject.startswith("Withdrawn by Birch")


def test_the_customers_systems_are_told_a_number_and_no_word(held: Any, as_: Any) -> None:  # R8.2
    wish = more(held, as_)
    event = Event.objects.using("owner").filter(kind="partners.wish_asked").latest("pk")
    ((type_, body),) = messages(event)
    assert type_ == "wish.changed"
    assert f'"wish_id":{wish.pk}' in body
    assert "move" not in body
