"""Which role allows what, and who can see a workspace, an agreement or an entitlement, and why (R7.3)."""
