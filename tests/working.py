"""The job worker, as it runs in ``tallyhub.site.worker``, until nothing is left to do."""

from procrastinate.contrib.django import app


def work_off() -> None:
    """Do every job that is due now; those that jobs defer, too."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")
