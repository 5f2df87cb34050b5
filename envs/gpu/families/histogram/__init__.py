"""How often each value occurs."""
