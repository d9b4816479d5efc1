"""How a customer's people sign in: accounts it accepts, its mail domains, its identity provider (R3.6, R7.2)."""
