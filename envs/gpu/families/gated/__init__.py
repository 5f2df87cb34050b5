"""A gate times a value, from two halves of each row."""
