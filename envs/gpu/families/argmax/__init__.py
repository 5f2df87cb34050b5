"""The place of the largest element of each row."""
