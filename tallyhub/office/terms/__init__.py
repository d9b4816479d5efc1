"""Terms of support of an agreement: products covered, caps, response goals, calendars and time rules."""
