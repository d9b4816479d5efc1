"""Every page of the package asks a fixed number of statements, however much there is."""

from tests.engagements.making import log, make_offering, plan, proactive, request, schedule


def live(world, offering, n):
    """``n`` engagements, each with days, deliveries and one that was corrected."""
    for day in range(n):
        number = request(world, offering=offering)
        plan(world, number, 8)
        schedule(world, number, in_days=30 + day + 40 * n)
        log(world, number, 4)
        log(world, number, 2, external_id=f"{number}-2", source="test")
    return number


def test_every_page_asks_a_fixed_number_of_statements(world, client, statements):
    proactive(world, bought=4000 * 60)
    offering = make_offering()
    number = live(world, offering, 1)
    pages = [
        "/services/", f"/services/offer/{offering.code}/", "/services/engagements/", "/services/upcoming/",
        f"/services/engagements/{number}/",
    ]  # fmt: skip

    def count(who):
        client.force_login(getattr(world, who))
        found = {}
        for page in pages:
            with statements() as made:
                assert client.get(page).status_code == 200, page
            found[page] = len(made)
        return found

    people = ("member", "csam", "engineer")
    few = {who: count(who) for who in people}
    live(world, offering, 6)
    for _ in range(3):
        make_offering()
        log(world, number, 1)
    assert {who: count(who) for who in people} == few
