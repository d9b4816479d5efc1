"""Webhooks after Standard Webhooks: what happened in a customer is told to its other systems."""
