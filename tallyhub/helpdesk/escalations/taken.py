"""What an escalation takes over from the gates: the health check that was recorded, and the diagnosis."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """As it is kept with an escalation. ``lock``: the code of why nothing is escalated now, whatever else is there."""

    health: dict[str, Any] | None = None
    diagnosis: list[dict[str, Any]] = field(default_factory=list)
    lock: str = ""


def read_taken(access: Any, request: Any) -> Taken:
    raise NotImplementedError
