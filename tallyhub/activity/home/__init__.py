"""Home: what needs me today, what is left, and what is new."""
