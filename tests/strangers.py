"""What a stranger's call leaves as it was, and how answers are compared: of what is hidden, and of nothing."""

import re
from typing import Any

# Told by every request, whatever it asks for: who is signed in, which token called.
_TOLD = {"accounts_session", "accounts_tokenuse"}
_TABLES = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_EACH = "SELECT '{0}', count(*), coalesce(sum(hashtext(t::text)), 0)::bigint FROM {0} t"
ABSENT = 7_999_999  # of no table


def raise_ids(owner: Any) -> None:
    """From now on no id is so small that it could be found in an answer by chance."""
    owner.execute(
        "SELECT setval(format('%I.%I', schemaname, sequencename), coalesce(last_value, 0) + 7000000) FROM pg_sequences"
    )


def everything(owner: Any) -> dict[str, tuple[int, int]]:
    """Rows of every table, and a sum over what they say."""
    tables = [name for (name,) in owner.execute(_TABLES).fetchall() if name not in _TOLD]
    rows = owner.execute(" UNION ALL ".join(_EACH.format(name) for name in tables)).fetchall()
    return {name: (count, total) for name, count, total in rows}


def said(answer: Any, asked: Any) -> tuple[int, str]:
    """Status and body, without what was asked for and without the form's own secret."""
    body = answer.content.decode()
    return answer.status_code, re.sub(r"\b[A-Za-z0-9]{64}\b", "", body).replace(str(asked), "")
