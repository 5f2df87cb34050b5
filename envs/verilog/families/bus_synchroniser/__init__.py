"""A bus synchroniser: words pass when a synchronised flag says that they are still."""
