"""What no form of an intake offers, somebody sends all the same."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import SimpleUploadedFile

from tallyhub.helpdesk.intake import commands
from tallyhub.helpdesk.intake.rules import Asked
from tallyhub.helpdesk.models import ContactDraft, ContactFile, Intake
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import Workspace
from tallyhub.support.models import Request
from tests.helpdesk.intake.asking import address, ask, errors, form
from tests.helpdesk.intake.test_taking_in import NEW, give_back, take, written
from tests.make import grant, make_person, make_workspace
from tests.world import NOW


def nothing_was_asked() -> bool:
    return not Request.objects.using("owner").exists()


def test_nothing_is_asked_in_an_archived_workspace(sold: SimpleNamespace, as_: Any) -> None:
    make_workspace(sold.birch, "annex")
    Workspace.objects.using("owner").filter(pk=sold.birch_main.pk).update(archived_at=NOW)
    refused = as_(sold.stranger).post(address(sold), form(sold))
    assert errors(refused) == ["Choose the workspace that it is about."]
    assert as_(sold.asker).post(address(sold), form(sold)).status_code == 403  # who belongs to no other one
    assert nothing_was_asked()


def test_whoever_is_named_belongs_to_the_workspace(sold: SimpleNamespace, as_: Any) -> None:
    elsewhere = make_person("elsewhere", email="elsewhere@birch.test")
    grant(elsewhere, "support_contact", make_workspace(sold.birch, "annex"))
    refused = as_(sold.helper).post(NEW, written(sold, contact=elsewhere.pk))
    assert refused.status_code == 400
    assert nothing_was_asked()


@pytest.mark.parametrize("channel", ["portal", "", "pigeon"])
def test_how_it_was_asked_is_said_truly(sold: SimpleNamespace, as_: Any, channel: str) -> None:  # S003-15
    assert as_(sold.helper).post(NEW, written(sold, channel=channel)).status_code == 400
    assert nothing_was_asked()


def test_a_partner_accepts_no_price_in_its_customers_name(sold: SimpleNamespace, as_: Any) -> None:  # S003-41
    request = take(as_(sold.helper), sold)
    door = f"/helpdesk/requests/{request.number}/price/"
    for who in ("helper", "agent", "rival_agent", "csam", "admin"):
        assert as_(getattr(sold, who)).post(door, {"plan": 1}).status_code in (403, 404), who
    assert as_(sold.asker).post(door, {"plan": 2}).status_code == 409
    assert Intake.objects.using("owner").get().accepted_at is None
    assert as_(sold.asker).post(door, {"plan": 1}).status_code == 302
    assert Intake.objects.using("owner").get().accepted_by_id == sold.asker.pk


def test_a_draft_keeps_no_files_without_end(sold: SimpleNamespace, as_: Any) -> None:
    client = as_(sold.asker)
    for n in range(2):
        files = [SimpleUploadedFile(f"{n}-{each}.txt", b"x") for each in range(6)]
        client.post(address(sold), form(sold, act="later", files=files))
    assert ContactFile.objects.using("owner").count() == 6


def test_nobody_writes_to_a_partner_that_is_not_theirs(sold: SimpleNamespace) -> None:  # edge 36
    access, asked = sign_on.act_for(sold.asker.pk, sold.birch.pk).access, Asked(workspace=sold.birch_main.pk)
    for act in (commands.save_draft, commands.contact_partner):
        with pytest.raises(ObjectDoesNotExist):
            act(access, sold.rival.pk, asked)
    assert not ContactDraft.objects.using("owner").exists()


def test_what_a_supplier_said_has_its_name_after_it_gave_it_back(
    sold: SimpleNamespace, as_: Any, owner: Any
) -> None:  # S003-39, S003-15
    request = ask(as_(sold.asker), sold)
    Request.objects.using("owner").filter(pk=request.pk).update(desk=sold.rival)
    supplier, here = as_(sold.rival_agent), f"/support/requests/{request.number}"
    assert supplier.post(f"{here}/say/", {"body": "We look into it."}).status_code == 302
    seen = f"/helpdesk/requests/{request.number}/"
    assert "rival_agent, Rivermouth" in as_(sold.asker).get(seen).content.decode()
    give_back(supplier, Request.objects.using("owner").get(pk=request.pk))
    assert supplier.get(seen).status_code == 404
    for reader in (sold.asker, sold.helper):
        assert "rival_agent, Rivermouth" in as_(reader).get(seen).content.decode(), reader
