"""Which grid the rows behind a number have: that of the records of its kind, or, without one, that of the entries."""

from django.http import QueryDict

from tallyhub.activity.assessment_grid import AssessmentRows
from tallyhub.activity.contact_grid import ContactRows
from tallyhub.activity.drilldown import Subject
from tallyhub.activity.education_grid import EducationRows
from tallyhub.activity.engagement_grid import EngagementRows
from tallyhub.activity.entry_grid import EntryRows
from tallyhub.activity.filters import Choice
from tallyhub.activity.request_grid import RequestRows
from tallyhub.activity.rows import Reader, Rows
from tallyhub.agreements.rules import ServiceKind

GRIDS: dict[ServiceKind, type[Rows]] = {
    ServiceKind.REACTIVE: RequestRows,
    ServiceKind.ADVISORY: RequestRows,
    ServiceKind.EDUCATION: EducationRows,
    ServiceKind.CONTACTS: ContactRows,
    ServiceKind.PROACTIVE: EngagementRows,
    ServiceKind.DSE: EngagementRows,
    ServiceKind.CREDITS: EngagementRows,
    ServiceKind.ASSESSMENTS: AssessmentRows,
}


def rows_of(reader: Reader, subject: Subject, query: QueryDict, choice: Choice) -> Rows:
    """Raises NoSuchChoice for a filter that is none."""
    kinds = {GRIDS.get(kind, EntryRows) for kind in subject.kinds}
    found = kinds.pop() if len(kinds) == 1 else EntryRows
    return (found if found.fits(subject) else EntryRows)(reader, subject, query, choice)
