"""Many requests at once, from other systems: staged rows become requests with their timelines, or are known."""
