"""What a page offers to whoever holds tier 2 by a delegation, they may do: nothing on it is refused (R5.1)."""

from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tallyhub.organizations.models import AccessGrant
from tallyhub.people.models import Group, GroupMember
from tests.make import grant, make_delegation, make_request
from tests.partners.world import assigned, keep_signed_in, opens

PAGES_MAX = 400
NOT_OURS = ("/accounts/", "/switch/", "/demo/", "/static/", "/preferences/")  # of everybody, wherever they work


class Page(HTMLParser):
    """The links and forms of a page, with what the forms say when nothing is changed."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address, self.links, self.forms = address, set[str](), list[dict[str, Any]]()
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in given}
        if tag == "a" and said.get("href"):
            self.links.add(urljoin(self.address, said["href"]))
        elif tag == "form":
            action = urljoin(self.address, said.get("action") or self.address)
            self.forms.append({"action": action, "method": said.get("method", "get"), "data": {}})
        elif self.forms and tag in ("input", "button", "textarea") and said.get("name"):
            is_off = said.get("type") in ("checkbox", "radio") and "checked" not in said
            if not is_off and said.get("type") != "file":
                self.forms[-1]["data"].setdefault(said["name"], []).append(said.get("value", ""))
        elif self.forms and tag == "select":
            self._select = said.get("name", "")
        elif self.forms and tag == "option" and self._select and said.get("value"):
            chosen = self.forms[-1]["data"]
            if "selected" in said or self._select not in chosen:
                chosen[self._select] = [said["value"]]


def walk(client: Any) -> Iterator[tuple[str, int, Page | None]]:
    """Every page that a link leads to from home, once for each path."""
    waiting, seen = ["/"], {"/"}
    while waiting and len(seen) < PAGES_MAX:
        address = waiting.pop(0)
        answer = client.get(address)
        is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        page = Page(address, answer.content.decode()) if is_page and not answer.streaming else None
        yield address, answer.status_code, page
        for link in sorted(page.links if page else ()):
            path = urlsplit(link).path
            if (
                path.startswith("/")
                and not urlsplit(link).netloc
                and path not in seen
                and not path.startswith(NOT_OURS)
            ):
                seen.add(path)
                waiting.append(link.partition("#")[0])


@pytest.fixture
def tier_2(firm: Any, as_: Any) -> SimpleNamespace:
    one = make_delegation(firm.partner, firm.cedar, granted=["support_tier_2"], roles=["support_tier_2"])
    assigned(firm, as_, one, firm.helper, roles=["support_tier_2"])
    make_request(firm.north, opened_by_id=firm.contact.pk)
    of = {"customer_id": firm.cedar.pk, "workspace_id": firm.north.pk}
    for name, role in (("Readers", "customer_activity"), ("Heads", "workspace_administrator")):
        group = Group.objects.using("owner").create(**of, name=name, roles=[role])
        GroupMember.objects.using("owner").create(**of, group=group, person_id=firm.viewer.pk)
        grant(firm.viewer, role, firm.north, source=f"group:{group.pk}")
    firm.browser = as_(firm.helper)
    assert opens(firm.browser, firm.cedar) == 200
    return firm


def test_no_link_and_no_button_is_refused(tier_2: Any) -> None:
    keep_signed_in()
    refused, forms = [], {}
    for address, status, page in walk(tier_2.browser):
        if status == 403:
            refused.append(("GET", address))
        for form in page.forms if page else ():
            if form["method"] == "post" and not urlsplit(form["action"]).path.startswith(NOT_OURS):
                forms.setdefault(form["action"], (address, form["data"]))
    assert len(forms) > 10  # it has been somewhere
    for action, (address, data) in sorted(forms.items()):
        keep_signed_in()
        answer = tier_2.browser.post(action, data)
        if answer.status_code == 403 or "Nobody of a partner makes" in answer.content.decode():
            refused.append(("POST", action, address))
    assert refused == []


def test_what_makes_administrators_is_not_offered(tier_2: Any) -> None:  # R5.1
    browser = tier_2.browser
    for address, before in ((f"/users/{tier_2.member.pk}/", ""), ("/users/invite/", ""), ("/users/", "give:")):
        page = browser.get(address).content.decode()
        assert f"{before}learning_manager" in page
        assert f"{before}workspace_administrator" not in page
    heads = Group.objects.using("owner").get(name="Heads")
    page = browser.get(f"/groups/{heads.pk}/").content.decode()
    assert "only the customer’s own administrators" in page
    assert "Take out" not in page


def test_an_administrator_of_a_workspace_stays_one_whatever_else_changes(tier_2: Any) -> None:  # R5.1
    address = f"/users/{tier_2.north_admin.pk}/"
    page = Page(address, tier_2.browser.get(address).content.decode())
    (form,) = [one for one in page.forms if one["action"].endswith("/roles/")]
    said = form["data"] | {"role": [*form["data"]["role"], "learning_manager"]}
    assert tier_2.browser.post(form["action"], said).status_code == 302
    held = set(AccessGrant.objects.using("owner").filter(person=tier_2.north_admin).values_list("role", flat=True))
    assert {"workspace_administrator", "learning_manager"} <= held
