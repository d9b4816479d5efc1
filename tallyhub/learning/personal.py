"""What this package holds about a person: what they learn goes with them, the figures of the ledger stay."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding


def _own(name: str, title: Any, table: str, *columns: str) -> Holding:
    return Holding(
        name=name,
        title=title,
        table=table,
        condition="person_id = %(person)s",
        columns=("customer_id", "workspace_id", *columns),
        customer="customer_id",
    )


def _made(name: str, title: Any, table: str, column: str, *columns: str) -> Holding:
    """What stays when its maker goes: others rely on it."""
    return Holding(
        name=name,
        title=title,
        table=table,
        condition=f"{column} = %(person)s",
        columns=("customer_id", "workspace_id", *columns),
        customer="customer_id",
        stays=_("Others rely on it. It holds a number and no name."),
    )


_DAYS = ("started_on", "last_activity_on", "completed_on", "progress_pct")
# A statement points at a fact, and a fact at its record.
HOLDINGS = (
    _own("learning_statements", _("What learning systems told"), "learning_statement",
         "statement_id", "content", "stored_at"),
    _own("learning_facts", _("Where it is known from what was learnt"), "learning_fact",
         "source", "external_id", "started_on", "completed_on", "progress_pct"),
    _own("learning_records", _("Learning activities started"), "learning_record", "activity_id", *_DAYS),
    _own("learning_assignments", _("Learning activities assigned"), "learning_assignment",
         "activity_id", "assigned_on", "due_on", "withdrawn_at"),
    _made("learning_assigned", _("Learning activities assigned to others"), "learning_assignment", "assigned_by_id",
          "activity_id", "assigned_on", "due_on"),
    _made("learning_sources", _("Learning systems added"), "learning_source", "made_by_id", "name", "made_at"),
)  # fmt: skip
