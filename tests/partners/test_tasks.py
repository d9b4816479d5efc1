"""Configuration tasks (S003-46; R5.8): the provider writes them, and each customer has those of what it holds."""

from typing import Any

import pytest

from tests.make import employ, make_agreement, make_package, make_person, make_product
from tests.partners.plans import cover
from tests.partners.world import approved, asked, assigned

TASK = {
    "code": "backup",
    "title_en": "Set when backups are made",
    "title_de": "Festlegen, wann gesichert wird",
    "steps_en": "Open the console.\nSet the hour.",
    "steps_de": "Die Konsole öffnen.\nDie Stunde setzen.",
    "link": "https://console.firm.test/backup",
    "is_used": "on",
}


@pytest.fixture
def shelf(firm: Any, as_: Any, owner: Any) -> Any:
    """Cedar bought the database from the provider, birch from lakeside; the provider's editor has written tasks."""
    owner.execute("UPDATE agreements_package SET covers_every_product = false")
    firm.editor = make_person("editor", email="editor@house.test")
    employ(firm.editor, firm.provider, "editor")
    firm.database, firm.other = make_product("database"), make_product("other")
    for customer, seller, place in (
        (firm.cedar, firm.provider, firm.north),
        (firm.birch, firm.partner, firm.birch_main),
    ):
        cover(make_package(make_agreement(customer, seller), place, scope="addon"), firm.database)
    editor = as_(firm.editor)
    written(editor, product=firm.database.pk)
    written(editor, code="people", title_en="Add a person", title_de="", page="add_person", link="")
    written(editor, code="news", title_en="Say where news goes", page="notification_addresses", link="")
    written(editor, code="group", title_en="Choose your group", page="default_group", link="")
    written(editor, code="strange", title_en="Of another product", product=firm.other.pk)
    return firm


def written(editor: Any, **over: Any) -> None:
    answer = editor.post("/configuration-tasks/edit/new/", TASK | over)
    assert answer.status_code == 302, answer.content.decode()


def tasks(client: Any, address: str = "/configuration-tasks/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    found: str = answer.content.decode()
    return found.split("<h1>")[1]


def of_tasks(page: str) -> str:
    """Without what changes from form to form, as of people."""
    return page.split('<section class="band"', 1)[1]


def test_a_customer_has_the_same_list_whoever_sold_the_product(shelf: Any, as_: Any) -> None:  # S003-46
    direct, resold = tasks(as_(shelf.admin)), tasks(as_(shelf.stranger))
    assert of_tasks(direct) == of_tasks(resold)
    for title in ("Set when backups are made", "Add a person", "Say where news goes"):
        assert title in resold
    assert "Of another product" not in resold


def test_a_delegation_takes_no_task_away(shelf: Any, as_: Any) -> None:  # S003-46
    before = tasks(as_(shelf.admin))
    one = asked(shelf, as_, roles=["support_tier_2"])
    approved(shelf, as_, one)
    assigned(shelf, as_, one, shelf.helper, roles=["support_tier_2"])
    assert of_tasks(tasks(as_(shelf.admin))) == of_tasks(before)


def test_tasks_lead_to_the_pages_that_do_them(shelf: Any, as_: Any) -> None:  # R5.8
    admin = as_(shelf.admin)
    page = tasks(admin)
    for address in ("/users/invite/", "/mail/addresses/"):
        assert f'href="{address}"' in page
        assert admin.get(address).status_code == 200
    contact = as_(shelf.contact)
    assert 'href="/support/settings/"' in tasks(contact)
    assert contact.get("/support/settings/").status_code == 200


def test_who_may_not_do_a_task_reads_which_right_it_needs(shelf: Any, as_: Any) -> None:  # 1.4
    page = tasks(as_(shelf.member))
    assert 'href="/users/invite/"' not in page
    assert "It needs the right to manage users. Your administrator can give it." in page
    own = tasks(as_(shelf.admin))
    assert "You can give it to whoever is to do it" in own  # an administrator is not sent to the administrator
    assert "Your administrator can give it." not in own
    assert 'href="/mail/addresses/"' not in tasks(as_(shelf.north_admin))  # of a workspace, not of the whole customer


def test_tasks_speak_the_readers_language(shelf: Any, as_: Any, owner: Any) -> None:
    owner.execute("UPDATE accounts_person SET language = 'de' WHERE id = %s", [shelf.admin.pk])
    page = tasks(as_(shelf.admin))
    assert "Festlegen, wann gesichert wird" in page
    assert "Add a person" in page  # English, where nothing else is written
    assert "Die Konsole öffnen." in page


def test_a_product_can_be_picked(shelf: Any, as_: Any) -> None:
    page = tasks(as_(shelf.admin), f"/configuration-tasks/?product={shelf.database.pk}")
    assert "Set when backups are made" in page
    assert "Set when backups are made" not in tasks(as_(shelf.admin), "/configuration-tasks/?product=0")


def test_only_editors_of_the_provider_write_tasks(shelf: Any, as_: Any) -> None:
    for name in ("admin", "agent", "warden", "csam"):
        client = as_(getattr(shelf, name))
        assert client.get("/configuration-tasks/edit/").status_code == 403
        assert client.post("/configuration-tasks/edit/new/", TASK | {"code": "mine"}).status_code == 403


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"code": "Not a code"}, "code"),
        ({"code": "people"}, "code"),
        ({"title_en": ""}, "titles"),
        ({"title_en": "x" * 300}, "titles"),
        ({"steps_en": " "}, "steps"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://127.0.0.1/"}, "link"),
        ({"right": "erase_people"}, "right"),
        ({"page": "elsewhere"}, "page"),
        ({"position": "-1"}, "position"),
        ({"product": "999999"}, "product"),
    ],
)
def test_a_task_that_is_wrong_is_not_kept(shelf: Any, as_: Any, over: dict[str, Any], field: str) -> None:
    answer = as_(shelf.editor).post("/configuration-tasks/edit/new/", TASK | {"code": "fresh"} | over)
    assert answer.status_code == 400
    assert f'id="{field}_error"' in answer.content.decode()


def test_two_editors_do_not_write_over_each_other(shelf: Any, as_: Any, owner: Any) -> None:
    (task,) = owner.execute("SELECT id FROM partners_configurationtask WHERE code = 'backup'").fetchone()
    editor, address = as_(shelf.editor), f"/configuration-tasks/edit/{task}/"
    changed = TASK | {"product": shelf.database.pk, "title_en": "Another title", "version": "1"}
    assert editor.post(address, changed).status_code == 302
    assert "Another title" in tasks(as_(shelf.admin))
    answer = editor.post(address, changed | {"title_en": "A third one"})
    assert answer.status_code == 400
    assert "Somebody else has changed the task meanwhile" in answer.content.decode()
    assert editor.get("/configuration-tasks/edit/999999/").status_code == 404


def test_a_task_that_is_not_in_use_is_not_offered(shelf: Any, as_: Any, owner: Any) -> None:
    (task,) = owner.execute("SELECT id FROM partners_configurationtask WHERE code = 'backup'").fetchone()
    unused = {name: value for name, value in TASK.items() if name != "is_used"}
    as_(shelf.editor).post(
        f"/configuration-tasks/edit/{task}/", unused | {"product": shelf.database.pk, "version": "1"}
    )
    assert "Set when backups are made" not in tasks(as_(shelf.admin))
