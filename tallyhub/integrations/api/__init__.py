"""The REST API below /api/v1/. docs/api.md is its guide, docs/openapi.json its contract."""
