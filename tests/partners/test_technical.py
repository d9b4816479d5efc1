"""Technical support: resources, then whoever supports the product (S003-32, S003-33, S003-52, S003-53)."""

from typing import Any

import pytest

from tests.partners.plans import mixed, supporting


@pytest.fixture
def held(firm: Any, as_: Any, owner: Any) -> Any:
    """Birch's old agreement, which covers everything from lakeside, is left out."""
    owner.execute("UPDATE agreements_package SET covers_every_product = false WHERE code = 'BASE'")
    supporting(firm, as_)
    return mixed(firm)


def test_a_customer_lands_on_the_card_of_its_partner(held: Any, as_: Any) -> None:  # S003-33
    page = as_(held.asker).get(f"/technical-support/?product={held.database.pk}").content.decode()
    assert "Lakeside" in page and "+44 20 7946 0000" in page and "help@lakeside.test" in page
    assert "/support/open/" not in page


def test_what_was_bought_directly_leads_to_a_request(held: Any, as_: Any) -> None:  # R5.3
    page = as_(held.asker).get(f"/technical-support/?product={held.messaging.pk}").content.decode()
    assert "/support/open/" in page and "+44 20 7946 0000" not in page
