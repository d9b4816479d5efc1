"""An indirect provider asks for rights of its reseller, who agrees before the customer hears of it (spec 2.1); and what
is a draft is edited as long as it is one (spec 2.2; edge case 7).
"""

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import scope
from tallyhub.notifications import jobs
from tallyhub.notifications.letters import LETTERS
from tallyhub.partners.delegations import commands
from tallyhub.partners.models import Delegation, Partnership, Party
from tallyhub.partners.rules import Wish
from tests.make import employ, make_delegation, make_organization, make_party, make_person, make_resale
from tests.make import make_security_group as make_group
from tests.partners.world import ASK, acting, approved, asked, keep_signed_in, opens


@pytest.fixture
def chain(firm: Any) -> Any:
    """Rivermouth is an indirect provider that sells to cedar; rosebank is its reseller, with two people."""
    Party.objects.using("owner").filter(organization=firm.rival).update(type="indirect_provider")
    make_resale(firm.rival, firm.cedar)
    firm.reseller = make_organization("rosebank", kind="partner", name="Rosebank")
    make_party(firm.reseller, "indirect_reseller")
    firm.reseller_agent = make_person("reseller_agent", email="reseller@house.test")
    firm.reseller_helper = make_person("reseller_helper", email="reseller.help@house.test")
    employ(firm.reseller_agent, firm.reseller, "admin_agent")
    employ(firm.reseller_helper, firm.reseller, "helpdesk_agent")
    firm.partnership = Partnership.objects.using("owner").create(
        provider=firm.rival, reseller=firm.reseller, invited_at=clock.now(), authorised_at=clock.now()
    )
    return firm


def propose(chain: Any, as_: Any, **over: Any) -> Any:
    said = ASK | {"reseller": chain.reseller.pk} | over
    return as_(chain.rival_agent).post(f"/customers/{chain.cedar.pk}/delegate/", said)


@pytest.fixture
def proposed(chain: Any, as_: Any) -> Delegation:
    assert propose(chain, as_).status_code == 302
    return Delegation.objects.using("owner").get()


def act(client: Any, one: Delegation, what: str, **said: Any) -> int:
    keep_signed_in()
    status: int = client.post(f"/customers/delegations/{one.pk}/{what}/", said).status_code
    return status


def state(one: Delegation) -> str:
    one.refresh_from_db(using="owner")
    return one.state


def test_the_rights_are_the_resellers_once_all_three_agree(chain: Any, proposed: Any, as_: Any) -> None:  # spec 2.1
    assert (proposed.organization_id, proposed.provider_id) == (chain.reseller.pk, chain.rival.pk)
    reseller, admin = as_(chain.reseller_agent), as_(chain.admin)
    page = reseller.get(f"/customers/delegations/{proposed.pk}/").content.decode()
    assert "Your indirect provider asks for this for you" in page
    assert "Rivermouth" in page
    assert act(reseller, proposed, "consent") == 302
    page = admin.get(f"/partners/delegations/{proposed.pk}/").content.decode()
    assert "Rivermouth asks for it for its reseller Rosebank" in page
    approved(chain, as_, proposed)
    group = make_group(chain.reseller, chain.reseller_helper)
    assert act(reseller, proposed, "assign", group=group.pk, roles=["support_read"]) == 302
    assert opens(as_(chain.reseller_helper), chain.cedar) == 200
    assert opens(as_(chain.rival_agent), chain.cedar) == 404


def test_the_customer_knows_nothing_before_the_reseller_agrees(chain: Any, proposed: Any, as_: Any, owner: Any) -> None:
    # spec 2.1
    admin = as_(chain.admin)
    assert admin.get(f"/partners/delegations/{proposed.pk}/").status_code == 404
    said = {"roles": proposed.roles, "days": "90"}
    assert admin.post(f"/partners/delegations/{proposed.pk}/approve/", said).status_code == 404
    assert "First line" not in admin.get("/partners/").content.decode()
    told = owner.execute("SELECT count(*) FROM journal_event WHERE customer_id = %s", [chain.cedar.pk]).fetchone()
    assert told == (0,)
    inside = Access(person_id=chain.admin.pk, customer_id=chain.cedar.pk, in_whole=True)
    with scope(inside), connection.cursor() as cursor:  # and the database neither
        cursor.execute("SELECT count(*) FROM partners_delegation")
        assert cursor.fetchone() == (0,)
    assert act(as_(chain.reseller_agent), proposed, "decline") == 302
    assert state(proposed) == "rejected"
    assert admin.get(f"/partners/delegations/{proposed.pk}/").status_code == 404  # and never hears of it


def test_only_admin_agents_of_the_reseller_answer(chain: Any, proposed: Any, as_: Any) -> None:
    for person, status in (
        (chain.reseller_helper, 403),
        (chain.rival_agent, 404),
        (chain.agent, 404),
        (chain.admin, 403),
    ):
        for what in ("consent", "decline"):
            assert act(as_(person), proposed, what) == status
    assert state(proposed) == "consent"


