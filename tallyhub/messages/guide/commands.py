"""What editors of the provider do with the guide. Each change is a version; what was before stays readable."""

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.agreements.queries import list_products
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.messages.guide import queries, rules
from tallyhub.messages.guide.rules import Destination, Guide, Issue, Row
from tallyhub.messages.models import GuideVersion


def _change(access: Access, known: int, changed: Callable[[Guide], Guide]) -> int:
    """Add a version. ``known``: the number of the one that the editor saw; of two editors the second one is refused."""
    access.require_serving(Right.EDIT_GUIDES)
    guide, number = queries.get_guide()
    if known != number:
        raise Conflict("guide_changed_meanwhile")
    after = changed(guide)
    if after == guide:
        return number
    made = GuideVersion(
        organization_id=access.organizations[0],
        number=number + 1,
        content=rules.dump(after),
        author_id=access.person_id,
        at=clock.now(),
    )
    made.save()  # the number is unique: of two at one moment one fails
    record_many(access, [News("messages.guide_changed", None, made.pk, details={"version": made.number})])
    return made.number


@command
def put_issue(access: Access, known: int, issue: Issue) -> int:
    """A new one, or other names of one that is there."""
    return _change(access, known, lambda guide: rules.with_issue(guide, issue))


@command
def remove_issue(access: Access, known: int, code: str) -> int:
    """With its rows. Raises DoesNotExist."""

    def changed(guide: Guide) -> Guide:
        if guide.find_issue(code) is None:
            raise ObjectDoesNotExist
        return rules.without_issue(guide, code)

    return _change(access, known, changed)


@command
def put_row(access: Access, known: int, row: Row) -> int:
    """A new one has the id 0. Raises DoesNotExist for another one that is not there."""
    if row.product is not None and row.product not in {one.pk for one in list_products()}:
        raise Invalid("product_unknown")

    def changed(guide: Guide) -> Guide:
        if row.id and row.id not in {one.id for one in guide.rows}:
            raise ObjectDoesNotExist
        return rules.with_row(guide, row)

    return _change(access, known, changed)


@command
def remove_row(access: Access, known: int, row_id: int) -> int:
    """Raises DoesNotExist."""

    def changed(guide: Guide) -> Guide:
        if row_id not in {one.id for one in guide.rows}:
            raise ObjectDoesNotExist
        return rules.without_row(guide, row_id)

    return _change(access, known, changed)


@command
def set_otherwise(access: Access, known: int, destination: Destination) -> int:
    """The default queue."""
    return _change(access, known, lambda guide: rules.with_otherwise(guide, destination))
