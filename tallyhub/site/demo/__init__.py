"""A believable provider with its customers, for `make demo`: loaded through the import, which it thereby proves."""
