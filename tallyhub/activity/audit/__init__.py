"""What was done inside a customer, by whom and when: the journal as a page and a file."""
