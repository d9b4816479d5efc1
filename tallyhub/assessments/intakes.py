"""A long file in the background: with the rights its person has now, and with a word of how far it is."""

from collections.abc import Iterator

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.assessments import commands, files
from tallyhub.assessments.models import Intake
from tallyhub.assessments.reading import CHUNK_BYTES
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict, Forbidden, HubError
from tallyhub.kernel.progress import telling
from tallyhub.organizations import sign_on

TOLD_EVERY = 2  # pieces


def run(intake_id: int, person_id: int | None, customer_id: int, *, is_last: bool) -> None:
    """Safe to repeat: a file is one run or nothing. ``is_last``: what fails now is not tried again."""
    hub = Access.of_system([customer_id])
    if (one := commands.claim(hub, intake_id)) is None:
        return
    try:
        _read(hub, one, sign_on.act_for(person_id or 0, customer_id).access)
    except (Forbidden, ObjectDoesNotExist):  # the right was lost while it waited
        commands.refuse(hub, one.pk, Conflict("assessment_file_not_allowed"))
    except HubError as error:
        commands.refuse(hub, one.pk, error)
    except FileNotFoundError:
        commands.refuse(hub, one.pk, Conflict("assessment_file_gone"))
    except Exception:
        if is_last:
            give_up(hub, one.pk)
        raise
    commands.clear_intakes(hub)


def give_up(hub: Access, intake_id: int) -> None:
    commands.refuse(hub, intake_id, Conflict("assessment_file_failed"))


def _read(hub: Access, one: Intake, actor: Access) -> None:
    def tell(pieces: int) -> None:
        commands.tell(hub, one.pk, done=min(pieces * CHUNK_BYTES, one.total))

    with files.path_of(one.file).open("rb") as source:
        pieces = telling(iter(lambda: source.read(CHUNK_BYTES), b""), tell, every=TOLD_EVERY)
        commands.take_in(actor, one, _Reading(pieces))


class _Reading:
    """Piece by piece, as they come: the reader asks for no more than a piece."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int, /) -> bytes:
        return next(self._pieces, b"")
