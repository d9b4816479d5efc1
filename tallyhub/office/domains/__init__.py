"""Whether those whom an agreement names can sign in: their mail domains, and making one the customer's."""
