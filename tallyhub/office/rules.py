"""What the provider's back office deals with. Pure."""

from enum import StrEnum


class Wish(StrEnum):
    """What a customer's administrator can ask the account team for."""

    WORKSPACE = "workspace"  # one more, for a goal (R3.2)
    MAPPING = "mapping"  # a package in a workspace (R3.7)


class Answer(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
