"""The job worker, as a process of its own: ``python -m tallyhub.site.worker``."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallyhub.site.settings")
    django.setup()
    from django.db import connections
    from procrastinate.contrib.django import app

    # Jobs run in the worker's threads and use Django's own connection; the queue is read by a connection of its own.
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        working.run_worker(concurrency=2, delete_jobs="successful", listen_notify=True)
    connections.close_all()


if __name__ == "__main__":
    main()
