"""What was really delivered, and what the customer says of it."""
