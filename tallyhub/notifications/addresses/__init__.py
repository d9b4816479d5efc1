"""Mailboxes of a customer, to which news of the provider goes whoever works there."""
