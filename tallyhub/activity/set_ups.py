"""Set-ups of assessments are a gauge: there counts how many there are today, beside what was booked (R2.4)."""

from collections.abc import Sequence
from dataclasses import replace

from tallyhub.activity.queries import AgreementLines, Line, PackageLines
from tallyhub.activity.rules import count_gauge
from tallyhub.agreements.rules import ACTIVE_STATES, ServiceKind
from tallyhub.assessments.queries import count_set_ups as counted
from tallyhub.kernel.amounts import Unit


def count_set_ups(agreements: list[AgreementLines], workspaces: Sequence[int]) -> list[AgreementLines]:
    """The agreements, with the set-ups that count where what they hold is in force. One statement, or none."""
    if not any(_counts(one, package, line) for one in agreements for package in one.packages for line in package.lines):
        return agreements
    found = counted(workspaces)

    def line_of(agreement: AgreementLines, package: PackageLines, line: Line) -> Line:
        if line.id not in found or not line.balance or not _counts(agreement, package, line):
            return line
        return replace(line, balance=count_gauge(line.balance, *found[line.id]))

    return [
        replace(
            one,
            packages=[replace(each, lines=[line_of(one, each, line) for line in each.lines]) for each in one.packages],
        )
        for one in agreements
    ]


def _counts(agreement: AgreementLines, package: PackageLines, line: Line) -> bool:
    """In a package that is over nothing is counted any more: the set-ups go on under what follows."""
    is_in_force = agreement.state in ACTIVE_STATES and package.is_active
    return is_in_force and line.kind is ServiceKind.ASSESSMENTS and line.unit is Unit.SETUPS
