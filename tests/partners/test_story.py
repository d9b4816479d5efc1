"""From the wish to the end, through the pages (S003-3, S003-4, S003-8)."""

from typing import Any

from tests.partners.world import approved, asked, assigned, opens


def test_the_whole_way(firm: Any, as_: Any) -> None:
    helper = as_(firm.helper)
    assert opens(helper, firm.cedar) == 404
    one = asked(firm, as_)
    page = as_(firm.admin).get(f"/partners/delegations/{one.pk}/").content.decode()
    assert "Read support requests and their conversation" in page
    approved(firm, as_, one)
    assert opens(helper, firm.cedar) == 404  # nobody holds it yet
    assigned(firm, as_, one, firm.helper)
    assert opens(helper, firm.cedar) == 200
    assert opens(helper, firm.birch) == 404  # S003-3
    as_(firm.admin).post(f"/partners/delegations/{one.pk}/end/")
    assert helper.get("/customer-activity/").status_code == 403  # S003-8: with the next click
    assert opens(helper, firm.cedar) == 404
