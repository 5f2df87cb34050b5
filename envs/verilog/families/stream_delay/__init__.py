"""A delay of a stream, counted in words."""
