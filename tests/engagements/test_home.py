"""What home says of services, each to whom it concerns (R1.14)."""

from datetime import timedelta

from django.urls import reverse

from tallyhub.engagements.deliveries import commands
from tallyhub.engagements.home.queries import count_round
from tallyhub.engagements.planning import commands as planning
from tallyhub.engagements.planning.commands import Wish
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_for
from tests.activity.test_customer_activity import text
from tests.activity.test_home import needs, read
from tests.engagements.making import as_, log, make_offering, planned, proactive, request, schedule
from tests.make import grant, make_organization, make_workspace
from tests.world import TODAY

ACCEPT = "waits for you to accept or dispute it"
COMING = "A service takes place soon"
PLAN = "A requested service waits for your plan"
ANSWER = "is disputed and waits for your answer"


def test_a_delivery_to_accept_waits_for_the_requester_and_administrators(world, client):
    proactive(world)
    delivery = log(world, planned(world), 4)
    for who in ("member", "admin", "north_admin"):
        assert needs(read(client, getattr(world, who))).count(ACCEPT) == 1, who
    assert "04/12/2026" in needs(read(client, world.member)) or "4 Dec" in needs(read(client, world.member))
    for who in ("reader", "contact", "csam", "engineer", "stranger"):
        assert ACCEPT not in read(client, getattr(world, who)), who
    commands.accept_delivery(as_(world, "member"), delivery.pk, version=1)
    assert ACCEPT not in read(client, world.member)


def test_each_of_two_deliveries_that_wait_says_which_one_it_is_and_leads_to_it(world, client):
    proactive(world)
    number = planned(world)
    both = log(world, number, 4), log(world, number, 1.5, TODAY - timedelta(days=1))
    days = "The delivery of 21 November 2026, 4 h", "The delivery of 20 November 2026, 1:30 h"
    for said, where in (
        (ACCEPT, ("member", "/")),
        ("waits for your acceptance", ("member", reverse("engagements:engagements"))),
    ):
        assert_leads(client, world, where, [f"{day}, " for day in days], said, number, both)
    for one in both:
        commands.dispute_delivery(as_(world, "member"), one.pk, "No", version=1)
    for said, where in ((ANSWER, ("csam", "/")), ("is disputed", ("csam", reverse("engagements:engagements")))):
        assert_leads(client, world, where, [f"{day}, " for day in days], said, number, both)


def assert_leads(client, world, where, days, said, number, deliveries):
    who, address = where
    client.force_login(getattr(world, who))
    page = client.get(address).content.decode()
    shown, there = text(page), reverse("engagements:engagement", args=[number])
    for day, one in zip(days, deliveries, strict=True):
        assert day in shown, (where, day)
        assert said in shown
        assert f'href="{there}#delivery-{one.pk}"' in page, where
        assert f'id="delivery-{one.pk}"' in client.get(there).content.decode()


def test_what_is_coming_within_two_weeks_is_told(world, client):
    proactive(world)
    number = planned(world)
    schedule(world, number, in_days=15)
    assert COMING not in read(client, world.member)
    schedule(world, number, in_days=3)
    for who in ("member", "reader", "engineer", "csam"):
        assert COMING in needs(read(client, getattr(world, who))), who
    assert COMING not in read(client, world.stranger)


def test_requests_and_disputes_wait_for_whoever_plans(world, client):
    proactive(world)
    request(world)
    delivery = log(world, planned(world), 4)
    commands.dispute_delivery(as_(world, "member"), delivery.pk, "No", version=1)
    for who in ("csam", "coordinator"):
        page = needs(read(client, getattr(world, who)))
        assert (page.count(PLAN), page.count(ANSWER)) == (1, 1), who
    for who in ("member", "admin", "engineer"):
        page = read(client, getattr(world, who))
        assert PLAN not in page
        assert ANSWER not in page


def test_what_waits_at_each_customer_one_serves_is_told_where_one_chooses(world, client, statements):
    """Each of them leads into its customer, where home names them."""
    proactive(world)
    request(world)
    delivery = log(world, planned(world), 4)
    commands.dispute_delivery(as_(world, "member"), delivery.pk, "No", version=1)
    grant(world.csam, "csam", world.birch)
    ash = make_organization("ash", name="Ash Hidden")
    client.force_login(world.csam)
    with statements() as made:
        page = client.get(reverse("activity:round")).content.decode()
    birch, cedar = page.partition("<tbody")[2].split("</tr>")[:2]
    assert "1 requested service waits for a plan" in cedar
    assert "1 disputed delivery waits for an answer" in cedar
    assert "waits for" not in birch
    assert "Ash" not in page
    grant(world.csam, "csam", ash)
    grant(world.csam, "csam", make_organization("aaa", name="Aaa Calm"))
    there = make_workspace(ash, "main", is_default=True)
    planning.request_service(act_for(world.csam.pk, ash.pk).access, there.pk, make_offering().code, Wish())
    with statements() as more:
        page = client.get(reverse("activity:round")).content.decode()
    assert len(more) == len(made)
    assert page.count("1 requested service waits for a plan</") == 2
    rows = page.partition("<tbody")[2]
    assert rows.index("Ash Hidden") < rows.index("Aaa Calm")
    form = {"customer": ash.pk, "next": reverse("activity:home")}
    assert f'name="customer" value="{ash.pk}"' in page
    assert client.post(reverse("organizations:switch_customer"), form).url == reverse("activity:home")
    assert PLAN in needs(text(client.get("/").content.decode()))


def test_the_database_counts_services_of_the_customers_alone_that_one_serves(world):
    """With Python's wall off: whatever the settings claim, the person's own grants decide."""
    proactive(world)
    request(world)
    for person, served in ((world.csam, {world.cedar.pk: (1, 0)}), (world.stranger, {}), (world.engineer, {})):
        claim = Access(person_id=person.pk, in_whole=True, system_customers=(world.cedar.pk, world.birch.pk))
        with scope(claim):
            assert count_round() == served


def test_a_disputed_delivery_that_was_taken_away_waits_no_more(world):
    proactive(world)
    delivery = log(world, planned(world), 4)
    commands.dispute_delivery(as_(world, "member"), delivery.pk, "No", version=1)
    assert read_in(world) == {world.cedar.pk: (0, 1)}
    commands.correct_delivery(as_(world, "csam"), delivery.pk, None, "Never", version=2)
    assert read_in(world) == {}


def read_in(world):
    with scope(as_(world, "csam")):
        return count_round()
