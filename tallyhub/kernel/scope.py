"""The one way to the database: a transaction that tells row-level security who asks.

Without a scope no setting is there and every policy answers with no row.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import wraps
from threading import local
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import connection, transaction

from tallyhub.kernel.access import Access

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
_open = local()  # .streams: those of the scope that is open in this thread

# One statement, because each round trip costs a page about a tenth of its time. ``true``: until commit only.
_SET_SCOPE = """
SELECT set_config('tallyhub.person', %s, true), set_config('tallyhub.inside', %s, true),
       set_config('tallyhub.customers', %s, true), set_config('tallyhub.workspaces', %s, true),
       set_config('tallyhub.organizations', %s, true), set_config('tallyhub.acts_as', %s, true),
       set_config('transaction_read_only', %s, true)
"""


@contextmanager
def scope(access: Access, *, writing: bool = False) -> Iterator[None]:
    """Open a durable transaction in which the database shows what ``access`` may read.

    Read only unless ``writing``. Raises RuntimeError inside another transaction: a scope never nests.
    """
    with transaction.atomic(durable=True):
        _set(access, writing=writing)
        with ExitStack() as _open.streams:
            yield


def streamed(function: Callable[P, Generator[T, None, None]]) -> Callable[P, Generator[T, None, None]]:
    """Mark a generator that holds a cursor of the database open: it is closed before its scope ends, used up or not.

    Who reads it may break off anywhere, a template in the middle of a loop. What is left would be closed by a later
    garbage collection, perhaps while this thread reads from the same connection and holds its lock: for ever.
    """

    @wraps(function)
    def opened(*args: P.args, **kwargs: P.kwargs) -> Generator[T, None, None]:
        made = function(*args, **kwargs)
        streams: Any = getattr(_open, "streams", None)
        if streams is not None:
            streams.enter_context(closing(made))
        return made

    return opened


def widen(access: Access) -> None:
    """Replace the scope of the running, writing transaction. For an import that has just made a customer."""
    if not connection.in_atomic_block:
        raise RuntimeError("widen() needs the open transaction of a scope")
    _set(access, writing=True)


def command(function: Callable[Concatenate[Access, P], R]) -> Callable[Concatenate[Access, P], R]:
    """Mark one thing a person can do: it runs in one durable, writing scope of its actor. Never calls another."""

    @wraps(function)
    def run(access: Access, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with scope(access, writing=True):
            return function(access, *args, **kwargs)

    return run


def as_step(done: Callable[Concatenate[Access, P], R]) -> Callable[Concatenate[Access, P], R]:
    """What a command does, without its transaction: for the API, which keeps beside it that it was done, both or
    neither. The scope is the caller's, and may be another one afterwards.
    """
    inner: Callable[Concatenate[Access, P], R] = getattr(done, "__wrapped__")  # noqa: B009 - unknown to the type
    return inner


def require_transaction() -> None:
    """Guard of steps: they are pieces of a command and must not commit on their own."""
    if not connection.in_atomic_block:
        raise RuntimeError("a step runs inside the transaction of a command")


def _set(access: Access, *, writing: bool) -> None:
    settings = (
        str(access.person_id or ""),
        ",".join(map(str, access.customers)),
        ",".join(map(str, access.customers_in_whole)),
        ",".join(map(str, access.workspaces)),
        ",".join(map(str, access.organizations)),
        access.acts_as,
        "off" if writing else "on",
    )
    with connection.cursor() as cursor:
        cursor.execute(_SET_SCOPE, settings)
