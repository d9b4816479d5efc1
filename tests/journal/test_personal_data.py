"""Append-only rows hold ids: a person can be erased without touching what must not change (R10.4)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.integrations.importing import import_records
from tallyhub.journal.rules import check_details

NAME, ADDRESS, KEY = "Zoë Quillfeather", "zoe.quillfeather@example.test", "QF-Zoë-77"
APPEND_ONLY = ("ledger_entry", "ledger_allotment", "ledger_ledgerversion", "journal_event", "procrastinate_jobs")


@pytest.mark.parametrize("value", [NAME, ADDRESS, "two words", "Müller", ["a"], 1.5, "x" * 201])
def test_the_journal_refuses_what_could_be_a_name(value: Any) -> None:  # R10.4
    with pytest.raises(ValueError, match="journal detail"):
        check_details({"detail": value})


@pytest.mark.parametrize("value", ["2026-11-21", "ledger.posted", 7, None, True, "a/b:c+1"])
def test_the_journal_takes_ids_codes_and_days(value: Any) -> None:
    assert check_details({"detail": value}) == {"detail": value}


def test_no_name_reaches_an_append_only_row(world: SimpleNamespace, owner: Any) -> None:  # R10.4
    """A person is imported with a key and consumes; a title names them: nothing of it is in these tables."""
    import_records(
        [
            ("people", [{"customer": "cedar", "key": KEY, "name": NAME, "email": ADDRESS, "workspaces": "north"}]),
            (
                "consumption",
                [
                    {
                        "agreement": "CED-2026",
                        "package": "ADD",
                        "entitlement": world.cedar_credits.code,
                        "workspace": "north",
                        "occurred_on": "2026-10-01",
                        "amount": "1",
                        "unit": "credits",
                        "external_id": "C-1",
                        "person": KEY,
                        "title": f"Asked by {NAME}",
                    }
                ],
            ),
        ]
    )
    person = owner.execute("SELECT id FROM accounts_person WHERE name = %s", [NAME]).fetchone()
    for table in APPEND_ONLY:
        text = str(owner.execute(f"SELECT jsonb_agg(to_jsonb(t)) FROM {table} t").fetchone())
        for personal in (NAME, "Quillfeather", ADDRESS, KEY):
            assert personal not in text, table
    assert owner.execute("SELECT person_id FROM ledger_entry WHERE external_id = 'C-1'").fetchone() == person
