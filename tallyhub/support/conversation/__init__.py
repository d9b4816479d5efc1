"""What customer and staff say to each other about a request, with files, by page and by mail; and its timeline."""
