"""What can go wrong that a person should read. Everything else is a fault and ends as 500."""

from collections.abc import Iterable
from typing import Any, Self


class HubError(Exception):
    """Carries a stable ``code`` and its ``params``; ``kernel.sentences`` has the sentence for each code."""

    lines: tuple[int, ...] = ()  # its places in a batch, where it is about some rows of one

    def __init__(self, code: str = "", **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def at(self, lines: Iterable[int]) -> Self:
        """The same, about these rows of a batch."""
        self.lines = tuple(lines)
        return self

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({details})"


class Invalid(HubError):
    """The input is wrong; the sentence says which and what to do."""


class Conflict(HubError):
    """The input is right, the present state forbids it."""


class Forbidden(HubError):
    """A member without the right: 403. A stranger gets DoesNotExist instead: 404."""


class Busy(HubError):
    """Right and allowed, but too much of it is going on: 503, and the same again in a moment."""
