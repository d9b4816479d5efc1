"""The customers one serves: what waits at each, and who serves them."""
