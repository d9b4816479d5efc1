"""A message on its way to an endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tallyhub.kernel.outbound import SECONDS_MAX, Network, Problem, Request, exchange

HEAD_BYTES = 1024  # of the answer's body; nothing beyond is read


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` None: there was none, and ``problem`` says why."""

    status: int | None
    problem: Problem | None
    head: str
    milliseconds: int


def post(
    url: str,
    headers: Mapping[str, str],
    body: str,
    *,
    allowed: Sequence[Network] = (),
    seconds_max: float = SECONDS_MAX,
) -> Answer:
    """Send, and say what was answered. Raises nothing: what goes wrong is the answer."""
    message = Request("POST", url, headers, body.encode())
    got = exchange(message, allowed=allowed, seconds_max=seconds_max, body_bytes_max=HEAD_BYTES)
    return Answer(got.status, got.problem, _shown(got.body), got.milliseconds)


def _shown(head: bytes) -> str:
    text = head.decode("utf-8", "replace")
    return "".join(one if one.isprintable() else " " for one in text)[:HEAD_BYTES]
