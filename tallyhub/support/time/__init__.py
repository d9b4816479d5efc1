"""Time worked on a request: what it counts for, which entitlement pays, and what is booked of it (R4.4)."""
