"""A reduction of each row."""
