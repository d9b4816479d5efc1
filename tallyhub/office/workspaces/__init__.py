"""A customer's workspaces as the account team makes them: the one of the activation, further ones, the archive."""
