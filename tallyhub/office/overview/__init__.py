"""The customer's agreements as the account team sees them: a list, and all of one on a page."""
