"""What follows from an event of the journal: its kind, and the jobs that are deferred in the same transaction.

News travels up here (docs/architecture.md): a lower package records what it did and knows nobody who cares.
"""

# Job names, each called with event_id, kind, subject_id, actor_id and customer_id.
NEWS: dict[str, tuple[str, ...]] = {
    "accounts.password_changed": ("notifications.tell",),
    "accounts.password_set": ("notifications.tell",),
    "accounts.reset_asked": ("notifications.tell",),
    "accounts.token_made": ("notifications.tell",),
    "integrations.entries_posted": ("integrations.spread",),
    "integrations.entry_reversed": ("integrations.spread",),
    "integrations.imported": ("integrations.spread",),
}

# What grants come from (organizations.rules.NAMED_SOURCES), and the query that knows the names of these ids.
SOURCE_NAMES: dict[str, str] = {
    "directory": "tallyhub.people.sign_in.queries.names_of_groups",
}
