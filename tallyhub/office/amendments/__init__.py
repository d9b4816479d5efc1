"""What is changed in an approved agreement: each change adds rows, and the past stays as it was."""
