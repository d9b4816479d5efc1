"""What a customer's administrators ask the account team for, and what it answers (R3.2, R3.7)."""
