"""Support requests: opened, shared, worked on, booked (R4), and what cannot be placed (R2.6)."""
