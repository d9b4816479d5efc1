"""Technical support: resources, then whoever supports the product; and no door to the provider for what is a partner's
(S003-32, S003-33, S003-52, S003-53; R5.3; edge cases 13 to 16, 30, 36).
"""

import json
from typing import Any

import pytest

from tallyhub.accounts.tokens import TokenScope
from tallyhub.kernel import clock
from tests.integrations.api.program import Program, make_token
from tests.make import grant, make_agreement, make_package, make_person, make_product
from tests.partners.plans import cover, mixed, supporting

LAKESIDE = "+44 20 7946 0000"
REFUSED = "Your partner supports this"


@pytest.fixture
def held(firm: Any, as_: Any, owner: Any) -> Any:
    """Birch's old agreement, which covers everything from lakeside, is left out."""
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    return mixed(firm)


def text(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    found: str = answer.content.decode()
    return found


def technical(client: Any, product: Any = "", **more: Any) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return text(client, f"/technical-support/?product={getattr(product, 'pk', product)}{extra}")


def begin(client: Any, held: Any) -> Any:
    return client.post("/support/open/begin/", {"workspace": held.birch_main.pk})


def test_a_customer_lands_on_the_card_of_its_partner(held: Any, as_: Any) -> None:  # S003-33
    page = technical(as_(held.asker), held.database)
    for said in ("Lakeside", LAKESIDE, "help@lakeside.test", "Lakeside care", "€120.50 for each request", "Own people"):
        assert said in page
    assert "/support/open/" not in page


def test_the_guide_is_one_step_away(held: Any, as_: Any) -> None:  # S003-37
    assert 'href="/which-portal/">Which support portal?</a></p>' in technical(as_(held.asker), held.database)


def test_resources_stand_before_the_card(held: Any, as_: Any) -> None:  # R5.8
    page = technical(as_(held.asker), held.database)
    assert page.index("Find it out by yourself") < page.index(LAKESIDE)
    assert f"/configuration-tasks/?product={held.database.pk}" in page
    assert f"/learning/?product={held.database.pk}" in page


def test_what_was_bought_directly_leads_to_a_request(held: Any, as_: Any) -> None:  # R5.3
    page = technical(as_(held.asker), held.messaging)
    assert "/support/open/" in page
    assert LAKESIDE not in page


def test_what_is_not_named_is_the_partners_as_soon_as_anything_is(held: Any, as_: Any) -> None:  # R5.3
    page = technical(as_(held.asker), "other")
    assert LAKESIDE in page
    assert "/support/open/" not in page
    direct = technical(as_(held.contact), "other")  # cedar bought all of it from the provider
    assert "/support/open/" in direct


def test_of_two_partners_the_product_decides(held: Any, as_: Any) -> None:  # S003-52
    storage = make_product("storage")
    other = make_agreement(held.birch, held.rival, number="BIR-STO")
    cover(make_package(other, held.birch_main, code="STO", scope="addon"), storage)
    asker = as_(held.asker)
    assert LAKESIDE in technical(asker, held.database)
    assert "Rivermouth" not in technical(asker, held.database)
    page = technical(asker, storage)
    assert "Rivermouth" in page
    assert LAKESIDE not in page


def test_of_two_partners_the_customer_picks_where_nothing_decides(held: Any, as_: Any) -> None:  # edge case 13
    other = make_agreement(held.birch, held.rival, number="BIR-STO")
    make_package(other, held.birch_main, code="STO", scope="addon")
    asker = as_(held.asker)
    page = technical(asker, "other")
    assert f"partner={held.partner.pk}" in page
    assert f"partner={held.rival.pk}" in page
    assert LAKESIDE not in page
    assert LAKESIDE in technical(asker, "other", partner=held.partner.pk)
    stranger = technical(as_(held.contact), "other", partner=held.partner.pk)  # cedar's is no partner of birch's (36)
    assert LAKESIDE not in stranger


def test_what_was_bought_both_ways_shows_both_ways(held: Any, as_: Any) -> None:  # edge case 30
    cover(make_package(make_agreement(held.birch, held.provider), held.birch_main, scope="addon"), held.database)
    page = technical(as_(held.asker), held.database)
    assert LAKESIDE in page
    assert "/support/open/" in page


def test_a_partner_that_has_said_nothing_has_no_blank_card(firm: Any, as_: Any) -> None:  # edge case 17
    firm.asker = mixed(firm).asker
    page = technical(as_(firm.asker), firm.database)
    assert "It has not said yet how to reach its support." in page
    assert "Lakeside has not said yet how to reach it." in page  # and the provider stands in meanwhile
    assert "Northgate" in page


def test_for_a_suspended_partner_another_one_is_shown(held: Any, as_: Any, owner: Any) -> None:  # S003-53
    owner.execute(
        "UPDATE partners_party SET suspended_at = %s WHERE organization_id = %s", [clock.now(), held.partner.pk]
    )
    asker = as_(held.asker)
    page = technical(asker, held.database)
    assert "Lakeside cannot support you at present." in page
    assert LAKESIDE not in page
    assert "Northgate" in page
    owner.execute(
        "INSERT INTO partners_partnership (provider_id, reseller_id, invited_at, authorised_at)"
        " VALUES (%s, %s, %s, %s)",
        [held.rival.pk, held.partner.pk, clock.now(), clock.now()],
    )
    page = technical(asker, held.database)
    assert "Rivermouth" in page
    assert "Northgate" not in page.split("Who supports you")[1]


def suspend(held: Any, owner: Any) -> None:
    owner.execute(
        "UPDATE partners_party SET suspended_at = %s WHERE organization_id = %s", [clock.now(), held.partner.pk]
    )


def sent(client: Any, held: Any, owner: Any, product: Any) -> int:
    """What sending a request about a product answers, whatever the steps before it offered."""
    draft = draft_of(client, held)
    typed = json.dumps(WRITTEN | {"product": product.pk})
    owner.execute("UPDATE support_draft SET typed = %s WHERE id = %s", [typed, draft])
    status: int = client.post(f"/support/open/{draft}/send/").status_code
    return status


def test_for_a_suspended_partner_the_provider_takes_the_request(held: Any, as_: Any, owner: Any) -> None:  # S003-53
    suspend(held, owner)
    asker = as_(held.asker)
    page = technical(asker, held.database)
    assert "As long as your partner cannot, Northgate supports it." in page
    assert "/support/open/" in page
    step = text(asker, f"/support/open/{draft_of(asker, held)}/what/")
    assert f'value="{held.database.pk}"' in step
    assert sent(asker, held, owner, held.database) == 302
    assert post_to_api(held, product="database").status_code == 200
    opened = owner.execute("SELECT product_id FROM support_request").fetchall()
    assert opened == [(held.database.pk,)] * 2


def test_a_customer_of_a_suspended_partner_alone_finds_the_door(firm: Any, as_: Any, owner: Any) -> None:  # S003-53
    """Birch as it is in the world: all of it from lakeside, and nobody has named a product."""
    grant(firm.stranger, "support_contact", firm.birch_main)
    client = as_(firm.stranger)
    assert text(client, "/support/open/", 403)
    suspend(firm, owner)
    assert "/support/open/" in technical(client, "other")
    assert text(client, "/support/open/")
    assert client.post("/support/open/begin/", {"workspace": firm.birch_main.pk}).status_code == 302


def test_where_an_indirect_provider_stands_in_the_provider_is_not_asked(held: Any, as_: Any, owner: Any) -> None:
    # S003-53
    suspend(held, owner)
    owner.execute(
        "INSERT INTO partners_partnership (provider_id, reseller_id, invited_at, authorised_at)"
        " VALUES (%s, %s, %s, %s)",
        [held.rival.pk, held.partner.pk, clock.now(), clock.now()],
    )
    asker = as_(held.asker)
    assert "/support/open/" not in technical(asker, held.database).split("Who supports you")[1]
    assert sent(asker, held, owner, held.database) == 403
    assert post_to_api(held, product="database").status_code == 403
    assert owner.execute("SELECT count(*) FROM support_request").fetchone() == (0,)


def test_nothing_leads_to_the_provider_for_a_customer_of_partners_alone(firm: Any, as_: Any) -> None:  # S003-32
    """Birch as it is in the world: all of it from lakeside, and nobody has named a product."""
    supporting(firm, as_)
    grant(firm.stranger, "support_contact", firm.birch_main)
    client = as_(firm.stranger)
    assert "/support/open/" not in text(client, "/support/")
    assert "/support/open/" not in technical(client)
    assert LAKESIDE in technical(client)
    page = text(client, "/support/open/", 403)
    assert REFUSED in page
    assert LAKESIDE in page
    answer = client.post("/support/open/begin/", {"workspace": firm.birch_main.pk})
    assert answer.status_code == 403
    assert LAKESIDE in answer.content.decode()


def test_whoever_may_open_nothing_still_sees_the_card(held: Any, as_: Any) -> None:  # 1.4: customer users read it
    assert LAKESIDE in technical(as_(held.stranger), held.database)


def test_whoever_gives_roles_is_not_sent_to_an_administrator(held: Any, as_: Any) -> None:  # R5.8
    reader = make_person("onlooker", email="onlooker@birch.test")
    grant(reader, "customer_activity", held.birch_main)
    assert "Ask one of them, or your administrator." in technical(as_(reader), held.messaging)
    grant(reader, "customer_administrator", held.birch)
    page = technical(as_(reader), held.messaging)
    assert "your administrator" not in page
    assert 'yourself included: choose the person. <a href="/users/">' in page


def draft_of(client: Any, held: Any) -> str:
    answer = begin(client, held)
    assert answer.status_code == 302
    return str(answer["Location"]).split("/")[3]


WRITTEN = {"kind": "problem", "title": "It stands still", "description": "Since noon.", "severity": "C"}


def test_a_partners_product_is_not_offered_and_not_taken(held: Any, as_: Any, owner: Any) -> None:  # S003-32
    client = as_(held.asker)
    draft = draft_of(client, held)
    step = text(client, f"/support/open/{draft}/what/")
    assert f'value="{held.messaging.pk}"' in step
    assert f'value="{held.database.pk}"' not in step
    answer = client.post(f"/support/open/{draft}/what/", {"kind": "problem", "product": held.database.pk})
    assert answer.status_code == 403
    assert LAKESIDE in answer.content.decode()
    (typed,) = owner.execute("SELECT typed FROM support_draft WHERE id = %s", [draft]).fetchone()
    assert typed["product"] is None  # nothing of it was kept


def test_a_draft_of_before_is_not_sent_either(held: Any, as_: Any, owner: Any) -> None:  # edge case 15
    client = as_(held.asker)
    draft = draft_of(client, held)
    typed = json.dumps(WRITTEN | {"product": held.database.pk})
    owner.execute("UPDATE support_draft SET typed = %s WHERE id = %s", [typed, draft])
    answer = client.post(f"/support/open/{draft}/send/")
    assert answer.status_code == 403
    assert LAKESIDE in answer.content.decode()
    assert owner.execute("SELECT count(*) FROM support_request").fetchone() == (0,)


def test_without_a_product_nothing_is_sent_past_the_partner(held: Any, as_: Any, owner: Any) -> None:  # R5.3
    client = as_(held.asker)
    draft = draft_of(client, held)
    owner.execute("UPDATE support_draft SET typed = %s WHERE id = %s", [json.dumps(WRITTEN), draft])
    assert client.post(f"/support/open/{draft}/send/").status_code == 403
    assert owner.execute("SELECT count(*) FROM support_request").fetchone() == (0,)


def test_what_was_bought_directly_is_sent(held: Any, as_: Any, owner: Any) -> None:  # R5.3
    client = as_(held.asker)
    draft = draft_of(client, held)
    typed = json.dumps(WRITTEN | {"product": held.messaging.pk})
    owner.execute("UPDATE support_draft SET typed = %s WHERE id = %s", [typed, draft])
    assert client.post(f"/support/open/{draft}/send/").status_code == 302
    assert owner.execute("SELECT product_id FROM support_request").fetchone() == (held.messaging.pk,)


def test_of_a_refused_attempt_only_the_attempt_is_kept(held: Any, as_: Any, owner: Any) -> None:  # edge case 15
    client = as_(held.asker)
    draft = draft_of(client, held)
    client.post(f"/support/open/{draft}/what/", {"kind": "problem", "product": held.database.pk})
    found = owner.execute(
        "SELECT actor_id, customer_id, subject_id FROM journal_event WHERE kind = 'support.opening_refused'"
    ).fetchall()
    assert found == [(held.asker.pk, held.birch.pk, held.database.pk)]
    page = text(as_(held.stranger), "/audit/")
    assert "Tried to ask the provider for what the customer holds through a partner" in page


def post_to_api(held: Any, **said: Any) -> Any:
    """As the support contact's own program."""
    program = Program(make_token(held.asker, held.birch, TokenScope.WRITE_REQUESTS))
    body = {"workspace": "main", "kind": "problem", "severity": "C", "title": "It stands", "description": "Still."}
    return program.post("/requests", body | said)


def test_a_program_gets_the_card_instead_of_a_request(held: Any, owner: Any) -> None:  # S003-32, edge case 15
    for said in ({"product": "database"}, {}):
        answer = post_to_api(held, **said)
        assert answer.status_code == 403
        told = answer.json()
        assert told["type"].endswith("#request_is_partners")
        (one,) = told["partners"]
        assert (one["code"], one["telephone"]) == ("lakeside", LAKESIDE)
    assert owner.execute("SELECT count(*) FROM support_request").fetchone() == (0,)


def test_a_program_opens_what_was_bought_directly(held: Any) -> None:  # R5.3
    assert post_to_api(held, product="messaging").status_code == 200


def test_the_page_costs_the_same_whatever_is_held(held: Any, as_: Any, statements: Any) -> None:
    client = as_(held.asker)
    technical(client, held.database)
    with statements() as few:
        technical(client, held.database)
    for number in range(5):
        more = make_agreement(held.birch, held.partner, number=f"BIR-{number}")
        cover(make_package(more, held.birch_main, code=f"M{number}", scope="addon"), make_product(f"more-{number}"))
    with statements() as many:
        technical(client, held.database)
    assert len(many) == len(few)


def test_who_makes_a_product_is_named_beside_who_sold_it(held: Any, as_: Any, owner: Any) -> None:  # edge case 24
    client = as_(held.asker)
    assert "makes this product" not in technical(client, held.database)
    owner.execute("UPDATE agreements_product SET publisher = 'Lamps United', publisher_url = 'https://lamps.example/'")
    page = technical(client, held.database)
    assert "Lamps United makes this product and supports it." in page
    assert 'href="https://lamps.example/"' in page
    assert LAKESIDE in page
