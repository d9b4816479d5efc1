"""The job worker, as it runs in ``tallyhub.site.worker``, until nothing is left to do."""

from procrastinate.contrib.django import app


def run_jobs() -> None:
    """Do every job that is due now; those that jobs defer, too."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")
