"""Asking people into a workspace: the list, the preview, the link, and what it opens."""
