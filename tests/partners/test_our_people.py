"""Who works for the provider or a partner is said by whoever administers it (R5.1; edge case 37)."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.notifications.letters import LETTERS
from tallyhub.organizations.models import Staff
from tallyhub.partners.models import SecurityGroupMember
from tests.make import employ, make_delegation, make_person, make_security_group
from tests.partners.joining import invited, link_of
from tests.partners.world import assigned, keep_signed_in, opens

PAGE = "/our-people/"


def works(person: Any) -> Staff:
    return Staff.objects.using("owner").get(person_id=person.pk)


def came(client: Any, as_: Any, person: Any, *roles: str) -> None:
    """Invited, and they accepted."""
    invited(client, person.email, *roles)
    answer = as_(person).post(link_of(person.email))
    assert answer.status_code == 302, answer.content.decode()


def change(client: Any, person: Any, *roles: str) -> Any:
    return client.post(f"{PAGE}{works(person).pk}/roles/", {"roles": list(roles)})


def end(client: Any, person: Any) -> Any:
    return client.post(f"{PAGE}{works(person).pk}/end/")


def never_came(firm: Any, *roles: str) -> Person:
    """By an import, which knows no password."""
    ada = make_person("ada", email="ada@new.test")
    ada.set_unusable_password()
    ada.save()
    employ(ada, firm.partner, *roles)
    return ada


@pytest.fixture
def clerk(firm: Any, as_: Any) -> Any:
    return as_(firm.clerk)


def test_the_page_lists_the_own_people_in_plain_words_and_nobody_elses(firm: Any, clerk: Any) -> None:  # R5.1
    text = clerk.get(PAGE).content.decode()
    for said in ("Lakeside", "agent@house.test", "Admin agent", "Helpdesk agent", "since"):
        assert said in text
    for other in ("rival_agent", "warden", "Escalation desk"):
        assert other not in text
    assert f'href="{PAGE}"' in clerk.get("/support-profile/").content.decode()


def test_only_whoever_administers_the_organisation_opens_it(firm: Any, as_: Any) -> None:  # S003-1
    for person in (firm.agent, firm.helper, firm.seller, firm.warden, firm.admin):
        client = as_(person)
        assert client.get(PAGE).status_code == 403
        assert invited(client, "new@house.test", "desk", status=403)
        for act in ("roles", "end", "ask"):
            assert client.post(f"{PAGE}{works(firm.helper).pk}/{act}/").status_code == 403
        assert f'href="{PAGE}"' not in client.get("/support-profile/").content.decode()
    assert works(firm.helper).ends_at is None


def test_the_provider_has_its_page_with_its_own_roles(firm: Any, as_: Any) -> None:  # R5.1
    boss = make_person("boss")
    employ(boss, firm.provider, "organization_administrator")
    client = as_(boss)
    text = client.get(PAGE).content.decode()
    assert "Escalation desk" in text
    assert "Helpdesk agent" not in text
    came(client, as_, firm.newcomer, "editor", "desk")
    assert works(firm.newcomer).roles == ["desk", "editor"]


def test_the_link_is_sent_again_to_who_never_came_and_to_nobody_else(firm: Any, clerk: Any, owner: Any) -> None:
    ada = never_came(firm, "sales_agent")
    assert "has not signed in yet" in clerk.get(PAGE).content.decode()
    letter = LETTERS["partners.staff_asked"].make(ada, {})
    assert "Lakeside" in letter.subject
    assert "/password/" in letter.path
    assert clerk.post(f"{PAGE}{works(ada).pk}/ask/").status_code == 302
    assert clerk.post(f"{PAGE}{works(firm.helper).pk}/ask/").status_code == 409
    asked = owner.execute("SELECT subject_id FROM journal_event WHERE kind = 'partners.staff_asked'").fetchall()
    assert asked == [(ada.pk,)]


def test_the_mail_with_a_password_link_goes_to_nobody_who_came_meanwhile(firm: Any) -> None:
    ada = never_came(firm, "sales_agent")
    ada.last_login = clock.now()
    with pytest.raises(ObjectDoesNotExist):
        LETTERS["partners.staff_asked"].make(ada, {})
    with pytest.raises(ObjectDoesNotExist):
        LETTERS["partners.staff_asked"].make(firm.helper, {})  # has a password


def test_an_account_that_is_shut_is_listed_and_offered_nowhere(firm: Any, clerk: Any, as_: Any) -> None:
    group = f"/security-groups/{make_security_group(firm.partner).pk}/"
    pages = (
        (clerk, PAGE, firm.helper.email),
        (as_(firm.agent), group, f'name="staff" value="{works(firm.helper).pk}"'),
    )
    for client, address, said in pages:
        assert said in client.get(address).content.decode()
    Person.objects.filter(pk=firm.helper.pk).update(is_active=False)
    for client, address, said in pages:
        assert said not in client.get(address).content.decode()


def test_who_has_left_another_organisation_may_come(firm: Any, clerk: Any, as_: Any) -> None:
    Staff.objects.using("owner").filter(person=firm.rival_agent).update(ends_at=clock.now())
    came(clerk, as_, firm.rival_agent, "sales_agent")
    one = works(firm.rival_agent)
    assert (one.organization_id, one.starts_at, one.ends_at) == (firm.partner.pk, clock.now(), None)


def test_who_comes_back_begins_anew(firm: Any, clerk: Any, as_: Any) -> None:
    assert end(clerk, firm.helper).status_code == 302
    assert "helper@house.test" not in clerk.get(PAGE).content.decode()
    with clock.frozen(clock.now() + timedelta(days=1)):
        keep_signed_in()
        came(clerk, as_, firm.helper, "helpdesk_agent")
        assert works(firm.helper).starts_at == clock.now()


@pytest.fixture
def held(firm: Any, as_: Any) -> Any:
    """The helper holds something at cedar by a group, and has cedar open."""
    one = make_delegation(firm.partner, firm.cedar)
    firm.group = assigned(firm, as_, one, firm.helper)
    firm.open = as_(firm.helper)
    assert opens(firm.open, firm.cedar) == 200
    return firm


def test_the_end_of_work_ends_rights_groups_and_open_sessions(held: Any, clerk: Any, as_: Any, owner: Any) -> None:
    # edge case 37
    assert end(clerk, held.helper).status_code == 302
    assert held.open.get("/customer-activity/").status_code in (302, 403, 404)
    assert held.open.get("/customers/").status_code == 403
    grants = owner.execute(
        "SELECT count(*) FROM organizations_accessgrant WHERE person_id = %s AND (ends_at IS NULL OR ends_at > %s)",
        [held.helper.pk, clock.now()],
    ).fetchone()
    assert grants == (0,)
    told = owner.execute("SELECT customer_id FROM journal_event WHERE kind = 'partners.right_ended'").fetchall()
    assert told == [(held.cedar.pk,)]
    came(clerk, as_, held.helper, "helpdesk_agent")  # whoever comes back is in no group
    assert not SecurityGroupMember.objects.using("owner").exists()
    assert opens(as_(held.helper), held.cedar) == 404


def test_a_role_that_serves_nobody_ends_what_was_delegated(held: Any, clerk: Any, owner: Any) -> None:  # edge case 37
    assert change(clerk, held.helper, "sales_agent").status_code == 302
    assert works(held.helper).roles == ["sales_agent"]
    assert held.open.get("/customer-activity/").status_code in (302, 403, 404)
    assert owner.execute("SELECT count(*) FROM journal_event WHERE kind = 'partners.right_ended'").fetchone() == (1,)
    assert change(clerk, held.helper, "helpdesk_agent").status_code == 302
    assert opens(held.open, held.cedar) == 200  # still in the group


def test_the_last_administrator_stays(firm: Any, clerk: Any) -> None:
    assert end(clerk, firm.clerk).status_code == 409
    answer = change(clerk, firm.clerk, "admin_agent")
    assert answer.status_code == 409
    assert "Nobody else who can sign in administers the organisation" in answer.content.decode()
    never_came(firm, "organization_administrator")  # counts for nothing
    assert end(clerk, firm.clerk).status_code == 409
    assert change(clerk, firm.clerk, "organization_administrator", "sales_agent").status_code == 302
    assert change(clerk, firm.agent, "admin_agent", "organization_administrator").status_code == 302
    answer = end(clerk, firm.clerk)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert clerk.get(PAGE).status_code == 403


def test_somebody_of_another_organisation_is_nobody(firm: Any, clerk: Any) -> None:  # edge case 36
    assert change(clerk, firm.rival_agent).status_code == 404
    assert end(clerk, firm.rival_agent).status_code == 404
    assert clerk.post(f"{PAGE}{works(firm.rival_agent).pk}/ask/").status_code == 404
    assert works(firm.rival_agent).ends_at is None


def test_many_people_are_paged_and_searched(firm: Any, clerk: Any) -> None:  # edge case 41
    for number in range(60):
        employ(make_person(f"more{number:02}"), firm.partner, "helpdesk_agent")
    first = clerk.get(PAGE).content.decode()
    assert ("more46" in first, "more47" in first) == (True, False)  # after agent, clerk, helper and before second
    (rest,) = re.findall(r'href="(\?after=[^"]*)"', first)
    second = clerk.get(PAGE + html.unescape(rest)).content.decode()
    assert ("more46" in second, "more47" in second, "second@house" in second) == (False, True, True)
    assert "Next page" not in second
    found = clerk.get(f"{PAGE}?text=MORE5").content.decode()
    assert ("more57" in found, "more49" in found) == (True, False)
    assert "seller@house.test" in clerk.get(f"{PAGE}?text=SELLER%40house").content.decode()
    assert "Nobody fits" in clerk.get(f"{PAGE}?text=nobody").content.decode()
    for odd in ("text=%00", "after=a%00~1", "after=x~x", "text=" + "x" * 5000):
        assert clerk.get(f"{PAGE}?{odd}").status_code in (200, 404), odd


def test_the_page_costs_the_same_for_many(firm: Any, clerk: Any, statements: Any) -> None:  # edge case 41
    clerk.get(PAGE)
    with statements() as few:
        clerk.get(PAGE)
    for number in range(5):
        employ(make_person(f"more{number}"), firm.partner, "helpdesk_agent")
    with statements() as many:
        clerk.get(PAGE)
    assert len(many) == len(few)
