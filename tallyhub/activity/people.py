"""Support contacts are people: what counts of them is who is named, not what was recorded (R2.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallyhub.activity.drilldown import Subject
from tallyhub.activity.queries import AgreementLines, Line
from tallyhub.activity.rules import count_named
from tallyhub.agreements.rules import ACTIVE_STATES, ServiceKind
from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.access import Access, Right
from tallyhub.people import contacts
from tallyhub.people.contacts import Named


def count_people(
    agreements: list[AgreementLines], workspaces: Sequence[int], *, named: Mapping[int, int] | None = None
) -> list[AgreementLines]:
    """The agreements, with the people who are named where what they allow is in force. One statement, or none.

    ``named``: how many by agreement, where the caller has read that already.
    """
    lines = {one.id: _lines(one) for one in agreements if one.state in ACTIVE_STATES}
    if not any(lines.values()):
        return agreements
    if named is None:
        named = {one: count for one, (count, _of_these) in contacts.count_named(workspaces).items()}
    counted: dict[int, Line] = {}
    for agreement_id, of_agreement in lines.items():
        if of_agreement and agreement_id in named:
            balances = count_named([one.balance for one in of_agreement if one.balance], named[agreement_id])
            counted |= {
                one.id: replace(one, balance=balance) for one, balance in zip(of_agreement, balances, strict=True)
            }
    return [
        replace(
            one,
            packages=[
                replace(each, lines=[counted.get(line.id, line) for line in each.lines]) for each in one.packages
            ],
        )
        for one in agreements
    ]


def _lines(agreement: AgreementLines) -> list[Line]:
    """Where a number of people is allowed today; the last of them takes who is beyond it."""
    found = [line for package in agreement.packages if package.is_active for line in package.lines]
    return sorted((one for one in found if one.kind is ServiceKind.CONTACTS and one.balance), key=_is_as_needed)


def _is_as_needed(line: Line) -> bool:
    return line.is_as_needed


def is_about_people(subject: Subject) -> bool:
    """Not so where a number was allowed that is not in force: of it, there is what was recorded."""
    return subject.kinds == {ServiceKind.CONTACTS} and any(
        agreement.state in ACTIVE_STATES and package.is_active for agreement, package, _line in subject.members
    )


def people(access: Access, subject: Subject, chosen: Sequence[int]) -> dict[str, Any]:
    """Who is named, for those who administer a chosen workspace, of these workspaces; for others the number alone."""
    administered = [one for one in chosen if access.has(Right.ADMINISTER, workspace_id=one)]
    agreements = {agreement.id for agreement, _package, _line in subject.members}
    found = contacts.list_named(access, agreements, administered) if administered else []
    count = sum(line.balance.used for line in subject.lines if line.balance)
    return {"rows": [row(one) for one in found], "note": _note(len(found), count)}


def row(one: Named) -> dict[str, str]:
    since = fmt.day(timezone.localtime(one.since).date())
    return {
        "name": one.name,
        "workspaces": ", ".join(one.workspaces) or _("All workspaces"),
        "since": _("invited on %(day)s") % {"day": since} if one.is_invited else since,
    }


def _note(shown: int, count: int) -> str:
    if not count:
        return _("Nobody is named yet.")
    if shown >= count:
        return ""
    said = {"n": fmt.number(shown), "count": fmt.number(count)}
    text = ngettext(
        "%(n)s of %(count)s person is shown: the others are named in workspaces that you did not choose or do not "
        "administer.",
        "%(n)s of %(count)s people are shown: the others are named in workspaces that you did not choose or do not "
        "administer.",
        count,
    )
    return text % said
