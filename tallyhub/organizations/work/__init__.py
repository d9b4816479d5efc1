"""Work and personal accounts: a customer's domains, for whom its provider vouches, and who holds roles where."""
