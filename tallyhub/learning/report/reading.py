"""What an address asks of the report: for the page, the file, and the job that makes a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tallyhub.kernel.access import Access
from tallyhub.kernel.http import file_name
from tallyhub.learning import queries as learning
from tallyhub.learning.report import queries
from tallyhub.learning.report.grid import Words
from tallyhub.learning.report.queries import ReportFilter
from tallyhub.learning.report.rules import Period, read_period


@dataclass(frozen=True, slots=True)
class Report:
    """What an address asks for, for whoever may read it. Needs a scope; raises Forbidden for everybody else (R2.2)."""

    access: Access
    wanted: ReportFilter
    period: Period
    workspace: str
    places: dict[int, str]  # names of all that one may choose
    words: Words

    @classmethod
    def read(cls, access: Access, query: QueryDict, names: dict[int, str]) -> "Report":
        workspace = query.get("workspace") or ""
        workspaces = queries.read_workspaces(access, workspace)
        period = read_period(query.get("from"), query.get("to"), queries.current_year(access, workspaces))
        managed = queries.read_workspaces(access)
        places = {one: name for one, name in names.items() if one in managed}
        said = Words(access, {one: places[one] for one in workspaces if one in places}, learning.today(access))
        return cls(access, ReportFilter(workspaces, period), period, workspace, places, said)

    def batches(self) -> Iterator[list[Any]]:
        for batch in queries.stream(self.wanted):
            self.words.learn(batch)
            yield batch

    def file_name(self, ending: str) -> str:
        return file_name([_("Education report"), self.period.first.isoformat(), self.period.last.isoformat()], ending)
