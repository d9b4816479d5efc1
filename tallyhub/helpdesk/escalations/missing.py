"""What an escalation lacks before it is sent, and what is to be looked at first. In a scope at the partner's desk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tallyhub.helpdesk.escalations import queries
from tallyhub.helpdesk.escalations.evidence import Evidence, Gap, gaps, scanned
from tallyhub.helpdesk.escalations.findings import Finding, find_in, hints_at_vulnerability, seal
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.helpdesk.escalations.taken import Taken
from tallyhub.helpdesk.models import Escalation
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.queries import list_serving


@dataclass(frozen=True, slots=True)
class Missing:
    """``findings``: by where; ``hints``: at a vulnerability, which goes elsewhere."""

    gaps: list[Gap]
    findings: Mapping[str, Collection[Finding]]
    hints: bool

    @property
    def seal(self) -> str:
        """Names what was found, for the one who says that they have looked. Empty: nothing was."""
        found = seal(self.findings)
        return f"{found}v" if self.hints else found


def find_missing(access: Access, found: Escalation, taken: Taken) -> Missing:
    """Of what was written last, sent or not. Three statements."""
    files, written = queries.list_files(access, found), found.written
    there = Evidence(
        values=written["values"],
        files={one.item: 1 for one in files},
        is_health_checked=taken.health is not None,
        tenants=1 + len(found.unsent["tenants"]) if found.unsent else queries.count_tenants(found),
        colleagues=list_serving(access, found.organization_id),
    )
    texts = dict(scanned(written["values"]))
    findings: dict[str, Collection[Finding]] = {code: find_in(said) for code, said in texts.items()}
    findings |= {f"file-{one.pk}": [Finding(each) for each in one.findings] for one in files}
    return Missing(
        gaps=gaps(Category(written["category"]), there, clock.now()),
        findings={where: sorted(what) for where, what in findings.items() if what},
        hints=hints_at_vulnerability(texts.values()),
    )
