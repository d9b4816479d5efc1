"""One JSON object per line on stderr, with ids and figures only (R10.3).

What a person wrote, a name, an address, a token or a query string never stands in a log. Therefore a message is a
constant: of a foreign logger's only the template is kept, and of an exception its kind and its frames, because the
message of a database error quotes the row.
"""

import json
import logging
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

from tallyhub.kernel.errors import HubError

FRAMES_MAX = 20  # the innermost ones
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_id() -> str:
    return secrets.token_hex(8)


def request_id() -> str:
    """That of the request or job that runs here; empty outside of both."""
    return _request_id.get()


@contextmanager
def known_as(name: str) -> Iterator[None]:
    """Every line of the block carries this id."""
    token = _request_id.set(name)
    try:
        yield
    finally:
        _request_id.reset(token)


class JsonFormatter(logging.Formatter):
    """``logger.info("constant", extra={"facts": {…}})`` becomes one object; facts are ids, figures and codes."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": str(record.msg),
        }
        if request_id():
            line["request_id"] = request_id()
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = _described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """For the eyes of whoever started the hub on a terminal: with the whole traceback."""

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={value}" for name, value in getattr(record, "facts", {}).items())
        record.msg = f"{record.msg} {facts}" if facts and not record.args else record.msg
        record.request_id = request_id() or "-"
        return super().format(record)


class ToStderr(logging.StreamHandler[TextIO]):
    """To whatever stderr is at that moment: a command line under test replaces it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        pass


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    found: dict[str, Any] = {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, HubError):
        found["code"] = error.code
    cause = error.__cause__ or error.__context__
    if state := getattr(error, "sqlstate", None) or getattr(cause, "sqlstate", None):
        found["sqlstate"] = state
    return found


def configuration(form: str, level: str) -> dict[str, Any]:
    """For Django's LOGGING. Foreign loggers speak from WARNING on; what Django says of a path is said by our line."""
    is_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    text = {"()": TextFormatter, "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": text if is_text else {"()": JsonFormatter}},
        "handlers": {"stderr": {"()": ToStderr, "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "tallyhub": {"level": level},
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
        },
    }
