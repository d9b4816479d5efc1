"""Where a request is listed today and why; additional cases, and how their cause is mended (R2.6, R4.5)."""
