"""Manage users: who belongs to a workspace, with which roles, and the changes of that (R7.1)."""
