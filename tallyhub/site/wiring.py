"""News travels up: which jobs wait for which kind of event. The one table of it (design 3)."""

# Kind of journal event -> names of jobs, each called with event_id, kind, subject_id, actor_id and customer_id.
NEWS: dict[str, tuple[str, ...]] = {
    "integrations.imported": ("integrations.spread",),
}
