"""Files that are chosen while a request is written: kept with the draft, and in the request once it is sent (R4.1)."""

import os
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import AccessGrant
from tallyhub.support import jobs
from tallyhub.support.models import Draft, DraftFile, File
from tallyhub.support.requests import commands
from tests.make import grant
from tests.people.people import acting
from tests.support.requests.asking import TITLE, begin, drafts_of, fill, open_request
from tests.support.saying import PNG, address, text_of, upload
from tests.support.test_files import on_disk, smaller


@pytest.fixture
def contact(world: SimpleNamespace, client: Client) -> Client:
    for path in on_disk():  # of an earlier test
        path.unlink()
    client.force_login(world.contact)
    return client


def attach(client: Client, draft: str, *files: Any, act: str = "attach", **over: Any) -> Any:
    said = {"title": TITLE, "description": "Since Monday it ends after an hour.", "act": act, "files": list(files)}
    return client.post(f"{draft}problem/", said | over)


def kept() -> list[DraftFile]:
    return list(DraftFile.objects.using("owner").order_by("pk"))


def test_files_of_a_draft_are_in_the_request_once_it_is_sent(world: SimpleNamespace, contact: Client) -> None:  # R4.1
    draft = begin(contact, world.north)
    answer = attach(contact, draft, upload("a.log"), upload("b.png", PNG, "text/html"))
    assert answer["Location"] == f"{draft}problem/"
    fill(contact, draft)
    for step in ("problem", "check"):
        page = contact.get(f"{draft}{step}/").content.decode()
        assert "a.log" in page
        assert "b.png" in page
    keys = [one.key for one in kept()]
    sent = contact.post(f"{draft}send/")
    assert sent.status_code == 302
    found = list(File.objects.using("owner").order_by("pk"))
    assert [(one.name, one.media_type, one.message_id, one.added_by_id) for one in found] == [
        ("a.log", "text/plain", None, world.contact.pk),
        ("b.png", "image/png", None, world.contact.pk),
    ]
    assert [one.key for one in found] == keys
    assert kept() == []
    assert {path.name for path in on_disk()} == set(keys)
    client = contact
    client.force_login(world.engineer)
    request = found[0].request
    assert "a.log" in text_of(client, request)
    assert b"".join(client.get(address("file", request, found[0].pk)).streaming_content) == b"hello"


