"""Who of those an agreement names could not sign in is said before it is approved, and mended on the spot (R3.6)."""

import html
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.office.workspaces.commands import activate_agreement
from tallyhub.organizations.models import ProvedDomain, Workspace
from tallyhub.people.models import IdentityProvider, Invitation
from tests.office.agreed import approve as agreed
from tests.office.writing import ADA, approve, rows, said, save, written
from tests.people.inviting import invite as ask_in
from tests.people.inviting import invitee, link_of, register, text_of

NOBODY = "Nobody at cedar.test can sign in until the domain is the customer’s."


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


def pages(client: Any, draft_id: int) -> list[str]:
    """The draft, and what is looked through before it is approved."""
    return [said(client.get(reverse(f"office:{name}", args=[draft_id]))) for name in ("draft", "draft_approve")]


def test_a_draft_says_who_could_not_sign_in_and_the_domain_is_set_from_there(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    for page in pages(csam, draft_id):
        assert NOBODY in page
        assert "ada@cedar.test, bo@cedar.test" in page
    here = reverse("office:draft_approve", args=[draft_id])
    address = f"{reverse('office:domain')}?domain=cedar.test&next={here}"
    assert address in html.unescape(page).replace("%2F", "/")
    assert 'value="cedar.test"' in said(csam.get(address))
    typed = {"domain": "cedar.test", "reason": "", "next": here}
    assert csam.post(reverse("office:domain"), typed).status_code == 400
    answer = csam.post(reverse("office:domain"), typed | {"reason": "Their order came from it."})
    assert (answer.status_code, answer.url) == (302, here)
    assert ProvedDomain.objects.using("owner").get(domain="cedar.test").proved_by == "csam"
    for page in pages(csam, draft_id):
        assert NOBODY not in page


def test_it_is_a_warning_and_stays_on_the_agreement(world: SimpleNamespace, csam: Any) -> None:
    answer = approve(csam, written(csam, world))
    assert answer.status_code == 302
    assert NOBODY in said(csam.get(answer.url))


def test_an_address_that_everybody_can_have_is_told_and_its_domain_is_not_offered(
    world: SimpleNamespace, csam: Any
) -> None:
    draft_id = written(csam, world)
    save(csam, "draft_contacts", draft_id, **rows("c", ADA | {"email": "ada@gmail.com"}))
    for page in pages(csam, draft_id):
        assert "ada@gmail.com cannot sign in: everybody can have an address at gmail.com" in page
        assert "domain=gmail.com" not in page


@pytest.mark.parametrize("because", ["plan", "workspace", "provider"])
def test_nothing_is_said_where_they_can_sign_in(world: SimpleNamespace, csam: Any, because: str) -> None:
    places = Workspace.objects.using("owner").filter(pk=world.north.pk)
    if because == "plan":
        places.update(refuses_personal=False)
    if because == "workspace":
        places.update(allows_personal=True)
    if because == "provider":
        fields = {"customer_id": world.cedar.pk, "slug": "cedar", "name": "Cedar", "issuer": "https://id.test"}
        IdentityProvider.objects.using("owner").create(**fields, client_id="hub", client_secret="x")
    draft_id = written(csam, world, plan="premier" if because == "plan" else "unified")
    assert all("can sign in" not in page for page in pages(csam, draft_id))


def test_one_that_another_customer_has_is_refused_beside_what_was_typed(world: SimpleNamespace, csam: Any) -> None:
    typed = {"domain": "birch.test", "reason": "They said so.", "next": "https://evil.test/"}
    answer = csam.post(reverse("office:domain"), typed)
    assert answer.status_code == 400
    assert 'value="They said so."' in said(answer)
    assert "evil.test" not in said(answer)


# Whoever opens the link


def test_whoever_would_be_refused_reads_why_before_they_choose_a_password(world: SimpleNamespace, client: Any) -> None:
    there = agreed(world, support_contacts=0)
    activate_agreement(there.access, there.agreement.pk)
    ProvedDomain.objects.using("owner").all().delete()
    link = link_of(Invitation.objects.using("owner").get(customer=there.customer))
    Person.objects.using("owner").filter(email="maple-lead@example.test").update(password="!")
    Invitation.objects.using("owner").update(language="en")
    page = text_of(client.get(link))
    assert "no mail domain is proved for Maple &amp; Søns yet" in page
    assert 'name="password"' not in page
    refused = register(client, link)
    assert refused.status_code == 409
    assert "this is a personal account" not in text_of(refused)
    fields = {"customer": there.customer, "domain": "example.test", "proved_by": "csam", "reason": "Known."}
    ProvedDomain.objects.using("owner").create(**fields, proved_at=there.agreement.approved_at)
    assert 'name="password"' in text_of(client.get(link))
    assert register(client, link).status_code == 302


def test_one_whose_address_lies_elsewhere_reads_that(world: SimpleNamespace, client: Any) -> None:
    [one] = ask_in(world, invitee("new@free.test"))
    page = text_of(client.get(link_of(one)))
    assert "your address lies in no mail domain that is proved for Cedar" in page
    assert 'name="password"' not in page
