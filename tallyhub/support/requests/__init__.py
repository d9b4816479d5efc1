"""Opening a request, the list and its search, the request's page, with whom it is shared, and who can see it."""
