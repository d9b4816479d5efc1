"""The job worker, as a process of its own: ``tallyhub worker``, or beside the web workers of ``tallyhub serve``.

What customers' systems are told has a queue of its own: mails, exports and imports never wait for a stranger's machine.
"""

import asyncio
import logging
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import perf_counter
from types import FrameType
from typing import Any

import django

RETRY_SECONDS = 5  # between two attempts while the database is away
AT_ONCE = {"default": 2, "deliveries": 8}  # jobs by queue; a delivery mostly waits, and keeps no connection meanwhile
log = logging.getLogger(__name__)


def main() -> None:
    """Work until told to stop. A database that goes away is waited for, here: the queue's pool would take its time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallyhub.site.settings")
    django.setup()
    from django.db import DatabaseError, connections
    from procrastinate.exceptions import ConnectorException
    from psycopg import Error

    from tallyhub.site import database

    stopped = Event()
    while not stopped.is_set():
        try:
            connections["default"].ensure_connection()
            _work()
            break  # it returns when it was told to stop
        except (ConnectorException, DatabaseError, Error, OSError):
            log.exception("worker waits for the database")
            database.let_go()
            _wait(stopped)
    connections.close_all()


def _work() -> None:
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params

    # Jobs run in the worker's threads and use Django's own connection; the queue is read by connections of its own. The
    # pool's own patience would be five minutes, and each of its attempts twice as late as the one before.
    connector = PsycopgConnector(kwargs=connector_params(), timeout=RETRY_SECONDS, reconnect_timeout=RETRY_SECONDS)
    with app.replace_connector(connector) as working:
        asyncio.run(_work_at_all_queues(working))


async def _work_at_all_queues(app: Any) -> None:
    """Until one of them was told to stop, or lost the database: then the others stop, too."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(AT_ONCE.values()) + 1))
    async with app.open_async():
        working = [
            asyncio.create_task(
                app.run_worker_async(
                    name=queue,
                    queues=[queue],
                    concurrency=at_once,
                    delete_jobs="successful",
                    listen_notify=True,
                    task_middleware=[observed],
                    install_signal_handlers=queue == "default",
                )
            )
            for queue, at_once in AT_ONCE.items()
        ]
        done, others = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        for one in others:
            one.cancel()  # it ends its jobs first
        await asyncio.gather(*others, return_exceptions=True)
        for one in done:
            one.result()


def _wait(stopped: Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    stopped.wait(RETRY_SECONDS)
    for one, handler in before.items():
        signal.signal(one, handler)


def observed(call_next: Any, context: Any, _worker: Any) -> Any:
    """Each job has an id in the log, a line when it ends, and a connection that works, whatever befell the last one."""
    from django.db import close_old_connections

    from tallyhub.site import database, logs, metrics

    began, outcome = perf_counter(), "failed"
    task = context.job.task_name
    database.renew_broken()
    with logs.known_as(f"job-{context.job.id}"):
        try:
            result = call_next()
            outcome = "done"
            return result
        finally:
            seconds = perf_counter() - began
            metrics.JOB_SECONDS.labels(task, outcome).observe(seconds)
            facts = {"task": task, "outcome": outcome, "milliseconds": round(seconds * 1000, 1)}
            log.info("job", extra={"facts": facts})
            close_old_connections()


if __name__ == "__main__":
    main()
