"""What an agreement says about support: covered products, caps, calendars, response goals, multipliers of time."""
