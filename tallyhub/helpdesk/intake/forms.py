"""What the forms of a partner request hold, as typed."""

from collections.abc import Mapping

from tallyhub.helpdesk.intake.rules import ONCE_MAX, OTHER, TAKEN_IN, Asked, Channel
from tallyhub.kernel.ids import find_id
from tallyhub.support.rules import Kind, Severity


def read(data: Mapping[str, str]) -> Asked:
    """Choices that there are not are none; texts stay as they are, but for what no database keeps."""
    product = data.get("product", "")
    return Asked(
        workspace=find_id(data.get("workspace")),
        kind=_one_of(Kind, data.get("kind")),
        product=product if product == OTHER or find_id(product) is not None else "",
        title=_text(data.get("title")),
        description=_text(data.get("description")),
        severity=_one_of(Severity, data.get("severity")),
        impact=_text(data.get("impact")),
        reach=_text(data.get("reach")),
        accepted=find_id(data.get("accepted")),
        contact=find_id(data.get("contact")),
        channel=_one_of(TAKEN_IN, data.get("channel")) or Channel.PORTAL.value,
        once=_text(data.get("once"))[:ONCE_MAX],
    )


def _one_of(words: object, said: str | None) -> str:
    return said if said and said in set(words) else ""  # type: ignore[call-overload]


def _text(said: str | None) -> str:
    return (said or "").replace("\x00", "")
