"""A balance in words, the same on every page that shows one."""

from django.utils.translation import gettext as _

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.amounts import Unit
from tallyhub.ledger.figures import Balance


def headline(one: Balance) -> str:
    """What is left, first; what was used where no quantity was agreed; what is over where nothing is left."""
    if one.is_as_needed:
        said = _("As needed: %(amount)s named") if counts_people(one) else _("As needed: %(amount)s used")
        return said % {"amount": fmt.amount(one.used, one.unit)}
    if one.over and not one.left:
        return over_text(one)
    if one.quantity:
        return (_("%(left)s free of %(quantity)s") if counts_people(one) else _("%(left)s left of %(quantity)s")) % {
            "left": fmt.amount(one.left, one.unit),
            # An hour's figure alone could be a time of day.
            "quantity": (fmt.amount if one.unit is Unit.MINUTES else fmt.quantity)(one.quantity, one.unit),
        }
    if one.upcoming:
        return _("%(amount)s to come") % {"amount": fmt.amount(one.upcoming, one.unit)}
    if one.expired:
        return _("%(amount)s expired unused") % {"amount": fmt.amount(one.expired, one.unit)}
    return _("All used") if one.bought else _("Nothing bought yet")


def counts_people(one: Balance) -> bool:
    """People are named and places are free; nobody is used, nor used up by a day."""
    return one.unit is Unit.PEOPLE


def over_text(one: Balance) -> str:
    return _("%(amount)s over") % {"amount": fmt.amount(one.over, one.unit)}
