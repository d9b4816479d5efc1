"""What may stand in the journal."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

ANSWERS_KEPT = timedelta(days=30)
ASKED_OF = "asked_of"  # the detail that names the partner of whom something was asked: others' staff do not read it
# A code, number, day or file-format name: no blanks, no @, so neither a name nor an address fits (R10.4).
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,200}")


def check_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details, or ValueError where one of them could hold personal data."""
    for name, value in details.items():
        if isinstance(value, str) and not _CODE.fullmatch(value):
            raise ValueError(f"journal detail {name!r} must be an id, code or number")
        if not isinstance(value, str | int | bool | None):
            raise ValueError(f"journal detail {name!r} has type {type(value).__name__}")
    return dict(details)
