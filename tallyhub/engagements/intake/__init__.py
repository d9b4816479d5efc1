"""Offerings, engagements and deliveries of another system, many at once."""
