"""What the worker does for itself."""

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="site.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """A job whose worker was killed is taken up again once its heart has not beaten for half a minute.

    Every job of ours is safe to repeat; one that should not be repeated for ever counts its attempts.
    """
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
