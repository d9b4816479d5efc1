"""Reads of the guide. Everybody signed in may read it."""

from tallyhub.messages.guide.rules import EMPTY, Guide, load
from tallyhub.messages.models import GuideVersion

VERSIONS_MAX = 50  # on the page of editors


def find_version() -> GuideVersion | None:
    """The one that is in force."""
    return GuideVersion.objects.order_by("-at", "-pk").first()


def get_guide() -> tuple[Guide, int]:
    """With the number of its version; 0: nothing was ever said, so that everything goes to the request form."""
    found = find_version()
    return (load(found.content), found.number) if found else (EMPTY, 0)


def list_versions() -> list[GuideVersion]:
    """Newest first."""
    return list(GuideVersion.objects.order_by("-at", "-pk")[:VERSIONS_MAX])


def get_version(number: int) -> GuideVersion:
    return GuideVersion.objects.get(number=number)
