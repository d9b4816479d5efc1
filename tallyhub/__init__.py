"""Tallyhub: what was bought, what was delivered, what is left, until when, and whom to ask."""