def test_they_come_with_any_button_of_the_step(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    for n, (act, leads_to) in enumerate(
        (("next", f"{draft}severity/"), ("back", f"{draft}what/"), ("later", "/support/open/"))
    ):
        assert attach(contact, draft, upload(f"{n}.log"), act=act)["Location"] == leads_to
    assert [one.name for one in kept()] == ["0.log", "1.log", "2.log"]


def test_one_is_removed_before_it_is_sent_and_its_bytes_with_it(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    attach(contact, draft, upload("a.log"), upload("b.log"))
    first, second = kept()
    answer = attach(contact, draft, remove=first.pk, title="Typed meanwhile")
    assert answer["Location"] == f"{draft}problem/"
    assert [one.pk for one in kept()] == [second.pk]
    assert [path.name for path in on_disk()] == [second.key]
    assert "Typed meanwhile" in contact.get(f"{draft}problem/").content.decode()
    assert attach(contact, draft, remove=first.pk).status_code == 302  # again is no error
    assert attach(contact, draft, remove="x").status_code == 404


def test_they_go_with_the_draft(world: SimpleNamespace, contact: Client, owner: Any) -> None:
    for by in ("form", "database"):  # as the erasure of a person does
        draft = begin(contact, world.north)
        attach(contact, draft, upload("a.log"))
        if by == "form":
            assert contact.post(f"{draft}delete/").status_code == 302
            assert on_disk() == []
        else:
            owner.execute("DELETE FROM support_draft")
        assert kept() == []


def test_the_job_that_clears_bytes_leaves_those_of_drafts(world: SimpleNamespace, contact: Client) -> None:
    attach(contact, begin(contact, world.north), upload("a.log"))
    [path] = on_disk()
    os.utime(path, (0, 0))
    jobs.clear_files(0)
    assert on_disk() == [path]
    DraftFile.objects.using("owner").all().delete()
    jobs.clear_files(0)
    assert on_disk() == []


# What is refused


def test_too_large_and_too_many_files_are_refused_in_words_and_what_was_typed_is_kept(
    world: SimpleNamespace, contact: Client
) -> None:
    draft = begin(contact, world.north)
    with smaller():
        for large in (1024 * 1024 + 1, 3 * 1024 * 1024):
            answer = attach(contact, draft, upload("big.log", b"x" * large), title="Not lost", act="next")
            assert (answer.status_code, "big.log is larger than 1 MB" in answer.content.decode()) == (400, True)
    assert "Not lost" in contact.get(f"{draft}problem/").content.decode()
    answer = attach(contact, draft, *(upload(f"{n}.log") for n in range(11)))
    assert (answer.status_code, "More than 10 files" in answer.content.decode()) == (400, True)
    assert attach(contact, draft, *(upload(f"{n}.log") for n in range(9))).status_code == 302
    answer = attach(contact, draft, upload("x.log"), upload("y.log"))
    assert (answer.status_code, "with at most 10 files" in answer.content.decode()) == (400, True)
    assert len(kept()) == len(on_disk()) == 9
    assert attach(contact, draft, upload("x.log")).status_code == 302


def test_a_file_is_kept_beside_a_text_that_cannot_be(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    answer = attach(contact, draft, upload("a.log"), title="y" * 201)
    assert answer.status_code == 400
    assert "a.log" in answer.content.decode()
    assert len(kept()) == 1


def test_a_name_is_shown_as_text(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    attach(contact, draft, upload("<img src=x onerror=alert(1)>.log"))
    for step in ("problem", "check"):
        assert "<img src=x" not in contact.get(f"{draft}{step}/").content.decode()


def test_files_come_at_that_step_alone(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    said = {"severity": "C", "impact": "", "act": "next", "files": [upload("a.log")]}
    assert contact.post(f"{draft}severity/", said).status_code == 302
    assert (kept(), on_disk()) == ([], [])


# Who sees them


def test_nobody_but_its_writer_sees_or_changes_them(world: SimpleNamespace, contact: Client) -> None:  # R1.5
    draft = begin(contact, world.north)
    attach(contact, draft, upload("secret.log"))
    [file] = kept()
    grant(world.member, "support_contact", world.north)
    for who in (world.member, world.admin, world.north_admin, world.engineer, world.stranger):
        contact.force_login(who)
        for answer in (
            contact.get(f"{draft}problem/"),
            attach(contact, draft, upload("mine.log")),
            attach(contact, draft, remove=file.pk),
            attach(contact, draft, upload("mine.log"), title="y" * 201),
        ):
            assert answer.status_code in (403, 404)
    assert [one.pk for one in kept()] == [file.pk]
    assert [path.name for path in on_disk()] == [file.key]
    for person, count in ((world.contact, 1), (world.member, 0), (world.admin, 0), (world.engineer, 0)):
        with scope(acting(person, world.cedar)):  # with the Python wall off
            assert DraftFile.objects.count() == count, person.name


def test_a_file_of_another_draft_is_not_removed_through_ones_own(world: SimpleNamespace, contact: Client) -> None:
    first, second = begin(contact, world.north), begin(contact, world.north)
    attach(contact, first, upload("a.log"))
    [file] = kept()
    assert attach(contact, second, remove=file.pk).status_code == 302
    assert [one.pk for one in kept()] == [file.pk]


def test_nothing_is_kept_without_the_right_any_more(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    grant(world.contact, "support_contact", world.south)
    AccessGrant.objects.using("owner").filter(person_id=world.contact.pk, workspace_id=world.north.pk).delete()
    grant(world.contact, "member", world.north)
    assert attach(contact, draft, upload("a.log")).status_code == 403
    assert on_disk() == []


def test_what_is_sent_twice_is_there_once(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    attach(contact, draft, upload("a.log"))
    fill(contact, draft)
    assert {contact.post(f"{draft}send/")["Location"] for _ in range(2)} == {
        f"/support/requests/{File.objects.using('owner').get().request.number}/"
    }
    begin(contact, world.north)  # what was sent is forgotten; its files are the request's
    assert Draft.objects.using("owner").count() == 1
    assert File.objects.using("owner").count() == len(on_disk()) == 1


def test_one_that_breaks_off_keeps_the_draft_as_it_was(world: SimpleNamespace, contact: Client) -> None:
    draft = begin(contact, world.north)
    attach(contact, draft, upload("a.log"))
    access = acting(world.contact, world.cedar)
    with pytest.raises(Exception, match="request_incomplete"):
        commands.send_draft(access, drafts_of(world.contact)[0].pk)
    assert (len(kept()), File.objects.using("owner").count()) == (1, 0)
    open_request(contact, world.north)  # another one takes none of them
    assert (len(kept()), File.objects.using("owner").count()) == (1, 0)
