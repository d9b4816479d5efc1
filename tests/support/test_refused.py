"""The page of refused mails: when one was not taken, why, and of which request; for the staff of the queue (R4.3)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.test import Client, override_settings

from tallyhub.kernel import clock
from tallyhub.kernel.grid import PAGE_ROWS
from tallyhub.privacy import jobs
from tallyhub.support.conversation import incoming
from tallyhub.support.conversation.incoming import Verdict
from tallyhub.support.conversation.refused import WHY
from tallyhub.support.models import Incoming, Request, RequestViewer
from tests.activity.test_customer_activity import text
from tests.make import grant, make_request
from tests.support.test_mail import answer, imap, north, smtp  # noqa: F401 - fixtures
from tests.world import NOW

PAGE = "/support/queue/refused/"


def came(verdict: str, request: Request | None = None, at: datetime = NOW) -> Incoming:
    digest = f"{Incoming.objects.using('owner').count()}".encode()
    return Incoming.objects.using("owner").create(
        digest=digest, sender=b"x", verdict=verdict, serial=request.pk if request else None, at=at
    )


def read(client: Client, who: Any, address: str = PAGE) -> str:
    client.force_login(who)
    answered = client.get(address)
    assert answered.status_code == 200, answered.status_code
    return text(answered.content.decode().split("<main")[-1])


def test_each_refusal_has_words_of_its_own() -> None:
    assert set(WHY) == set(Verdict) - {Verdict.TAKEN, Verdict.KNOWN}
    assert len(set(map(str, WHY.values()))) == len(WHY)


def test_the_page_says_when_why_and_of_which_request(world: SimpleNamespace, client: Client) -> None:
    request = make_request(world.north)
    came("closed", request)
    came("no_address", at=NOW - timedelta(days=2))
    came("taken", make_request(world.north, title="Other"))
    page = read(client, world.engineer)
    for words in ("2 mails", "12:00:00", "Nothing more is said in the support request.", request.number, "–",
                  "Refused by Tallyhub", "It answered no mail of the hub, and went to no partner’s desk."):  # fmt: skip
        assert words in page, words
    assert f'href="/support/requests/{request.number}/"' in client.get(PAGE).content.decode()
    assert f'href="{PAGE}"' in client.get("/support/queue/").content.decode()


def test_a_request_is_told_to_the_staff_of_its_workspace_alone(world: SimpleNamespace, client: Client) -> None:  # R1.5
    """What answers no request is for everybody who has a queue."""
    came("closed", make_request(world.birch_main))
    came("no_address")
    assert "1 mail" in read(client, world.engineer)
    assert "Nothing more is said" not in read(client, world.engineer)
    for who in (world.admin, world.member, world.newcomer, world.stranger):
        client.force_login(who)
        assert client.get(PAGE).status_code == client.get(f"{PAGE}rows/").status_code == 403


def test_a_request_of_a_customer_that_is_not_worked_inside_is_named_and_no_link(
    world: SimpleNamespace, client: Client
) -> None:
    grant(world.engineer, "engineer", world.birch)
    there = make_request(world.birch_main)
    came("forged", there)
    client.force_login(world.engineer)
    client.post("/switch/customer/", {"customer": world.cedar.pk})
    assert there.number in read(client, world.engineer)
    assert f"/requests/{there.number}/" not in client.get(PAGE).content.decode()


def test_thirty_days_are_shown(world: SimpleNamespace, client: Client) -> None:
    came("own", at=NOW - timedelta(days=30, seconds=-1))
    came("forged", at=NOW - timedelta(days=30))
    page = read(client, world.csam)
    assert "The hub itself had sent it." in page
    assert "did not come from the person" not in page


def test_it_says_why_it_is_empty(world: SimpleNamespace, client: Client) -> None:
    assert "The hub reads no mailbox" in read(client, world.engineer)
    ready = {"imap_url": "imaps://x@y.test/", "reply_address": "support@northgate.test"}
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update=ready)):
        assert "Every mail that came in became a message" in read(client, world.engineer)


def test_it_goes_on_page_by_page(world: SimpleNamespace, client: Client, statements: Any) -> None:
    """Many of the same instant, too; with a fixed number of statements."""
    requests = [make_request(world.north) for _ in range(3)]
    for n in range(PAGE_ROWS + 20):
        came("closed", requests[n % 3], at=NOW - timedelta(minutes=n // 30))
    client.force_login(world.engineer)
    seen: list[str] = []
    address = PAGE
    for _ in range(2):
        with statements() as made:
            page = client.get(address).content.decode()
        assert len(made) <= 9
        seen += re.findall(r"<tr role=\"row\">\s*<td", page)
        onward = re.search(r'id="page-next" href="([^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert (len(seen), address) == (PAGE_ROWS + 20, "")
    last = client.get(f"{PAGE}?page=last").content.decode()
    assert 'id="page-prev"' in last
    for query in ("sort=verdict", "after=x~1", f"after={'9' * 18}~1"):
        assert client.get(f"{PAGE}?{query}").status_code == 400


def test_a_refused_mail_keeps_the_request_that_it_answered(
    north: Request,  # noqa: F811
    imap: Any,  # noqa: F811
    answer: Callable[..., bytes],  # noqa: F811
    world: SimpleNamespace,
    client: Client,
) -> None:
    found = {}
    for n, mail in enumerate([{"From": "x@else.test"}, {"text": "> only quoted"}, {"To": "support@northgate.test"}]):
        verdict = incoming.take(answer(**mail, Message_ID=f"<{n}@example.test>"))
        found[verdict] = Incoming.objects.using("owner").get(verdict=verdict).serial
    RequestViewer.objects.using("owner").filter(person=world.member).delete()
    assert incoming.take(answer()) == Verdict.NOT_THERE
    found[Verdict.NOT_THERE] = Incoming.objects.using("owner").get(verdict=Verdict.NOT_THERE).serial
    known = {Verdict.FORGED: north.pk, Verdict.EMPTY: north.pk, Verdict.NOT_THERE: north.pk}
    assert found == known | {Verdict.NO_ADDRESS: None}
    assert "4 mails" in read(client, world.engineer)
    assert read(client, world.engineer).count(north.number) == 3


def test_what_came_in_is_forgotten_like_what_went_out(world: SimpleNamespace, owner: Any) -> None:  # R10.3
    came("closed", at=NOW - timedelta(days=settings.TALLYHUB.keep_mails_days, seconds=1))
    kept = came("taken", at=NOW - timedelta(days=settings.TALLYHUB.keep_mails_days, seconds=-1))
    with clock.frozen(NOW):
        jobs.clear_old(0)
    assert list(Incoming.objects.using("owner").values_list("pk", flat=True)) == [kept.pk]
    told = (
        "SELECT details->>'count' FROM journal_event WHERE kind = 'privacy.cleared' AND details->>'what' = 'mails_in'"
    )
    assert owner.execute(told).fetchall() == [("1",)]
