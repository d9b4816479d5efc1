"""What this package holds about a person: what they set up, ran and answered, by number.

Affected objects are what a collector calls machines and accounts; they may name people, belong to no person of the hub,
and go after the days that ``keep_assessment_objects_days`` says.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_RECORD = _("It belongs to the record of an assessment. It names nobody by itself.")


def _record(name: str, title: Any, table: str, condition: str, *columns: str) -> Holding:
    """What stays when its maker goes: others rely on it."""
    return Holding(
        name=name, title=title, table=table, condition=condition, columns=("customer_id", "workspace_id", *columns),
        customer="customer_id", stays=_RECORD,
    )  # fmt: skip


HOLDINGS = (
    _record("assessment_set_ups", _("Assessments set up or ended"), "assessments_setup",
            "set_up_by_id = %(person)s OR ended_by_id = %(person)s", "label", "configured_on", "ended_on"),
    _record("assessment_runs", _("Runs of assessments brought in or withdrawn"), "assessments_run",
            "by_id = %(person)s OR withdrawn_by_id = %(person)s", "set_up_id", "collected_at", "at"),
    _record("assessment_files", _("Results of assessments that waited to be read"), "assessments_intake",
            "by_id = %(person)s", "set_up_id", "at", "stage"),
    _record("assessment_answers", _("Questionnaires begun"), "assessments_answerdraft",
            "changed_by_id = %(person)s", "set_up_id", "changed_at"),
)  # fmt: skip
