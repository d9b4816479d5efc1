"""What cannot be taken back is asked once more, with what follows of it, and does nothing before (R7.1)."""

import re
from typing import Any

import pytest

from tallyhub.kernel import clock
from tallyhub.organizations.models import Staff
from tallyhub.partners.models import Delegation, Partnership, Party, Resale
from tests.make import make_agreement, make_delegation
from tests.partners.world import assigned, keep_signed_in


@pytest.fixture
def held(firm: Any, as_: Any) -> Delegation:
    """The helper and another one hold something of it."""
    one = make_delegation(firm.partner, firm.cedar)
    firm.group = assigned(firm, as_, one, firm.helper, firm.second)
    return one


def panel(client: Any, address: str, target: str) -> str:
    """What opens before the form of an act is shown, in words. The form stands nowhere else."""
    keep_signed_in()
    page = client.get(address).content.decode()
    found = re.findall(rf'<details class="menu">((?:(?!</details>).)*action="{target}".*?)</details>', page, re.DOTALL)
    assert len(found) == page.count(f'action="{target}"') == 1, page
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def test_terminating_says_how_many_people_lose_access(firm: Any, held: Delegation, as_: Any) -> None:
    end = f"/partners/delegations/{held.pk}/end/"
    for address in ("/partners/", f"/partners/delegations/{held.pk}/"):
        said = panel(as_(firm.admin), address, end)
        assert "2 people of the partner lose their access at once. It cannot be taken up again" in said
    own = f"/customers/delegations/{held.pk}/"
    assert "2 of your people lose their access at once." in panel(as_(firm.agent), own, f"{own}terminate/")


def test_what_nobody_holds_says_so(firm: Any, as_: Any) -> None:
    one = make_delegation(firm.partner, firm.cedar)
    said = panel(as_(firm.admin), "/partners/", f"/partners/delegations/{one.pk}/end/")
    assert "Nobody of the partner holds anything of it now." in said


def test_suspending_says_what_ends_of_that_partner_alone(firm: Any, held: Delegation, as_: Any) -> None:
    make_delegation(firm.partner, firm.birch)
    make_delegation(firm.partner, firm.birch, ends_at=clock.now())  # over
    warden = as_(firm.warden)
    said = panel(warden, "/partners/all/", f"/partners/all/{firm.partner.pk}/suspend/")
    assert "2 delegations of its customers end at once" in said
    assert "2 people of it lose what customers let them do." in said
    other = panel(warden, "/partners/all/", f"/partners/all/{firm.rival.pk}/suspend/")
    assert "No delegation of its customers runs now." in other
    assert "lose" not in other


def test_ending_a_partnership_says_what_either_side_loses(firm: Any, as_: Any) -> None:
    Party.objects.using("owner").filter(organization=firm.rival).update(type="indirect_provider")
    Party.objects.using("owner").filter(organization=firm.partner).update(type="indirect_reseller")
    sides = {"provider": firm.rival, "reseller": firm.partner}
    one = Partnership.objects.using("owner").create(**sides, invited_at=clock.now(), authorised_at=clock.now())
    for agent, said in ((firm.rival_agent, "no more rights for this reseller"), (firm.agent, "can escalate nothing")):
        assert said in panel(as_(agent), "/partnerships/", f"/partnerships/{one.pk}/end/")


def test_ending_what_is_sold_says_that_rights_go_on(firm: Any, as_: Any) -> None:  # edge case 3
    one = Resale.objects.using("owner").get(customer=firm.cedar)
    make_delegation(firm.partner, firm.cedar)
    said = panel(as_(firm.admin), "/partners/", f"/partners/resales/{one.pk}/end/")
    assert "What you let it do goes on until you terminate it." in said
    page = f"/customers/{firm.cedar.pk}/"
    assert "goes on by itself" in panel(as_(firm.agent), page, f"/customers/links/{one.pk}/end/")
    make_agreement(firm.cedar, firm.partner, number="LAKE-1")  # edge case 38: then it is not offered
    text = as_(firm.agent).get(page).content.decode()
    assert f"/customers/links/{one.pk}/end/" not in text
    assert "It can end once no agreement that you sold is in force." in text


def test_ending_work_says_what_goes_with_it(firm: Any, held: Delegation, as_: Any) -> None:
    clerk = as_(firm.clerk)

    def of(person: Any) -> str:
        one = Staff.objects.using("owner").get(person_id=person.pk)
        return panel(clerk, "/our-people/", f"/our-people/{one.pk}/end/")

    assert "What they hold by 1 delegation of a customer ends at once." in of(firm.helper)
    assert "What they hold" not in of(firm.seller)
    assert "see this page no more" in of(firm.clerk)
    Delegation.objects.using("owner").filter(pk=held.pk).update(ends_at=clock.now())
    assert "What they hold" not in of(firm.helper)


def test_removing_a_group_says_who_is_in_it(firm: Any, held: Delegation, as_: Any) -> None:
    page = f"/security-groups/{firm.group.pk}/"
    assert "2 people are in it." in panel(as_(firm.agent), page, f"{page}remove/")
