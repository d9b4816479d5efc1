"""Reads about people."""

from collections.abc import Iterable

from tallyhub.accounts.models import Person


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id, as they are now. Whoever was erased is missing."""
    wanted = {one for one in ids if one is not None}
    return dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
