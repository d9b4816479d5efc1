"""What another system has booked for the same."""
