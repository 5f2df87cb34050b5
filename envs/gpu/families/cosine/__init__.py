"""The likeness of pairs of rows."""
