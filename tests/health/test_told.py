"""Who is written to when something befalls a product, and at which moment (S003-30)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from tallyhub.health.editing import commands
from tallyhub.health.editing.commands import Post
from tallyhub.health.public import commands as visitors
from tallyhub.health.public.commands import CONFIRM_IN
from tallyhub.health.rules import EventKind, EventStatus, Reach, Visibility
from tallyhub.health.subscribing.commands import subscribe
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Invalid
from tallyhub.notifications import bounces, jobs
from tallyhub.notifications.models import NewsAddress
from tests.make import employ, make_agreement, make_organization, make_person
from tests.notifications.conftest import MailServer, serving_mail, smtp  # noqa: F401 - a fixture
from tests.working import run_jobs
from tests.world import NOW

Publish = Callable[..., int]


@pytest.fixture
def mails(smtp: MailServer) -> MailServer:  # noqa: F811
    return smtp


def told(owner: Any) -> set[int | None]:
    rows = owner.execute("SELECT person_id FROM notifications_mail WHERE letter LIKE 'health.%told'")
    return {person for (person,) in rows}


def readers(mails: MailServer) -> set[str]:
    return {address for _path, addresses, _message in mails.mails for address in addresses}


def test_customer_and_partner_are_told_at_the_same_moment(  # S003-30
    health: Any, publish: Publish, owner: Any
) -> None:
    event = publish(components={health.index.pk: "major_outage"}, title="Search is slow")  # only birch has it
    run_jobs()  # without a mail server: what is to be sent waits as one command has made it
    rows = owner.execute(
        "SELECT person_id, created_at, xmin::text, params FROM notifications_mail WHERE letter = 'health.told'"
    ).fetchall()
    assert {person for person, *_ in rows} == {health.stranger.pk, health.agent.pk}
    assert len({(at, transaction) for _person, at, transaction, _params in rows}) == 1
    assert {person: params["organization"] for person, _, _, params in rows} == {
        health.stranger.pk: None,
        health.agent.pk: health.partner.pk,
    }
    recorded = owner.execute("SELECT customer_id, details FROM journal_event WHERE kind = 'health.told'").fetchall()
    assert [(customer, details["event"]) for customer, details in recorded] == [(health.birch.pk, event)]
    [(sent,)] = owner.execute("SELECT details FROM journal_event WHERE kind = 'health.sent'").fetchall()
    assert (sent["people"], sent["partners"]) == (2, 1)


def test_both_read_what_happened(health: Any, publish: Publish, mails: MailServer) -> None:  # S003-30
    event = publish(components={health.index.pk: "major_outage"}, title="Search is slow")
    run_jobs()
    assert readers(mails) == {"stranger@birch.test", "agent@example.test"}
    for *_, message in mails.mails:
        assert "Search is slow" in message["Subject"]
        text = message.get_body(("plain",)).get_content()
        assert "Queries fail." in text
        assert f"/health/events/{event}/" in text
        assert "/health/mail/" in text  # where one chooses to get no more


def test_each_update_is_told_and_a_change_is_not(health: Any, publish: Publish, owner: Any, mails: MailServer) -> None:
    event = publish()
    run_jobs()
    before = len(mails.mails)
    commands.post_update(
        health.editing, event, 1, Post("Found.", EventStatus.IDENTIFIED, {health.queries.pk: "major_outage"})
    )
    run_jobs()
    assert len(mails.mails) == 2 * before
    assert mails.last()["In-Reply-To"]  # all about an event is one thread
    commands.change_event(health.editing, event, 2, edit_of(title="Queries fail for many"))
    run_jobs()
    assert len(mails.mails) == 2 * before


def edit_of(**over: Any) -> commands.Edit:
    fields: dict[str, Any] = {
        "title": "Queries fail", "visibility": Visibility.PUBLIC, "reach": Reach.EVERYBODY, "impact_override": "",
        "workaround": "", "occurred_at": NOW, "ended_at": None, "scheduled_from": None, "scheduled_until": None,
        "customers": frozenset(), "regions": frozenset(),
    }  # fmt: skip
    return commands.Edit(**fields | over)


def test_maintenance_that_moves_is_told(health: Any, publish: Publish, owner: Any, mails: MailServer) -> None:
    first, last = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2)
    event = publish(
        kind=EventKind.MAINTENANCE,
        status=EventStatus.SCHEDULED,
        occurred_at=None,
        scheduled_from=first,
        scheduled_until=last,
    )
    run_jobs()
    before = len(mails.mails)
    moved = edit_of(
        occurred_at=None, scheduled_from=first + timedelta(days=1), scheduled_until=last + timedelta(days=1)
    )
    commands.change_event(health.editing, event, 1, moved)
    run_jobs()
    assert len(mails.mails) == 2 * before > 0
    assert "moved to another time" in mails.last().get_body(("plain",)).get_content()


def test_whoever_chose_gets_what_they_chose(health: Any, publish: Publish, owner: Any) -> None:
    as_member, as_admin = (
        Access(person_id=one.pk, customer_id=health.cedar.pk) for one in (health.member, health.admin)
    )
    subscribe(as_member, {None: [EventKind.INCIDENT]})
    subscribe(as_admin, {None: [EventKind.INCIDENT], health.database.pk: [EventKind.MAINTENANCE]})
    publish()
    run_jobs()
    assert health.member.pk in told(owner)
    assert health.admin.pk not in told(owner)  # their choice for the product goes before the one for all
    owner.execute("DELETE FROM notifications_mail")
    publish(kind=EventKind.ADVISORY)
    run_jobs()
    assert health.member.pk not in told(owner)


def test_nobody_subscribes_to_a_product_that_is_not_there(health: Any) -> None:
    with pytest.raises(Invalid):
        subscribe(Access(person_id=health.member.pk), {999_999: []})


def test_somebody_who_may_not_know_of_it_any_more_gets_no_mail(health: Any, publish: Publish, owner: Any) -> None:
    """Between the telling and the sending they left the partner, or the customer."""
    publish(visibility=Visibility.AFFECTED, reach=Reach.NAMED, customers=frozenset({health.birch.pk}))
    run_jobs()
    assert told(owner) == {health.stranger.pk, health.agent.pk}
    owner.execute("UPDATE organizations_staff SET ends_at = %s WHERE person_id = %s", [NOW, health.agent.pk])
    owner.execute("UPDATE organizations_accessgrant SET ends_at = %s WHERE person_id = %s", [NOW, health.stranger.pk])
    with serving_mail() as server:
        jobs.send_due(0)
    assert server.mails == []
    assert set(owner.execute("SELECT state, error FROM notifications_mail").fetchall()) == {("stopped", "outdated")}


def test_another_partner_learns_nothing(health: Any, publish: Publish, owner: Any) -> None:
    other = make_organization("fernway", kind="partner")
    theirs = make_person("theirs")
    employ(theirs, other, "admin_agent")
    make_agreement(health.cedar, other)
    publish(visibility=Visibility.AFFECTED, reach=Reach.NAMED, customers=frozenset({health.birch.pk}))
    run_jobs()
    assert told(owner) == {health.stranger.pk, health.agent.pk}


def test_a_mail_that_comes_back_stops_more(health: Any, publish: Publish, owner: Any, mails: MailServer) -> None:  # 33
    owner.execute("INSERT INTO notifications_mailbox VALUES (%s, 3, now(), 'bounces', true)", [health.stranger.pk])
    publish()
    run_jobs()
    assert "stranger@birch.test" not in readers(mails)
    state = "SELECT state, error FROM notifications_mail WHERE person_id = %s"
    assert owner.execute(state, [health.stranger.pk]).fetchone() == ("stopped", "address_stopped")


# People without an account


def ask(client: Client, address: str = "visitor@elsewhere.test") -> Any:
    return client.post("/status/subscribe/", {"address": address})


def link(mails: MailServer, path: str) -> str:
    text = mails.last().get_body(("plain",)).get_content()
    return next(line for line in text.split() if path in line).partition("://")[2].partition("/")[2]


@pytest.fixture
def visitor(health: Any, client: Client, mails: MailServer) -> MailServer:
    """Who asked for mail and confirmed it."""
    ask(client)
    run_jobs()
    client.post("/" + link(mails, "/status/confirm/"))
    mails.mails.clear()
    return mails


def test_a_visitor_gets_mail_once_they_confirmed(
    health: Any, publish: Publish, client: Client, mails: MailServer
) -> None:
    assert ask(client).status_code == 200
    publish()
    run_jobs()
    assert "Confirm that you want" in next(m["Subject"] for _, to, m in mails.mails if to == ["visitor@elsewhere.test"])
    assert len([to for _, to, _ in mails.mails if to == ["visitor@elsewhere.test"]]) == 1
    confirm = "/" + next(
        line for _, to, m in mails.mails if to == ["visitor@elsewhere.test"]
        for line in m.get_body(("plain",)).get_content().split() if "/status/confirm/" in line
    ).partition("://")[2].partition("/")[2]  # fmt: skip
    assert client.get(confirm).status_code == 200  # a program that looks at links confirms nothing
    publish(title="Second")
    run_jobs()
    assert len([to for _, to, _ in mails.mails if to == ["visitor@elsewhere.test"]]) == 1
    assert client.post(confirm).status_code == 200
    publish(title="Third")
    run_jobs()
    last = next(m for _, to, m in reversed(mails.mails) if to == ["visitor@elsewhere.test"])
    assert "Third" in last["Subject"]
    assert last["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_visitor_reads_of_nothing_that_is_not_public(
    health: Any, publish: Publish, visitor: MailServer, owner: Any
) -> None:
    publish(visibility=Visibility.SIGNED_IN)
    publish(visibility=Visibility.AFFECTED)
    run_jobs()
    assert "visitor@elsewhere.test" not in readers(visitor)
    written = "SELECT count(*) FROM notifications_mail WHERE letter = 'health.visitor_told'"
    assert owner.execute(written).fetchone() == (0,)  # not even written and stopped


def test_the_link_in_the_mail_ends_it(
    health: Any, publish: Publish, client: Client, visitor: MailServer, owner: Any
) -> None:
    publish()
    run_jobs()
    last = next(m for _, to, m in visitor.mails if to == ["visitor@elsewhere.test"])
    path = last["List-Unsubscribe"].strip("<>").partition("://")[2].partition("/")[2]
    assert client.get("/" + path).status_code == 200
    assert owner.execute("SELECT count(*) FROM health_visitor").fetchone() == (1,)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/" + path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert owner.execute("SELECT count(*) FROM health_visitor").fetchone() == (0,)
    visitor.mails.clear()
    publish(title="After")
    run_jobs()
    assert "visitor@elsewhere.test" not in readers(visitor)


def test_three_bounces_stop_mail_to_a_visitor(
    health: Any, publish: Publish, visitor: MailServer, owner: Any
) -> None:  # 33
    for _ in range(3):
        publish()
        run_jobs()
        (key,) = owner.execute(
            "SELECT key FROM notifications_mail WHERE visitor_id IS NOT NULL AND state = 'sent' "
            "AND letter = 'health.visitor_told' ORDER BY created_at DESC, key LIMIT 1"
        ).fetchone()
        reader = bounces.queries.find_reader(key)
        assert reader is not None
        bounces.commands.bounce(reader.access, key, "5.1.1")
    assert owner.execute("SELECT bounces, stopped_at IS NULL FROM health_visitor").fetchone() == (3, False)
    visitor.mails.clear()
    publish()
    run_jobs()
    assert "visitor@elsewhere.test" not in readers(visitor)


def test_whoever_asks_again_and_again_sends_one_mail(health: Any, client: Client, mails: MailServer) -> None:
    answers = {ask(client).content for _ in range(3)}
    run_jobs()
    assert len(answers) == 1
    assert len(mails.mails) == 1


def test_one_place_asks_for_so_many_addresses_only(health: Any, client: Client) -> None:
    statuses = [ask(client, f"v{n}@elsewhere.test").status_code for n in range(11)]
    assert statuses == [200] * 10 + [400]


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a b@c.test", "x@y.test\r\nBcc: z@y.test"])
def test_what_is_no_address_is_refused_with_a_sentence(health: Any, client: Client, address: str, owner: Any) -> None:
    answer = ask(client, address)
    assert answer.status_code == 400
    assert "address_error" in answer.content.decode()
    assert owner.execute("SELECT count(*) FROM health_visitor").fetchone() == (0,)


def test_a_forged_or_old_link_leads_nowhere(health: Any, client: Client, mails: MailServer) -> None:
    ask(client)
    run_jobs()
    path = "/" + link(mails, "/status/confirm/")
    assert client.post(path[:-2] + "x/").status_code == 404
    assert client.post("/status/unsubscribe/1:forged/").status_code == 404
    signer = signing.TimestampSigner(salt="health.confirm")
    assert signer.unsign(path.split("/")[-2])
    with clock.frozen(NOW + CONFIRM_IN + timedelta(minutes=1)):
        visitors.clear_unconfirmed(Access.of_system(organizations=[health.provider.pk]), clock.now() - CONFIRM_IN)
    assert client.post(path).status_code == 404


@pytest.fixture
def boxes(health: Any) -> Any:
    """Cedar and birch each have a mailbox for news."""
    for customer, domain in ((health.cedar, "example.test"), (health.birch, "birch.test")):
        NewsAddress.objects.using("owner").create(
            customer=customer, address=f"news@{domain}", language="de", added_at=clock.now()
        )
    return health


def test_a_customers_own_mailbox_is_told_of_what_reaches_it(  # S003-30: at the same moment as everybody
    boxes: Any, publish: Publish, mails: MailServer, owner: Any
) -> None:
    publish(components={boxes.index.pk: "major_outage"}, title="Search is slow")  # only birch has it
    run_jobs()
    assert "news@birch.test" in readers(mails)
    assert "news@example.test" not in readers(mails)
    (message,) = [one for _path, to, one in mails.mails if to == ["news@birch.test"]]
    assert "Search is slow" in message["Subject"]
    assert "/mail/addresses/" in message.get_body(("plain",)).get_content()
    moments = owner.execute("SELECT DISTINCT created_at FROM notifications_mail WHERE letter LIKE 'health.%told'")
    assert len(moments.fetchall()) == 1


def test_three_bounces_stop_mail_to_a_mailbox(boxes: Any, publish: Publish, mails: MailServer, owner: Any) -> None:
    for _ in range(3):
        publish(components={boxes.index.pk: "major_outage"})
        run_jobs()
        (key,) = owner.execute(
            "SELECT key FROM notifications_mail WHERE address_id IS NOT NULL AND state = 'sent' "
            "ORDER BY created_at DESC, key LIMIT 1"
        ).fetchone()
        reader = bounces.queries.find_reader(key)
        assert reader is not None
        assert reader.customer_id == boxes.birch.pk
        bounces.commands.bounce(reader.access, key, "5.1.1")
    mails.mails.clear()
    publish(components={boxes.index.pk: "major_outage"})
    run_jobs()
    assert "news@birch.test" not in readers(mails)
