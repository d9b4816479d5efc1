"""Who reads and writes mails to a desk: by Python, and by the database with the Python wall off (R3.3, R3.8)."""

from json import loads
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from django.db import DatabaseError, connection

from tallyhub.helpdesk.mails import queries
from tallyhub.helpdesk.models import DeskMail, DeskMailFile
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations.sign_on import act_at_work, act_for
from tallyhub.privacy import commands as privacy
from tallyhub.privacy import export
from tests.helpdesk.mails.arriving import make_mail
from tests.world import NOW

Sold = SimpleNamespace
TABLES = (DeskMail, DeskMailFile)
ALL = {one.__name__ for one in TABLES}


@pytest.fixture
def full(sold: Sold) -> Sold:
    """A mail with a file at lakeside, which says it is from birch's asker."""
    sold.mail = make_mail(sold.partner)
    stored = {"name": "a.log", "size": 1, "media_type": "text/plain", "digest": b"", "key": "k"}
    DeskMailFile.objects.using("owner").create(organization=sold.partner, mail=sold.mail, **stored)
    return sold


def by_python(access: Access) -> set[str]:
    """As the owner, whom the database lets read everything."""
    return {one.__name__ for one in TABLES if one.objects.using("owner").visible_to(access).exists()}


def by_database(access: Access) -> set[str]:
    found = set()
    with scope(access), connection.cursor() as cursor:
        for one in TABLES:
            cursor.execute(f"SELECT count(*) FROM {one._meta.db_table}")
            if cursor.fetchone()[0]:
                found.add(one.__name__)
    return found


@pytest.fixture(params=[by_python, by_database], ids=["python", "database"])
def reads(request: Any) -> Any:
    return request.param


@pytest.mark.parametrize("who", ["helper", "second", "agent"])
def test_whoever_serves_customers_there_reads_it(full: Sold, reads: Any, who: str) -> None:
    assert reads(act_at_work(getattr(full, who).pk)) == ALL


@pytest.mark.parametrize("who", ["seller", "clerk", "rival_agent", "warden", "engineer"])
def test_nobody_else_at_work_reads_it(full: Sold, reads: Any, who: str) -> None:  # S003-1, edge case 13
    assert reads(act_at_work(getattr(full, who).pk)) == set()


@pytest.mark.parametrize("who", ["admin", "csam", "engineer"])
def test_nobody_reads_it_inside_a_customer(full: Sold, reads: Any, who: str) -> None:
    assert reads(act_for(getattr(full, who).pk, full.cedar.pk).access) == set()


def test_who_serves_there_no_more_reads_it_no_more(full: Sold, owner: Any) -> None:
    access = act_at_work(full.helper.pk)
    owner.execute("UPDATE organizations_staff SET ends_at = now() WHERE person_id = %s", [full.helper.pk])
    assert by_database(access) == set()


def test_the_hub_brings_mails_in_for_the_desks_that_it_acts_for(full: Sold, reads: Any) -> None:
    assert reads(Access.of_system(organizations=[full.partner.pk])) == ALL
    assert reads(Access.of_system(organizations=[full.rival.pk])) == set()
    assert reads(Access.of_system([full.birch.pk])) == set()


def refused(access: Access, statement: str) -> bool:
    try:
        with scope(access, writing=True), connection.cursor() as cursor:
            cursor.execute(statement)
            return bool(cursor.rowcount == 0)
    except DatabaseError:
        return True


def test_no_person_makes_a_mail_up(full: Sold) -> None:
    columns = "organization_id, sender, sender_name, subject, text, left_out, at, outcome, number"
    made = (
        f"""INSERT INTO helpdesk_deskmail ({columns}) VALUES ({full.partner.pk}, 'x', '', '', '', 0, now(), '', '')"""
    )
    for who in (full.helper, full.seller, full.rival_agent):
        assert refused(act_at_work(who.pk), made)
    assert not refused(Access.of_system(organizations=[full.partner.pk]), made)


def test_what_became_of_one_is_said_by_the_desk_alone(full: Sold) -> None:
    done = "UPDATE helpdesk_deskmail SET outcome = 'spam', done_at = now()"
    for who in (full.seller, full.rival_agent, full.asker):
        assert refused(act_at_work(who.pk), done)
    assert refused(act_at_work(full.helper.pk), "DELETE FROM helpdesk_deskmail")
    assert refused(act_at_work(full.helper.pk), "UPDATE helpdesk_deskmailfile SET name = 'x'")
    assert not refused(act_at_work(full.helper.pk), done)


def test_a_mail_is_given_to_no_other_desk(full: Sold, owner: Any) -> None:
    moved = f"UPDATE helpdesk_deskmail SET organization_id = {full.rival.pk}"
    assert refused(act_at_work(full.helper.pk), moved)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="same_partner"):
        owner.execute("UPDATE helpdesk_deskmailfile SET organization_id = %s", [full.rival.pk])


def senders(access: Access, mail: DeskMail) -> list[str]:
    with scope(access):
        return [one.person for one in queries.find_senders([mail.pk]).get(mail.pk, [])]


def test_whose_address_it_is_hears_only_whoever_reads_the_mail(full: Sold) -> None:  # R3.3
    """With the Python wall off: the function is asked past the pages."""
    assert senders(act_at_work(full.helper.pk), full.mail) == ["asker"]
    for who in (full.seller, full.rival_agent, full.warden):
        assert senders(act_at_work(who.pk), full.mail) == []
    theirs = make_mail(full.rival)
    assert senders(act_at_work(full.rival_agent.pk), theirs) == []  # rivermouth sells nothing to birch


# What is kept for how long


def test_mails_go_after_a_while_whatever_became_of_them(full: Sold) -> None:  # R10.4
    later = NOW.replace(day=22)
    make_mail(full.partner, at=later)
    assert privacy.clear(Access(), "desk_mails", later) == 1
    assert DeskMail.objects.using("owner").get().at == later
    assert not DeskMailFile.objects.using("owner").exists()


def test_no_person_clears_any(full: Sold) -> None:
    assert privacy.clear(act_at_work(full.helper.pk), "desk_mails", NOW.replace(day=22)) == 0
    assert DeskMail.objects.using("owner").exists()


def test_what_was_written_from_an_address_is_its_owners_to_take_and_erase(full: Sold) -> None:  # R10.4
    make_mail(full.partner, sender="other@birch.test")
    with export.write(full.asker.pk) as made, ZipFile(made) as found:
        assert [one["subject"] for one in loads(found.read("desk_mails.json"))] == ["Slow"]
        assert [one["name"] for one in loads(found.read("desk_mail_files.json"))] == ["a.log"]
    privacy.erase_by_operator(Access(), address="asker@birch.test")
    assert DeskMail.objects.using("owner").get().sender == "other@birch.test"
    assert not DeskMailFile.objects.using("owner").exists()


def test_bytes_that_a_mail_names_are_no_orphans(full: Sold) -> None:
    from tallyhub.support.conversation.queries import list_orphans

    with scope(Access()):
        assert list_orphans(["k", "other"]) == ["other"]
