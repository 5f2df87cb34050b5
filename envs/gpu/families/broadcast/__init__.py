"""A matrix with a row and a column."""
