"""Groups: members of a workspace under one name, and the roles that it gives them (R7.1)."""
