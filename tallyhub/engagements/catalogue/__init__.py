"""What can be ordered, with its data sheet."""
