"""The body of a request, read within a time and a size before anybody works on it.

Granian hands a body over as it comes and cannot be told to stop waiting, so whoever sends half a body would keep a
thread of ours for as long as they like. Here a thread of its own reads it, and the one that answers waits with a limit.
A thread that waits in vain costs a stack and ends with its connection; Granian bounds how many connections there are.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from queue import Empty, Full, Queue
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import Any

from django.conf import settings

from tallyhub.integrations.api.door import PREFIX
from tallyhub.site.wiring import TAKES_FILES, TAKES_SEVERAL_FILES
from tallyhub.support.conversation.rules import FILES_MAX

SECONDS_MAX = 10.0  # for any body, and one second more for each RATE_MIN bytes that came
RATE_MIN = 16 * 1024  # bytes per second
PIECE = 16 * 1024  # Granian waits until it has so much
PIECES_WAITING_MAX = 16
AT_ONCE_MAX = 8  # bodies that one web worker waits for; fewer than its threads, so that pages go on
QUEUED_MAX, QUEUED_SECONDS_MAX = 4, 1.0  # who waits for one of these places
FILE_TIMES_MAX = 4  # a file this many times too large is not even read in order to say so

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


class TooSlow(OSError):
    """Django takes it for a connection that broke; ``within`` answers 408 instead."""


class Body:
    """What stands for ``wsgi.input``. Read by one thread, from its beginning to its end."""

    def __init__(self, source: Any, *, seconds_max: float = SECONDS_MAX) -> None:
        self._source, self._seconds_max = source, seconds_max
        self._pieces: Queue[bytes] = Queue(PIECES_WAITING_MAX)
        self._held, self._came = bytearray(), 0
        self._is_whole = self._is_left = False
        self._begun = 0.0
        self.is_late = False

    def read(self, size: int = -1) -> bytes:
        """Raises TooSlow."""
        if not self._begun:
            self._begun = monotonic()
            Thread(target=self._fetch, name="body", daemon=True).start()
        while not self._is_whole and (size < 0 or len(self._held) < size):
            self._wait()
        end = len(self._held) if size < 0 else size
        found = bytes(self._held[:end])
        del self._held[:end]
        return found

    def readline(self, size: int = -1) -> bytes:
        """Nothing of ours reads lines; the protocol has it."""
        return self.read(size)

    def close(self) -> None:
        """Nobody reads on."""
        self._is_left = True

    def _wait(self) -> None:
        until = self._begun + self._seconds_max + self._came / RATE_MIN
        try:
            piece = self._pieces.get(timeout=max(until - monotonic(), 0.001))
        except Empty:
            self.is_late = self._is_left = True
            raise TooSlow from None
        self._is_whole = not piece
        self._came += len(piece)
        self._held += piece

    def _fetch(self) -> None:
        piece = b"-"
        while piece and not self._is_left:
            try:
                piece = self._source.read(PIECE)
            except Exception:  # the connection broke
                piece = b""
            self._hand_over(piece)
        self._source = None  # so that Granian closes a connection whose body nobody has read

    def _hand_over(self, piece: bytes) -> None:
        """As soon as there is room; who reads may have left, so it looks every second."""
        is_over = False
        while not self._is_left and not is_over:
            with suppress(Full):
                self._pieces.put(piece, timeout=1)
                is_over = True


def within(application: Application) -> Application:
    """A form is read before the application is called; a file by the application, once it knows who sends it."""
    places, queue = BoundedSemaphore(AT_ONCE_MAX), BoundedSemaphore(QUEUED_MAX)

    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        length, path = _length(environ), environ.get("PATH_INFO", "")
        if not length:
            return application(environ, start)
        is_file = length > settings.TALLYHUB.body_bytes_max
        if is_file and length > _file_bytes_max(path):
            return _refuse(start, "413 Content Too Large", "What was sent is too large for this address.")
        if not _take(places, queue):
            return _refuse(start, "503 Service Unavailable", "Too much is being sent at this moment. Try again.")
        with _released(places), closing(Body(environ["wsgi.input"])) as body:
            if is_file:
                environ["wsgi.input"] = body
                return _answered(application, environ, start, body)
            try:
                environ["wsgi.input"] = io.BytesIO(body.read())
            except TooSlow:
                return _late(start)
        return application(environ, start)

    return answer


@contextmanager
def _released(places: BoundedSemaphore) -> Iterator[None]:
    try:
        yield
    finally:
        places.release()


def _answered(application: Application, environ: Environ, start: Start, body: Body) -> Iterable[bytes]:
    """The application's answer, or ours where it was told that the body broke off."""
    told: list[Any] = []
    try:
        found = application(environ, lambda *about: told.extend(about))
    except TooSlow:
        return _late(start)
    if not body.is_late:
        start(*told)
        return found
    close = getattr(found, "close", None)
    if close:
        close()
    return _late(start)


def _file_bytes_max(path: str) -> int:
    """0 where no file is taken. The API looks at the length before it reads, and answers in its own words."""
    if path.startswith(PREFIX):
        return sys.maxsize
    if TAKES_SEVERAL_FILES.fullmatch(path):
        return FILES_MAX * settings.TALLYHUB.file_megabytes * 1024 * 1024 + settings.TALLYHUB.body_bytes_max
    return FILE_TIMES_MAX * settings.TALLYHUB.import_megabytes * 1024 * 1024 if path in TAKES_FILES else 0


def _length(environ: Environ) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _take(places: BoundedSemaphore, queue: BoundedSemaphore) -> bool:
    if places.acquire(blocking=False):
        return True
    if not queue.acquire(blocking=False):
        return False
    try:
        return places.acquire(timeout=QUEUED_SECONDS_MAX)
    finally:
        queue.release()


def _late(start: Start) -> Iterable[bytes]:
    return _refuse(start, "408 Request Timeout", "What was sent did not arrive in time. Send it again.")


def _refuse(start: Start, status: str, sentence: str) -> Iterable[bytes]:
    """In plain English: who asks is not known, and nothing of Django has run."""
    body = f"{sentence}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start(status, [*headers, ("Retry-After", "5")] if status.startswith("503") else headers)
    return [body]