def test_it_is_answered_once_and_in_time(chain: Any, proposed: Any, as_: Any) -> None:  # S003-5, edge case 9
    reseller = as_(chain.reseller_agent)
    with clock.frozen(clock.now() + timedelta(days=90)):
        assert act(reseller, proposed, "consent") == 409
    assert act(reseller, proposed, "decline") == 302
    for what in ("consent", "decline"):
        assert act(reseller, proposed, what) == 409
    assert act(as_(chain.rival_agent), proposed, "withdraw") == 409
    assert state(proposed) == "rejected"


def test_what_is_its_own_a_reseller_neither_agrees_to_nor_declines(chain: Any, as_: Any) -> None:
    one = make_delegation(chain.reseller, chain.cedar, state="pending", granted=[], starts_at=None, ends_at=None)
    for what in ("consent", "decline"):
        assert act(as_(chain.reseller_agent), one, what) == 404
    assert state(one) == "pending"


def test_it_takes_an_active_partnership(chain: Any, as_: Any, owner: Any) -> None:  # spec 2.1
    owner.execute("UPDATE partners_partnership SET authorised_at = NULL")
    answer = propose(chain, as_)
    assert answer.status_code == 400
    assert "There is no partnership with this reseller now" in answer.content.decode()
    assert propose(chain, as_, reseller=chain.partner.pk).status_code == 404  # none at all
    owner.execute("UPDATE partners_partnership SET authorised_at = %s", [clock.now()])
    assert propose(chain, as_).status_code == 302
    one = Delegation.objects.using("owner").get()
    owner.execute("UPDATE partners_partnership SET ended_at = %s", [clock.now()])
    assert act(as_(chain.reseller_agent), one, "consent") == 409
    assert state(one) == "consent"


@pytest.mark.parametrize("who", ["rival", "reseller"])
def test_of_a_suspended_partner_nothing_new(chain: Any, proposed: Any, as_: Any, owner: Any, who: str) -> None:
    # edge case 16
    house = getattr(chain, who)
    warden = as_(chain.warden)
    assert warden.post(f"/partners/all/{house.pk}/suspend/").status_code == 302
    assert propose(chain, as_, name="Second").status_code == 400
    assert act(as_(chain.reseller_agent), proposed, "consent") == 409
    assert state(proposed) == ("terminated" if who == "reseller" else "consent")


def test_no_customer_of_others_is_asked_for_a_reseller(chain: Any, as_: Any) -> None:  # edge case 36
    said = ASK | {"reseller": chain.reseller.pk}
    assert as_(chain.rival_agent).post(f"/customers/{chain.birch.pk}/delegate/", said).status_code == 404


def test_what_cannot_be_asked_is_said_beside_its_field(chain: Any, as_: Any) -> None:  # edge case 7
    for over, said in (({"days": "0"}, "from 1 to 730"), ({"act": "keep"}, "is no draft"), ({"roles": []}, "one role")):
        answer = propose(chain, as_, **over)
        assert answer.status_code == 400
        assert said in answer.content.decode()
    assert not Delegation.objects.using("owner").exists()


def test_who_asked_reads_it_takes_it_back_and_does_nothing_else(chain: Any, proposed: Any, as_: Any) -> None:
    provider = as_(chain.rival_agent)
    assert "Rosebank" in provider.get(f"/customers/{chain.cedar.pk}/").content.decode()
    assert provider.get(f"/customers/delegations/{proposed.pk}/").status_code == 200
    for what in ("send", "delete", "terminate", "extend", "assign", "unassign/1"):
        assert act(provider, proposed, what, group=1, roles=["support_read"]) == 404
    assert as_(chain.agent).get(f"/customers/delegations/{proposed.pk}/").status_code == 404
    assert act(as_(chain.agent), proposed, "withdraw") == 404
    assert act(provider, proposed, "withdraw") == 302
    assert state(proposed) == "terminated"
    assert act(as_(chain.reseller_agent), proposed, "consent") == 409


def test_once_the_reseller_agreed_it_is_not_taken_back(chain: Any, proposed: Any, as_: Any) -> None:
    assert act(as_(chain.reseller_agent), proposed, "consent") == 302
    assert act(as_(chain.rival_agent), proposed, "withdraw") == 409
    assert state(proposed) == "pending"


def mails(owner: Any) -> list[tuple[str, str]]:
    """(letter, reader) of what the news deferred, once it has run."""
    task = "notifications.tell_of_proposal"
    for (arguments,) in owner.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s", [task]).fetchall():
        jobs.tell_of_proposal(**arguments)
    owner.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s", [task])
    found = owner.execute(
        "SELECT m.letter, p.name FROM notifications_mail m JOIN accounts_person p ON p.id = m.person_id ORDER BY p.name"
    ).fetchall()
    owner.execute("DELETE FROM notifications_mail")
    return list(found)


