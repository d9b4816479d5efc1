"""The import page: upload, say what the columns mean, look, try, bring in (R8.1)."""
