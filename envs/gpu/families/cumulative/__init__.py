"""A running total of each row."""