@pytest.mark.parametrize(("what", "said"), [("consent", "agreed"), ("decline", "did not agree")])
def test_both_partners_are_told(chain: Any, proposed: Any, as_: Any, owner: Any, what: str, said: str) -> None:
    assert mails(owner) == [("partners.delegation_proposed", "reseller_agent")]
    letter = LETTERS["partners.delegation_proposed"].make(chain.reseller_agent, {"subject": proposed.pk})
    assert letter.subject == "Rivermouth asks for rights of Rosebank at Cedar: First line"
    act(as_(chain.reseller_agent), proposed, what)
    (told,) = mails(owner)
    assert told == (f"partners.delegation_{'consented' if what == 'consent' else 'declined'}", "rival_agent")
    assert said in LETTERS[told[0]].make(chain.rival_agent, {"subject": proposed.pk}).subject


def test_the_database_lets_nobody_ask_in_anothers_name(chain: Any, proposed: Any, owner: Any) -> None:  # edge case 36
    (row,) = owner.execute("SELECT to_jsonb(d) FROM partners_delegation d").fetchone()
    into = "INSERT INTO partners_delegation SELECT * FROM jsonb_populate_record(NULL::partners_delegation, %s::jsonb)"

    def refused(house: Any, **over: Any) -> bool:
        new = json.dumps(row | {"id": 999_999, "name": "Other"} | over)
        try:
            with scope(Access(organization_id=house.pk), writing=True), connection.cursor() as cursor:
                cursor.execute(into, [new])
        except DatabaseError as error:
            return isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)
        return False

    assert refused(chain.partner)
    assert refused(chain.partner, provider_id=chain.partner.pk)  # no partnership
    assert refused(chain.rival, state="active", starts_at=row["proposed_at"], ends_at="2100-01-01T00:00:00Z")
    assert refused(chain.reseller)  # as if the provider had asked
    mine = Access(organization_id=chain.rival.pk)
    with pytest.raises(DatabaseError), scope(mine, writing=True), connection.cursor() as cursor:
        cursor.execute("UPDATE partners_delegation SET state = 'pending'")
    assert not refused(chain.rival)


# A draft


@pytest.fixture
def draft(firm: Any, as_: Any) -> Delegation:
    return asked(firm, as_, act="keep")


def edit(as_: Any, person: Any, one: Delegation, **over: Any) -> Any:
    return as_(person).post(f"/customers/delegations/{one.pk}/edit/", ASK | {"act": "keep"} | over)


def test_a_draft_is_edited_and_sent(firm: Any, draft: Any, as_: Any) -> None:  # spec 2.2
    page = as_(firm.agent).get(f"/customers/delegations/{draft.pk}/edit/").content.decode()
    assert 'value="First line"' in page
    assert 'value="90"' in page
    new = {"name": "Second line", "roles": ["support_read"], "days": "30", "extends": "on"}
    assert edit(as_, firm.agent, draft, **new).status_code == 302
    assert state(draft) == "created"
    assert (draft.name, draft.roles, draft.days, draft.extends) == ("Second line", ["support_read"], 30, True)
    assert 'name="extends" checked' in as_(firm.agent).get(f"/customers/delegations/{draft.pk}/edit/").content.decode()
    assert edit(as_, firm.agent, draft, act="send").status_code == 302
    assert state(draft) == "pending"
    assert not draft.extends


def test_nothing_but_a_draft_is_edited(firm: Any, as_: Any) -> None:  # spec 2.2
    for over in ({"state": "pending"}, {}, {"state": "rejected"}, {"state": "terminated"}):
        one = make_delegation(firm.partner, firm.cedar, **over)
        name = one.name
        assert as_(firm.agent).get(f"/customers/delegations/{one.pk}/edit/").status_code == 409
        assert edit(as_, firm.agent, one).status_code == 409
        with pytest.raises(Conflict):
            commands.edit_draft(acting(firm.partner, firm.agent), one.pk, Wish("New", frozenset({"support_read"}), 9))
        one.refresh_from_db(using="owner")
        assert one.name == name


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"name": ""}, "Write a name"),
        ({"name": "Taken"}, "Another delegation of yours has this name"),
        ({"roles": []}, "Choose at least one role"),
        ({"days": "731"}, "from 1 to 730"),
        ({"roles": ["full_administration"], "reason": "x", "extends": "on"}, "cannot extend by itself"),
    ],
)
def test_what_a_draft_cannot_be_is_said_beside_its_field(
    firm: Any, draft: Any, as_: Any, over: Any, said: str
) -> None:  # edge cases 6, 7
    make_delegation(firm.partner, firm.cedar, name="Taken")
    answer = edit(as_, firm.agent, draft, **over)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    draft.refresh_from_db(using="owner")
    assert (draft.name, draft.days) == ("First line", 90)


def test_a_draft_is_edited_by_its_own_admin_agents_alone(firm: Any, draft: Any, as_: Any) -> None:
    for person, status in ((firm.helper, 403), (firm.admin, 403), (firm.rival_agent, 404)):
        assert edit(as_, person, draft, name="Mine").status_code == status
    draft.refresh_from_db(using="owner")
    assert draft.name == "First line"
