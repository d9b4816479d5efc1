"""What home says of requests."""
