"""What the fields of an agreement may hold, for files and forms alike. Each reads a text, or raises Invalid."""

import unicodedata
from collections.abc import Callable

from tallyhub.agreements.rules import ContactKind, Plan, Scope
from tallyhub.kernel import cells
from tallyhub.kernel.amounts import ROUNDING_STEP_MAX
from tallyhub.kernel.errors import Invalid

ORGANIZATION = cells.text(40)  # the code of a seller or customer
NUMBER = cells.text(60)  # of an agreement
CODE = cells.text(60)  # of a package, an entitlement or a service
NAME = cells.text(200)
PLAN = cells.one_of(Plan)
SCOPE = cells.one_of(Scope)
CONTACT_KIND = cells.one_of(ContactKind)
ROUNDING_STEP = cells.whole(1, ROUNDING_STEP_MAX)


def new_number(text: str) -> str:
    """The number of a new agreement, as it is kept: no letter that cannot be seen, and one sort of hyphen.

    Numbers that are there stay as they are. Raises Invalid.
    """
    number = "".join("-" if unicodedata.category(one) == "Pd" else one for one in unicodedata.normalize("NFKC", text))
    if not number.isprintable() or any("FILLER" in unicodedata.name(one, "") for one in number):
        raise Invalid("control_character")
    return NUMBER(number)


def alike(number: str) -> list[str]:
    """How else the number may be written: capitals make no other one."""
    return list(dict.fromkeys((number, number.upper(), number.lower())))


def required(read: Callable[[str], str], text: str) -> str:
    """What must be there, in one line."""
    line = " ".join(text.split())
    if not line:
        raise Invalid("value_missing")
    return read(line)
