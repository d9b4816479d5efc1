"""Agreements that are being written, their approval, and what is changed in them later."""
