"""Who is named in an agreement, or in a draft of one, can be erased like everybody else (R10.4)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import AgreementContact
from tallyhub.kernel.access import Access
from tallyhub.organizations.sign_on import act_for
from tallyhub.privacy import commands
from tests.office.writing import ADA, BO, approve, draft_of, rows, said, save, written


@pytest.fixture
def csam(world: SimpleNamespace, client: Any) -> Any:
    client.force_login(world.csam)
    return client


MEMBER = {"name": "Mia Member", "email": "MEMBER@example.test", "kind": "support_contact", "language": "en"}


def test_whoever_is_only_named_in_an_agreement_is_erased(world: SimpleNamespace, csam: Any) -> None:
    approve(csam, written(csam, world))
    assert commands.erase_by_operator(Access.of_system(), address="bo@cedar.test")
    assert not Person.objects.using("owner").filter(email="bo@cedar.test").exists()
    assert {one.name for one in AgreementContact.objects.using("owner").all()} == {"Ada Lind"}


def test_the_end_of_a_part_takes_the_name_out_of_drafts_and_keeps_the_draft(world: SimpleNamespace, csam: Any) -> None:
    draft_id = written(csam, world)
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, BO, MEMBER))
    version = draft_of(draft_id).version
    commands.end_part(act_for(world.admin.pk, world.cedar.pk).access, world.member.pk, confirmation="member")
    after = draft_of(draft_id)
    assert [one["email"] for one in after.content["contacts"]] == ["ada@cedar.test", "bo@cedar.test"]
    assert after.version > version  # whoever has the old form open is told
    assert "Mia" not in said(csam.get(reverse("office:draft_contacts", args=[draft_id])))


def test_somebody_whom_another_customer_names_keeps_the_account(world: SimpleNamespace, csam: Any, owner: Any) -> None:
    draft_id = written(csam, world)
    save(csam, "draft_contacts", draft_id, **rows("c", ADA, MEMBER))
    approve(csam, draft_id)
    birch = {"customer": world.birch.pk, "agreement": world.birch_agreement.pk, "person": world.member.pk}
    owner.execute(
        "INSERT INTO agreements_agreementcontact (customer_id, agreement_id, person_id, kind, language, name, email) "
        "VALUES (%(customer)s, %(agreement)s, %(person)s, 'support_contact', 'en', '', '')",
        birch,
    )
    access = act_for(world.admin.pk, world.cedar.pk).access
    assert not commands.end_part(access, world.member.pk, confirmation="member")
    assert Person.objects.using("owner").filter(pk=world.member.pk).exists()
    left = AgreementContact.objects.using("owner").filter(person_id=world.member.pk)
    assert [one.customer_id for one in left] == [world.birch.pk]
