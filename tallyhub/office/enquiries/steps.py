"""Pieces of answering that several commands need. Each demands an open transaction."""

from collections.abc import Iterable

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.scope import require_transaction
from tallyhub.office.models import Enquiry
from tallyhub.office.rules import Answer, Wish


def lock_open(access: Access, enquiry_id: int, *wishes: Wish) -> Enquiry:
    """An enquiry to be answered now, of any wish or of these. Raises Conflict where somebody was faster."""
    require_transaction()
    rows = Enquiry.objects.visible_to(access).select_for_update(no_key=True)
    enquiry = rows.get(pk=enquiry_id, wish__in=wishes or Wish)
    if enquiry.answer != Answer.OPEN:
        raise Conflict("enquiry_answered")
    return enquiry


def answer(access: Access, enquiries: Iterable[Enquiry], said: Answer, note: str = "") -> None:
    """The same answer to each; whoever asked gets a mail. Three statements at most, however many."""
    require_transaction()
    answered = list(enquiries)
    if not answered:
        return
    ids = [one.pk for one in answered]
    columns = {"answer": said, "answered_by_id": access.person_id, "answered_at": clock.now(), "note": note}
    Enquiry.objects.visible_to(access).filter(pk__in=ids).update(**columns)
    news = [
        News("office.enquiry_answered", one.customer_id, one.pk, one.workspace_id, {"answer": said.value})
        for one in answered
    ]
    record_many(access, news)


def grant_mapped(access: Access, pairs: Iterable[tuple[int, int]], note: str = "") -> None:
    """Whoever asked for one of these packages in that workspace has it now. ``pairs``: (package, workspace)."""
    require_transaction()
    wanted = set(pairs)
    of_packages = {"wish": Wish.MAPPING, "answer": Answer.OPEN, "package_id__in": {package for package, _ in wanted}}
    waiting = Enquiry.objects.visible_to(access).select_for_update(no_key=True).filter(**of_packages).order_by("pk")
    answer(access, [one for one in waiting if (one.package_id, one.workspace_id) in wanted], Answer.GRANTED, note)
