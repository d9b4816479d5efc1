"""The composer: what is refused and why, what is written down, who reads that, and corrections."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tallyhub.agreements.models import Coverage
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import scope
from tallyhub.messages import jobs, queries, steps
from tallyhub.messages.choosing.commands import choose_promotions
from tallyhub.messages.composing import commands
from tallyhub.messages.rules import MessageCategory, MessageSeverity, Text
from tallyhub.messages.steps import text_of
from tests.make import days, make_agreement, make_organization, make_package, make_workspace
from tests.messages.cast import said, seen
from tests.world import NOW

Publish = Callable[..., int]
FORM = {
    "message_class": "subscription", "category": "inform", "severity": "normal", "audience": "named", "zone": "UTC",
    "title_en": "Your subscription ends", "body_en": "Renew it in time.",
}  # fmt: skip


def sendings(owner: Any) -> set[tuple[str, str, bool]]:
    """(customer, why not, with a message)."""
    rows = owner.execute(
        "SELECT o.code, s.reason, s.post_id IS NOT NULL FROM messages_sending s "
        "JOIN organizations_organization o ON o.id = s.customer_id"
    )
    return set(rows.fetchall())


def compose(client: Client, *, act: str = "preview", **over: Any) -> Any:
    return client.post("/messages/edit/new/", {**FORM, "act": act, **over})


def seen_on(answer: Any) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]{32})"', answer.content.decode())[0]


def test_a_renewal_of_what_a_partner_sold_is_refused_and_the_partner_is_named(  # S003-29, 29
    centre: Any, client: Client, owner: Any
) -> None:
    client.force_login(centre.editor)
    form = {"customers": "birch", "products": [centre.search.pk]}
    preview = compose(client, **form)
    page = preview.content.decode()
    assert "It bought the product through a partner" in page
    assert "Ask instead: Lakeside" in page
    assert sendings(owner) == set()  # looking is no attempt
    answer = compose(client, act="publish", seen=seen_on(preview), confirmed="on", **form)
    assert answer.status_code == 409
    assert "Nothing was sent" in answer.content.decode()
    assert sendings(owner) == {("birch", "through_partner", False)}
    assert owner.execute("SELECT count(*) FROM messages_post").fetchone() == (0,)


def test_the_refusal_is_read_by_the_customer_and_its_partner_without_the_text(  # R5.6
    centre: Any, client: Client, owner: Any
) -> None:
    message = said("subscription", centre.search, customers=(centre.birch,), titles={"en": "Secret"})
    done = commands.publish(centre.editing, message, seen=seen(centre.editing, message), is_confirmed=True)
    assert done.post_id is None
    for who in (centre.stranger, centre.agent):
        client.force_login(who)
        page = client.get("/messages/log/?refused=1").content.decode()
        assert "It bought the product through a partner" in page, who.name
        assert "Lakeside" in page
        assert "Secret" not in page
    for who in (centre.member, centre.rival, centre.maple_admin):
        client.force_login(who)
        assert "through a partner, who" not in client.get("/messages/log/").content.decode(), who.name
    told = owner.execute("SELECT customer_id, actor_id, details FROM journal_event WHERE kind = 'messages.refused'")
    what = {"what": "subscription", "why": "through_partner"}
    assert told.fetchall() == [(centre.birch.pk, centre.editor.pk, what)]


def test_of_what_was_bought_directly_the_provider_writes_and_of_the_rest_it_does_not(  # S003-31, 30
    centre: Any, owner: Any
) -> None:
    direct = said("subscription", centre.database, customers=(centre.maple,))
    partners = said("subscription", centre.search, customers=(centre.maple,))
    done = [
        commands.publish(centre.editing, one, seen=seen(centre.editing, one), is_confirmed=False)
        for one in (direct, partners)
    ]
    assert [one.sent for one in done] == [1, 0]
    assert sendings(owner) == {("maple", "", True), ("maple", "through_partner", False)}


def test_without_a_product_it_is_refused_where_both_sold_something(centre: Any, owner: Any) -> None:  # R5.6, 30
    message = said("subscription", customers=(centre.maple, centre.cedar))
    with pytest.raises(Invalid, match="message_refusals_unconfirmed"):
        commands.publish(centre.editing, message, seen=seen(centre.editing, message), is_confirmed=False)
    assert sendings(owner) == set()
    commands.publish(centre.editing, message, seen=seen(centre.editing, message), is_confirmed=True)
    assert sendings(owner) == {("maple", "no_product", True), ("cedar", "", True)}


def test_the_others_get_it_once_that_is_confirmed(centre: Any, client: Client, owner: Any) -> None:
    client.force_login(centre.editor)
    form = {"audience": "holders", "products": [centre.database.pk]}
    preview = compose(client, **form)
    unconfirmed = compose(client, act="publish", seen=seen_on(preview), **form)
    assert unconfirmed.status_code == 400
    assert "Tick below that it goes to the others" in unconfirmed.content.decode()
    assert seen_on(unconfirmed) == seen_on(preview)
    assert compose(client, act="publish", seen=seen_on(preview), confirmed="on", **form).status_code == 302
    assert sendings(owner) == {("birch", "through_partner", True), ("cedar", "", True), ("maple", "", True)}


def test_a_refused_customer_does_not_read_what_the_others_got(centre: Any, publish: Publish, client: Client) -> None:
    post = publish("subscription", centre.database)  # cedar and maple have it; birch is refused
    codes = {}
    for who in ("admin", "maple_admin", "stranger", "agent"):
        client.force_login(getattr(centre, who))
        codes[who] = client.get(f"/messages/{post}/").status_code
    assert codes == {"admin": 200, "maple_admin": 200, "stranger": 404, "agent": 404}


def test_what_was_shown_is_what_is_sent(centre: Any, client: Client, owner: Any) -> None:
    client.force_login(centre.editor)
    form = {"audience": "holders", "products": [centre.search.pk], "message_class": "operational"}
    old = seen_on(compose(client, **form))
    for package in (centre.base, centre.addon):
        Coverage.objects.using("owner").create(customer=centre.cedar, package=package, product=centre.search)
    answer = compose(client, act="publish", seen=old, **form)
    assert answer.status_code == 400
    assert "not what you were shown" in answer.content.decode()
    assert sendings(owner) == set()
    assert compose(client, act="publish", seen=seen_on(answer), **form).status_code == 302


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"customers": ""}, "Nobody is named"),
        ({"customers": "birch\nnobody"}, "No customer has the code “nobody”"),
        ({"customers": "northgate"}, "No customer has the code “northgate”"),
        ({"title_en": ""}, "This field is required"),
        ({"title_de": "Nur der Titel"}, "one of title and text is missing"),
        ({"is_major": "on", "category": "plan"}, "Say by which day one must have acted"),
        ({"is_major": "on", "category": "plan", "act_by_on": "2026-12-20"}, "at least 30 days ahead"),
        ({"act_by_on": "31.12.2026"}, "Enter a valid date"),
        ({"starts_at": "2026-11-20T10:00"}, "The time at which it is to be sent is over"),
        ({"starts_at": "2026-10-25T02:30", "zone": "Europe/Berlin"}, "Select a valid choice"),
        ({"ends_at": "2026-11-20T10:00"}, "It would be over before it is sent"),
        ({"message_class": "gossip"}, "Select a valid choice"),
        ({"products": ["999999"]}, "Select a valid choice"),
        ({"body_en": "a\x00b"}, "Please check what you entered"),
        ({"title_en": "x" * 201}, "at most 200 characters"),
        ({"audience": "holders", "message_class": "operational", "products": []}, ""),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_written(
    centre: Any, client: Client, owner: Any, over: dict[str, Any], sentence: str
) -> None:
    client.force_login(centre.editor)
    answer = compose(client, act="publish", **{"customers": "birch", **over})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert sendings(owner) == set()


def test_nobody_else_writes(centre: Any) -> None:
    message = said("operational", centre.search)
    partner = Access(
        person_id=centre.agent.pk,
        organization_id=centre.partner.pk,
        organization_rights=frozenset({Right.SERVE_CUSTOMERS}),
    )
    for access in (partner, Access(person_id=centre.admin.pk, customer_id=centre.cedar.pk)):
        with pytest.raises(Forbidden):
            commands.publish(access, message, seen="", is_confirmed=True)


def test_a_product_that_is_not_there_is_refused(centre: Any) -> None:
    class Gone:
        pk = 999_999

    with pytest.raises(Invalid, match="product_unknown"):
        commands.publish(centre.editing, said("operational", Gone()), seen="", is_confirmed=True)


def test_advertising_goes_to_whoever_asked_for_it(centre: Any, publish: Publish, owner: Any) -> None:  # R5.6
    administrator = Access(
        person_id=centre.stranger.pk,
        customer_id=centre.birch.pk,
        in_whole=True,
        customer_rights=frozenset({Right.ADMINISTER}),
    )
    publish("promotion", centre.database)
    assert ("birch", "unasked", True) in sendings(owner)
    choose_promotions(administrator, takes_promotions=True)
    owner.execute("DELETE FROM messages_sending")
    publish("promotion", centre.database)
    assert ("birch", "", True) in sendings(owner)


def test_who_wants_advertising_is_told_to_nobody_but_the_provider(centre: Any) -> None:
    administrator = Access(
        person_id=centre.stranger.pk,
        customer_id=centre.birch.pk,
        in_whole=True,
        customer_rights=frozenset({Right.ADMINISTER}),
    )
    choose_promotions(administrator, takes_promotions=True)
    partner = Access(person_id=centre.agent.pk, organization_id=centre.partner.pk)
    for access, expected in ((centre.editing, {centre.birch.pk}), (partner, set()), (administrator, set())):
        with scope(access):
            assert queries.list_promoted() == expected


# Later


def test_whoever_holds_the_product_later_gets_what_runs_once(centre: Any, publish: Publish, owner: Any) -> None:
    post = publish("operational", centre.search)
    gone = publish("operational", centre.search, ends_at=NOW + timedelta(hours=1))
    named = publish("operational", centre.search, customers=(centre.birch,))
    elm = make_organization("elm")
    package = make_package(
        make_agreement(elm, centre.partner), make_workspace(elm, "main"), scope="addon", covers_every_product=False
    )
    Coverage.objects.using("owner").create(customer=elm, package=package, product=centre.search)
    with clock.frozen(NOW + timedelta(hours=2)):
        jobs.release_running(0)
        jobs.release_running(0)
    found = owner.execute("SELECT post_id, partners FROM messages_sending WHERE customer_id = %s", [elm.pk]).fetchall()
    assert found == [(post, [centre.partner.pk])]
    assert {gone, named} & {one for one, _partners in found} == set()


def test_the_rules_are_asked_anew_when_a_message_is_sent_later(centre: Any, owner: Any) -> None:
    later = said("subscription", centre.database, customers=(centre.cedar,), starts_at=NOW + timedelta(days=1))
    done = commands.publish(centre.editing, later, seen=seen(centre.editing, later), is_confirmed=False)
    assert (done.sent, sendings(owner)) == (0, set())
    owner.execute("UPDATE agreements_agreement SET seller_id = %s", [centre.partner.pk])
    with clock.frozen(NOW + timedelta(days=1)):
        jobs.release_due(0)
    assert sendings(owner) == {("cedar", "through_partner", True)}


def test_what_is_withdrawn_before_its_time_is_never_sent(centre: Any, owner: Any) -> None:
    later = said("operational", centre.database, starts_at=NOW + timedelta(days=1))
    done = commands.publish(centre.editing, later, seen=seen(centre.editing, later), is_confirmed=True)
    commands.withdraw(centre.editing, done.post_id)
    with pytest.raises(Conflict):
        commands.withdraw(centre.editing, done.post_id)
    with clock.frozen(NOW + timedelta(days=1)):
        jobs.release_due(0)
    assert sendings(owner) == set()


def test_an_agreement_that_is_over_reaches_nobody(centre: Any, owner: Any) -> None:
    past = days(date(2025, 1, 1), date(2025, 12, 31))
    owner.execute("UPDATE agreements_agreement SET term = %s", [past])
    owner.execute("UPDATE agreements_package SET term = %s", [past])
    with scope(centre.editing):
        assert steps.plan(commands.about_of(said("operational", centre.database))) == []


# Corrections


def post_of(owner: Any, post: int) -> Any:
    from tallyhub.messages.models import Post

    return Post.objects.using("owner").get(pk=post)


def corrected(post: Any, **over: Any) -> Text:
    fields = {name: getattr(text_of(post), name) for name in Text.__dataclass_fields__}
    return Text(**fields | over)


def test_a_correction_leaves_what_was_before_readable(
    centre: Any, publish: Publish, client: Client, owner: Any
) -> None:
    post = publish("operational", centre.database, titles={"en": "On Monday"})
    client.force_login(centre.admin)
    client.get(f"/messages/{post}/")
    with clock.frozen(NOW + timedelta(hours=1)):
        text = corrected(post_of(owner, post), titles={"en": "On Tuesday"}, severity=MessageSeverity.HIGH)
        assert commands.correct(centre.editing, post, 1, text)
    with clock.frozen(NOW + timedelta(hours=2)):
        assert "1 unread" in client.get("/messages/").content.decode()  # it says something else now
        page = client.get(f"/messages/{post}/").content.decode()
    assert "On Tuesday" in page
    assert "What it said before" in page
    assert "On Monday" in page
    with pytest.raises(Conflict, match="message_changed_meanwhile"):
        commands.correct(centre.editing, post, 1, corrected(post_of(owner, post), titles={"en": "x"}))
    assert not commands.correct(centre.editing, post, 2, text)  # says the same


def test_the_role_that_serves_changes_no_version_and_no_sending(centre: Any, publish: Publish) -> None:
    from django.db import DatabaseError, connection

    publish("operational", centre.database)
    for statement in (
        "UPDATE messages_postversion SET titles = '{}'",
        "DELETE FROM messages_postversion",
        "UPDATE messages_sending SET reason = 'not_held'",
        "DELETE FROM messages_sending",
        "UPDATE messages_guideversion SET number = 2",
    ):
        with pytest.raises(DatabaseError), scope(centre.editing, writing=True), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_correction_is_checked_as_the_message_was(centre: Any, publish: Publish, client: Client, owner: Any) -> None:
    post = publish(
        "operational", centre.database, category=MessageCategory.PLAN, is_major=True, act_by_on=date(2027, 1, 15)
    )
    client.force_login(centre.editor)
    path = f"/messages/edit/{post}/correct/"
    page = client.get(path).content.decode()
    assert 'value="2027-01-15"' in page
    form = {
        "category": "plan", "severity": "normal", "zone": "UTC", "is_major": "on", "act_by_on": "2026-12-01",
        "title_en": "The console changes", "body_en": "Sooner.", "version": "1",
    }  # fmt: skip
    answer = client.post(path, form)
    assert answer.status_code == 400
    assert "at least 30 days ahead" in answer.content.decode()
    assert client.post(path, {**form, "act_by_on": "2027-01-20"}).status_code == 302
    assert post_of(owner, post).version == 2


def test_a_withdrawn_message_stays_readable_and_says_so(centre: Any, publish: Publish, client: Client) -> None:
    post = publish("operational", centre.database)
    client.force_login(centre.editor)
    assert client.post(f"/messages/edit/{post}/withdraw/").status_code == 302
    client.force_login(centre.admin)
    assert "The console changes" not in client.get("/messages/").content.decode()
    assert "The console changes" in client.get("/messages/?show=over").content.decode()
    assert "has withdrawn this message" in client.get(f"/messages/{post}/").content.decode()


def test_a_partner_that_sold_no_product_sold_something_all_the_same(centre: Any, owner: Any) -> None:  # R5.3, R5.6, 30
    make_agreement(centre.cedar, centre.partner)  # of which no package covers a product
    for about, sent in (("subscription", False), ("operational", False), ("promotion", False), ("security", True)):
        message = said(about, customers=(centre.cedar,))
        commands.publish(centre.editing, message, seen=seen(centre.editing, message), is_confirmed=True)
        found = owner.execute("SELECT reason, partners FROM messages_sending ORDER BY id DESC LIMIT 1").fetchone()
        assert (found[0] == "", found[1]) == (sent, [centre.partner.pk]), about
    named = said("subscription", centre.database, customers=(centre.cedar,))
    done = commands.publish(centre.editing, named, seen=seen(centre.editing, named), is_confirmed=False)
    assert done.sent == 1
