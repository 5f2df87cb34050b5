"""A matrix in another order."""
