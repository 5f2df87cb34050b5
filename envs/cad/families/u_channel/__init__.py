"""A U channel with a row of holes in its web."""
