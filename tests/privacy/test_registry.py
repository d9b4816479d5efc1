"""Nothing about a person is forgotten: each column that points at one is declared, or has a reason (R10.4)."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tallyhub.privacy.registry import HOLDINGS

DATA_MAP = Path(__file__).parents[2] / "docs" / "data-map.md"

# Columns that hold a person's id, by the way we name them, and every foreign key to a person.
POINTING = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
WHERE c.table_schema = 'public'
  AND (c.column_name ~ '(^|_)(person|actor|user|owner|engineer)_id$' OR c.column_name ~ '_by(_id)?$')
UNION
SELECT r.conrelid::regclass::text, a.attname FROM pg_constraint r
JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = ANY (r.conkey)
WHERE r.contype = 'f' AND r.confrelid = 'accounts_person'::regclass
"""
# (table, column): why it is in no export and no erasure.
REASONS = {
    ("organizations_proveddomain", "proved_by"): "how a domain was proved, no person",
    ("accounts_session", "vouched_by_id"): "a customer, no person",
    ("partners_followup", "owner_id"): "somebody's work, by whose person follow_ups finds it",
    ("auth_user_groups", "user_id"): "Django's, not there",
}
# Columns with what people are called or wrote, which point at nobody and so are not found above.
TEXTS = {
    ("accounts_person", "name"),
    ("accounts_person", "email"),
    ("accounts_person", "password"),
    ("account_emailaddress", "email"),
    ("organizations_personkey", "key"),
    ("ledger_entrydetail", "title"),
    ("agreements_agreementcontact", "email"),
    ("agreements_agreementcontact", "name"),
    ("office_agreementdraft", "content"),
    ("people_invitation", "email"),
    ("people_invitation", "name"),
    ("people_invitation", "sort_name"),
    ("organizations_membership", "sort_name"),
    ("accounts_session", "session_data"),
}


def pointing(owner: Any) -> set[tuple[str, str]]:
    return set(owner.execute(POINTING).fetchall())


def declared() -> set[tuple[str, str]]:
    """(table, column), as the conditions of the holdings name them."""
    columns = re.compile(r"(\w+) = %\(person\)s")
    return {(one.table, column) for one in HOLDINGS for column in columns.findall(one.condition)}


def test_every_column_that_points_at_a_person_is_declared_or_has_a_reason(world: SimpleNamespace, owner: Any) -> None:
    assert pointing(owner) - declared() - set(REASONS) == set()


def test_the_walk_finds_what_there_is(world: SimpleNamespace, owner: Any) -> None:
    assert pointing(owner) >= {
        ("ledger_entry", "person_id"),
        ("ledger_entry", "recorded_by_id"),
        ("journal_event", "actor_id"),
        ("accounts_session", "person_id"),
        ("notifications_mail", "person_id"),
        ("account_emailaddress", "user_id"),
    }


def test_what_goes_is_told_from_what_stays(world: SimpleNamespace, owner: Any) -> None:
    """What the app may not delete must be declared as staying, and the other way round."""
    for holding in HOLDINGS:
        (may_delete,) = owner.execute(
            "SELECT has_table_privilege('tallyhub_app', %s, 'DELETE')", [holding.table]
        ).fetchone()
        assert may_delete or holding.stays, holding.name


def test_names_of_files_are_used_once(world: SimpleNamespace) -> None:
    names = [holding.name for holding in HOLDINGS]
    assert len(set(names)) == len(names)


def test_the_data_map_names_every_personal_column(world: SimpleNamespace, owner: Any) -> None:
    text = DATA_MAP.read_text()
    wanted = (pointing(owner) | TEXTS) - set(REASONS)
    missing = {f"`{table}.{column}`" for table, column in wanted if f"`{table}.{column}`" not in text}
    assert missing == set()


def test_the_data_map_names_nothing_that_is_gone(world: SimpleNamespace, owner: Any) -> None:
    there = {
        f"{table}.{column}"
        for table, column in owner.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
    }
    rows = [line for line in DATA_MAP.read_text().splitlines() if line.startswith("|")]
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", "".join(rows)))
    assert named - there == set()


def test_no_title_speaks_of_they_to_the_person_themselves() -> None:  # R10.4
    """The same words stand on one's own page and on an administrator's."""
    for holding in HOLDINGS:
        words = f"{holding.title} {holding.stays}".lower().split()
        assert not {"your", "yours", "person"} & set(words), holding.title
        assert not {"they", "them", "their"} & set(str(holding.title).lower().split()), holding.title
