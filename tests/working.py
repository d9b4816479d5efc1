"""The job worker inside a test: everything that is due is done, then it stops."""

from procrastinate.contrib.django import app


def run_jobs() -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")
